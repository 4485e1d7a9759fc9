/**
 * A failure of a command's own, with the exit code it ends with.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import type { ExitName } from "../ExitCode.ts"

/**
 * A command cannot do what it was asked, for a reason that no library error tells.
 *
 * @category errors
 * @since 0.1.0
 */
export class CommandError extends Data.TaggedError("CommandError")<{
  readonly exit: ExitName
  readonly detail: string
  /** The next thing to do. */
  readonly hint?: string
  readonly cause?: unknown
}> {
  override get message(): string {
    return this.hint === undefined ? this.detail : `${this.detail}. ${this.hint}`
  }
}
