/**
 * An apply of seven waves through every fault at every wave: it ends in success, or in the error of the object that was
 * refused, and leaves what an undisturbed one leaves.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Apply from "@holdfast/k8s-adapter/Apply"
import type { WaveName } from "@holdfast/k8s-adapter/ApplyWaves"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import * as Faults from "@holdfast/testkit/Faults"
import { Effect, Layer } from "effect"
import { leftBehind, manifest } from "./support/sevenWaves.ts"

const moments: Readonly<Record<string, Faults.Match>> = {
  "the first requests": { method: "GET" },
  namespaces: { method: "PATCH", path: /^\/api\/v1\/namespaces\/[^/]+\?/ },
  definitions: { method: "PATCH", path: "/customresourcedefinitions/" },
  accounts: { method: "PATCH", path: /\/(serviceaccounts|roles|rolebindings)\// },
  config: { method: "PATCH", path: /\/(configmaps|secrets|services)\// },
  workloads: { method: "PATCH", path: "/deployments/" },
  webhooks: { method: "PATCH", path: "/validatingwebhookconfigurations/" },
  "custom resources": { method: "PATCH", path: "/widgets/" }
}

/** What nobody should try again: the answer, and the error it is told as. */
const refusals: Readonly<Record<string, Faults.Fault & { readonly _tag: "Answer" }>> = {
  Forbidden: { _tag: "Answer", code: 403, reason: "Forbidden", message: "is forbidden: no right to patch" },
  Invalid: { _tag: "Answer", code: 422, reason: "Invalid", message: "is invalid: spec: Required value" },
  BadRequest: { _tag: "Answer", code: 400, reason: "BadRequest", message: "strict decoding error: unknown field" }
}

const policy = RetryPolicy.make({ baseDelay: "20 millis", maxDelay: "500 millis", deadline: "30 seconds" })

interface Setup {
  readonly server: ApiServer.ApiServer
  readonly apply: (onWave?: (wave: WaveName) => Effect.Effect<void>) => Effect.Effect<unknown, Apply.ApplyFailed>
}

const applied = Effect.fnUntraced(function* <E>(disturbed: (setup: Setup) => Effect.Effect<unknown, E>) {
  const server = yield* ApiServer.make()
  const apply: Setup["apply"] = (onWave = () => Effect.void) =>
    Apply.apply(manifest, {
      policy,
      onEvent: (event) => (event._tag === "WaveStarted" ? onWave(event.wave) : Effect.void)
    }).pipe(Effect.provide(Layer.orDie(KubernetesClient.layer({ text: server.kubeconfig }))))
  yield* disturbed({ server, apply })
  yield* server.faults.clear
  return yield* leftBehind(server.kubeconfig)
}, Effect.scoped)

describe("apply", () => {
  const undisturbed = Effect.runPromise(applied(({ apply }) => apply()))
  const leavesTheSame = <E>(disturbed: (setup: Setup) => Effect.Effect<unknown, E>) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* applied(disturbed), yield* Effect.promise(() => undisturbed))
    })

  for (const [when, match] of Object.entries(moments)) {
    for (const [what, { fault, times }] of Object.entries(Faults.passing)) {
      it.live(`leaves the same after: ${what}, at ${when}`, () =>
        leavesTheSame(({ apply, server }) =>
          Effect.gen(function* () {
            const injected = yield* server.faults.inject(fault, { match, times })
            yield* apply()
            assert.isAtLeast(yield* injected.hits, 1, "the fault was never met")
          })
        )
      )
    }
    if (match.method === "GET") continue
    for (const [tag, fault] of Object.entries(refusals)) {
      it.live(`tells that it was refused, and leaves the same in the end, after: ${tag}, at ${when}`, () =>
        leavesTheSame(({ apply, server }) =>
          Effect.gen(function* () {
            const injected = yield* server.faults.inject(fault, { match, times: 1 })
            const { applied, failures, message, skipped } = yield* Effect.flip(apply())
            assert.deepStrictEqual(
              failures.map(({ error }) => error._tag),
              [tag]
            )
            assert.include(message, fault.message)
            assert.strictEqual(failures.length + applied.length + skipped, manifest.length)
            assert.strictEqual(yield* injected.hits, 1, "it was tried again")
            yield* apply()
          })
        )
      )
    }
  }
  for (const [what, happen] of Object.entries(Faults.disruptions)) {
    for (const when of ["namespaces", "workloads", "custom-resources"] satisfies ReadonlyArray<WaveName>) {
      it.live(`leaves the same after: ${what}, at ${when}`, () =>
        leavesTheSame(({ apply, server }) =>
          Effect.gen(function* () {
            yield* apply((wave) =>
              wave === when ? Effect.asVoid(Effect.forkDetach(happen(server.faults))) : Effect.void
            )
          })
        )
      )
    }
  }
})
