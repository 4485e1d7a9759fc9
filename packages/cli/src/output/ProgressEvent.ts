/**
 * What a command tells about its work while it goes on, as data. The same events become a live view, plain lines, or
 * JSON lines.
 *
 * @since 0.1.0
 */

/**
 * A step in the progress of a command. All times are milliseconds.
 *
 * - `Phase`: a new part of the work begins
 * - `Done`, `Note`, `Warning`: a fact, good, neutral or bad
 * - `Waiting`: what is waited for, by a key; `undefined` text means that this wait is over
 * - `Retry`: an attempt failed and another one follows after `delay`
 * - `Retrying`: the wait is over
 * - `Recovered`, `GaveUp`: how it ended
 * - `Fact`, `Began`, `Ended`: for reports alone: what the run is about, and the time of each object
 *
 * @category models
 * @since 0.1.0
 */
export type ProgressEvent =
  | { readonly type: "Phase"; readonly title: string }
  | { readonly type: "Done" | "Note" | "Warning"; readonly text: string }
  | { readonly type: "Fact"; readonly name: string; readonly value: string }
  | { readonly type: "Began"; readonly subject: string }
  | { readonly type: "Ended"; readonly subject: string; readonly outcome: string; readonly failed: boolean }
  | { readonly type: "Waiting"; readonly key: string; readonly text: string | undefined }
  | {
      readonly type: "Retry"
      readonly subject: string
      readonly attempt: number
      readonly webhook: string | undefined
      readonly reason: string
      readonly detail: string
      /** The attempt before failed in the same words. */
      readonly repeated: boolean
      readonly delay: number
      readonly elapsed: number
    }
  | {
      readonly type: "Retrying"
      readonly subject: string
      readonly attempt: number
      readonly waited: number
      readonly endedBy: "timer" | "wake" | "deadline"
      readonly hint: string | undefined
    }
  | { readonly type: "Recovered"; readonly subject: string; readonly attempts: number; readonly elapsed: number }
  | {
      readonly type: "GaveUp"
      readonly subject: string
      readonly attempts: number
      readonly elapsed: number
      readonly reason: string
    }

/**
 * A line of text, and how it stands out.
 *
 * @category models
 * @since 0.1.0
 */
export interface ProgressLine {
  readonly mark: "phase" | "done" | "note" | "warning" | "retry" | "failed"
  readonly text: string
}
