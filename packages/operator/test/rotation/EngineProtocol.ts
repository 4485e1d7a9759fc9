/**
 * The rotation engine as a process of the simulator: what the operator does with real objects, done with abstract ones.
 */

import * as RotationEngine from "@holdfast/operator/rotation/RotationEngine"
import * as RotationInvariants from "@holdfast/operator/rotation/RotationInvariants"
import type { RotationSettings } from "@holdfast/operator/rotation/RotationSettings"
import type { Authority, Leaf, RotationState } from "@holdfast/operator/rotation/RotationState"
import type { Action, Pod, Probe, RotationView } from "@holdfast/operator/rotation/RotationView"
import type { Deed, Protocol, Sight } from "@holdfast/testkit/simulator/Protocol"

/** Hours instead of months, so that authorities and leaves come of age within a schedule. */
export const settings: RotationSettings = {
  authorityValidity: 9 * 3_600_000,
  leafValidity: 3 * 3_600_000,
  minPublish: 600_000,
  keepAlive: 90_000,
  rollback: 300_000
}

interface Memory {
  /** The uid of the Secret that the last decision looked at. */
  seenUid: string | undefined
  remembered: RotationView["remembered"]
  hand: { authority?: Authority; leaf?: Leaf }
  /** Answers of API servers about the leaf with this id. */
  probed: { leaf: string | undefined; answers: Map<string, Probe> }
  writtenAt: Map<string, number>
  presented: Map<string, { leaf: string | undefined; since: number }>
  nudged: Map<string, { leaf: string | undefined; times: number; at: number }>
  phase: { phase: string | undefined; since: number; seenAt: number }
  last: Action | undefined
}

const serving = Symbol("the serving Secret").toString()

const uidOf = (sight: Sight): string | undefined => (sight.state === undefined ? undefined : String(sight.state.uid))

const remember = (memory: Memory, sight: Sight): void => {
  const { last } = memory
  const { now, outcome } = sight
  const state = sight.state?.value as RotationState | undefined
  if (last?._tag === "Persist" && outcome?.conflict === false) {
    memory.remembered = { state: last.state, uid: memory.seenUid ?? uidOf(sight) }
  }
  memory.seenUid = uidOf(sight)
  const written = Math.max(sight.serving?.value.note ?? 0, ...sight.targets.map(({ value }) => value.note))
  const known = memory.remembered?.uid === memory.seenUid ? (memory.remembered?.state.epoch ?? 0) : 0
  if (state !== undefined && state.epoch >= Math.max(written, known)) {
    memory.remembered = { state, uid: memory.seenUid }
  }
  if (outcome?.conflict === true || last?._tag === "Persist") memory.hand = {}
  if (outcome?.authority !== undefined) memory.hand = { ...memory.hand, authority: outcome.authority }
  if (outcome?.leaf !== undefined) memory.hand = { ...memory.hand, leaf: outcome.leaf }
  if (last?._tag === "Publish" || last?._tag === "Touch") memory.writtenAt.set(last.target.name, now)
  if (last?._tag === "Serve") memory.writtenAt.set(serving, now)
  if (memory.phase.phase !== state?.phase || memory.phase.since !== state?.since) {
    memory.phase = { phase: state?.phase, since: state?.since ?? 0, seenAt: now }
  }
  if (memory.probed.leaf !== state?.staged?.id) memory.probed = { leaf: state?.staged?.id, answers: new Map() }
  for (const { apiServer, note, target, trusted } of outcome?.answers ?? []) {
    const key = `${apiServer} ${target}`
    const before = memory.probed.answers.get(key)
    const same = before !== undefined && before.epoch === note && before.inARow > 0 === trusted
    const inARow = (same ? before.inARow : 0) + (trusted ? 1 : -1)
    memory.probed.answers.set(key, { apiServer, target, epoch: note, inARow, at: now })
  }
  for (const pod of sight.pods) {
    const leaf = pod.presents?.id
    if (memory.presented.get(pod.name)?.leaf !== leaf || !memory.presented.has(pod.name)) {
      memory.presented.set(pod.name, { leaf, since: now })
    }
  }
}

const writtenAt = (memory: Memory, name: string): { readonly writtenAt?: number } => {
  const at = memory.writtenAt.get(name)
  return at === undefined ? {} : { writtenAt: at }
}

