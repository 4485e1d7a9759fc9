/**
 * Colours of the terminal, and the decision whether to use them.
 *
 * @since 0.1.0
 */
import type { Host, Output } from "../Host.ts"

/**
 * Paints text, or leaves it as it is.
 *
 * @category models
 * @since 0.1.0
 */
export interface Paint {
  readonly green: (text: string) => string
  readonly red: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
}

const sgr = (enabled: boolean, on: number, off: number) => (text: string) =>
  enabled ? `\u001b[${on}m${text}\u001b[${off}m` : text

/**
 * Makes the paints, plain ones when not enabled.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (enabled: boolean): Paint => ({
  green: sgr(enabled, 32, 39),
  red: sgr(enabled, 31, 39),
  yellow: sgr(enabled, 33, 39),
  cyan: sgr(enabled, 36, 39),
  bold: sgr(enabled, 1, 22),
  dim: sgr(enabled, 2, 22)
})

/**
 * Whether a stream gets colours: a terminal that is not `dumb`, unless `NO_COLOR` is set (https://no-color.org).
 *
 * @category queries
 * @since 0.1.0
 */
export const wanted = (host: Host, output: Output): boolean =>
  output.isTerminal && (host.env["NO_COLOR"] ?? "") === "" && host.env["TERM"] !== "dumb"

/**
 * Whether a stream gets a view that is redrawn in place: a terminal that can move its cursor, and not a CI job's.
 *
 * @category queries
 * @since 0.1.0
 */
export const isLive = (host: Host, output: Output): boolean =>
  output.isTerminal && host.env["TERM"] !== "dumb" && (host.env["CI"] ?? "") === ""
