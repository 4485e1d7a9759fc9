import { assert, describe, it } from "@effect/vitest"
import * as RotationEngine from "@holdfast/operator/rotation/RotationEngine"
import * as RotationInvariants from "@holdfast/operator/rotation/RotationInvariants"
import { defaults } from "@holdfast/operator/rotation/RotationSettings"
import type { Authority, Leaf, RotationState } from "@holdfast/operator/rotation/RotationState"
import type { Action, Pod, RotationView, ServingSecret, Target } from "@holdfast/operator/rotation/RotationView"

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const now = Date.parse("2026-11-23T12:00:00Z")

const authority = (id: string, more: Partial<Authority> = {}): Authority => ({
  id,
  notBefore: now - day,
  notAfter: now + 364 * day,
  bridges: [],
  ...more
})
const leafOf = (issuer: string, more: Partial<Leaf> = {}): Leaf => ({
  id: `leaf-of-${issuer}`,
  issuer,
  bridges: [],
  notBefore: now - hour,
  notAfter: now + 30 * day,
  ...more
})

const [previous, current, next] = ["previous", "current", "next"].map((id) => authority(id)) as [
  Authority,
  Authority,
  Authority
]
const leaf = leafOf("current")
const stable: RotationState = {
  epoch: 9,
  phase: "STABLE",
  since: now - hour,
  current,
  next,
  nextPublishedAt: now - hour,
  leaf,
  proven: "current"
}

const target = (bundle: Target["bundle"], more: Partial<Target> = {}): Target => ({
  name: "hook",
  resourceVersion: "1",
  bundle,
  epoch: 5,
  ...more
})
const pod = (presents: Leaf | undefined, more: Partial<Pod> = {}): Pod => ({
  name: "pod-0",
  presents,
  since: now - hour,
  ...more
})

const view = (state: RotationState | undefined, more: Partial<RotationView> = {}): RotationView => {
  const bundle =
    state === undefined ? [] : [state.previous, state.current, state.next].filter((each) => each !== undefined)
  const serving: ServingSecret = {
    resourceVersion: "1",
    epoch: 5,
    bundle,
    ...(state?.leaf === undefined ? {} : { leaf: state.leaf.id }),
    ...(state?.staged === undefined ? {} : { staged: state.staged.id })
  }
  return {
    now,
    skew: 0,
    state,
    phaseSeenAt: state?.since ?? now,
    remembered: state === undefined ? undefined : { state, written: 5 },
    serving,
    targets: [target(bundle)],
    pods: [pod(state?.leaf)],
    apiServers: ["api-0"],
    reach: "all",
    probes: [],
    hand: {},
    ...more
  }
}

const decide = (state: RotationState | undefined, more: Partial<RotationView> = {}): Action => {
  const seen = view(state, more)
  const action = RotationEngine.next(seen, defaults)
  assert.isUndefined(RotationInvariants.broken(seen, action))
  return action
}

/** What a decision comes to, in a few words. */
const words = (action: Action): string => {
  switch (action._tag) {
    case "Persist":
      return `Persist ${action.state.phase}`
    case "Publish":
      return `Publish ${action.bundle.map(({ id }) => id).join(" ")}`
    case "Wait":
      return `Wait for ${action.for}`
    default:
      return action._tag
  }
}

const proving: RotationState = { ...stable, phase: "PROVE", cause: "forced", staged: leafOf("next"), proven: "current" }
const probe = (inARow: number, more: object = {}) => ({
  apiServer: "api-0",
  target: "hook",
  epoch: 5,
  inARow,
  at: now - 2_000,
  ...more
})
const draining: RotationState = { ...stable, phase: "DRAIN", previous, since: now - 2 * hour }
const retiring: RotationState = { ...draining, phase: "RETIRE" }

