/**
 * Every attempt of a command that was not its object's first and only one, as data for reports.
 *
 * @since 0.1.0
 */
import { format } from "./Durations.ts"
import * as Table from "./Table.ts"
import { truncate } from "./TextWidth.ts"

/**
 * One attempt. All times are milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface TimelineEntry {
  /** When the attempt ended, since the command began. */
  readonly at: number
  readonly subject: string
  readonly attempt: number
  readonly outcome: "failed" | "succeeded" | "gave-up"
  readonly webhook?: string | undefined
  /** The reason of a certificate error, or the error's tag. */
  readonly reason?: string | undefined
  readonly message?: string | undefined
  /** The wait that was chosen after this attempt. */
  readonly delay?: number | undefined
  /** The wait that there was. */
  readonly waited?: number | undefined
  readonly endedBy?: "timer" | "wake" | "deadline" | undefined
  readonly hint?: string | undefined
}

const wait = ({ delay, waited, endedBy, hint }: TimelineEntry): string => {
  if (waited === undefined) return delay === undefined ? "" : `up to ${format(delay)}`
  const by =
    endedBy === "wake" ? `woken: ${hint ?? "a change"}` : endedBy === "deadline" ? "cut by the deadline" : "timer"
  return `${format(waited)} (${by})`
}

/**
 * Renders a timeline as a table; `columns` bounds the text of the last column.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (entries: ReadonlyArray<TimelineEntry>, columns: number): string => {
  const rows = entries.map((entry) => [
    format(entry.at),
    entry.subject,
    String(entry.attempt),
    entry.outcome === "failed" ? `failed: ${entry.reason ?? "error"}` : entry.outcome.replace("-", " "),
    wait(entry)
  ])
  const table = Table.render(["TIME", "OBJECT", "ATTEMPT", "RESULT", "THEN WAITED"], rows)
  return table
    .split("\n")
    .map((line) => truncate(line, columns))
    .join("\n")
}
