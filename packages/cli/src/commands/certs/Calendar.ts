/**
 * `holdfast certs calendar`.
 *
 * @since 0.1.0
 */
import { connectionFlags, progressFlags } from "../../CommandFlags.ts"
import { make } from "../../commandline/Command.ts"
import * as Flag from "../../commandline/Flag.ts"

const ahead: Flag.Flag<number | undefined> = {
  ...Flag.duration("how far the picture looks ahead (default 365d)"),
  decode: (texts) => {
    const text = texts.at(-1)
    const value = text === undefined ? undefined : Flag.parseDuration(text)
    return text === undefined || (value !== undefined && value >= 3_600_000 && value <= 36_500 * 86_400_000)
      ? { value }
      : { problem: "expected a duration from 1h to 36500d" }
  }
}

/**
 * The flags of `holdfast certs calendar`.
 *
 * @category flags
 * @since 0.1.0
 */
export const certsCalendarFlags = { ahead, ...progressFlags, ...connectionFlags }

/**
 * Draws when certificates are valid.
 *
 * @category commands
 * @since 0.1.0
 */
export const certsCalendar = make({
  name: "certs calendar",
  summary: "draw when each certificate is valid, and what ends next",
  description:
    "Draw the validity of every certificate in play as a bar along the months, with today as a line through all of them. The one that ends first stands first.",
  flags: certsCalendarFlags,
  examples: [
    { text: "a year ahead", line: "holdfast certs calendar" },
    { text: "the next weeks of one namespace", line: "holdfast certs calendar -n kube-system --ahead 30d" }
  ],
  load: async () => (await import("../../certs/RunCalendar.ts")).run
})
