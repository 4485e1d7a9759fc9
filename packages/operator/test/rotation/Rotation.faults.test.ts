/**
 * A rotation of an authority through every fault at every moment, on three API servers in virtual time: no request fails
 * for its webhook, and what is left is what an undisturbed rotation leaves.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import * as Faults from "@holdfast/testkit/Faults"
import { Clock, Effect, Result, Scope } from "effect"
import { TestClock } from "effect/testing"
import { type Lab, make, shop, system } from "../support/certificateLab.ts"
import { quietly } from "../support/quietly.ts"
import * as virtualTime from "../support/virtualTime.ts"

interface Situation {
  readonly lab: Lab
  readonly leader: { readonly end: Effect.Effect<void> }
  /** All API servers; the operator works with the first, and asks canaries at each. */
  readonly instances: ReadonlyArray<ApiServer.ApiServerInstance>
  /** Lets time pass under load. */
  readonly pass: (seconds: number) => Effect.Effect<void>
  /** Lets time pass under load until the rotation is in a phase. */
  readonly phase: (wanted: string) => Effect.Effect<void, unknown>
}

const serving = { apiVersion: "v1", kind: "Secret", name: "hook-tls", namespace: shop }
const state = { apiVersion: "v1", kind: "Secret", name: "shop.hook.pki", namespace: system }
const text = (base64: string | undefined) => Buffer.from(base64 ?? "", "base64").toString("utf8")

/** What a rotation leaves, without what is another each time: keys, serial numbers, times. */
const left = ({ client, configuration, status }: Lab) =>
  Effect.gen(function* () {
    const { apiServersProven, conditions = [], observedRotate, phase, pods = [], reach, targetsInSync } = yield* status
    const secret = (yield* client.get(serving))["data"] as Readonly<Record<string, string>>
    const { data } = (yield* client.get(state)) as unknown as { readonly data: Readonly<Record<string, string>> }
    const leaf = Result.getOrThrow(Certificate.parse(text(secret["tls.crt"])))
    const trusted = (yield* configuration).webhooks.map(({ clientConfig, name }) => {
      const { certificates } = Result.getOrThrow(CertificateBundle.parse(text(clientConfig.caBundle)))
      return {
        name,
        authorities: certificates.length,
        signs: certificates.some(({ subject }) => subject === leaf.issuer)
      }
    })
    return {
      status: { apiServersProven, observedRotate, phase, reach, targetsInSync, pods: pods.length },
      conditions: conditions.map(({ reason, status, type }) => `${type} ${status} ${reason}`).sort(),
      trusted,
      keys: [secret, data].map((of) =>
        Object.keys(of)
          .map((key) => key.replace(/[0-9a-f]{64}/, "ID"))
          .sort()
      )
    }
  })

/** Asks for a rotation of the authority, disturbs it, and gives what is left when it is over. */
const rotated = Effect.fnUntraced(function* (disturb: (situation: Situation) => Effect.Effect<unknown, unknown>) {
  yield* virtualTime.start
  const server = yield* ApiServer.make({ clock: yield* Clock.Clock, instances: 3 })
  const { instances } = server
  const lab = yield* make(server, {
    addresses: instances.map(({ url }) => new URL(url).host),
    keepAlive: "5 seconds"
  })
  const clients = yield* Effect.forEach(instances, ({ kubeconfig }) => KubernetesClient.make({ text: kubeconfig }))
  const failures: Array<string> = []
  /** One request through each API server. One that the API server itself does not take is none of the webhook's. */
  const ask = Effect.forEach(
    clients,
    (client, index) =>
      Effect.catch(
        client.create(
          { apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "asked-", namespace: "hooked" } },
          { dryRun: true }
        ),
        ({ message }) =>
          Effect.sync(() => void (message.includes("webhook") && failures.push(`API server ${index}: ${message}`)))
      ),
    { discard: true }
  )
  // Not waited for: time stands still meanwhile, and a request may have to wait for it.
  const scope = yield* Scope.Scope
  const asking = Effect.asVoid(Effect.forkIn(ask, scope))
  const passing = virtualTime.passing(server)
  const pass = (seconds: number) => passing(seconds * 1000, { each: asking })
  const until = <E>(holds: Effect.Effect<boolean, E>, each: Effect.Effect<void> = asking) =>
    Effect.gen(function* () {
      for (let steps = 0; steps < 1200; steps++) {
        if (yield* holds) return
        yield* passing("500 millis", { each })
      }
      return assert.fail(`it does not come: ${JSON.stringify(yield* lab.status)}`)
    })
  const isOver = (request: string | undefined) =>
    Effect.map(
      lab.status,
      ({ conditions = [], observedRotate, phase }) =>
        observedRotate === request &&
        phase === "STABLE" &&
        conditions.some(({ status, type }) => type === "Ready" && status === "True")
    )

  const leader = yield* lab.lead()
  yield* lab.create()
  yield* until(isOver(undefined), Effect.void)
  const before = Result.getOrThrow(Certificate.parse(text((yield* data(lab))["tls.crt"]))).issuer
  yield* lab.annotate(WebhookCertificate.rotateAnnotation, "please")
  const phase = (wanted: string) => until(Effect.map(lab.status, (status) => status.phase === wanted))
  yield* disturb({ lab, leader, instances, pass, phase })
  yield* until(isOver("please"))
  for (const { faults } of instances) yield* faults.clear
  yield* pass(10)
  assert.deepStrictEqual(failures, [])
  const after = Result.getOrThrow(Certificate.parse(text((yield* data(lab))["tls.crt"]))).issuer
  assert.notStrictEqual(after, before, "the authority is the one of before")
  return yield* left(lab)
}, quietly)