describe("the rotation engine", () => {
  it("writes nothing while all is well", () => {
    assert.strictEqual(words(decide(stable)), "Wait for a certificate to be due")
  })

  it("waits for the leaf, which is due first", () => {
    const action = decide(stable)
    assert.strictEqual(action._tag === "Wait" && action.until, leaf.notAfter - defaults.leafValidity / 3)
  })

  it("renews a leaf with a third of its life left, and changes no bundle for it", () => {
    const old = leafOf("current", { notBefore: now - 20 * day - hour, notAfter: now + 10 * day })
    const made = leafOf("current", { id: "renewed" })
    assert.strictEqual(words(decide({ ...stable, leaf: old })), "MakeLeaf")
    assert.strictEqual(words(decide({ ...stable, leaf: old }, { hand: { leaf: made } })), "Persist LEAF")
  })

  it("renews a leaf that lives for minutes", () => {
    const settings = { ...defaults, leafValidity: 10 * minute, leafRenewBefore: 9 * minute }
    const short = leafOf("current", { notBefore: now - hour - minute, notAfter: now + 9 * minute })
    const action = RotationEngine.next(view({ ...stable, leaf: short }, { pods: [pod(short)] }), settings)
    assert.strictEqual(action._tag, "MakeLeaf")
  })

  it("begins to change an authority with a third of its life left", () => {
    const old = authority("current", { notAfter: now + defaults.authorityValidity / 3 })
    assert.strictEqual(words(decide({ ...stable, current: old })), "Persist STAGE")
  })

  it("puts back what somebody took out of a bundle, and keeps what somebody put in", () => {
    assert.strictEqual(words(decide(stable, { targets: [target([])] })), "Publish current next")
    assert.strictEqual(
      words(decide(stable, { targets: [target([authority("theirs"), current])] })),
      "Publish current next theirs"
    )
  })

  it("does not write to one object twice in a second", () => {
    assert.strictEqual(
      words(decide(stable, { targets: [target([], { writtenAt: now - 999 })] })),
      "Wait for targets to settle"
    )
  })

  it("gives a new authority a day to be heard of, unless somebody is in a hurry", () => {
    const trusting: RotationState = { ...stable, phase: "TRUST", staged: leafOf("next"), cause: "age" }
    assert.strictEqual(words(decide(trusting)), "Wait for publication")
    assert.strictEqual(words(decide({ ...trusting, nextPublishedAt: now - day })), "Persist PROVE")
    assert.strictEqual(words(decide({ ...trusting, cause: "forced" })), "Persist PROVE")
  })

  it("serves under a new authority only after every API server has trusted it twice", () => {
    assert.strictEqual(words(decide(proving)), "Probe")
    assert.strictEqual(words(decide(proving, { probes: [probe(1)] })), "Probe")
    assert.strictEqual(words(decide(proving, { probes: [probe(1, { at: now })] })), "Wait for API servers")
    assert.strictEqual(words(decide(proving, { probes: [probe(2, { epoch: 4 })] })), "Probe", "an older bundle")
    assert.strictEqual(words(decide(proving, { probes: [probe(2)] })), "Persist SERVE")
  })

  it("touches a target that an API server does not see as it is", () => {
    assert.strictEqual(words(decide(proving, { probes: [probe(-3)] })), "Touch")
    const justWritten = [target([current, next], { writtenAt: now - 5_000 })]
    assert.strictEqual(words(decide(proving, { probes: [probe(-3)], targets: justWritten })), "Probe")
  })

  it("goes on without an API server that cannot be asked only if a bridge leads to what it trusted last", () => {
    const bridge = { by: "current", notBefore: now, notAfter: now + day }
    const bridged: RotationState = { ...proving, staged: leafOf("next", { bridges: [bridge] }) }
    const seen = { reach: "some", probes: [probe(2)] } as const
    assert.strictEqual(words(decide(bridged, seen)), "Persist SERVE")
    assert.strictEqual(words(decide(proving, seen)), "Wait for API servers")
    assert.strictEqual(words(decide({ ...bridged, proven: "previous" }, seen)), "Wait for API servers")
    assert.strictEqual(words(decide({ ...proving, cause: "compromised" }, seen)), "Persist SERVE")
  })

  it("makes no bridge from a key that others know", () => {
    const staging: RotationState = { ...stable, phase: "STAGE", cause: "compromised" }
    const { next: _, ...withoutNext } = staging
    const made = decide(withoutNext)
    assert.isTrue(made._tag === "MakeAuthority" && made.bridgedBy === undefined)
    const bridge = { by: "current", notBefore: now, notAfter: now + day }
    const issued = decide({ ...staging, next: authority("next", { bridges: [bridge] }) })
    assert.deepStrictEqual(issued._tag === "MakeLeaf" && issued.issuer.bridges, [])
  })

  it("keeps the old authority while a pod presents its leaf, or does not answer", () => {
    assert.strictEqual(words(decide(draining, { pods: [pod(leafOf("previous"))] })), "Wait for pods")
    assert.strictEqual(words(decide(draining, { pods: [pod(undefined)] })), "Wait for pods")
    assert.strictEqual(words(decide(draining)), "Persist RETIRE")
  })

  it("lets connections end before it takes trust away", () => {
    const fresh = [pod(leaf, { since: now - 60_000 })]
    assert.strictEqual(words(decide(draining, { pods: fresh })), "Wait for connections to end")
  })

  it("lets nobody wait who says that a key is known to others", () => {
    const action = (request: RotationView["request"]) =>
      words(
        decide(
          { ...draining, since: now - minute },
          { pods: [pod(leaf, { since: now - minute })], ...(request && { request }) }
        )
      )
    assert.strictEqual(action(undefined), "Wait for connections to end")
    assert.strictEqual(action({ id: "now", cause: "forced" }), "Wait for connections to end")
    assert.strictEqual(action({ id: "now", cause: "compromised" }), "Persist RETIRE")
  })

  it("goes back to draining when a pod comes up with an old leaf", () => {
    assert.strictEqual(words(decide(retiring, { pods: [pod(leafOf("previous"))] })), "Persist DRAIN")
  })

  it("takes the old authority out and puts the next one in with one write", () => {
    assert.strictEqual(words(decide(retiring)), "Publish current next")
    assert.strictEqual(words(decide(retiring, { targets: [target([current, next])] })), "Persist STABLE")
  })

  it("nudges pods that mount the Secret, five times at most", () => {
    const behind = (nudged?: Pod["nudged"]) => [
      pod(leafOf("previous"), { mounted: true, ...(nudged === undefined ? {} : { nudged }) })
    ]
    assert.strictEqual(words(decide(draining, { pods: behind() })), "Nudge")
    assert.strictEqual(words(decide(draining, { pods: behind({ times: 1, at: now - 1_000 }) })), "Wait for pods")
    assert.strictEqual(words(decide(draining, { pods: behind({ times: 1, at: now - 5_000 }) })), "Nudge")
    assert.strictEqual(words(decide(draining, { pods: behind({ times: 5, at: now - hour }) })), "Wait for pods")
  })

  it("looks again when the next nudge may be given, and no later", () => {
    const { serving } = view(draining)
    assert.isDefined(serving)
    const until = (nudged: Pod["nudged"], secret: Partial<ServingSecret> = {}) => {
      const pods = [pod(leafOf("previous"), { mounted: true, ...(nudged === undefined ? {} : { nudged }) })]
      const action = decide(draining, { pods, serving: { ...serving, ...secret } })
      return action._tag === "Wait" ? action.until - now : action._tag
    }
    assert.strictEqual(until(undefined, { writtenAt: now - 200 }), 800)
    assert.strictEqual(until({ times: 1, at: now - 2_000 }), 3_000)
    assert.strictEqual(until({ times: 5, at: now - 2_000 }), 30_000)
  })

  it("publishes again what is right but was written by somebody else, canary and all", () => {
    assert.strictEqual(
      words(decide(stable, { targets: [target([current, next], { epoch: 0 })] })),
      "Publish current next"
    )
  })

  it("retires at once where there is nothing to retire", () => {
    assert.strictEqual(words(decide({ ...stable, phase: "DRAIN", since: now })), "Persist RETIRE")
  })

  it("makes no Secret before there is a leaf for it", () => {
    const first: RotationState = {
      epoch: 9,
      phase: "TRUST",
      since: now,
      cause: "adopted",
      next,
      staged: leafOf("next")
    }
    const action = decide(first, { serving: undefined, pods: [], targets: [target([next])] })
    assert.strictEqual(words(action), "Persist TRUST")
  })

  it("issues the leaf anew when it is not the one that is wanted any more", () => {
    const made = leafOf("current", { id: "as wanted" })
    assert.strictEqual(words(decide(stable, { reissue: true })), "MakeLeaf")
    assert.strictEqual(words(decide(stable, { reissue: true, hand: { leaf: made } })), "Persist LEAF")
  })

  describe("with an authority that is brought", () => {
    const brought = { id: "brought", notBefore: now - day, notAfter: now + 20 * day }
    const theirs: RotationState = { ...stable, current: authority("brought", brought), leaf: leafOf("brought") }
    const { next: _, nextPublishedAt: __, ...alone } = theirs

    it("makes no other, however soon that one ends", () => {
      assert.strictEqual(words(decide(alone, { brought })), "Wait for a certificate to be due")
      assert.strictEqual(words(decide(alone)), "MakeAuthority", "nobody brings one")
    })

    it("changes to another that is brought, with a bridge from the one that serves", () => {
      const other = { ...brought, id: "other" }
      assert.strictEqual(words(decide(alone, { brought: other })), "Persist STAGE")
      const taken = decide({ ...alone, phase: "STAGE", cause: "forced" }, { brought: other })
      assert.isTrue(taken._tag === "MakeAuthority" && taken.brought === "other" && taken.bridgedBy?.id === "brought")
    })

    it("begins anew when yet another is brought before the last one serves", () => {
      const staged: RotationState = { ...alone, phase: "PROVE", next: authority("other"), staged: leafOf("other") }
      assert.strictEqual(words(decide(staged, { brought: { ...brought, id: "third" } })), "Persist STAGE")
      assert.strictEqual(words(decide({ ...staged, phase: "STAGE" }, { brought })), "Persist STABLE", "it is put back")
    })

    it("goes on with the same one when it was prolonged, and publishes its new certificate", () => {
      const longer = { ...brought, notAfter: brought.notAfter + 365 * day }
      const action = decide(alone, { brought: longer })
      assert.isTrue(action._tag === "Persist" && action.state.current?.notAfter === longer.notAfter)
      const prolonged = { ...alone, current: authority("brought", longer) }
      const live = [target([authority("brought", brought)])]
      assert.strictEqual(words(decide(prolonged, { brought: longer, targets: live })), "Publish brought")
    })

    it("gives a new leaf to who asks for a rotation", () => {
      const request = { id: "now", cause: "forced" } as const
      const made = leafOf("brought", { id: "renewed" })
      assert.strictEqual(words(decide(alone, { brought, request })), "MakeLeaf")
      const action = decide(alone, { brought, request, hand: { leaf: made } })
      assert.isTrue(action._tag === "Persist" && action.state.phase === "LEAF" && action.state.request === "now")
    })

    it("ends a rotation without a next one", () => {
      const old: RotationState = { ...alone, phase: "RETIRE", previous }
      assert.strictEqual(words(decide(old, { brought })), "Publish brought")
      const published = { targets: [target([authority("brought", brought)])] }
      assert.strictEqual(words(decide(old, { brought, ...published })), "Persist STABLE")
    })
  })

  it("begins nothing with a clock that is off by more than half an hour, and still repairs", () => {
    const off = { skew: 31 * minute }
    const due = { ...stable, current: authority("current", { notAfter: now + day }) }
    assert.strictEqual(words(decide(due, off)), "Wait for the clock to agree with the API server's")
    assert.strictEqual(words(decide(due, { ...off, targets: [target([])] })), "Publish current next")
  })

  it("restores a deleted Secret from memory, and starts anew beside what is trusted where it has none", () => {
    const restored = decide(undefined, { remembered: { state: stable, written: 5 } })
    assert.deepStrictEqual(restored._tag === "Persist" && restored.state, { ...stable, epoch: now / 1_000 })
    const foreign = authority("foreign")
    const anew = decide(undefined, { remembered: undefined, targets: [target([foreign])] })
    assert.deepStrictEqual(anew._tag === "Persist" && anew.state.adopted, [foreign])
  })

  it("does not believe a state that is older than what was written under it", () => {
    const backup = { ...stable, epoch: 3, leaf: leafOf("previous") }
    const action = decide(backup, { remembered: undefined })
    assert.strictEqual(action._tag === "Persist" && action.state.cause, "adopted")
    const remembering = decide(backup, { remembered: { state: stable, written: 5 } })
    assert.deepStrictEqual(remembering._tag === "Persist" && remembering.state.leaf, stable.leaf)
  })

  it("does not believe its own memory when history went on without it", () => {
    const asleep = { state: { ...stable, epoch: 99 }, written: 5 }
    const putBack = decide(stable, { remembered: asleep })
    assert.isTrue(putBack._tag === "Persist" && putBack.state.epoch > 99)
    const wentOn = { remembered: asleep, targets: [target([current, next], { epoch: 9 })] }
    assert.strictEqual(words(decide(stable, wentOn)), "Wait for a certificate to be due")
  })
})

