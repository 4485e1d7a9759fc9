/**
 * An election of two through every fault at every moment: never two who lead, always one again, and a Lease that tells the
 * same as after an undisturbed one.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Faults from "@holdfast/testkit/Faults"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { election, lease } from "../support/election.ts"
import { quietly } from "../support/quietly.ts"

type Election = Effect.Success<typeof election>
type Candidate = Effect.Success<ReturnType<Election["candidate"]>>
type Moment = "acquired" | "renewed" | "taken over" | "given back"

interface Situation extends Election {
  readonly first: Candidate
  readonly second: Candidate
  /** Lets time pass; at no moment of it may two lead. */
  readonly pass: (seconds: number) => Effect.Effect<void>
}

/** Has an election come to a moment, disturbs it there, and gives what is left when all is calm. */
const left = Effect.fnUntraced(function* (
  when: Moment,
  disturb: (situation: Situation) => Effect.Effect<unknown, unknown>
) {
  const all = yield* election
  const candidates: Array<Candidate> = []
  const pass = Effect.fnUntraced(function* (seconds: number) {
    for (let half = 0; half < 2 * seconds; half++) {
      yield* all.advance("500 millis", "500 millis")
      const leaders = yield* Effect.filter(candidates, ({ leads }) => leads)
      assert.isAtMost(leaders.length, 1, "two lead")
    }
  })
  const join = Effect.fnUntraced(function* (name: string) {
    const candidate = yield* all.candidate(name)
    candidates.push(candidate)
    return candidate
  })
  // Who comes first is to lead, so that what is left can be compared.
  if (when === "acquired") {
    const [first, second] = [yield* join("a"), yield* join("b")]
    yield* disturb({ ...all, first, second, pass })
    yield* pass(30)
  } else {
    const first = yield* join("a")
    yield* pass(1)
    const second = yield* join("b")
    yield* pass(5)
    assert.deepStrictEqual([...all.working], ["a"])
    if (when === "taken over") yield* first.stop
    yield* disturb({ ...all, first, second, pass })
    if (when === "given back") yield* Effect.forkChild(Fiber.interrupt(first.fiber))
    yield* pass(45)
    if (when === "taken over") {
      yield* first.resume
      yield* pass(5)
    }
  }
  yield* all.server.faults.clear
  const { holderIdentity, leaseDurationSeconds, leaseTransitions } = yield* all.spec
  assert.deepStrictEqual([...all.working], [holderIdentity], "who works is not who holds the Lease")
  const { items } = yield* all.client.list({ apiVersion: lease.apiVersion, kind: lease.kind, namespace: "default" })
  return { holderIdentity, leaseDurationSeconds, leaseTransitions, leases: items.map(({ metadata }) => metadata.name) }
}, quietly)

const requests: Readonly<Record<Moment, Faults.Match>> = {
  acquired: { path: "/leases" },
  renewed: { method: "PUT", path: "/leases/" },
  "taken over": { method: "PUT", path: "/leases/" },
  "given back": { method: "PUT", path: "/leases/" }
}

/** What befalls the one who leads, its machine, or the Lease; and whether it still leads afterwards. */
const befalling: Readonly<
  Record<
    string,
    { readonly keeps: boolean; readonly happen: (situation: Situation) => Effect.Effect<unknown, unknown> }
  >
> = {
  "its machine stands still for 5 seconds": {
    keeps: true,
    happen: ({ first, pass }) => Effect.andThen(Effect.andThen(first.stop, pass(5)), first.resume)
  },
  "its machine stands still for 30 seconds": {
    keeps: false,
    happen: ({ first, pass, working }) =>
      Effect.gen(function* () {
        yield* first.stop
        yield* pass(30)
        assert.isTrue(working.has("b"))
        yield* first.resume
      })
  },
  "it is cut off for 5 seconds": {
    keeps: true,
    happen: ({ first, pass }) =>
      Effect.gen(function* () {
        first.partition(true)
        yield* pass(5)
        first.partition(false)
      })
  },
  "it is cut off for 30 seconds": {
    keeps: false,
    happen: ({ first, pass }) =>
      Effect.gen(function* () {
        first.partition(true)
        yield* pass(30)
        first.partition(false)
      })
  },
  "its answers are 3 seconds late": {
    keeps: true,
    happen: ({ first, pass }) =>
      Effect.gen(function* () {
        first.delayAnswers("3 seconds")
        yield* pass(30)
        first.delayAnswers(0)
      })
  },
  "its answers are later than a request may take": {
    keeps: false,
    happen: ({ first, pass }) =>
      Effect.gen(function* () {
        first.delayAnswers("8 seconds")
        yield* pass(40)
        first.delayAnswers(0)
      })
  },
  "the server is away for 5 seconds": {
    keeps: true,
    happen: ({ pass, server }) => Effect.andThen(Effect.andThen(server.faults.refuse, pass(5)), server.faults.resume)
  },
  "all connections are cut": { keeps: true, happen: ({ server }) => server.faults.disconnect },
  "history is forgotten": { keeps: true, happen: ({ server }) => server.faults.expireHistory },
  "the server's clock is an hour ahead": { keeps: true, happen: ({ server }) => server.faults.skewClock("1 hour") },
  "somebody deletes the Lease": { keeps: true, happen: ({ client }) => client.delete(lease) },
  "somebody else takes the Lease": {
    keeps: false,
    happen: ({ client, pass }) =>
      Effect.andThen(client.patch(lease, { type: "merge", body: { spec: { holderIdentity: "somebody" } } }), pass(20))
  }
}

describe("leader election", () => {
  for (const when of Object.keys(requests) as ReadonlyArray<Moment>) {
    const undisturbed = Effect.runPromise(
      Effect.provide(
        left(when, () => Effect.void),
        TestClock.layer()
      )
    )
    // Time stands still while a request is under way, so that slow ones are left to `befalling`.
    for (const [what, { fault, times }] of Object.entries(Faults.passing).filter(
      ([, { fault }]) => fault._tag !== "Latency"
    )) {
      it.effect(`has one leader after: ${what}, as the Lease is ${when}`, () =>
        Effect.gen(function* () {
          let hits: Effect.Effect<number> = Effect.succeed(0)
          const disturbed = yield* left(when, ({ server }) =>
            Effect.map(server.faults.inject(fault, { match: requests[when], times }), (injected) => {
              hits = injected.hits
            })
          )
          assert.isAtLeast(yield* hits, 1, "the fault was never met")
          const same = yield* Effect.promise(() => undisturbed)
          // Of two who begin together, either may win.
          const { holderIdentity } = when === "acquired" ? disturbed : same
          assert.deepStrictEqual(disturbed, { ...same, holderIdentity })
        })
      )
    }
  }
  for (const [what, { happen, keeps }] of Object.entries(befalling)) {
    it.effect(`${keeps ? "keeps its leader" : "has another leader"} after: ${what}`, () =>
      Effect.gen(function* () {
        const { holderIdentity, leaseDurationSeconds, leases } = yield* left("renewed", happen)
        assert.deepStrictEqual([leaseDurationSeconds, leases], [15, ["operator"]])
        if (keeps || what !== "somebody else takes the Lease") assert.strictEqual(holderIdentity, keeps ? "a" : "b")
      })
    )
  }
})
