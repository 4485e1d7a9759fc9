import type { Deed, Outcome, Protocol, Seen, Sight } from "../../simulator/Protocol.ts"
import type { Schedule } from "../../simulator/Schedule.ts"
import { refusal } from "../../simulator/Trust.ts"
import type * as ApiServers from "./ApiServers.ts"
import type { Mint } from "./Mint.ts"
import type * as Pods from "./Pods.ts"
import { deedText } from "./Text.ts"
import type { Versioned } from "./Versioned.ts"
import type { World } from "./World.ts"

/** A process that runs the protocol under test. */
interface Process<Memory> {
  readonly index: number
  readonly name: string
  /** How old what it reads from its caches is. */
  readonly cache: number
  /** How long a deed takes. */
  readonly pace: number
  readonly skew: number
  memory: Memory
  outcome: Outcome | undefined
  deeds: number
  /** Grows whenever what was planned for the process no longer holds. */
  plan: number
  downUntil: number
  wakesAt: number
  /** The versions of its own writes, which it sees at once; the age of its cache does not hide them. */
  readonly own: Map<unknown, number>
}

/** What processes work on. */
export interface Parts {
  readonly apiServers: ReturnType<typeof ApiServers.make>
  readonly pods: ReturnType<typeof Pods.make>
  readonly state: Versioned<{ readonly value: unknown; readonly says: string }>
  readonly mint: Mint
}

/** Processes look again after this time, if nothing else makes them. */
const poll = 600_000
/** Leads the probes of each target to one API server after the other. */
const balancer = "balancer"

