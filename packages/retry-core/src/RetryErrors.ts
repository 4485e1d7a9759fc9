/**
 * The errors with which a retried operation ends when it is not the operation's own permanent error.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import type { AttemptHistory } from "./Attempt.ts"
import { formatMillis } from "./internal/format.ts"

/**
 * An attempt ran longer than it may: than the policy's `attemptTimeout`, or up to the deadline of the whole operation.
 *
 * It is a transient failure of kind `attempt-timeout`. It shows as the `cause` of {@link AttemptsExhausted} and
 * {@link DeadlineExceeded}, never by itself.
 *
 * @category errors
 * @since 0.1.0
 */
export class AttemptTimeout extends Data.TaggedError("AttemptTimeout")<{
  /** How long the attempt was given, in milliseconds. */
  readonly limit: number
  /** Which limit it met. */
  readonly boundedBy: "attemptTimeout" | "deadline"
}> {
  override get message(): string {
    return this.boundedBy === "deadline"
      ? `the attempt was still running at the deadline, after ${formatMillis(this.limit)}`
      : `the attempt did not finish within ${formatMillis(this.limit)}`
  }
}

interface GivingUp<E> {
  /** The name given to `retry`, if any. */
  readonly name: string | undefined
  /** The failed attempts. */
  readonly history: AttemptHistory
  /** From the beginning of the first attempt until giving up, in milliseconds. */
  readonly elapsed: number
  /** The error of the last attempt. */
  readonly cause: E | AttemptTimeout
}

/**
 * All attempts that the policy (or the schedule) allows have failed.
 *
 * **Example** (Reading the history)
 *
 * ```ts import.meta.vitest
 * import { Effect } from "effect"
 * import { retry } from "@holdfast/retry-core/Retry"
 * import * as Classification from "@holdfast/retry-core/Classification"
 * import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
 *
 * const program = Effect.fail("busy").pipe(
 *   retry({
 *     classify: () => Classification.transient({ kind: "busy" }),
 *     policy: RetryPolicy.make({ maxAttempts: 3, baseDelay: "1 millis" })
 *   }),
 *   Effect.catchTag("AttemptsExhausted", (error) => Effect.succeed(`${error.history.total} times ${error.cause}`))
 * )
 *
 * await Effect.runPromise(program) // => "3 times busy"
 * ```
 *
 * @category errors
 * @since 0.1.0
 */
export class AttemptsExhausted<E> extends Data.TaggedError("AttemptsExhausted")<GivingUp<E>> {
  /** What to do about it. */
  get hint(): string {
    return "look at the last error; if it only needs longer, raise maxAttempts"
  }
  override get message(): string {
    return describe(this, `failed after ${countOf(this.history)}`)
  }
}

/**
 * The time for the whole operation is over, or too little of it is left for another attempt.
 *
 * @category errors
 * @since 0.1.0
 */
export class DeadlineExceeded<E> extends Data.TaggedError("DeadlineExceeded")<
  GivingUp<E> & {
    /** The time that the operation had, in milliseconds. */
    readonly deadline: number
  }
> {
  /** What to do about it. */
  get hint(): string {
    return "look at the last error; if it only needs longer, raise the deadline"
  }
  override get message(): string {
    return describe(
      this,
      `did not succeed within its deadline of ${formatMillis(this.deadline)} (${countOf(this.history)})`
    )
  }
}

const countOf = (history: AttemptHistory): string => (history.total === 1 ? "1 attempt" : `${history.total} attempts`)

const describe = (self: GivingUp<unknown> & { readonly hint: string }, what: string): string => {
  const last = self.history.attempts.at(-1)
  return `${self.name ?? "the operation"} ${what}${last === undefined ? "" : `; last error: ${last.error.message}`} (hint: ${self.hint})`
}
