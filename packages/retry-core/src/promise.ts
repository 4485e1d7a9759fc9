/**
 * `retry` for plain promises: the policy, classification, deadline, wake-up, budget, history and metrics of the Effect
 * version, with an `AbortSignal` in place of interruption.
 *
 * A call that succeeds on first try starts no fiber and costs about as much as the call itself.
 *
 * @since 0.1.0
 */
import { defaultHost } from "./internal/host.ts"
import { makeRetry } from "./internal/promise.ts"
import type * as Retry from "./Retry.ts"
import type { RetryEvent } from "./RetryEvent.ts"

/**
 * What each attempt is told.
 *
 * @category models
 * @since 0.1.0
 */
export interface AttemptContext {
  /** 1 for the first attempt. */
  readonly attempt: number
  /**
   * Aborted when this attempt is given up: with the reason of the caller's signal, or with a `TimeoutError` when it ran
   * into the policy's `attemptTimeout` or the deadline.
   */
  readonly signal: AbortSignal
}

/**
 * How to retry.
 *
 * @category models
 * @since 0.1.0
 */
export interface RetryOptions<in out E> extends Omit<Retry.RetryOptions<E>, "logLevel" | "onEvent" | "schedule"> {
  /** Told of every failed attempt, every retry and the end. */
  readonly onEvent?: ((event: RetryEvent<E>) => void) | undefined
  /** Ends the operation at once, whatever it is doing; the promise is rejected with the signal's own reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Calls a function until it succeeds, fails with a permanent error, or has used up its attempts or its time.
 *
 * **When to use**
 *
 * Use where a failure may pass by itself, in a program that does not use Effect.
 *
 * **Details**
 *
 * The promise is rejected with the function's own error if that is permanent, with `AttemptsExhausted` or
 * `DeadlineExceeded` (both carry the history, and the last error as `cause`), or with `signal.reason`. After that the
 * function is never called again. A function that throws is treated as one that rejects. Nothing is logged; `onEvent`
 * tells what goes on.
 *
 * **Example** (Retrying what is worth it)
 *
 * ```ts import.meta.vitest
 * import * as Classification from "@holdfast/retry-core/Classification"
 * import { retry } from "@holdfast/retry-core/promise"
 * import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
 *
 * const value = retry(
 *   async ({ attempt }) => {
 *     if (attempt < 3) throw new Error("busy")
 *     return `done in ${attempt}`
 *   },
 *   {
 *     classify: (error) => error instanceof Error && error.message === "busy"
 *       ? Classification.transient({ kind: "busy" })
 *       : Classification.permanent,
 *     policy: RetryPolicy.make({ baseDelay: "1 millis" })
 *   }
 * )
 *
 * await value // => "done in 3"
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const retry: <A, E = unknown>(
  fn: (context: AttemptContext) => A | PromiseLike<A>,
  options: RetryOptions<E>
) => Promise<A> = makeRetry(defaultHost)