/** Makes the processes of a schedule, all asleep. */
export const make = <Memory>(
  world: World,
  schedule: Schedule,
  protocol: Protocol<Memory>,
  { apiServers, mint, pods, state }: Parts
) => {
  const { servers, targets } = apiServers
  const turns = new Map<string, number>()
  const turn = (target: string): number => {
    const next = (turns.get(target) ?? 0) + 1
    turns.set(target, next)
    return next
  }
  const done = { deeds: 0, rotations: 0 }
  const processes = schedule.processes.map(
    ({ cache, pace, skew }, index): Process<Memory> => ({
      index,
      name: `process-${index}`,
      cache,
      pace,
      skew,
      memory: protocol.start(),
      outcome: undefined,
      deeds: 0,
      plan: 0,
      downUntil: 0,
      wakesAt: Number.POSITIVE_INFINITY,
      own: new Map()
    })
  )

  const look = <A>(process: Process<Memory>, object: Versioned<A>): Seen<A> | undefined => {
    const cached = object.readAt(world.now() - process.cache)
    return (cached?.version ?? 0) < (process.own.get(object) ?? 0) ? object.read() : cached
  }

  const requests = schedule.happenings.flatMap((each, index) =>
    each.kind === "rotate" ? [{ id: `request-${index}`, at: each.at, cause: each.cause }] : []
  )

  const sightOf = (process: Process<Memory>): Sight => {
    const read = state.read()
    const reachable = servers.filter(({ apart }) => apart <= world.now())
    return {
      now: world.now() + process.skew,
      skew: process.skew,
      serving: look(process, pods.serving),
      targets: targets.flatMap(({ name, object }) => {
        const seen = look(process, object)
        return seen === undefined ? [] : [{ name, ...seen }]
      }),
      state: read === undefined ? undefined : { ...read, value: read.value.value },
      pods: pods.pods.flatMap((pod) => {
        const isThere = pod.startedAt + process.cache <= world.now()
        const seemsThere = pod.startedAt > world.now() && world.now() <= pod.goneSince + process.cache
        if (!isThere && !seemsThere) return []
        const answers = isThere && pod.silentUntil <= world.now()
        return [{ name: pod.name, mounted: pod.mounted, presents: answers ? pod.presents : undefined }]
      }),
      apiServers: schedule.balanced ? [balancer] : reachable.map(({ name }) => name),
      reach: schedule.balanced ? "sampled" : reachable.length === servers.length ? "all" : "some",
      request: requests.filter(({ at }) => at <= world.now()).sort((a, b) => b.at - a.at)[0],
      outcome: process.outcome
    }
  }

  const wake = (process: Process<Memory>, at: number): void => {
    if (at >= process.wakesAt) return
    process.wakesAt = at
    const plan = process.plan
    world.after(at - world.now(), () => {
      if (process.plan === plan && process.wakesAt === at) step(process)
    })
  }

  const wakeAll = (): void => {
    for (const process of processes) {
      // A process that is busy looks again anyway, and a dead one does not.
      const isIdle = Number.isFinite(process.wakesAt) && world.now() >= process.downUntil
      if (isIdle) wake(process, world.now() + process.cache + 1)
    }
  }

  const restart = (process: Process<Memory>, down: number): void => {
    process.plan++
    process.wakesAt = Number.POSITIVE_INFINITY
    process.memory = protocol.start()
    process.outcome = undefined
    process.own.clear()
    process.downUntil = world.now() + down
    world.note(process.name, () => "dies")
    wake(process, process.downUntil)
  }

  const step = (process: Process<Memory>): void => {
    process.wakesAt = Number.POSITIVE_INFINITY
    world.judgeNowAndThen()
    const [memory, deed] = protocol.step(process.memory, sightOf(process))
    process.memory = memory
    process.outcome = undefined
    if (deed.kind === "wait") {
      wake(process, Math.min(Math.max(deed.until - process.skew, world.now() + 1), world.now() + poll))
      return
    }
    done.deeds++
    if (world.isJudged()) process.deeds++
    const fate = schedule.happenings.find(
      (each) =>
        (each.kind === "crash" || each.kind === "pause") &&
        each.process === process.index &&
        each.deed === process.deeds &&
        world.isJudged()
    )
    if (fate?.kind === "crash" && fate.when === "before") {
      restart(process, fate.down)
      return
    }
    const plan = process.plan
    if (fate?.kind === "pause") world.note(process.name, () => `falls asleep before it ${deedText(deed)}`)
    world.after(process.pace + (fate?.kind === "pause" ? fate.for : 0), () => {
      if (process.plan !== plan) return
      process.outcome = perform(process, deed)
      if (fate?.kind === "crash") restart(process, fate.down)
      else wake(process, world.now() + 1)
    })
  }

  const swap = <A>(
    process: Process<Memory>,
    object: Versioned<A>,
    over: number | undefined | "any",
    write: () => void
  ): Outcome => {
    const conflict = over !== "any" && object.read()?.version !== over
    if (!conflict) write()
    // After a conflict a client reads anew instead of trusting its cache.
    process.own.set(object, object.read()?.version ?? 0)
    return { conflict }
  }

  const perform = (process: Process<Memory>, deed: Deed): Outcome => {
    if (deed.kind !== "makeAuthority" && deed.kind !== "makeLeaf") world.note(process.name, () => deedText(deed))
    switch (deed.kind) {
      case "makeAuthority":
        return { conflict: false, authority: mint.authority(deed, deed.bridgedBy) }
      case "makeLeaf":
        return { conflict: false, leaf: mint.leaf(deed, deed.issuer) }
      case "writeState":
        return swap(process, state, deed.over, () => {
          state.write(world.now(), { value: deed.value, says: deed.says })
          wakeAll()
        })
      case "writeServing":
        return swap(process, pods.serving, deed.over, () => {
          const { leaf } = deed.value
          if (leaf !== undefined && leaf.issuer !== pods.serving.read()?.value.leaf?.issuer) done.rotations++
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
            const server =
              pair.apiServer === balancer
                ? servers[turn(pair.target) % servers.length]
                : servers.find(({ name }) => name === pair.apiServer)
            const content = server?.goesBy[targets.findIndex(({ name }) => name === pair.target)]?.content
            if (server === undefined || content === undefined || server.apart > world.now()) return []
            const trusted =
              refusal({ ...mint.real(deed.leaf), bridges: [] }, content.bundle, world.now() + server.skew) === undefined
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

  return {
    done,
    wakeAll,
    start: (): void => {
      for (const process of processes) wake(process, process.index)
    }
  }
}
