/**
 * A bootstrap through every fault at every moment: it succeeds, or says at once that there is no server to look at, and in
 * the end leaves what an undisturbed one leaves.
 */
import { assert, describe, it } from "@effect/vitest"
import { Faults } from "@holdfast/testkit"
import { Effect } from "effect"
import { finalObjects } from "./support/finalObjects.ts"
import { servers, withOperator } from "./support/operator.ts"

type Match = NonNullable<NonNullable<Parameters<Faults.Faults["inject"]>[1]>["match"]>

const moments: Readonly<Record<string, Match>> = {
  "the first requests": { method: "GET" },
  namespaces: { method: "PATCH", path: /^\/api\/v1\/namespaces\/[^/]+$/ },
  definitions: { method: "PATCH", path: /customresourcedefinitions\// },
  workloads: { method: "PATCH", path: /\/deployments\// },
  "webhook configurations": { method: "PATCH", path: /webhookconfigurations\// },
  "the repository": { method: "PATCH", path: /packagerepositories\// }
}

type Disturb = (faults: Faults.Faults) => Effect.Effect<unknown, unknown>

const bootstrapped = Effect.fnUntraced(function* (disturb: Disturb, after: number) {
  const cluster = yield* servers.embedded.make
  const operator = yield* withOperator(cluster)
  yield* Effect.forkScoped(Effect.andThen(Effect.sleep(after), disturb(cluster.faults)))
  const { code, stderr } = yield* operator.bootstrap("--retry-deadline", "30s")
  if (code === 69) {
    // Before anything is begun, a server that does not answer is told and not waited for: the address may be wrong.
    assert.include(stderr, "error: No answer from ")
    assert.notInclude(stderr, "► Applying", "something was begun")
    yield* Effect.sleep("1 second")
    const again = yield* operator.bootstrap()
    assert.strictEqual(again.code, 0, again.stderr)
  } else assert.strictEqual(code, 0, stderr)
  yield* cluster.faults.clear
  return yield* finalObjects(cluster.kubeconfig)
})

describe("bootstrap", () => {
  const undisturbed = Effect.runPromise(Effect.scoped(bootstrapped(() => Effect.void, 0)))
  const leavesTheSame = Effect.fnUntraced(function* (disturb: Disturb, after = 0) {
    assert.deepStrictEqual(yield* bootstrapped(disturb, after), yield* Effect.promise(() => undisturbed))
  })

  for (const [what, { fault, times }] of Object.entries(Faults.passing)) {
    for (const [when, match] of Object.entries(moments)) {
      it.live(`leaves the same after: ${what}, at ${when}`, () =>
        Effect.gen(function* () {
          let hits: Effect.Effect<number> = Effect.succeed(0)
          yield* leavesTheSame((faults) =>
            Effect.map(faults.inject(fault, { match, times }), (injected) => {
              hits = injected.hits
            })
          )
          assert.isAtLeast(yield* hits, 1, "the fault was never met")
        }).pipe(Effect.scoped)
      )
    }
  }
  for (const [what, happen] of Object.entries(Faults.disruptions)) {
    for (const after of [200, 900]) {
      it.live(`leaves the same after: ${what}, ${after} ms after its start`, () =>
        Effect.scoped(leavesTheSame(happen, after))
      )
    }
  }
})
