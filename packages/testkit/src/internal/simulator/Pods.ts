import type { ServingContent } from "../../simulator/Protocol.ts"
import type { Schedule } from "../../simulator/Schedule.ts"
import type { Leaf } from "../../simulator/Trust.ts"
import { leafText } from "./Text.ts"
import * as Versioned from "./Versioned.ts"
import type { World } from "./World.ts"

/** A pod behind the webhook's Service. */
export interface Pod {
  readonly name: string
  readonly lag: number
  readonly mounted: boolean
  presents: Leaf | undefined
  /** The note of what it has taken up. */
  note: number
  /** When it began to serve; in the future while it does not. */
  startedAt: number
  goneSince: number
  /** Until when it does not answer the processes that rotate. */
  silentUntil: number
  /** When it last changed its leaf while it served, so that connections of before live on. */
  swappedAt: number
}

/** From the annotation on a pod to the end of its kubelet's sync, as measured on a real node. */
const nudgeTakes = 1_500
/** How old what a starting pod reads may be. */
const startLag = 500

/** Makes the serving Secret, and pods that read it; with a first content they serve from before the beginning. */
export const make = (world: World, schedule: Schedule, first: ServingContent | undefined) => {
  const serving = Versioned.make<ServingContent>(first)
  const pods = schedule.pods.map(
    ({ lag, mounted }, index): Pod => ({
      name: `pod-${index}`,
      lag,
      mounted,
      presents: first?.leaf,
      note: 0,
      startedAt: first === undefined ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
      goneSince: Number.NEGATIVE_INFINITY,
      silentUntil: 0,
      swappedAt: Number.NEGATIVE_INFINITY
    })
  )

  const takeUp = (pod: Pod, content: ServingContent | undefined): void => {
    const leaf = content?.leaf
    // Pods of ours refuse to go back; a mounted Secret is taken as it comes.
    if (content === undefined || leaf === undefined || (content.note < pod.note && !pod.mounted)) return
    pod.note = content.note
    if (leaf.id === pod.presents?.id) return
    if (pod.presents !== undefined) pod.swappedAt = world.now()
    pod.presents = leaf
    world.note(pod.name, () => `presents ${leafText(leaf)}`)
    world.judge()
    world.wakeAll()
  }

  const sync = (pod: Pod): void => {
    if (pod.startedAt <= world.now()) takeUp(pod, serving.read()?.value)
  }

  const start = (pod: Pod): void => {
    const content = serving.readAt(world.now() - startLag)?.value
    if (content?.leaf === undefined) {
      world.after(1_000, () => start(pod))
      return
    }
    pod.startedAt = world.now()
    pod.note = 0
    takeUp(pod, content)
    world.after(pod.lag, () => sync(pod))
    // Lists of pods are read from caches, which are behind.
    for (const { cache } of schedule.processes) world.after(cache + 1, world.wakeAll)
  }

  return {
    serving,
    pods,
    start,
    write: (content: ServingContent | undefined): void => {
      serving.write(world.now(), content)
      for (const pod of pods) world.after(pod.lag, () => sync(pod))
      world.wakeAll()
    },
    nudge: (pod: Pod): void => {
      if (pod.mounted) world.after(nudgeTakes, () => sync(pod))
    },
    restart: (pod: Pod, down: number): void => {
      if (pod.startedAt > world.now()) return
      pod.presents = undefined
      pod.startedAt = Number.POSITIVE_INFINITY
      pod.goneSince = world.now()
      world.after(down, () => start(pod))
    }
  }
}
