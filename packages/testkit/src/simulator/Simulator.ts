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
import { clock, deedText, happeningText } from "../internal/simulator/Text.ts"
import * as Timeline from "../internal/simulator/Timeline.ts"
import * as Versioned from "../internal/simulator/Versioned.ts"
import type { World } from "../internal/simulator/World.ts"
import type { Deed, Outcome, Protocol, Seen, Sight } from "./Protocol.ts"
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

const minute = 60_000
/** Processes look again after this time, if nothing else makes them. */
const poll = 10 * minute

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
  let deeds = 0
  let rotations = 0

  const note = (who: string, what: () => string): void => {
    if (options?.trace === true) trace.push(`${clock(now)}  ${who.padEnd(10)} ${what()}`)
  }

  const world: World = {
    now: () => now,
    after: (delay, then) => timeline.add(now + delay, then),
    note,
    judge: () => judge(),
    wakeAll: () => wakeAll()
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
  const { servers, targets } = apiServers

  // ---- the question ----
  let judgedAt = 0
  const judge = (): void => {
    judgedAt = now
    if (failure !== undefined || (now < calm && foreign === undefined)) return
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

  // ---- processes ----
  const processes = schedule.processes.map(({ cache, pace, skew }, index) => ({
    index,
    name: `process-${index}`,
    cache,
    pace,
    skew,
    memory: protocol.start(),
    outcome: undefined as Outcome | undefined,
    deeds: 0,
    /** Grows whenever what was planned for the process no longer holds. */
    plan: 0,
    wakesAt: Number.POSITIVE_INFINITY,
    /** The versions of its own writes, which it sees at once; the age of its cache does not hide them. */
    own: new Map<unknown, number>()
  }))
  type Process = (typeof processes)[number]

  const look = <A>(process: Process, object: Versioned.Versioned<A>): Seen<A> | undefined => {
    const cached = object.readAt(now - process.cache)
    return (cached?.version ?? 0) < (process.own.get(object) ?? 0) ? object.read() : cached
  }

  const requests = schedule.happenings.flatMap((each, index) =>
    each.kind === "rotate" ? [{ id: `request-${index}`, at: each.at, cause: each.cause }] : []
  )

  const sightOf = (process: Process): Sight => {
    const read = state.read()
    const reachable = servers.filter(({ apart }) => apart <= now)
    return {
      now: now + process.skew,
      skew: process.skew,
      serving: look(process, pods.serving),
      targets: targets.flatMap(({ name, object }) => {
        const seen = look(process, object)
        return seen === undefined ? [] : [{ name, ...seen }]
      }),
      state: read === undefined ? undefined : { version: read.version, value: read.value.value },
      pods: pods.pods.flatMap((pod) => {
        const isThere = pod.startedAt + process.cache <= now
        const seemsThere = pod.startedAt > now && now <= pod.goneSince + process.cache
        if (!isThere && !seemsThere) return []
        const answers = isThere && pod.silentUntil <= now
        return [{ name: pod.name, mounted: pod.mounted, presents: answers ? pod.presents : undefined }]
      }),
      apiServers: reachable.map(({ name }) => name),
      complete: reachable.length === servers.length,
      request: requests.filter(({ at }) => at <= now).sort((a, b) => b.at - a.at)[0],
      outcome: process.outcome
    }
  }

  const wake = (process: Process, at: number): void => {
    if (at >= process.wakesAt) return
    process.wakesAt = at
    const plan = process.plan
    timeline.add(at, () => {
      if (process.plan === plan && process.wakesAt === at) step(process)
    })
  }

  const wakeAll = (): void => {
    for (const process of processes) {
      // A process that is busy looks again anyway.
      if (Number.isFinite(process.wakesAt)) wake(process, now + process.cache + 1)
    }
  }

  const restart = (process: Process, down: number): void => {
    process.plan++
    process.wakesAt = Number.POSITIVE_INFINITY
    process.memory = protocol.start()
    process.outcome = undefined
    process.own.clear()
    note(process.name, () => "dies")
    wake(process, now + down)
  }

  const step = (process: Process): void => {
    process.wakesAt = Number.POSITIVE_INFINITY
    // Certificates end without anybody's doing.
    if (now >= judgedAt + minute) judge()
    const [memory, deed] = protocol.step(process.memory, sightOf(process))
    process.memory = memory
    process.outcome = undefined
    if (deed.kind === "wait") {
      wake(process, Math.min(Math.max(deed.until - process.skew, now + 1), now + poll))
      return
    }
    deeds++
    if (now >= calm || foreign !== undefined) process.deeds++
    const fate = schedule.happenings.find(
      (each) =>
        (each.kind === "crash" || each.kind === "pause") &&
        each.process === process.index &&
        each.deed === process.deeds &&
        (now >= calm || foreign !== undefined)
    )
    if (fate?.kind === "crash" && fate.when === "before") {
      restart(process, fate.down)
      return
    }
    const plan = process.plan
    if (fate?.kind === "pause") note(process.name, () => `falls asleep before it ${deedText(deed)}`)
    timeline.add(now + process.pace + (fate?.kind === "pause" ? fate.for : 0), () => {
      if (process.plan !== plan) return
      process.outcome = perform(process, deed)
      if (fate?.kind === "crash") restart(process, fate.down)
      else wake(process, now + 1)
    })
  }

  const swap = <A>(
    process: Process,
    object: Versioned.Versioned<A>,
    over: number | undefined | "any",
    write: () => void
  ): Outcome => {
    const conflict = over !== "any" && object.read()?.version !== over
    if (!conflict) write()
    // After a conflict a client reads anew instead of trusting its cache.
    process.own.set(object, object.read()?.version ?? 0)
    return { conflict }
  }

  const perform = (process: Process, deed: Deed): Outcome => {
    if (deed.kind !== "makeAuthority" && deed.kind !== "makeLeaf") note(process.name, () => deedText(deed))
    switch (deed.kind) {
      case "makeAuthority":
        return { conflict: false, authority: mint.authority(deed, deed.bridgedBy) }
      case "makeLeaf":
        return { conflict: false, leaf: mint.leaf(deed, deed.issuer) }
      case "writeState":
        return swap(process, state, deed.over, () => {
          state.write(now, { value: deed.value, says: deed.says })
          wakeAll()
        })
      case "writeServing":
        return swap(process, pods.serving, deed.over, () => {
          const { leaf } = deed.value
          if (leaf !== undefined && leaf.issuer !== pods.serving.read()?.value.leaf?.issuer) rotations++
          pods.write(leaf === undefined ? deed.value : { ...deed.value, leaf: mint.real(leaf) })
        })
      case "writeTarget": {
        const index = targets.findIndex(({ name }) => name === deed.target)
        const target = targets[index]
        return target === undefined
          ? { conflict: true }
          : swap(process, target.object, deed.over, () =>
              apiServers.write(index, { ...deed.value, bundle: mint.realBundle(deed.value.bundle) }, false)
            )
      }
      case "probe":
        return {
          conflict: false,
          answers: deed.pairs.flatMap((pair) => {
            const server = servers.find(({ name }) => name === pair.apiServer)
            const content = server?.goesBy[targets.findIndex(({ name }) => name === pair.target)]?.content
            if (server === undefined || content === undefined || server.apart > now) return []
            const trusted =
              refusal({ ...mint.real(deed.leaf), bridges: [] }, content.bundle, now + server.skew) === undefined
            return [{ ...pair, note: content.note, trusted }]
          })
        }
      case "nudge": {
        const pod = pods.pods.find(({ name }) => name === deed.pod)
        if (pod !== undefined) pods.nudge(pod)
        return { conflict: false }
      }
      case "wait":
        return { conflict: false }
    }
  }

  // ---- what happens ----
  for (const pod of pods.pods) if (foreign === undefined) timeline.add(0, () => pods.start(pod))
  for (const process of processes) wake(process, process.index)
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
            timeline.add(server.apart, wakeAll)
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
            timeline.add(pod.silentUntil, wakeAll)
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
      wakeAll()
    })
  }

  for (;;) {
    const entry = timeline.next(schedule.end)
    if (entry === undefined || failure !== undefined) return { failure, rotations, deeds, trace }
    now = entry.at
    entry.run()
  }
}
