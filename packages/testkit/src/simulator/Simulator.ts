/**
 * A cluster in virtual time, made to find out whether a way of rotating certificates fails admission requests.
 *
 * It has what makes rotations go wrong: API servers that take up a new `caBundle` late, or miss one; pods that take up a
 * new leaf late; caches that are behind; processes that die or fall asleep between any two steps, two of them at once;
 * people and GitOps writers who change what is not theirs.
 *
 * After every change one question is asked: would each API server, by its own clock and the bundle that it goes by, trust
 * what each pod presents? The first "no" ends the run, unless the bundle that is to blame was written by somebody else.
 *
 * @since 0.1.0
 */
import * as ApiServers from "../internal/simulator/ApiServers.ts"
import * as Foreign from "../internal/simulator/Foreign.ts"
import * as Mint from "../internal/simulator/Mint.ts"
import * as Pods from "../internal/simulator/Pods.ts"
import * as Processes from "../internal/simulator/Processes.ts"
import { clock, happeningText } from "../internal/simulator/Text.ts"
import * as Timeline from "../internal/simulator/Timeline.ts"
import * as Versioned from "../internal/simulator/Versioned.ts"
import type { World } from "../internal/simulator/World.ts"
import type { Protocol } from "./Protocol.ts"
import { calm, type Schedule } from "./Schedule.ts"
import { type Leaf, refusal, type Trusted } from "./Trust.ts"

/**
 * A request that failed because certificates changed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Failure {
  readonly at: number
  readonly apiServer: string
  readonly target: string
  readonly pod: string
  /** What the API server says, as in `unknown authority`. */
  readonly refusal: string
  readonly presented: Leaf
  readonly bundle: ReadonlyArray<Trusted>
  /**
   * Whether calls on connections that are open already still succeed, since nobody verifies them again, for as long as
   * they are not idle for 90 s.
   */
  readonly onlyOnNewConnections: boolean
}

/**
 * How a run ended.
 *
 * @category models
 * @since 0.1.0
 */
export interface Run {
  readonly failure: Failure | undefined
  /** How often pods were given a leaf of another authority. */
  readonly rotations: number
  /** How many things the processes did. */
  readonly deeds: number
  /** What happened, one line each, where that was asked for. */
  readonly trace: ReadonlyArray<string>
}

/**
 * Runs a protocol through a schedule, until its end or the first failure.
 *
 * @category running
 * @since 0.1.0
 */
export const run = <Memory>(
  protocol: Protocol<Memory>,
  schedule: Schedule,
  options?: { readonly trace?: boolean }
): Run => {
  const timeline = Timeline.make()
  const trace: Array<string> = []
  let now = 0
  let failure: Failure | undefined
  let judgedAt = 0

  const note = (who: string, what: () => string): void => {
    if (options?.trace === true) trace.push(`${clock(now)}  ${who.padEnd(10)} ${what()}`)
  }

  const world: World = {
    now: () => now,
    after: (delay, then) => timeline.add(now + delay, then),
    note,
    judge: () => judge(),
    judgeNowAndThen: () => {
      if (now >= judgedAt + 60_000) judge()
    },
    isJudged: () => now >= calm || schedule.foreign,
    wakeAll: () => processes.wakeAll()
  }
  const foreign = schedule.foreign ? Foreign.certificates() : undefined
  const mint = Mint.make(foreign)
  const state = Versioned.make<{ readonly value: unknown; readonly says: string }>()
  const trusted = foreign === undefined ? [] : [foreign.authority]
  const apiServers = ApiServers.make(world, schedule, { bundle: trusted, note: 0 })
  const pods = Pods.make(
    world,
    schedule,
    foreign === undefined ? undefined : { leaf: foreign.leaf, staged: undefined, bundle: trusted, note: 0 }
  )
  const processes = Processes.make(world, schedule, protocol, { apiServers, pods, state, mint })
  const { servers, targets } = apiServers

  const judge = (): void => {
    judgedAt = now
    if (failure !== undefined || !world.isJudged()) return
    for (const server of servers) {
      for (let index = 0; index < targets.length; index++) {
        const effective = server.goesBy[index]
        if (effective === undefined || effective.foreign) continue
        const { bundle } = effective.content
        for (const pod of pods.pods) {
          const { presents } = pod
          if (presents === undefined || pod.startedAt > now) continue
          const said = refusal(presents, bundle, now + server.skew)
          if (said === undefined) continue
          failure = {
            at: now,
            apiServer: server.name,
            target: targets[index]?.name ?? "",
            pod: pod.name,
            refusal: said,
            presented: presents,
            bundle,
            onlyOnNewConnections: pod.swappedAt === now
          }
          return
        }
      }
    }
  }

  for (const pod of pods.pods) if (foreign === undefined) timeline.add(0, () => pods.start(pod))
  processes.start()
  timeline.add(calm, judge)

  for (const each of schedule.happenings) {
    if (each.kind === "crash" || each.kind === "pause") continue
    timeline.add(each.at, () => {
      note("!", () => happeningText(each))
      switch (each.kind) {
        case "rotate":
          break
        case "stale":
          for (const server of servers.slice(each.apiServer, each.apiServer + 1)) server.missesNext = true
          break
        case "partition":
          for (const server of servers.slice(each.apiServer, each.apiServer + 1)) {
            server.apart = now + each.for
            timeline.add(server.apart, world.wakeAll)
          }
          break
        case "wipe":
          apiServers.write(each.target, ApiServers.contentOf(undefined), true)
          break
        case "restore":
          apiServers.write(
            each.target,
            ApiServers.contentOf(targets[each.target]?.object.readAt(Math.min(calm, now))),
            true
          )
          break
        case "restart":
          for (const pod of pods.pods.slice(each.pod, each.pod + 1)) pods.restart(pod, each.down)
          break
        case "unreachable":
          for (const pod of pods.pods.slice(each.pod, each.pod + 1)) {
            pod.silentUntil = now + each.for
            timeline.add(pod.silentUntil, world.wakeAll)
          }
          break
        case "deleteState":
          state.write(now, undefined)
          break
        case "rollBackState":
          state.write(now, state.readAt(Math.min(calm, now))?.value)
          break
        case "deleteServing":
          pods.write(undefined)
          break
      }
      world.wakeAll()
    })
  }

  for (;;) {
    const entry = timeline.next(schedule.end)
    if (entry === undefined || failure !== undefined) return { failure, ...processes.done, trace }
    now = entry.at
    entry.run()
  }
}
