/**
 * The rotation engine as a process of the simulator: what the operator does with real objects, done with abstract ones.
 */
import * as RotationEngine from "@holdfast/operator/rotation/RotationEngine"
import * as RotationInvariants from "@holdfast/operator/rotation/RotationInvariants"
import * as RotationMemory from "@holdfast/operator/rotation/RotationMemory"
import type { RotationSettings } from "@holdfast/operator/rotation/RotationSettings"
import type { RotationState } from "@holdfast/operator/rotation/RotationState"
import type { Action } from "@holdfast/operator/rotation/RotationView"
import type { Deed, Protocol, Sight } from "@holdfast/testkit/simulator/Protocol"

/** Hours instead of months, so that authorities and leaves come of age within a schedule. */
export const settings: RotationSettings = {
  authorityValidity: 9 * 3_600_000,
  authorityRenewBefore: 3 * 3_600_000,
  leafValidity: 3 * 3_600_000,
  leafRenewBefore: 3_600_000,
  minPublish: 600_000,
  keepAlive: 90_000,
  rollback: 300_000
}

interface Memory {
  readonly rotation: RotationMemory.RotationMemory
  /** What was decided last, and on what it was decided. */
  readonly last: { readonly action: Action; readonly seen: RotationMemory.Sighting } | undefined
}

const sighting = ({ request, serving, state, ...sight }: Sight): RotationMemory.Sighting => ({
  now: sight.now,
  skew: sight.skew,
  state: state?.value as RotationState | undefined,
  serving:
    serving === undefined
      ? undefined
      : {
          resourceVersion: String(serving.version),
          epoch: serving.value.note,
          bundle: serving.value.bundle,
          ...(serving.value.leaf === undefined ? {} : { leaf: serving.value.leaf.id }),
          ...(serving.value.staged === undefined ? {} : { staged: serving.value.staged.id })
        },
  targets: sight.targets.map(({ name, value, version }) => ({
    name,
    resourceVersion: String(version),
    bundle: value.bundle,
    epoch: value.note
  })),
  pods: sight.pods,
  apiServers: sight.apiServers,
  reach: sight.reach,
  ...(request === undefined ? {} : { request })
})

const outcomeOf = ({ outcome }: Sight): RotationMemory.Outcome => {
  const { answers, ...rest } = outcome ?? { conflict: false }
  return answers === undefined
    ? rest
    : { ...rest, answers: answers.map(({ note, ...answer }) => ({ ...answer, epoch: note })) }
}

const deedOf = (sight: Sight, action: Action): Deed => {
  switch (action._tag) {
    case "MakeAuthority":
      return { kind: "makeAuthority", ...action }
    case "MakeLeaf":
      return { kind: "makeLeaf", ...action }
    case "Persist": {
      const { current, epoch, next, phase, previous } = action.state
      const says = `${epoch} ${phase} (${[previous, current, next].map((each) => each?.id ?? "-").join(" ")})`
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
    case "Probe": {
      const staged = (sight.state?.value as RotationState | undefined)?.staged
      return staged === undefined
        ? { kind: "wait", until: sight.now }
        : { kind: "probe", leaf: staged, pairs: action.pairs }
    }
    case "Nudge":
      return { kind: "nudge", pod: action.pod }
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
  start: () => ({ rotation: RotationMemory.empty, last: undefined }),
  step: ({ last, rotation }, sight) => {
    const seen = sighting(sight)
    const recorded =
      last === undefined
        ? rotation
        : RotationMemory.record(rotation, last.action, outcomeOf(sight), last.seen, seen.now)
    const memory = RotationMemory.observe(recorded, seen)
    const view = RotationMemory.view(memory, seen)
    const action = next(view, settings)
    const invariant = RotationInvariants.broken(view, action)
    if (invariant !== undefined && next === RotationEngine.next) {
      throw new Error(`${action._tag} in ${view.state?.phase}: ${invariant}`)
    }
    return [{ rotation: memory, last: { action, seen } }, mutateDeed(deedOf(sight, action))]
  }
})