const data = ({ client }: Lab) =>
  Effect.map(client.get(serving), (secret) => secret["data"] as Readonly<Record<string, string>>)

const moments: Readonly<Record<string, Faults.Match>> = {
  "as the state is written": { method: "PUT", path: "/secrets/shop.hook.pki" },
  "as the bundle is written": { method: "PATCH", path: "/validatingwebhookconfigurations/hook" },
  "as canaries are asked": { method: "POST", path: "/probes" },
  "as API servers are looked for": { method: "GET", path: "/version" },
  "as the new certificate is put in place": { method: "PATCH", path: "/secrets/hook-tls" },
  "as the status is written": { method: "PATCH", path: "/webhookcertificates/hook/status" }
}

/** What befalls one API server of three, the operator, or what it has written. */
const befalling: Readonly<Record<string, (situation: Situation) => Effect.Effect<unknown, unknown>>> = {
  ...Object.fromEntries(
    Object.entries(Faults.disruptions).map(([name, disrupt]) => [
      `of an API server: ${name}`,
      ({ instances }: Situation) => Effect.forkScoped(disrupt(instances[1]?.faults ?? assert.fail()))
    ])
  ),
  "an API server is away for half a minute": ({ instances, pass }) =>
    Effect.gen(function* () {
      const { faults } = instances[2] ?? assert.fail()
      yield* faults.refuse
      yield* pass(30)
      yield* faults.resume
    }),
  "the leader ends, and another one goes on": ({ lab, leader, pass }) =>
    Effect.gen(function* () {
      yield* leader.end
      yield* pass(5)
      yield* lab.lead()
    }),
  "two lead": ({ lab }) => lab.lead(),
  "the serving Secret is deleted": ({ lab }) => lab.client.delete(serving),
  "the state is deleted": ({ lab }) => lab.client.delete(state),
  "the serving Secret is spoilt": ({ lab }) =>
    lab.client.patch(serving, { type: "merge", body: { data: { "tls.crt": "bm9uc2Vuc2U=" } } }),
  "the state is spoilt": ({ lab }) =>
    lab.client.patch(state, { type: "merge", body: { data: { "state.json": "bm9uc2Vuc2U=" } } })
}

describe("a rotation", { timeout: 120_000 }, () => {
  const undisturbed = Effect.runPromise(
    Effect.provide(
      rotated(() => Effect.void),
      TestClock.layer()
    )
  )
  const leavesTheSame = (disturb: (situation: Situation) => Effect.Effect<unknown, unknown>) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* rotated(disturb), yield* Effect.promise(() => undisturbed))
    })

  for (const [when, match] of Object.entries(moments)) {
    for (const [what, { fault, times }] of Object.entries(Faults.passing)) {
      it.effect(`leaves the same after: ${what}, ${when}`, () =>
        Effect.gen(function* () {
          let injected: ReadonlyArray<Faults.InjectedFault> = []
          yield* leavesTheSame(({ instances }) =>
            Effect.gen(function* () {
              injected = yield* Effect.forEach(instances, ({ faults }) => faults.inject(fault, { match, times }))
            })
          )
          const hits = yield* Effect.forEach(injected, (each) => each.hits)
          assert.isAbove(Math.max(...hits), 0, "the fault was never met")
        })
      )
    }
  }
  for (const [what, befall] of Object.entries(befalling)) {
    it.effect(`leaves the same after: ${what}, as it begins`, () => leavesTheSame(befall))
    it.effect(`leaves the same after: ${what}, as the old authority drains`, () =>
      leavesTheSame((situation) => Effect.andThen(situation.phase("DRAIN"), befall(situation)))
    )
  }
})
