import { assert, describe, it } from "@effect/vitest"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as LeaderElection from "@holdfast/operator/runtime/LeaderElection"
import * as Faults from "@holdfast/testkit/Faults"
import { Clock, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { election, lease } from "../support/election.ts"
import { quietly } from "../support/quietly.ts"
import * as VirtualCluster from "../support/VirtualCluster.ts"

const holdsOnlyOne = (guarded: ReadonlyArray<readonly [number, string]>) => {
  const turns = guarded.map(([, who]) => who).filter((who, i, all) => who !== all[i - 1])
  return new Set(turns).size === turns.length
}

describe("leader election", () => {
  it.effect("of three candidates exactly one leads, and renews its Lease", () =>
    Effect.gen(function* () {
      const { advance, candidate, mostAtOnce, spec, working } = yield* election
      for (const name of ["a", "b", "c"]) yield* candidate(name)
      yield* advance("1 minute")
      assert.strictEqual(working.size, 1)
      assert.strictEqual(mostAtOnce(), 1)
      const { holderIdentity, leaseDurationSeconds, leaseTransitions, renewTime } = yield* spec
      assert.deepStrictEqual([holderIdentity, leaseDurationSeconds, leaseTransitions], [[...working][0], 15, 0])
      assert.match(String(renewTime), /^1970-01-01T00:00:5\d\.\d{6}Z$/)
    }).pipe(Effect.scoped)
  )

  it.effect("another takes over within lease duration and retry period after a crash", () =>
    Effect.gen(function* () {
      const { advance, candidate, guarded, mostAtOnce, spec, working } = yield* election
      const first = yield* candidate("a")
      yield* advance("1 second")
      for (const name of ["b", "c"]) yield* candidate(name)
      yield* advance("20 seconds")
      assert.deepStrictEqual([...working], ["a"])
      // A crash is a stop that nothing follows.
      yield* first.stop
      const crashedAt = yield* Clock.currentTimeMillis
      yield* advance("20 seconds")
      const [takenOverAt = 0] = guarded.find(([, who]) => who !== "a") ?? []
      assert.isAtMost(takenOverAt - crashedAt, 17_000)
      assert.isAtLeast(takenOverAt - crashedAt, 13_000)
      assert.isTrue(holdsOnlyOne(guarded))
      assert.strictEqual((yield* spec)["leaseTransitions"], 1)
      assert.isAtMost(mostAtOnce(), 2)
    }).pipe(Effect.scoped)
  )

  it.effect("a leader that was stopped does nothing more when it wakes up, and is a candidate again", () =>
    Effect.gen(function* () {
      const { advance, candidate, guarded, spec, working } = yield* election
      const first = yield* candidate("a")
      yield* advance("1 second")
      yield* candidate("b")
      yield* advance("10 seconds")
      yield* first.stop
      yield* advance("30 seconds")
      assert.deepStrictEqual([...working].sort(), ["a", "b"], "the stopped one cannot know")
      const before = guarded.filter(([, who]) => who === "a").length
      yield* first.resume
      yield* advance("10 seconds")
      assert.deepStrictEqual([...working], ["b"])
      assert.strictEqual(guarded.filter(([, who]) => who === "a").length, before)
      assert.isTrue(holdsOnlyOne(guarded))
      assert.strictEqual((yield* spec)["holderIdentity"], "b")
    }).pipe(Effect.scoped)
  )

  it.effect("a leader that is cut off ends its work before another begins", () =>
    Effect.gen(function* () {
      const { advance, candidate, guarded, mostAtOnce, working } = yield* election
      const first = yield* candidate("a", 1000)
      yield* advance("1 second")
      yield* candidate("b")
      yield* advance("10 seconds")
      first.partition(true)
      yield* advance("12 seconds")
      assert.deepStrictEqual([...working], [], "nobody leads in between")
      yield* advance("8 seconds")
      assert.deepStrictEqual([...working], ["b"])
      assert.strictEqual(mostAtOnce(), 1)
      first.partition(false)
      yield* advance("30 seconds")
      assert.deepStrictEqual([...working], ["b"])
      assert.isTrue(holdsOnlyOne(guarded))
    }).pipe(Effect.scoped)
  )

  it.effect("a leader that is shut down keeps the Lease until its work has ended, and then gives it back", () =>
    Effect.gen(function* () {
      const { advance, candidate, mostAtOnce, spec, working } = yield* election
      const first = yield* candidate("a", 25_000)
      yield* advance("1 second")
      yield* candidate("b")
      yield* advance("5 seconds")
      const stopping = yield* Effect.forkChild(Fiber.interrupt(first.fiber))
      yield* advance("24 seconds")
      assert.strictEqual((yield* spec)["holderIdentity"], "a", "renewed while it stops")
      yield* advance("4 seconds")
      yield* Fiber.join(stopping)
      assert.deepStrictEqual([...working], ["b"])
      assert.strictEqual(mostAtOnce(), 1)
    }).pipe(Effect.scoped)
  )

  it.effect("an outage shorter than the renew deadline costs nothing, a longer one the leadership", () =>
    Effect.gen(function* () {
      const { advance, candidate, guarded, server, working } = yield* election
      yield* candidate("a")
      yield* advance("5 seconds")
      const outage = yield* server.faults.inject(Faults.serviceUnavailable())
      yield* advance("7 seconds")
      assert.deepStrictEqual([...working], ["a"])
      yield* outage.clear
      yield* advance("10 seconds")
      const longer = yield* server.faults.inject(Faults.serviceUnavailable())
      yield* advance("11 seconds")
      assert.deepStrictEqual([...working], [])
      yield* longer.clear
      const count = guarded.length
      yield* advance("3 seconds")
      assert.deepStrictEqual([...working], ["a"], "nobody else was there to take it")
      assert.isAbove(guarded.length, count)
    }).pipe(Effect.scoped)
  )

  it.effect("a renewal whose answer was lost does not lose the leadership", () =>
    Effect.gen(function* () {
      const { advance, candidate, server, spec, working } = yield* election
      yield* candidate("a")
      yield* advance("5 seconds")
      const reset = yield* server.faults.inject(Faults.reset("after-effect"), { match: { method: "PUT" }, times: 1 })
      yield* advance("5 seconds")
      assert.strictEqual(yield* reset.hits, 1)
      yield* advance("15 seconds")
      assert.deepStrictEqual([...working], ["a"])
      assert.strictEqual((yield* spec)["leaseTransitions"], 0)
    }).pipe(Effect.scoped)
  )

  it.effect("counts its time from when a renewal was sent, not from when the answer came", () =>
    Effect.gen(function* () {
      const { advance, candidate, spec } = yield* election
      const leader = yield* candidate("a")
      leader.delayAnswers("3 seconds")
      yield* advance("30 seconds")
      assert.isTrue(yield* leader.leads)
      leader.partition(true)
      while (yield* leader.leads) yield* advance("100 millis", "100 millis")
      const endedAt = yield* Clock.currentTimeMillis
      const renewedAt = Date.parse(String((yield* spec)["renewTime"]))
      assert.isAtMost(endedAt - renewedAt, 10_100)
      assert.isAtLeast(endedAt - renewedAt, 9900)
    }).pipe(Effect.scoped)
  )

  it.effect("a Lease that somebody else has taken by hand ends the work at the next renewal", () =>
    Effect.gen(function* () {
      const { advance, candidate, client, working } = yield* election
      yield* candidate("a")
      yield* advance("5 seconds")
      yield* client.patch(lease, { type: "merge", body: { spec: { holderIdentity: "somebody" } } })
      yield* advance("3 seconds")
      assert.deepStrictEqual([...working], [])
      yield* advance("18 seconds")
      assert.deepStrictEqual([...working], ["a"])
    }).pipe(Effect.scoped)
  )

  it.effect(
    "never has two leaders at once, and has one again when all is well, whatever stops, wakes up and is cut off",
    () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(
            fc.array(
              fc.record({
                who: fc.nat(2),
                what: fc.constantFrom("stop", "resume", "cut", "heal", "outage", "end of outage"),
                seconds: fc.integer({ min: 1, max: 24 })
              }),
              { minLength: 3, maxLength: 10 }
            ),
            (steps) =>
              Effect.runPromise(
                Effect.gen(function* () {
                  const { advance, candidate, server, working } = yield* election
                  const all = [yield* candidate("a"), yield* candidate("b"), yield* candidate("c")]
                  const stopped = new Set<string>()
                  const onlyOneFor = Effect.fnUntraced(function* (seconds: number) {
                    for (let half = 0; half < 2 * seconds; half++) {
                      yield* advance("500 millis", "500 millis")
                      const leaders = yield* Effect.filter(all, ({ leads }) => leads)
                      assert.isAtMost(leaders.length, 1)
                      assert.isAtMost([...working].filter((each) => !stopped.has(each)).length, 1)
                    }
                  })
                  yield* onlyOneFor(5)
                  for (const { seconds, what, who } of steps) {
                    const machine = all[who] ?? assert.fail()
                    if (what === "stop") {
                      yield* machine.stop
                      stopped.add(machine.identity)
                    } else if (what === "resume") {
                      yield* machine.resume
                      // What was over already is ended by what the machine does first.
                      yield* advance("1 millis", "1 millis")
                      stopped.delete(machine.identity)
                    } else if (what === "cut" || what === "heal") machine.partition(what === "cut")
                    else if (what === "outage") yield* server.faults.inject(Faults.serviceUnavailable())
                    else yield* server.faults.clear
                    yield* onlyOneFor(seconds)
                  }
                  yield* server.faults.clear
                  for (const machine of all) {
                    machine.partition(false)
                    yield* machine.resume
                  }
                  yield* advance("25 seconds", "500 millis")
                  assert.strictEqual(working.size, 1)
                }).pipe(quietly, Effect.provide(TestClock.layer()))
              )
          ),
          { numRuns: 8 }
        )
      ),
    60_000
  )

  it.effect("gives the result of the work, and its own failures, to the caller", () =>
    Effect.gen(function* () {
      const { client, settled } = yield* VirtualCluster.make
      const run = (work: Effect.Effect<string, string>, name: string) =>
        LeaderElection.run(() => work, { name, namespace: "default", identity: "a" }).pipe(
          Effect.provideService(KubernetesClient, client),
          Effect.exit
        )
      assert.deepStrictEqual(yield* run(Effect.succeed("done"), "one"), Exit.succeed("done"))
      assert.deepStrictEqual(yield* run(Effect.fail("broken"), "two"), Exit.fail("broken"))
      yield* settled
      const spec = (yield* client.get({ ...lease, name: "two" }))["spec"] as Record<string, unknown>
      assert.strictEqual(spec["holderIdentity"], "")
    }).pipe(Effect.scoped)
  )
})