describe("the rotation's invariants", () => {
  const broken = (state: RotationState, action: Action, more: Partial<RotationView> = {}) =>
    RotationInvariants.broken(view(state, more), action)
  const publish = (bundle: Target["bundle"], over: Target, epoch = 9): Action => ({
    _tag: "Publish",
    target: over,
    bundle,
    epoch
  })

  it("let no epoch fall", () => {
    assert.strictEqual(broken(stable, { _tag: "Persist", state: stable }), "the epoch would not grow")
    assert.strictEqual(broken(stable, publish([current, next], target([current]), 8)), "the epoch would fall")
    assert.strictEqual(
      broken(stable, publish([current, next], target([current], { epoch: 10 }))),
      "the epoch would fall"
    )
  })

  it("let nothing be published or served that is not persisted", () => {
    assert.strictEqual(
      broken(stable, publish([current, authority("made up")], target([current]))),
      "the authority made up is not persisted"
    )
    const serve = { _tag: "Serve", over: undefined, bundle: [], epoch: 9 } as const
    assert.strictEqual(broken(stable, { ...serve, leaf: leafOf("next") }), "the leaf is not persisted")
    assert.strictEqual(broken(stable, { ...serve, staged: leafOf("next") }), "the staged leaf is not persisted")
  })

  it("let trust be taken away in RETIRE alone, and never from a pod that needs it", () => {
    const over = target([previous, current, next])
    assert.strictEqual(broken(draining, publish([current, next], over)), "trust would be taken away outside RETIRE")
    assert.isUndefined(broken(retiring, publish([current, next], over)))
    assert.strictEqual(
      broken(retiring, publish([current, next], over), { pods: [pod(leafOf("previous"))] }),
      "the pod pod-0 would no longer be trusted"
    )
  })

  it("let no leaf outlive its authority", () => {
    const make = { _tag: "MakeLeaf", issuer: current, notBefore: now - hour } as const
    assert.isUndefined(broken(stable, { ...make, notAfter: current.notAfter - hour }))
    assert.isDefined(broken(stable, { ...make, notAfter: current.notAfter }))
  })
})
