/** What happens when things go wrong, row by row of the protocol's failure table, on any API server. */
import { assert, layer } from "@effect/vitest"
import * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import { Context, Effect, Fiber, Layer, References, Result, Scope } from "effect"
import { base64, configuration, type Lab, make, shop, system } from "../support/certificateLab.ts"

class TheLab extends Context.Service<TheLab, Lab>()("TheLab") {}

const until = <A, E, R>(effect: Effect.Effect<A, E, R>, holds: (value: A) => boolean) =>
  Effect.repeat(Effect.delay(effect, "100 millis"), { until: holds }).pipe(Effect.timeout("90 seconds"))

/** Answers once a leader of now says that all is well and quiet: nobody before it has seen this generation. */
const quiet = (lab: Lab) =>
  Effect.gen(function* () {
    const { metadata } = yield* lab.change({ rollback: `${numbers.next().value}ms` })
    return yield* until(
      lab.status,
      ({ conditions = [], observedGeneration, phase }) =>
        observedGeneration === metadata.generation &&
        phase === "STABLE" &&
        conditions.some(({ status, type }) => type === "Ready" && status === "True")
    )
  })
const condition = (lab: Lab, type: string) =>
  Effect.map(lab.status, ({ conditions = [] }) => conditions.find((each) => each.type === type))
/** Does something while requests go on; gives those that failed. */
const underLoad = <A, E, R>(lab: Lab, work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const failures = new Set<string>()
    const load = yield* lab.ask().pipe(
      Effect.map((failure) => failure !== undefined && failures.add(failure)),
      Effect.delay("25 millis"),
      Effect.forever,
      Effect.forkChild
    )
    yield* work
    yield* Fiber.interrupt(load)
    return [...failures]
  })
const serving = { apiVersion: "v1", kind: "Secret", name: "hook-tls", namespace: shop }
const state = { apiVersion: "v1", kind: "Secret", name: "shop.hook.pki", namespace: system }
const leaf = (lab: Lab) =>
  Effect.map(lab.client.get(serving), (secret) => {
    const text = (secret["data"] as Record<string, string>)["tls.crt"] ?? ""
    return Result.getOrThrow(Certificate.parse(Buffer.from(text, "base64").toString("utf8")))
  })
const bundle = (lab: Lab) => Effect.map(lab.configuration, ({ webhooks }) => webhooks[0]?.clientConfig.caBundle)
const numbers = (function* () {
  for (let number = 1; ; number++) yield number
})()
const request = (lab: Lab) =>
  Effect.suspend(() => {
    const text = `request ${numbers.next().value}`
    return Effect.as(lab.annotate(WebhookCertificate.rotateAnnotation, text), text)
  })
const rotated = (lab: Lab, text: string) =>
  until(lab.status, ({ observedRotate, phase }) => observedRotate === text && phase === "STABLE")

