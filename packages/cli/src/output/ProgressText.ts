/**
 * Progress events in words.
 *
 * @since 0.1.0
 */
import { format } from "./Durations.ts"
import type { Paint } from "./Paint.ts"
import type { ProgressEvent, ProgressLine } from "./ProgressEvent.ts"
import { clean } from "./TextWidth.ts"

const ending = { timer: "timer", wake: "woken", deadline: "cut short by the deadline" } as const

/**
 * The line that tells an event; `undefined` for the end of a wait, which only the live view shows, and for what is told to reports
 * alone.
 *
 * @category rendering
 * @since 0.1.0
 */
export const line = (event: ProgressEvent): ProgressLine | undefined => {
  switch (event.type) {
    case "Fact":
    case "Began":
    case "Ended":
      return undefined
    case "Phase":
      return { mark: "phase", text: event.title }
    case "Done":
      return { mark: "done", text: event.text }
    case "Note":
      return { mark: "note", text: event.text }
    case "Warning":
      return { mark: "warning", text: clean(event.text) }
    case "Waiting":
      return event.text === undefined ? undefined : { mark: "note", text: `waiting: ${clean(event.text)}` }
    case "Retry": {
      const webhook = event.webhook === undefined ? "" : ` webhook ${event.webhook}:`
      const detail = event.repeated ? "" : ` (${event.detail})`
      const begin = `${event.subject}: attempt ${event.attempt} failed after ${format(event.elapsed)}:`
      return {
        mark: "retry",
        text: clean(`${begin}${webhook} ${event.reason}${detail}; next try in at most ${format(event.delay)}`)
      }
    }
    case "Retrying": {
      const hint = event.hint === undefined ? "" : `: ${event.hint}`
      const text = `${event.subject}: attempt ${event.attempt} after ${format(event.waited)} (${ending[event.endedBy]}${hint})`
      return { mark: "retry", text: clean(text) }
    }
    case "Recovered":
      return {
        mark: "done",
        text: `${event.subject}: succeeded at attempt ${event.attempts}, ${format(event.elapsed)} after the first`
      }
    case "GaveUp":
      return {
        mark: "failed",
        text: `${event.subject}: gave up after ${event.attempts} ${event.attempts === 1 ? "attempt" : "attempts"} in ${format(event.elapsed)} (${event.reason})`
      }
  }
}

const marks = {
  phase: { sign: "►", paint: "bold" },
  done: { sign: "✔", paint: "green" },
  note: { sign: "·", paint: "dim" },
  warning: { sign: "‼", paint: "yellow" },
  retry: { sign: "↻", paint: "yellow" },
  failed: { sign: "✗", paint: "red" }
} as const

/**
 * A line with its sign, painted.
 *
 * @category rendering
 * @since 0.1.0
 */
export const paintLine = ({ mark, text }: ProgressLine, paint: Paint): string => {
  const { sign, paint: colour } = marks[mark]
  return `${paint[colour](sign)} ${mark === "phase" ? paint.bold(text) : text}`
}
