/**
 * Durations as people read them.
 *
 * @since 0.1.0
 */

/**
 * Writes milliseconds with a precision that fits their size: `12 ms`, `1.4 s`, `2m 5s`, `3h 20m`.
 *
 * **Example** (From milliseconds to minutes)
 *
 * ```ts import.meta.vitest
 * import * as Durations from "@holdfast/cli/output/Durations"
 *
 * Durations.format(12.4) // => "12 ms"
 * Durations.format(1430) // => "1.4 s"
 * Durations.format(125_000) // => "2m 5s"
 * ```
 *
 * @category formatting
 * @since 0.1.0
 */
export const format = (millis: number): string => {
  if (millis < 950) return `${Math.round(millis)} ms`
  if (millis < 59_950) return `${(millis / 1000).toFixed(1)} s`
  const seconds = Math.round(millis / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`
  return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`
}