const viewOf = (memory: Memory, sight: Sight): RotationView => {
  const state = sight.state?.value as RotationState | undefined
  const { now } = sight
  return {
    now,
    skew: sight.skew,
    state,
    uid: uidOf(sight),
    phaseSeenAt: memory.phase.seenAt,
    remembered: memory.remembered,
    serving:
      sight.serving === undefined
        ? undefined
        : {
            resourceVersion: String(sight.serving.version),
            epoch: sight.serving.value.note,
            ...(sight.serving.value.leaf === undefined ? {} : { leaf: sight.serving.value.leaf.id }),
            ...(sight.serving.value.staged === undefined ? {} : { staged: sight.serving.value.staged.id }),
            bundle: sight.serving.value.bundle,
            ...writtenAt(memory, serving)
          },
    targets: sight.targets.map(({ name, value, version }) => ({
      name,
      resourceVersion: String(version),
      bundle: value.bundle,
      epoch: value.note,
      ...writtenAt(memory, name)
    })),
    pods: sight.pods.map(({ mounted, name, presents }): Pod => {
      const nudged = memory.nudged.get(name)
      return {
        name,
        presents,
        since: memory.presented.get(name)?.since ?? now,
        mounted,
        ...(nudged === undefined || nudged.leaf !== state?.leaf?.id ? {} : { nudged })
      }
    }),
    apiServers: sight.apiServers,
    reach: sight.reach,
    probes: Array.from(memory.probed.answers.values()),
    ...(sight.request === undefined ? {} : { request: sight.request }),
    hand: memory.hand
  }
}

const deedOf = (memory: Memory, sight: Sight, action: Action): Deed => {
  const state = sight.state?.value as RotationState | undefined
  switch (action._tag) {
    case "MakeAuthority":
      return { kind: "makeAuthority", ...action }
    case "MakeLeaf":
      return { kind: "makeLeaf", ...action }
    case "Persist": {
      const { current, next, previous } = action.state
      const says = `${action.state.epoch} ${action.state.phase} (${[previous, current, next].map((each) => each?.id ?? "-").join(" ")})`
      return { kind: "writeState", over: sight.state?.version, value: action.state, says }
    }
    case "Publish":
      return {
        kind: "writeTarget",
        target: action.target.name,
        over: Number(action.target.resourceVersion),
        value: { bundle: action.bundle, note: action.epoch }
      }
    case "Touch":
      return {
        kind: "writeTarget",
        target: action.target.name,
        over: Number(action.target.resourceVersion),
        value: { bundle: action.target.bundle, note: action.target.epoch }
      }
    case "Serve":
      return {
        kind: "writeServing",
        over: sight.serving?.version,
        value: {
          leaf: action.leaf ?? sight.serving?.value.leaf,
          staged: action.staged,
          bundle: action.bundle,
          note: action.epoch
        }
      }
    case "Probe":
      return state?.staged === undefined
        ? { kind: "wait", until: sight.now }
        : { kind: "probe", leaf: state.staged, pairs: action.pairs }
    case "Nudge": {
      const before = memory.nudged.get(action.pod)
      const leaf = state?.leaf?.id
      memory.nudged.set(action.pod, {
        leaf,
        times: before?.leaf === leaf ? (before?.times ?? 0) + 1 : 1,
        at: sight.now
      })
      return { kind: "nudge", pod: action.pod }
    }
    case "Wait":
      return { kind: "wait", until: action.until }
  }
}

/** The engine, or what a mutation makes of it. */
export const protocol = (
  name = "holdfast",
  next: typeof RotationEngine.next = RotationEngine.next,
  mutateDeed: (deed: Deed) => Deed = (deed) => deed
): Protocol<Memory> => ({
  name,
  start: () => ({
    seenUid: undefined,
    remembered: undefined,
    hand: {},
    probed: { leaf: undefined, answers: new Map() },
    writtenAt: new Map(),
    presented: new Map(),
    nudged: new Map(),
    phase: { phase: undefined, since: 0, seenAt: 0 },
    last: undefined
  }),
  step: (memory, sight) => {
    remember(memory, sight)
    const view = viewOf(memory, sight)
    const action = next(view, settings)
    const invariant = RotationInvariants.broken(view, action)
    if (invariant !== undefined && next === RotationEngine.next) {
      throw new Error(`${action._tag} in ${view.state?.phase}: ${invariant}`)
    }
    memory.last = action
    return [memory, mutateDeed(deedOf(memory, sight, action))]
  }
})
