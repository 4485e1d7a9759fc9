import { assert, describe, it } from "@effect/vitest"
import * as RotationEngine from "@holdfast/operator/rotation/RotationEngine"
import * as Explore from "@holdfast/testkit/simulator/Explore"
import type { Deed } from "@holdfast/testkit/simulator/Protocol"
import * as Schedule from "@holdfast/testkit/simulator/Schedule"
import * as Simulator from "@holdfast/testkit/simulator/Simulator"
import { protocol } from "./EngineProtocol.ts"

const { next } = RotationEngine

/** Looks long enough that a mutant which gets through would be one that does no harm. */
const explore = (mutant: ReturnType<typeof protocol>) => Explore.explore(mutant, { seeds: 3_000 })

const withoutBridges: typeof next = (view, settings) => {
  const action = next(view, settings)
  if (action._tag !== "MakeAuthority") return action
  const { bridgedBy: _, ...rest } = action
  return rest
}

describe("the rotation engine in the simulator", () => {
  it("fails no request in 10,000 schedules of crashes, stale servers, GitOps writers, lost Secrets and skewed clocks", () => {
    const explored = Explore.explore(protocol(), { seeds: 10_000 })
    if (explored.counterexample !== undefined) assert.fail(Explore.format(explored.counterexample))
    // It does rotate: at least once a schedule, the ones that come of age included.
    assert.isAbove(explored.rotations, explored.schedules)
  }, 240_000)

  it("ends every rotation that nothing stops", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const schedule = Schedule.generate(seed)
      const happenings = schedule.happenings.filter(({ kind }) => kind === "rotate")
      const ran = Simulator.run(protocol(), { ...schedule, happenings, end: 12 * 3_600_000 })
      assert.isAbove(ran.rotations, 1, `seed ${seed}`)
    }
  })

  const rotating = (cause: "forced" | "compromised", more: Partial<Schedule.Schedule>): Schedule.Schedule => ({
    ...Schedule.generate(1),
    apiServers: [
      { lag: 5, skew: 0 },
      { lag: 2_000, skew: 60_000 },
      { lag: 15_000, skew: -60_000 }
    ],
    pods: [
      { lag: 10, mounted: false },
      { lag: 80_000, mounted: true }
    ],
    targets: 2,
    balanced: false,
    foreign: false,
    end: 3 * 3_600_000,
    ...more,
    happenings: [{ at: Schedule.calm, kind: "rotate", cause }, ...(more.happenings ?? [])]
  })
  const process = { cache: 200, pace: 20, skew: 0 }
  const deeds = Array.from({ length: 60 }, (_, index) => index + 1)

  it.each(["forced", "compromised"] as const)(
    "survives a crash before and after each deed of a %s rotation",
    (cause) => {
      for (const deed of deeds) {
        for (const when of ["before", "after"] as const) {
          const crash: Schedule.Happening = { kind: "crash", process: 0, deed, when, down: 30_000 }
          const ran = Simulator.run(protocol(), rotating(cause, { processes: [process], happenings: [crash] }))
          assert.isUndefined(ran.failure, `${when} deed ${deed}`)
          assert.strictEqual(ran.rotations, 2, `${when} deed ${deed}`)
        }
      }
    }
  )

  it.each(["forced", "compromised"] as const)(
    "survives a leader that sleeps before each deed of a %s rotation while another goes on",
    (cause) => {
      for (const deed of deeds) {
        for (const time of [1_000, 20_000, 1_200_000]) {
          const pause: Schedule.Happening = { kind: "pause", process: 0, deed, for: time }
          const processes = [process, { ...process, cache: 900, pace: 35, skew: 45_000 }]
          const ran = Simulator.run(protocol(), rotating(cause, { processes, happenings: [pause] }))
          assert.isUndefined(ran.failure, `${time} ms before deed ${deed}`)
          assert.strictEqual(ran.rotations, 2, `${time} ms before deed ${deed}`)
        }
      }
    }
  )

  it("fails without waiting for pods before it takes trust away", () => {
    const { counterexample } = explore(protocol("no drain", (view, settings) => next({ ...view, pods: [] }, settings)))
    assert.strictEqual(counterexample?.failure.refusal, "unknown authority")
  })

  it("fails with neither proof nor bridge", () => {
    const { counterexample } = explore(
      protocol("no proof, no bridge", (view, settings) => withoutBridges({ ...view, apiServers: [] }, settings))
    )
    assert.strictEqual(counterexample?.failure.refusal, "unknown authority")
  })

  it("fails with a bridge alone where there can be none", () => {
    const { counterexample } = explore(
      protocol("no proof", (view, settings) => next({ ...view, apiServers: [], reach: "all" }, settings))
    )
    assert.strictEqual(counterexample?.failure.refusal, "unknown authority")
  })

  it("fails when writes do not compare what they swap, and one of two processes falls asleep", () => {
    const sleepy = (seed: number): Schedule.Schedule => {
      const schedule = Schedule.generate(seed)
      const pauses = Array.from({ length: 6 }, (_, index): Schedule.Happening => {
        const deed = 2 + ((seed * 7 + index * 11) % 60)
        return { kind: "pause", process: index % 2, deed, for: 1_000 * ((seed + index * 37) % 400) }
      })
      const [process = { cache: 1, pace: 1, skew: 0 }] = schedule.processes
      return {
        ...schedule,
        processes: [process, { ...process, skew: 0, pace: 3 + (seed % 200) }],
        happenings: [...schedule.happenings, ...pauses]
      }
    }
    const anyhow = (deed: Deed): Deed => ("over" in deed ? { ...deed, over: "any" } : deed)
    const mutant = protocol("no compare-and-swap", (view, settings) => next(view, settings), anyhow)
    const options = { seeds: 4_000, generate: sleepy }
    const caught = Explore.explore(mutant, options)
    assert.isDefined(caught.counterexample)
    const explored = Explore.explore(protocol(), { ...options, seeds: caught.schedules })
    if (explored.counterexample !== undefined) assert.fail(Explore.format(explored.counterexample))
  }, 60_000)

  it("fails when it renews leaves only as they expire", () => {
    const { counterexample } = explore(
      protocol("late renewal", (view, settings) => {
        const leaf = view.state?.leaf
        if (view.state === undefined || leaf === undefined || view.now > leaf.notAfter) return next(view, settings)
        const fresh = { ...leaf, notAfter: Number.MAX_SAFE_INTEGER }
        const action = next({ ...view, state: { ...view.state, leaf: fresh } }, settings)
        return action._tag === "Persist" && action.state.leaf?.id === leaf.id
          ? { ...action, state: { ...action.state, leaf } }
          : action
      })
    )
    assert.strictEqual(counterexample?.failure.refusal, "expired")
  })

  it("fails when it starts anew beside what is trusted without keeping it", () => {
    const { counterexample } = explore(
      protocol("no adoption", (view, settings) => {
        const action = next(view, settings)
        if (action._tag === "Publish") {
          const own = action.bundle.filter(({ id }) => !action.target.bundle.some((each) => each.id === id))
          return own.length > 0 && view.state?.cause === "adopted" ? { ...action, bundle: own } : action
        }
        return action
      })
    )
    assert.strictEqual(counterexample?.failure.refusal, "unknown authority")
  })
})
