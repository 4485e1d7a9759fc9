import { assert, describe, it } from "@effect/vitest"
import { AdmissionDenied, Forbidden, NotFound } from "@holdfast/k8s-adapter/ApiError"
import { CertificateError } from "@holdfast/k8s-adapter/CertificateError"
import * as HoldOn from "@holdfast/k8s-adapter/HoldOn"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Nudge from "@holdfast/k8s-adapter/Nudge"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { added, listed, modified, stubClient, stubWatch } from "./support/StubClient.ts"

const status = { status: 403, reason: "Forbidden", detail: "no", method: "GET", url: "/" }

const vacuum = new CertificateError({
  reason: "unknown-authority",
  where: "webhook",
  webhook: "v.example.org",
  host: "hook.shop.svc:443",
  detail: "x509: certificate signed by unknown authority"
})

const pod = (name: string, startTime: string, ...secrets: ReadonlyArray<string>): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "shop", uid: name },
  spec: { volumes: secrets.map((secretName) => ({ name: secretName, secret: { secretName } })) },
  status: { phase: "Running", startTime }
})

const secret = (name: string, time: string, data: Record<string, string>): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name, namespace: "shop", managedFields: [{ time }] },
  data
})

const earlier = "2026-01-01T00:00:00Z"
const later = "2026-01-02T00:00:00Z"
const pem = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"

const cluster = (
  pods: ReadonlyArray<KubernetesObject>,
  secrets: ReadonlyArray<KubernetesObject>,
  answers: Partial<KubernetesClient["Service"]> = {}
) => {
  const watches = stubWatch()
  const nudged: Array<readonly [number, string]> = []
  const client = stubClient({
    watch: watches.watch,
    get: (ref): Effect.Effect<KubernetesObject, ClientError> => {
      if (ref.kind === "Service") {
        return Effect.succeed({
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: ref.name },
          spec: { selector: { app: "hook" } }
        })
      }
      const found = secrets.find((one) => one.metadata.name === ref.name)
      return found === undefined ? Effect.fail(new NotFound({ ...status, status: 404 })) : Effect.succeed(found)
    },
    list: () => Effect.succeed({ resourceVersion: "1", items: pods }),
    patch: (ref) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        nudged.push([now, ref.name])
        return { apiVersion: "v1", kind: "Pod", metadata: { name: ref.name } }
      }),
    ...answers
  })
  return { watches, nudged, client }
}