export const failureTableSuite = (
  name: string,
  cluster: Effect.Effect<
    { readonly cluster: TestCluster; readonly addresses: ReadonlyArray<string> },
    never,
    Scope.Scope
  >
): void => {
  const lab = Layer.effect(
    TheLab,
    Effect.gen(function* () {
      const { addresses, cluster: found } = yield* cluster
      const lab = yield* make(found, { addresses, keepAlive: "1 second" })
      yield* lab.create()
      return lab
    }).pipe(Effect.orDie, Effect.provideService(References.MinimumLogLevel, "None"))
  )
  layer(lab, { timeout: 240_000, excludeTestServices: true })(`the failure table on ${name}`, (it) => {
    /** A row, with a leader whose term lasts for the row. */
    const row = (
      title: string,
      test: (lab: Lab, leader: { readonly end: Effect.Effect<void> }) => Effect.Effect<void, unknown>
    ) =>
      it.effect(
        title,
        () =>
          Effect.gen(function* () {
            const lab = yield* TheLab
            const scope = yield* Scope.Scope
            // Whoever leads in a row ends with it, also where it fails.
            const lead: Lab["lead"] = (options) =>
              Effect.provideService(
                Effect.acquireRelease(lab.lead(options), ({ end }) => end),
                Scope.Scope,
                scope
              )
            const leader = yield* lead()
            yield* quiet(lab)
            yield* test({ ...lab, lead }, leader)
          }).pipe(Effect.provideService(References.MinimumLogLevel, "None")),
        240_000
      )

    row("a caBundle that is wiped is published again at once, and who did it is told", (lab) =>
      Effect.gen(function* () {
        const before = yield* bundle(lab)
        yield* lab.client.patch(configuration, {
          type: "json",
          body: [{ op: "remove", path: "/webhooks/0/clientConfig/caBundle" }],
          fieldManager: "kubectl-patch"
        })
        yield* until(bundle(lab), (now) => now === before).pipe(Effect.timeout("5 seconds"))
        yield* until(lab.ask(), (failure) => failure === undefined).pipe(Effect.timeout("5 seconds"))
        yield* until(lab.events, (events) =>
          events.some((event) => event.includes("BundleRepaired: ValidatingWebhookConfiguration/hook"))
        )
      })
    )

    row("a manifest that is replaced gets its bundle and its canary back", (lab) =>
      Effect.gen(function* () {
        const before = yield* lab.configuration
        const { annotations: _, managedFields: __, ...metadata } = before.metadata
        const webhooks = before.webhooks
          .filter(({ name }) => !name.startsWith("canary-"))
          .map(({ clientConfig: { caBundle: ___, ...clientConfig }, ...entry }) => ({ ...entry, clientConfig }))
        yield* lab.client.replace({ ...before, metadata, webhooks } as KubernetesObject, {
          fieldManager: "kubectl-replace"
        })
        const after = yield* until(lab.configuration, (now) => now.webhooks.length === before.webhooks.length)
        assert.strictEqual(after.webhooks[0]?.clientConfig.caBundle, before.webhooks[0]?.clientConfig.caBundle)
        yield* until(lab.ask(), (failure) => failure === undefined).pipe(Effect.timeout("5 seconds"))
      })
    )

    row("who wipes a caBundle again and again is named in the condition Contested", (lab) =>
      Effect.gen(function* () {
        const before = yield* bundle(lab)
        for (let time = 0; time < 5; time++) {
          yield* lab.trust("\n", "argocd-controller")
          yield* until(bundle(lab), (now) => now === before)
        }
        const contested = yield* until(condition(lab, "Contested"), (found) => found?.status === "True")
        assert.include(contested?.message, "argocd-controller")
      })
    )

    row("a serving Secret that is deleted comes back with the same leaf, and no request fails", (lab) =>
      Effect.gen(function* () {
        const before = yield* leaf(lab)
        const failures = yield* underLoad(
          lab,
          Effect.gen(function* () {
            yield* lab.client.delete(serving)
            yield* until(Effect.option(leaf(lab)), (found) => found._tag === "Some")
          })
        )
        assert.deepStrictEqual(failures, [])
        assert.strictEqual((yield* leaf(lab)).fingerprint256, before.fingerprint256)
      })
    )

    row("a serving Secret with a key that does not belong is put right, and no request fails", (lab) =>
      Effect.gen(function* () {
        const before = yield* leaf(lab)
        const ca = yield* CertificateAuthority.make({ commonName: "stranger", validity: "1 day" })
        const stranger = yield* CertificateAuthority.issue(ca, { dnsNames: ["hook.shop.svc"], validity: "1 hour" })
        const failures = yield* underLoad(
          lab,
          Effect.gen(function* () {
            yield* lab.client.patch(serving, {
              type: "merge",
              body: { data: { "tls.crt": base64(stranger.chainPem) } }
            })
            yield* until(leaf(lab), ({ fingerprint256 }) => fingerprint256 === before.fingerprint256)
          })
        )
        assert.deepStrictEqual(failures, [])
      })
    )

    row("a serving Secret whose bridges were taken away gets them back", (lab) =>
      Effect.gen(function* () {
        yield* Effect.flatMap(request(lab), (text) => rotated(lab, text))
        const chain = Effect.map(
          lab.client.get(serving),
          (secret) => (secret["data"] as Record<string, string>)["tls.crt"]
        )
        const before = yield* chain
        const { pem } = yield* leaf(lab)
        yield* lab.client.patch(serving, { type: "merge", body: { data: { "tls.crt": base64(pem) } } })
        assert.notStrictEqual(before, base64(pem), "there is a bridge")
        yield* until(chain, (now) => now === before)
      })
    )

    row("a state that is deleted is restored from memory", (lab) =>
      Effect.gen(function* () {
        const [before, published] = [yield* leaf(lab), yield* bundle(lab)]
        yield* lab.client.delete(state)
        yield* until(Effect.option(lab.client.get(state)), (found) => found._tag === "Some")
        yield* quiet(lab)
        assert.strictEqual((yield* leaf(lab)).fingerprint256, before.fingerprint256)
        assert.strictEqual(yield* bundle(lab), published)
        assert.isTrue((yield* lab.events).some((event) => event.includes("StateRestored")))
      })
    )

    row(
      "a state that is deleted while nobody remembers it is followed by a new CA, and no request fails",
      (lab, leader) =>
        Effect.gen(function* () {
          const before = yield* leaf(lab)
          yield* leader.end
          yield* lab.client.delete(state)
          const failures = yield* underLoad(
            lab,
            Effect.gen(function* () {
              yield* lab.lead()
              yield* until(leaf(lab), ({ issuer }) => issuer !== before.issuer)
              yield* quiet(lab)
            })
          )
          assert.deepStrictEqual(failures, [])
        })
    )

    row(
      "a state that was spoilt is as good as lost: a new leader goes on without it, and no request fails",
      (lab, leader) =>
        Effect.gen(function* () {
          yield* leader.end
          yield* lab.client.patch(state, { type: "merge", body: { data: { "state.json": base64("{}") } } })
          const failures = yield* underLoad(
            lab,
            Effect.gen(function* () {
              yield* lab.lead()
              yield* until(lab.status, ({ phase }) => phase === "DRAIN")
              yield* quiet(lab)
            })
          )
          assert.deepStrictEqual(failures, [])
        })
    )

    row("two leaders at once complete one rotation, and no request fails", (lab) =>
      Effect.gen(function* () {
        yield* lab.lead()
        const before = yield* leaf(lab)
        const failures = yield* underLoad(
          lab,
          Effect.flatMap(request(lab), (text) => rotated(lab, text))
        )
        assert.deepStrictEqual(failures, [])
        assert.notStrictEqual((yield* leaf(lab)).issuer, before.issuer)
      })
    )

    row("a leader whose clock is an hour off begins nothing, says so, and still repairs", (lab, leader) =>
      Effect.gen(function* () {
        yield* leader.end
        const off = yield* lab.lead({ ahead: "1 hour" })
        const skewed = yield* until(condition(lab, "ClockSkewed"), (found) => found?.status === "True")
        assert.match(skewed?.message ?? "", /clock is 3(599|600|601) s ahead of the API server's/)
        const before = yield* leaf(lab)
        const text = yield* request(lab)
        const published = yield* bundle(lab)
        yield* lab.trust("\n", "kubectl-edit")
        yield* until(bundle(lab), (now) => now === published)
        yield* Effect.sleep("2 seconds")
        assert.strictEqual((yield* leaf(lab)).fingerprint256, before.fingerprint256)
        assert.notStrictEqual((yield* lab.status).observedRotate, text)
        yield* off.end
        // Once the clock is right, the request is taken up.
        yield* lab.lead()
        yield* rotated(lab, text)
      })
    )
  })
}
