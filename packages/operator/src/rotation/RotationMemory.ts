/**
 * What a process that rotates keeps in memory between two decisions. It may lose all of it at any moment: then it proves
 * and waits anew, and nothing worse happens.
 *
 * @since 0.1.0
 */
import type { Authority, Leaf } from "./RotationState.ts"
import {
  type Action,
  type Pod,
  type Probe,
  type RotationView,
  remembered,
  type ServingSecret,
  type Target,
  written
} from "./RotationView.ts"

/**
 * The memory of a process.
 *
 * @category models
 * @since 0.1.0
 */
export interface RotationMemory {
  readonly remembered: RotationView["remembered"]
  readonly hand: RotationView["hand"]
  /** The phase that was seen last, and since when by this process's clock. */
  readonly phase: { readonly is: string | undefined; readonly since: number | undefined; readonly seenAt: number }
  /** Answers about the leaf with the id `about`, by API server and target. */
  readonly probes: { readonly about: string | undefined; readonly answers: ReadonlyMap<string, Probe> }
  /** When this process wrote to each target last. */
  readonly targetsWrittenAt: ReadonlyMap<string, number>
  readonly servingWrittenAt: number | undefined
  /** What each pod was seen presenting, and since when. */
  readonly presented: ReadonlyMap<string, { readonly leaf: string | undefined; readonly since: number }>
  /** How often each pod was nudged for a leaf. */
  readonly nudged: ReadonlyMap<
    string,
    { readonly leaf: string | undefined; readonly times: number; readonly at: number }
  >
}

/**
 * What a process sees when it looks at the cluster.
 *
 * @category models
 * @since 0.1.0
 */
export interface Sighting
  extends Pick<RotationView, "now" | "skew" | "state" | "apiServers" | "reach" | "request" | "brought" | "reissue"> {
  readonly serving: Omit<ServingSecret, "writtenAt"> | undefined
  readonly targets: ReadonlyArray<Omit<Target, "writtenAt">>
  readonly pods: ReadonlyArray<Omit<Pod, "since" | "nudged">>
}

/**
 * What became of an action.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outcome {
  /** Whether the object was no longer the one that had been looked at, so that nothing was written. */
  readonly conflict: boolean
  readonly authority?: Authority
  readonly leaf?: Leaf
  /** Whether each API server trusted the staged leaf; `undefined` where nobody was there to answer the probe. */
  readonly answers?: ReadonlyArray<
    Pick<Probe, "apiServer" | "target" | "epoch"> & { readonly trusted: boolean | undefined }
  >
}

/**
 * The memory of a process that has just started.
 *
 * @category constructors
 * @since 0.1.0
 */
export const empty: RotationMemory = {
  remembered: undefined,
  hand: {},
  phase: { is: undefined, since: undefined, seenAt: 0 },
  probes: { about: undefined, answers: new Map() },
  targetsWrittenAt: new Map(),
  servingWrittenAt: undefined,
  presented: new Map(),
  nudged: new Map()
}

/**
 * Takes in what is seen, before a decision.
 *
 * @category combinators
 * @since 0.1.0
 */
export const observe = (self: RotationMemory, seen: Sighting): RotationMemory => {
  const { now, state } = seen
  const phase =
    self.phase.is === state?.phase && self.phase.since === state?.since
      ? self.phase
      : { is: state?.phase, since: state?.since, seenAt: now }
  const probes =
    self.probes.about === state?.staged?.id ? self.probes : { about: state?.staged?.id, answers: new Map() }
  const presented = new Map(
    seen.pods.map(({ name, presents }) => {
      const before = self.presented.get(name)
      return [name, before !== undefined && before.leaf === presents?.id ? before : { leaf: presents?.id, since: now }]
    })
  )
  return { ...self, phase, probes, presented, remembered: newest(self, seen) }
}

/** The state that is seen, unless it was put back. */
const newest = (self: RotationMemory, seen: Sighting): RotationView["remembered"] => {
  const atLeast = Math.max(written(seen), remembered({ ...self, ...seen })?.epoch ?? 0)
  return seen.state !== undefined && seen.state.epoch >= atLeast
    ? { state: seen.state, written: written(seen) }
    : self.remembered
}

/**
 * Everything that the next decision rests on.
 *
 * @category conversions
 * @since 0.1.0
 */
export const view = (self: RotationMemory, seen: Sighting): RotationView => {
  const { servingWrittenAt } = self
  const { serving, ...rest } = seen
  return {
    ...rest,
    phaseSeenAt: self.phase.seenAt,
    remembered: self.remembered,
    serving:
      serving === undefined || servingWrittenAt === undefined ? serving : { ...serving, writtenAt: servingWrittenAt },
    targets: seen.targets.map((target) => {
      const writtenAt = self.targetsWrittenAt.get(target.name)
      return writtenAt === undefined ? target : { ...target, writtenAt }
    }),
    pods: seen.pods.map((pod) => {
      const nudged = self.nudged.get(pod.name)
      const since = self.presented.get(pod.name)?.since ?? seen.now
      return nudged === undefined || nudged.leaf !== seen.state?.leaf?.id
        ? { ...pod, since }
        : { ...pod, since, nudged }
    }),
    probes: Array.from(self.probes.answers.values()),
    hand: self.hand
  }
}

/**
 * Takes in what was done, `seen` being what it was decided on.
 *
 * @category combinators
 * @since 0.1.0
 */
export const record = (
  self: RotationMemory,
  action: Action,
  outcome: Outcome,
  seen: Sighting,
  now: number
): RotationMemory => {
  // What was made for a state that is not there is of no use.
  if (outcome.conflict) return { ...self, hand: {}, ...touched(self, action, now) }
  switch (action._tag) {
    case "MakeAuthority":
    case "MakeLeaf": {
      const { authority = self.hand.authority, leaf = self.hand.leaf } = outcome
      return {
        ...self,
        hand: { ...(authority === undefined ? {} : { authority }), ...(leaf === undefined ? {} : { leaf }) }
      }
    }
    case "Persist":
      return { ...self, hand: {}, remembered: { state: action.state, written: written(seen) } }
    case "Probe":
      return { ...self, probes: { ...self.probes, answers: answered(self, outcome, now) } }
    case "Nudge": {
      const leaf = seen.state?.leaf?.id
      const before = self.nudged.get(action.pod)
      const times = before?.leaf === leaf ? (before?.times ?? 0) + 1 : 1
      return { ...self, nudged: new Map(self.nudged).set(action.pod, { leaf, times, at: now }) }
    }
    default:
      return { ...self, ...touched(self, action, now) }
  }
}

/** A write that met a conflict counts too: the object has just changed. */
const touched = (self: RotationMemory, action: Action, now: number): Partial<RotationMemory> => {
  switch (action._tag) {
    case "Publish":
    case "Touch":
      return { targetsWrittenAt: new Map(self.targetsWrittenAt).set(action.target.name, now) }
    case "Serve":
      return { servingWrittenAt: now }
    default:
      return {}
  }
}

const answered = (self: RotationMemory, { answers = [] }: Outcome, now: number): ReadonlyMap<string, Probe> => {
  const all = new Map(self.probes.answers)
  for (const { apiServer, epoch, target, trusted } of answers) {
    const key = `${apiServer} ${target}`
    const before = all.get(key)
    const step = trusted === undefined ? 0 : trusted ? 1 : -1
    const goesOn = before?.epoch === epoch && Math.sign(before.inARow) === step
    all.set(key, { apiServer, target, epoch, inARow: goesOn ? before.inARow + step : step, at: now })
  }
  return all
}
