/**
 * A limit on how many retries many operations make together.
 *
 * When a thousand objects fail at the same moment, each of their retry policies is reasonable and their sum is a storm.
 * A budget is a bucket of tokens that they share: every retry takes one. The bucket fills with the work that is begun
 * (`ratio` tokens for each operation) and with time (`minPerSecond`), so that a client that does little is not starved
 * by a ratio of almost nothing. An operation that finds the bucket empty waits for its token; it does not fail, unless
 * the token would come after its deadline.
 *
 * Source of the scheme: Twitter Finagle's `RetryBudget` (`percentCanRetry` 0.2, `minRetriesPerSec` 10).
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { defaultClock, monotonicMillis } from "./internal/clock.ts"

/**
 * A bucket of tokens for retries. Times are milliseconds on the monotonic clock.
 *
 * @see {@link make} for making one
 * @category models
 * @since 0.1.0
 */
export interface RetryBudget {
  /** Notes that an operation begins. */
  deposit(now: number): void
  /**
   * Takes one token, if need be one that is still to come, and returns how long to wait for it; takes none and returns
   * `undefined` where that is more than `atMost`.
   */
  take(now: number, atMost: number): number | undefined
}

/**
 * The size of a budget.
 *
 * @category models
 * @since 0.1.0
 */
export interface RetryBudgetOptions {
  /** How many retries each operation earns; 0.2 by default. */
  readonly ratio?: number | undefined
  /** How many retries a second are always allowed; above 0; 10 by default. */
  readonly minPerSecond?: number | undefined
  /** How many retries can be saved up, which is also how many there are at the beginning; 100 by default. */
  readonly capacity?: number | undefined
}

/**
 * An option of a budget has a value that makes no sense.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidRetryBudget extends Data.TaggedError("InvalidRetryBudget")<{
  readonly option: keyof RetryBudgetOptions
  readonly actual: number
  readonly expected: string
}> {
  override get message(): string {
    return `invalid retry budget: ${this.option} is ${this.actual}, but must be ${this.expected}`
  }
}

const check = (option: keyof RetryBudgetOptions, actual: number, isAllowed: boolean, expected: string): number => {
  if (!isAllowed || !Number.isFinite(actual)) throw new InvalidRetryBudget({ option, actual, expected })
  return actual
}

class TokenBucket implements RetryBudget {
  readonly #ratio: number
  readonly #perMilli: number
  readonly #capacity: number
  // Below zero where tokens were taken that are still to come.
  #tokens: number
  #at: number

  constructor({ ratio = 0.2, minPerSecond = 10, capacity = 100 }: RetryBudgetOptions, now: number) {
    this.#ratio = check("ratio", ratio, ratio >= 0, "a number of at least 0")
    this.#perMilli = check("minPerSecond", minPerSecond, minPerSecond > 0, "a number above 0") / 1000
    this.#capacity = check("capacity", capacity, capacity >= 1, "a number of at least 1")
    this.#tokens = this.#capacity
    this.#at = now
  }

  deposit(now: number): void {
    this.#refill(now)
    this.#tokens = Math.min(this.#capacity, this.#tokens + this.#ratio)
  }

  take(now: number, atMost: number): number | undefined {
    this.#refill(now)
    const wait = Math.max(0, (1 - this.#tokens) / this.#perMilli)
    if (wait > atMost) return undefined
    this.#tokens--
    return wait
  }

  #refill(now: number): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + Math.max(0, now - this.#at) * this.#perMilli)
    this.#at = now
  }
}

/**
 * Makes a budget for operations to share, on the default clock.
 *
 * Throws {@link InvalidRetryBudget} where an option makes no sense.
 *
 * **When to use**
 *
 * Use outside Effect, as with the Promise facade.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeUnsafe = (options: RetryBudgetOptions = {}): RetryBudget =>
  new TokenBucket(options, monotonicMillis(defaultClock))

/**
 * Makes a budget for operations to share. An option that makes no sense is a mistake in the program: a defect.
 *
 * **Example** (Sharing a budget)
 *
 * ```ts import.meta.vitest
 * import { Effect } from "effect"
 * import * as RetryBudget from "@holdfast/retry-core/RetryBudget"
 *
 * const waits = Effect.map(RetryBudget.make({ capacity: 2, minPerSecond: 10 }), (budget) => {
 *   const now = 1_000_000
 *   return [budget.take(now, 1000), budget.take(now, 1000), budget.take(now, 1000)]
 * })
 *
 * await Effect.runPromise(waits) // => [0, 0, 100]
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: RetryBudgetOptions = {}): Effect.Effect<RetryBudget> =>
  Clock.clockWith((clock) => Effect.sync(() => new TokenBucket(options, monotonicMillis(clock))))
