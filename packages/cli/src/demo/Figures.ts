/**
 * What a vacuum cost, and what it would have cost.
 *
 * @since 0.1.0
 */

/**
 * When a vacuum opened and closed, in milliseconds of the clock.
 *
 * @category models
 * @since 0.1.0
 */
export interface Window {
  readonly opened: number
  readonly closed: number
}

/** Sleeps between attempts that are common in installers: Kubernetes' `wait.Backoff` of 2 s with factor 3. */
const sleeps = [2000, 6000, 18_000, 54_000]

/**
 * How long after its end, in milliseconds, an attempt would have met a closed window, had attempts been 2, 6, 18 and
 * 54 s apart from the first failure on; `undefined` when all of them would have come too soon.
 *
 * **Example** (A window of nine seconds)
 *
 * ```ts import.meta.vitest
 * import * as Figures from "@holdfast/cli/demo/Figures"
 *
 * // Attempts at 0, 2, 8 and 26 s: the first one after 9 s is 17 s late.
 * Figures.costOfSleeping(0, 9000) // => 17_000
 * Figures.costOfSleeping(0, 90_000) // => undefined
 * ```
 *
 * @category figures
 * @since 0.1.0
 */
export const costOfSleeping = (firstFailure: number, closed: number): number | undefined => {
  let at = firstFailure
  for (const sleep of sleeps) {
    at += sleep
    if (at >= closed) return at - closed
  }
  return undefined
}
