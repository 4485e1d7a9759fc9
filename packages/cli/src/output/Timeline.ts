/**
 * Every attempt of a command that was not its object's first and only one, as data for reports.
 *
 * @since 0.1.0
 */
import { format } from "./Durations.ts"
import * as Table from "./Table.ts"
import { truncate, width } from "./TextWidth.ts"

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

const outcome = (entry: TimelineEntry): string =>
  entry.outcome === "failed" ? `failed: ${entry.reason ?? "error"}` : entry.outcome.replace("-", " ")

const table = (entries: ReadonlyArray<TimelineEntry>): string =>
  Table.render(
    ["TIME", "OBJECT", "ATTEMPT", "RESULT", "THEN WAITED"],
    entries.map((entry) => [format(entry.at), entry.subject, String(entry.attempt), outcome(entry), wait(entry)])
  )

/** Two lines an attempt, under the name of its object. */
const stacked = (entries: ReadonlyArray<TimelineEntry>): string =>
  entries
    .flatMap((entry, index) => [
      ...(entry.subject === entries[index - 1]?.subject ? [] : [entry.subject]),
      `  ${format(entry.at).padStart(7)}  ${entry.attempt}: ${outcome(entry)}`,
      ...(wait(entry) === "" ? [] : [`           waited ${wait(entry)}`])
    ])
    .map((line) => `${line}\n`)
    .join("")

/**
 * Renders a timeline as a table, or, where that does not fit into `columns`, as lines under each other.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (entries: ReadonlyArray<TimelineEntry>, columns: number): string => {
  const wide = table(entries)
  // The last column may be cut: what ended a wait stands at its beginning.
  const needed = Math.max(...wide.split("\n").map((line) => width(line.slice(0, line.indexOf(" (") + 12))))
  const text = needed <= columns ? wide : stacked(entries)
  return text
    .split("\n")
    .map((line) => truncate(line, columns))
    .join("\n")
}
