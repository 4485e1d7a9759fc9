import * as Context from "effect/Context"
import * as Random from "effect/Random"
import { startHostTimer } from "./clock.ts"

/** What a promise needs of the world, for tests to take its place. */
export interface Host {
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number
  /** A number in [0, 1). */
  readonly random: () => number
  /** Calls `onEnd` after `millis`, unless the function that it returns is called before. */
  readonly startTimer: (millis: number, onEnd: () => void) => () => void
}

const random = Context.get(Context.empty(), Random.Random)

/** The world as it is. */
export const defaultHost: Host = {
  now: () => performance.now(),
  random: () => random.nextDoubleUnsafe(),
  startTimer: startHostTimer
}
