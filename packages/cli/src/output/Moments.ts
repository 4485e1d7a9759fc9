/**
 * Points in time as people read them, and how far they are from now.
 *
 * @since 0.1.0
 */

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

/**
 * Writes a distance in time in kubectl's manner, with the precision that fits it: `45m`, `5h`, `29d`, `2y35d`.
 *
 * **Example** (From minutes to years)
 *
 * ```ts import.meta.vitest
 * import * as Moments from "@holdfast/cli/output/Moments"
 *
 * Moments.distance(45 * 60_000) // => "45m"
 * Moments.distance(29.5 * 86_400_000) // => "29d"
 * Moments.distance(765 * 86_400_000) // => "2y35d"
 * ```
 *
 * @category formatting
 * @since 0.1.0
 */
export const distance = (millis: number): string => {
  const length = Math.abs(millis)
  if (length < minute) return `${Math.floor(length / 1000)}s`
  if (length < 2 * hour) return `${Math.floor(length / minute)}m`
  if (length < 2 * day) return `${Math.floor(length / hour)}h`
  if (length < 2 * year) return `${Math.floor(length / day)}d`
  const days = Math.floor((length % year) / day)
  return `${Math.floor(length / year)}y${length < 8 * year && days > 0 ? `${days}d` : ""}`
}

/**
 * Writes a distance from now: `in 29d`, `3h ago`.
 *
 * @category formatting
 * @since 0.1.0
 */
export const fromNow = (at: Date, now: Date): string => {
  const left = at.getTime() - now.getTime()
  return left >= 0 ? `in ${distance(left)}` : `${distance(left)} ago`
}

/**
 * Writes a moment to the minute, in UTC.
 *
 * @category formatting
 * @since 0.1.0
 */
export const format = (at: Date): string =>
  Number.isNaN(at.getTime()) ? "unknown" : `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`