describe("Nudge", () => {
  const service = { namespace: "shop", name: "hook" }

  it.effect("annotates only pods that mount the Secret with the certificate, and from before its change", () => {
    const { nudged, client } = cluster(
      [
        pod("old", earlier, "tls"),
        pod("fresh", "2026-01-03T00:00:00Z", "tls"),
        pod("other", earlier, "config"),
        pod("optional", earlier, "missing")
      ],
      [secret("tls", later, { "tls.crt": pem }), secret("config", later, { token: "YWJj" })]
    )
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* Nudge.service(service), { namespace: "shop", pods: ["old"], secrets: ["tls"] })
      assert.deepStrictEqual(
        nudged.map(([, name]) => name),
        ["old"]
      )
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("takes a pod that was nudged after the change for fresh", () => {
    const old = pod("old", earlier, "tls")
    const annotated = (at: string) => ({
      ...old,
      metadata: { ...old.metadata, annotations: { [Nudge.annotation]: at } }
    })
    const stale = (at: string) =>
      Nudge.mountsBehind(service).pipe(
        Effect.map((mounts) => mounts.stale.length),
        Effect.provideService(
          KubernetesClient,
          cluster([annotated(at)], [secret("tls", later, { "tls.crt": pem })]).client
        )
      )
    return Effect.gen(function* () {
      assert.strictEqual(yield* stale("2026-01-02T00:00:00.400Z"), 1)
      assert.strictEqual(yield* stale("2026-01-02T00:00:03.000Z"), 0)
    })
  })

  it.effect("takes the only version of a Secret for mounted when the containers began after it", () => {
    const began = (startedAt: string): KubernetesObject => {
      const one = pod("one", earlier, "tls")
      return {
        ...one,
        status: { startTime: earlier, containerStatuses: [{ name: "a", state: { running: { startedAt } } }] }
      }
    }
    const created = (creationTimestamp: string): KubernetesObject => {
      const one = secret("tls", later, { "tls.crt": pem })
      return { ...one, metadata: { ...one.metadata, creationTimestamp } }
    }
    const stale = (mounting: KubernetesObject, mounted: KubernetesObject) =>
      Nudge.mountsBehind(service).pipe(
        Effect.map((mounts) => mounts.stale.length),
        Effect.provideService(KubernetesClient, cluster([mounting], [mounted]).client)
      )
    return Effect.gen(function* () {
      assert.strictEqual(yield* stale(began(later), created(later)), 0)
      assert.strictEqual(yield* stale(began(earlier), created(later)), 1)
      assert.strictEqual(yield* stale(began(later), created(earlier)), 1)
    })
  })

  it.effect("goes by the mount alone where it may not read Secrets", () => {
    const { client } = cluster([pod("old", earlier, "tls"), pod("none", earlier)], [], {})
    const blind = {
      ...client,
      get: (ref: Parameters<typeof client.get>[0]) =>
        ref.kind === "Secret" ? Effect.fail(new Forbidden(status)) : client.get(ref)
    }
    return Effect.gen(function* () {
      assert.deepStrictEqual((yield* Nudge.service(service)).pods, ["old"])
    }).pipe(Effect.provideService(KubernetesClient, blind))
  })
})

describe("HoldOn", () => {
  const policy = RetryPolicy.make({
    jitter: "none",
    baseDelay: "1 second",
    maxDelay: "30 seconds",
    deadline: "5 minutes"
  })
  const failUntil = (time: number) =>
    Effect.flatMap(
      Clock.currentTimeMillis,
      (now): Effect.Effect<number, ClientError> => (now < time ? Effect.fail(vacuum) : Effect.succeed(now))
    )

  it.effect("makes no request beside the operation's own while nothing fails", () =>
    Effect.gen(function* () {
      const holder = yield* HoldOn.make({ policy })
      assert.strictEqual(yield* holder.run(Effect.succeed("ok"), { name: "op" }), "ok")
    }).pipe(Effect.provideService(KubernetesClient, stubClient({})))
  )

  it.effect("nudges a little after the first failure, a handful of times while it fails, and not after", () => {
    const { nudged, client } = cluster([pod("old", earlier, "tls")], [secret("tls", later, { "tls.crt": pem })])
    return Effect.gen(function* () {
      const holder = yield* HoldOn.make({ policy, wake: false })
      const operation = yield* Effect.forkChild(holder.run(failUntil(4_000), { name: "op" }))
      yield* TestClock.adjust("500 millis")
      assert.deepStrictEqual(nudged, [])
      yield* TestClock.adjust("59500 millis")
      yield* Fiber.join(operation)
      assert.deepStrictEqual(
        nudged.map(([at]) => at),
        [700, 3000, 6000]
      )
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("nudges no more than five times, however long it fails", () => {
    const { nudged, client } = cluster([pod("old", earlier, "tls")], [secret("tls", later, { "tls.crt": pem })])
    return Effect.gen(function* () {
      const holder = yield* HoldOn.make({ policy })
      const operation = yield* Effect.forkChild(Effect.flip(holder.run(Effect.fail(vacuum), { name: "op" })))
      yield* TestClock.adjust("6 minutes")
      assert.deepInclude(yield* Fiber.join(operation), { _tag: "DeadlineExceeded" })
      assert.lengthOf(nudged, 5)
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("does not nudge when told not to", () => {
    const { nudged, client } = cluster([pod("old", earlier, "tls")], [secret("tls", later, { "tls.crt": pem })])
    return Effect.gen(function* () {
      const holder = yield* HoldOn.make({ policy, nudge: false })
      const operation = yield* Effect.forkChild(holder.run(failUntil(20_000), { name: "op" }))
      yield* TestClock.adjust("60 seconds")
      yield* Fiber.join(operation)
      assert.deepStrictEqual(nudged, [])
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("says once that it may not nudge, and holds on all the same", () => {
    const { client } = cluster([pod("old", earlier, "tls")], [secret("tls", later, { "tls.crt": pem })], {
      patch: () => Effect.fail(new Forbidden(status))
    })
    const notices: Array<string> = []
    return Effect.gen(function* () {
      const holder = yield* HoldOn.make({ policy, onNotice: ({ _tag }) => Effect.sync(() => void notices.push(_tag)) })
      const operation = yield* Effect.forkChild(holder.run(failUntil(20_000), { name: "op" }))
      yield* TestClock.adjust("60 seconds")
      assert.isAtLeast(yield* Fiber.join(operation), 20_000)
      assert.deepStrictEqual(notices, ["CannotNudge"])
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("tries at once when a watch sees what may have ended the failure", () => {
    const configuration = (caBundle: string): KubernetesObject => ({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "config" },
      webhooks: [{ name: "v.example.org", clientConfig: { caBundle } }]
    })
    const { watches, client } = cluster([], [])
    return Effect.gen(function* () {
      yield* watches.send("ValidatingWebhookConfiguration", added(configuration("old")), listed())
      const slow = RetryPolicy.make({ jitter: "none", baseDelay: "30 seconds", maxDelay: "30 seconds" })
      const holder = yield* HoldOn.make({ policy: slow })
      const operation = yield* Effect.forkChild(holder.run(failUntil(5_000), { name: "op" }))
      yield* TestClock.adjust("5 seconds")
      yield* watches.send("ValidatingWebhookConfiguration", modified(configuration("new")))
      yield* TestClock.adjust("200 millis")
      assert.isBelow(yield* Fiber.join(operation), 5_200)
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("lets a denial out at once, even one that quotes a certificate error", () => {
    const denied = new AdmissionDenied({
      ...status,
      webhook: "v.example.org",
      explanation: "x509: certificate signed by unknown authority"
    })
    return Effect.gen(function* () {
      const holder = yield* HoldOn.make({ policy })
      assert.strictEqual(yield* Effect.flip(holder.run(Effect.fail(denied), { name: "op" })), denied)
    }).pipe(Effect.provideService(KubernetesClient, stubClient({})))
  })
})
