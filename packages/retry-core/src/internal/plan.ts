import type { DelayEnd } from "../Attempt.ts"
import type { Jitter } from "../RetryPolicy.ts"

/** What the final attempt is left with at least, if that is not more than half of what is left, in milliseconds. */
const finalAttempt = 100

/** What is known when an attempt has failed; times are milliseconds. */
export interface Situation {
  /** What the backoff proposes. */
  readonly backoff: number
  /** `Retry-After`; 0 without it. */
  readonly floor: number
  readonly jitter: Jitter
  /** Time until the deadline; `Infinity` without one. */
  readonly remaining: number
  /** How long the longest attempt took: what another one may take. */
  readonly longest: number
  /** Whether a wait was cut before. */
  readonly wasCut: boolean
}

/** A wait, and whether it ends at its own time or was cut for the deadline. */
export interface Wait {
  readonly delay: number
  readonly endedBy: DelayEnd
}

/** Fits the next wait between `Retry-After` and the deadline; `undefined` where no further attempt fits. */
export const planWait = (situation: Situation): Wait | undefined => {
  const { backoff, floor, jitter, longest, remaining, wasCut } = situation
  // On top of the floor, not in its place: else a thousand clients that were told "1 s" come back in the same second.
  const delay = jitter === "none" ? Math.max(floor, backoff) : floor + backoff
  const latest = remaining - Math.min(remaining / 2, Math.max(finalAttempt, 2 * longest))
  if (delay <= latest) return { delay, endedBy: "timer" }
  // Cutting again and again would halve the rest for ever.
  if (floor >= remaining || (wasCut && remaining < 2 * finalAttempt)) return undefined
  return { delay: Math.max(latest, floor), endedBy: "deadline" }
}
