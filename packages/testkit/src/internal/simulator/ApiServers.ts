import type { Seen, TargetContent } from "../../simulator/Protocol.ts"
import type { Schedule } from "../../simulator/Schedule.ts"
import { ids } from "./Text.ts"
import * as Versioned from "./Versioned.ts"
import type { World } from "./World.ts"

/** An object with a `caBundle`. */
export interface Target {
  readonly name: string
  readonly object: Versioned.Versioned<TargetContent>
}

/** A version of a target that an API server goes by. */
export interface Effective {
  readonly content: TargetContent
  /** Whether somebody wrote it who is not the protocol under test. */
  readonly foreign: boolean
}

/** An API server: it calls webhooks by what it has heard of, which may be old. */
export interface ApiServer {
  readonly name: string
  readonly lag: number
  readonly skew: number
  /** Until when it hears nothing and answers no probes. */
  apart: number
  missesNext: boolean
  /** By target. */
  readonly goesBy: Array<Effective>
  /** The newest change of each target it has heard of, so that an old one never undoes a new one. */
  readonly heard: Array<number>
}

/** A kube-apiserver tells its own informers everything again after ten minutes. */
const resync = 600_000

const nothing: TargetContent = { bundle: [], note: 0 }

/** What a target holds, nothing for one that does not exist. */
export const contentOf = (seen: Seen<TargetContent> | undefined): TargetContent => seen?.value ?? nothing

/** Makes targets with this content, and API servers that go by it. */
export const make = (world: World, schedule: Schedule, first: TargetContent) => {
  const targets = Array.from(
    { length: schedule.targets },
    (_, index): Target => ({ name: `hook-${index}`, object: Versioned.make(first) })
  )
  const servers = schedule.apiServers.map(
    ({ lag, skew }, index): ApiServer => ({
      name: `api-${index}`,
      lag,
      skew,
      apart: 0,
      missesNext: false,
      goesBy: targets.map(() => ({ content: first, foreign: false })),
      heard: targets.map(() => 0)
    })
  )

  const hear = (server: ApiServer, target: number, order: number, effective: Effective): void => {
    const now = world.now()
    if (server.apart > now) {
      world.after(server.apart + server.lag - now, () => hear(server, target, order, effective))
      return
    }
    if (order < (server.heard[target] ?? 0)) return
    server.heard[target] = order
    if (server.missesNext) {
      server.missesNext = false
      world.note(server.name, () => `misses a change of ${targets[target]?.name}`)
      world.after(resync, () => hear(server, target, order, effective))
      return
    }
    server.goesBy[target] = effective
    world.note(server.name, () => `goes by ${targets[target]?.name} ${ids(effective.content.bundle)}`)
    world.judge()
  }

  let changes = 0
  const write = (index: number, content: TargetContent, foreign: boolean): void => {
    targets[index]?.object.write(world.now(), content)
    const order = ++changes
    for (const server of servers) world.after(server.lag, () => hear(server, index, order, { content, foreign }))
    world.wakeAll()
  }

  return { targets, servers, write }
}
