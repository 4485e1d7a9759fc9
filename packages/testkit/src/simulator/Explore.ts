/**
 * Looks for a schedule under which a protocol fails, and makes it as short as it can be.
 *
 * @since 0.1.0
 */
import { clock, ids, leafText, scheduleText } from "../internal/simulator/Text.ts"
import type { Protocol } from "./Protocol.ts"
import { calm, generate, type Schedule } from "./Schedule.ts"
import { type Failure, run } from "./Simulator.ts"

/**
 * A schedule under which a protocol fails, from which nothing can be taken away.
 *
 * @category models
 * @since 0.1.0
 */
export interface Counterexample {
  readonly protocol: string
  /** The seed of the schedule that failed first. */
  readonly seed: number
  readonly schedule: Schedule
  readonly failure: Failure
  readonly trace: ReadonlyArray<string>
}

/**
 * What a search came to.
 *
 * @category models
 * @since 0.1.0
 */
export interface Exploration {
  readonly schedules: number
  readonly rotations: number
  readonly deeds: number
  readonly counterexample: Counterexample | undefined
}

/**
 * Runs a protocol through the schedules of many seeds, and shortens the first that fails.
 *
 * **Example** (Finding the vacuum)
 *
 * ```ts import.meta.vitest
 * import * as Explore from "@holdfast/testkit/simulator/Explore"
 * import * as NaiveProtocols from "@holdfast/testkit/simulator/NaiveProtocols"
 *
 * const { counterexample } = Explore.explore(NaiveProtocols.swapAtOnce, { seeds: 100 })
 * counterexample?.failure.refusal // => "unknown authority"
 * counterexample?.schedule.happenings.length // => 1
 * ```
 *
 * @see {@link format} for telling it to people
 * @category exploring
 * @since 0.1.0
 */
export const explore = <Memory>(
  protocol: Protocol<Memory>,
  options: { readonly seeds: number; readonly from?: number; readonly generate?: (seed: number) => Schedule }
): Exploration => {
  const from = options.from ?? 1
  let rotations = 0
  let deeds = 0
  for (let seed = from; seed < from + options.seeds; seed++) {
    const schedule = (options.generate ?? generate)(seed)
    const ran = run(protocol, schedule)
    rotations += ran.rotations
    deeds += ran.deeds
    if (ran.failure !== undefined) {
      const counterexample = explain(protocol, shorten(protocol, schedule))
      return { schedules: seed - from + 1, rotations, deeds, counterexample }
    }
  }
  return { schedules: options.seeds, rotations, deeds, counterexample: undefined }
}

/**
 * Takes away and simplifies parts of a failing schedule for as long as it fails.
 *
 * @category exploring
 * @since 0.1.0
 */
export const shorten = <Memory>(protocol: Protocol<Memory>, schedule: Schedule): Schedule => {
  const fails = (candidate: Schedule): boolean => run(protocol, candidate).failure !== undefined
  let shortest = schedule
  for (;;) {
    const shorter = Array.from(simpler(shortest)).find(fails)
    if (shorter === undefined) return shortest
    shortest = shorter
  }
}

/** All schedules that are one step simpler, the greatest steps first. */
function* simpler(schedule: Schedule): Generator<Schedule> {
  const { apiServers, happenings, pods, processes } = schedule
  for (const half of [happenings.slice(0, happenings.length / 2), happenings.slice(happenings.length / 2)]) {
    if (happenings.length > 3) yield { ...schedule, happenings: half }
  }
  for (const index of happenings.keys()) yield { ...schedule, happenings: happenings.toSpliced(index, 1) }
  for (const index of apiServers.keys()) {
    if (apiServers.length > 1) yield { ...schedule, apiServers: apiServers.toSpliced(index, 1) }
  }
  for (const index of pods.keys()) if (pods.length > 1) yield { ...schedule, pods: pods.toSpliced(index, 1) }
  for (const index of processes.keys()) {
    if (processes.length > 1) yield { ...schedule, processes: processes.toSpliced(index, 1) }
  }
  if (schedule.targets > 1) yield { ...schedule, targets: schedule.targets - 1 }
  if (schedule.balanced) yield { ...schedule, balanced: false }
  if (schedule.foreign) yield { ...schedule, foreign: false }
  for (const [index, each] of apiServers.entries()) {
    if (each.skew !== 0) yield { ...schedule, apiServers: apiServers.with(index, { ...each, skew: 0 }) }
    for (const lag of lower(each.lag)) yield { ...schedule, apiServers: apiServers.with(index, { ...each, lag }) }
  }
  for (const [index, each] of pods.entries()) {
    if (each.mounted) yield { ...schedule, pods: pods.with(index, { ...each, mounted: false }) }
    for (const lag of lower(each.lag)) yield { ...schedule, pods: pods.with(index, { ...each, lag }) }
  }
  for (const [index, each] of processes.entries()) {
    if (each.skew !== 0) yield { ...schedule, processes: processes.with(index, { ...each, skew: 0 }) }
    for (const cache of lower(each.cache)) yield { ...schedule, processes: processes.with(index, { ...each, cache }) }
    for (const pace of lower(each.pace)) yield { ...schedule, processes: processes.with(index, { ...each, pace }) }
  }
  for (const [index, each] of happenings.entries()) {
    const change = (to: typeof each): Schedule => ({ ...schedule, happenings: happenings.with(index, to) })
    if ("at" in each) for (const at of rounder(each.at)) yield change({ ...each, at })
    if ("for" in each) for (const time of lower(each.for)) yield change({ ...each, for: time })
    if ("down" in each) for (const down of lower(each.down)) yield change({ ...each, down })
    if (each.kind === "rotate" && each.cause === "compromised") yield change({ ...each, cause: "forced" })
  }
}

/** Round times below this one. */
const lower = (time: number): ReadonlyArray<number> =>
  [1, 1_000, 10_000, 60_000, 600_000, Math.floor(time / 2)].filter((each) => each < time).sort((a, b) => a - b)

/** Rounder moments, none before the cluster is calm. */
const rounder = (at: number): ReadonlyArray<number> =>
  [Number.POSITIVE_INFINITY, 3_600_000, 60_000, 1_000]
    .map((unit) => (Number.isFinite(unit) ? calm + Math.floor((at - calm) / unit) * unit : calm))
    .filter((each) => each < at && each >= calm)

const explain = <Memory>(protocol: Protocol<Memory>, schedule: Schedule): Counterexample | undefined => {
  const { failure, trace } = run(protocol, schedule, { trace: true })
  return failure === undefined ? undefined : { protocol: protocol.name, seed: schedule.seed, schedule, failure, trace }
}

/**
 * Tells a counterexample to people: the cluster, what was done, and which request failed.
 *
 * @category printing
 * @since 0.1.0
 */
export const format = ({ failure, protocol, schedule, seed, trace }: Counterexample): string =>
  [
    `"${protocol}" fails (seed ${seed}). The shortest schedule found:`,
    ...scheduleText(schedule).map((line) => `  ${line}`),
    "What happens:",
    ...trace.filter((line, index) => index >= trace.length - 40 || line.includes("  ! ")).map((line) => `  ${line}`),
    `  ${clock(failure.at)}  ${failure.apiServer.padEnd(10)} calls ${failure.pod} for ${failure.target}: ${failure.refusal}${failure.onlyOnNewConnections ? ", on new connections" : ""}`,
    `  It trusts ${ids(failure.bundle)} and is presented ${leafText(failure.presented)}.`
  ].join("\n")
