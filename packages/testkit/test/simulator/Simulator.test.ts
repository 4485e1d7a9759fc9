import { assert, describe, it } from "@effect/vitest"
import * as Explore from "@holdfast/testkit/simulator/Explore"
import * as NaiveProtocols from "@holdfast/testkit/simulator/NaiveProtocols"
import type { Protocol } from "@holdfast/testkit/simulator/Protocol"
import * as Schedule from "@holdfast/testkit/simulator/Schedule"
import * as Simulator from "@holdfast/testkit/simulator/Simulator"
import * as Trust from "@holdfast/testkit/simulator/Trust"

const calmSchedule: Schedule.Schedule = {
  seed: 0,
  apiServers: [{ lag: 50, skew: 0 }],
  pods: [{ lag: 60_000, mounted: true }],
  targets: 1,
  processes: [{ cache: 10, pace: 10, skew: 0 }],
  balanced: false,
  foreign: false,
  happenings: [],
  end: 3_600_000
}

const asked: Schedule.Happening = { at: Schedule.calm, kind: "rotate", cause: "forced" }

describe("the simulator", () => {
  it("finds the vacuum of swapping at once, as people see it: at once, and until the pod's mount is fresh", () => {
    const { failure } = Simulator.run(NaiveProtocols.swapAtOnce, { ...calmSchedule, happenings: [asked] })
    assert.strictEqual(failure?.refusal, "unknown authority")
    assert.strictEqual(failure?.presented.issuer, "ca-1")
    assert.deepStrictEqual(
      failure?.bundle.map(({ id }) => id),
      ["ca-3"]
    )
    assert.isFalse(failure?.onlyOnNewConnections)
    assert.approximately(failure?.at ?? 0, Schedule.calm + 100, 100)
  })

  it("finds that a leaf before its bundle fails on new connections first", () => {
    const { failure } = Simulator.run(NaiveProtocols.leafBeforeBundle, {
      ...calmSchedule,
      pods: [{ lag: 1, mounted: false }],
      happenings: [asked]
    })
    assert.strictEqual(failure?.refusal, "unknown authority")
    assert.isTrue(failure?.onlyOnNewConnections)
  })

  it("finds that an overlap without proof fails on the API server that is last to hear of it", () => {
    const slow = { lag: 5_000, skew: 0 }
    const { failure } = Simulator.run(NaiveProtocols.overlapWithoutProof, {
      ...calmSchedule,
      apiServers: [...calmSchedule.apiServers, slow],
      pods: [{ lag: 1_000, mounted: false }],
      happenings: [asked]
    })
    assert.strictEqual(failure?.apiServer, "api-1")
  })

  it.each([NaiveProtocols.swapAtOnce, NaiveProtocols.leafBeforeBundle, NaiveProtocols.overlapWithoutProof])(
    "catches and explains '$name' within a hundred schedules",
    (protocol) => {
      const { counterexample } = Explore.explore(protocol, { seeds: 100 })
      if (counterexample === undefined) return assert.fail(`${protocol.name} got through`)
      const { apiServers, happenings, pods, processes, targets } = counterexample.schedule
      assert.deepStrictEqual(
        { apiServers: apiServers.length, pods: pods.length, processes: processes.length, targets },
        { apiServers: 1, pods: 1, processes: 1, targets: 1 }
      )
      assert.deepStrictEqual(happenings, [asked])
      const text = Explore.format(counterexample)
      assert.include(text, `"${protocol.name}" fails`)
      assert.match(text, /api-0 +calls pod-0 for hook-0: unknown authority/)
      assert.isBelow(text.split("\n").length, 25)
    }
  )

  it("has nothing against a protocol that never changes anything", () => {
    const { failure, rotations } = Simulator.run(NaiveProtocols.swapAtOnce, calmSchedule)
    assert.isUndefined(failure)
    assert.strictEqual(rotations, 1)
  })

  it("notices that nobody ever serves, and that a certificate ends", () => {
    const idle: Protocol<undefined> = {
      name: "idle",
      start: () => undefined,
      step: (memory) => [memory, { kind: "wait", until: Number.POSITIVE_INFINITY }]
    }
    const days = 40 * 86_400_000
    const { failure } = Simulator.run(idle, { ...calmSchedule, foreign: true, end: days })
    assert.strictEqual(failure?.refusal, "expired")
  })

  it("does not blame a protocol for what others wrote", () => {
    const { failure } = Simulator.run(NaiveProtocols.swapAtOnce, {
      ...calmSchedule,
      happenings: [{ at: Schedule.calm, kind: "wipe", target: 0 }],
      end: Schedule.calm + 1
    })
    assert.isUndefined(failure)
  })

  it("runs the same way every time", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const [first, second] = [1, 2].map(() =>
        Simulator.run(NaiveProtocols.overlapWithoutProof, Schedule.generate(seed), { trace: true })
      )
      assert.deepStrictEqual(first, second)
    }
  })
})

describe("Trust.refusal", () => {
  const leaf: Trust.Leaf = {
    id: "leaf",
    issuer: "new",
    bridges: [{ by: "old", notBefore: 0, notAfter: 50 }],
    notBefore: 0,
    notAfter: 100
  }
  const trusted = (id: string) => ({ id, notBefore: 0, notAfter: 200 })

  it("takes the issuer, or a bridge that still stands", () => {
    assert.isUndefined(Trust.refusal(leaf, [trusted("new")], 100))
    assert.isUndefined(Trust.refusal(leaf, [trusted("old")], 50))
    assert.strictEqual(Trust.refusal(leaf, [trusted("old")], 51), "unknown authority")
    assert.strictEqual(Trust.refusal(leaf, [], 10), "unknown authority")
  })

  it("looks at every date", () => {
    assert.strictEqual(Trust.refusal(leaf, [trusted("new")], 101), "expired")
    assert.strictEqual(Trust.refusal(leaf, [trusted("new")], -1), "not valid yet")
    assert.strictEqual(Trust.refusal(leaf, [{ ...trusted("new"), notAfter: 9 }], 10), "authority expired")
  })
})
