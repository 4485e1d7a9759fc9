/**
 * Tries an operation until it succeeds, fails for good, or may go on no longer.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import type * as LogLevel from "effect/LogLevel"
import type * as Schedule from "effect/Schedule"
import type { Classifier } from "./Classification.ts"
import { run } from "./internal/run.ts"
import type { RetryBudget } from "./RetryBudget.ts"
import type { AttemptsExhausted, AttemptTimeout, DeadlineExceeded } from "./RetryErrors.ts"
import type { RetryEvent } from "./RetryEvent.ts"
import type { RetryPolicy } from "./RetryPolicy.ts"
import type { Wake } from "./Wake.ts"

/**
 * How to retry.
 *
 * @category models
 * @since 0.1.0
 */
export interface RetryOptions<in out E, out R = never> {
  /** Decides which errors are worth another attempt. */
  readonly classify: Classifier<E>
  /** How often, how fast and how long; the defaults of `RetryPolicy` without it. */
  readonly policy?: RetryPolicy | undefined
  /** Hints that cut a wait short. */
  readonly wake?: Wake | undefined
  /** A limit that this operation shares with others. */
  readonly budget?: RetryBudget | undefined
  /** Told of every failed attempt, every retry and the end. An effect that it returns is run before going on. */
  readonly onEvent?: ((event: RetryEvent<E>) => Effect.Effect<void, never, R> | void) | undefined
  /** What the operation is called in logs, spans and messages. */
  readonly name?: string | undefined
  /** Takes the place of the policy's backoff; its end is the end of the attempts. */
  readonly schedule?: Schedule.Schedule<unknown, E | AttemptTimeout, never, R> | undefined
  /** The level of the line that is logged for each retry; `Info` without it, no line with `None`. */
  readonly logLevel?: LogLevel.Severity | "None" | undefined
}

/**
 * Tries an effect until it succeeds, fails with a permanent error, or has used up its attempts or its time.
 *
 * **When to use**
 *
 * Use where a failure may pass by itself, and it is known which ones do.
 *
 * **Details**
 *
 * Only typed failures are retried; defects and interruption come out at once. A permanent error comes out unchanged.
 * Each attempt is interrupted after the policy's `attemptTimeout` (a transient failure), and at the deadline; an
 * attempt that does not let itself be interrupted is left behind, not waited for. No wait runs past the deadline: the
 * last one is cut so that one final attempt fits. A hint from `wake` ends a wait at once, and one that came during an
 * attempt is remembered; after ten attempts in a row that were woken in vain, the backoff has its own way again.
 *
 * **Gotchas**
 *
 * With a finite `attemptTimeout` or `deadline`, each attempt runs in a fiber of its own, as under `Effect.timeout`:
 * fibers that it forks as children end with it.
 *
 * **Example** (Retrying what is worth it)
 *
 * ```ts import.meta.vitest
 * import { Effect } from "effect"
 * import * as Classification from "@holdfast/retry-core/Classification"
 * import { retry } from "@holdfast/retry-core/Retry"
 * import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
 *
 * let calls = 0
 * const flaky = Effect.suspend(() => ++calls < 3 ? Effect.fail("busy" as const) : Effect.succeed(calls))
 *
 * const program = retry(flaky, {
 *   classify: (error) => error === "busy" ? Classification.transient({ kind: "busy" }) : Classification.permanent,
 *   policy: RetryPolicy.make({ baseDelay: "1 millis" })
 * })
 *
 * await Effect.runPromise(program) // => 3
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const retry: {
  <E, R2 = never>(
    options: RetryOptions<E, R2>
  ): <A, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E | AttemptsExhausted<E> | DeadlineExceeded<E>, R | R2>
  <A, E, R, R2 = never>(
    self: Effect.Effect<A, E, R>,
    options: RetryOptions<E, R2>
  ): Effect.Effect<A, E | AttemptsExhausted<E> | DeadlineExceeded<E>, R | R2>
} = dual(2, run)
