/**
 * How often, how fast and how long an operation is tried: plain data, so that it can come from a file, the environment
 * or flags, be printed and be compared.
 *
 * @see `RetryPolicySchema` for JSON, `RetryPolicyConfig` for the environment
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import { backoffMillis } from "./internal/backoff.ts"

/**
 * How randomness spreads the retries of many clients that failed together.
 *
 * With `step` the exponential delay, capped at `maxDelay`: `none` waits `step`; `full` anything between 0 and `step`;
 * `equal` between half of `step` and `step`; `decorrelated` between `baseDelay` and three times the previous delay,
 * capped at `maxDelay` (it does not use `factor`). No kind ever exceeds `maxDelay`.
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @category models
 * @since 0.1.0
 */
export type Jitter = "none" | "full" | "equal" | "decorrelated"

/**
 * The kinds of jitter, for flags and schemas.
 *
 * @category models
 * @since 0.1.0
 */
export const jitters: ReadonlyArray<Jitter> = ["none", "full", "equal", "decorrelated"]

/**
 * How often, how fast and how long an operation is tried.
 *
 * @see {@link make} for making one
 * @category models
 * @since 0.1.0
 */
export interface RetryPolicy {
  /** How many attempts there may be, the first one included; `Infinity` for no limit. */
  readonly maxAttempts: number
  /** The delay after the first failure, before jitter. */
  readonly baseDelay: Duration.Duration
  /** By how much the delay grows from attempt to attempt. */
  readonly factor: number
  /** What no delay exceeds (a `Retry-After` from the other side may). */
  readonly maxDelay: Duration.Duration
  readonly jitter: Jitter
  /** How long one attempt may take; infinite for no limit. */
  readonly attemptTimeout: Duration.Duration
  /** How long the whole operation may take, its waits included; infinite for no limit. */
  readonly deadline: Duration.Duration
}

/**
 * What {@link make} takes: any fields of a policy, durations in every form that Effect knows.
 *
 * @category models
 * @since 0.1.0
 */
export interface RetryPolicyOptions {
  readonly maxAttempts?: number | undefined
  readonly baseDelay?: Duration.Input | undefined
  readonly factor?: number | undefined
  readonly maxDelay?: Duration.Input | undefined
  readonly jitter?: Jitter | undefined
  readonly attemptTimeout?: Duration.Input | undefined
  readonly deadline?: Duration.Input | undefined
}

/**
 * A field of a policy has a value that makes no sense.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidRetryPolicy extends Data.TaggedError("InvalidRetryPolicy")<{
  readonly field: keyof RetryPolicy
  /** The value as it was given, written out. */
  readonly actual: string
  /** What it has to be. */
  readonly expected: string
}> {
  override get message(): string {
    return `invalid retry policy: ${this.field} is ${this.actual}, but must be ${this.expected}`
  }
}

/**
 * The policy without any wish: no limit on attempts, 200 ms doubling up to 2 s with full jitter, 30 s for an attempt,
 * 5 minutes in all. `maxDelay` is small because one more request costs less than one more minute of waiting.
 *
 * @category constructors
 * @since 0.1.0
 */
export const defaults: RetryPolicy = {
  maxAttempts: Number.POSITIVE_INFINITY,
  baseDelay: Duration.millis(200),
  factor: 2,
  maxDelay: Duration.seconds(2),
  jitter: "full",
  attemptTimeout: Duration.seconds(30),
  deadline: Duration.minutes(5)
}

/**
 * Checks options from outside and completes them with the {@link defaults}.
 *
 * A `baseDelay` above the default `maxDelay` raises `maxDelay`, and a `maxDelay` below the default `baseDelay` lowers
 * `baseDelay`; only where both are given and contradict each other it is an error.
 *
 * **Example** (Naming the field that is wrong)
 *
 * ```ts import.meta.vitest
 * import { Result } from "effect"
 * import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
 *
 * const result = RetryPolicy.validate({ maxAttempts: -1 })
 *
 * Result.isFailure(result) && result.failure.field // => "maxAttempts"
 * ```
 *
 * @see {@link make} for options that are written in the program
 * @category constructors
 * @since 0.1.0
 */
export const validate = (options: RetryPolicyOptions): Result.Result<RetryPolicy, InvalidRetryPolicy> => {
  const number = (field: "maxAttempts" | "factor") => options[field] ?? defaults[field]
  const maxAttempts = number("maxAttempts")
  if (!(maxAttempts === Number.POSITIVE_INFINITY || (Number.isSafeInteger(maxAttempts) && maxAttempts >= 1)))
    return invalid("maxAttempts", maxAttempts, "a whole number of at least 1, or infinity")
  const factor = number("factor")
  if (!(factor >= 1 && factor <= 1000)) return invalid("factor", factor, "a number from 1 to 1000")
  const jitter = options.jitter ?? defaults.jitter
  if (!jitters.includes(jitter)) return invalid("jitter", jitter, `one of ${jitters.join(", ")}`)

  const durations: Partial<Record<DurationField, Duration.Duration>> = {}
  for (const [field, isAllowed, expected] of durationRules) {
    const input = options[field]
    if (input === undefined) continue
    // `fromInput` knows negative and infinite durations too; the rules decide.
    const duration = Duration.fromInput(input)
    if (duration._tag === "None" || !isAllowed(Duration.toMillis(duration.value)))
      return invalid(field, input, expected)
    durations[field] = duration.value
  }
  const { baseDelay, maxDelay } = durations
  if (baseDelay !== undefined && maxDelay !== undefined && Duration.isLessThan(maxDelay, baseDelay))
    return invalid("maxDelay", maxDelay, `at least baseDelay, which is ${Duration.format(baseDelay)}`)
  return Result.succeed({
    maxAttempts,
    baseDelay: baseDelay ?? Duration.min(defaults.baseDelay, maxDelay ?? defaults.maxDelay),
    factor,
    maxDelay: maxDelay ?? Duration.max(defaults.maxDelay, baseDelay ?? defaults.baseDelay),
    jitter,
    attemptTimeout: durations.attemptTimeout ?? defaults.attemptTimeout,
    deadline: durations.deadline ?? defaults.deadline
  })
}

type DurationField = "baseDelay" | "maxDelay" | "attemptTimeout" | "deadline"

const year = 365 * 24 * 60 * 60 * 1000
const isDelay = (millis: number) => millis >= 0 && millis <= year
const isLimit = (millis: number) => (millis > 0 && millis <= year) || millis === Number.POSITIVE_INFINITY
const durationRules: ReadonlyArray<[DurationField, (millis: number) => boolean, string]> = [
  ["baseDelay", isDelay, "a duration from 0 to one year"],
  ["maxDelay", isDelay, "a duration from 0 to one year"],
  ["attemptTimeout", isLimit, "a duration above 0 and up to one year, or infinity"],
  ["deadline", isLimit, "a duration above 0 and up to one year, or infinity"]
]

const invalid = (field: keyof RetryPolicy, actual: unknown, expected: string) =>
  Result.fail(
    new InvalidRetryPolicy({
      field,
      actual: Duration.isDuration(actual) ? Duration.format(actual) : (JSON.stringify(actual) ?? String(actual)),
      expected
    })
  )

/**
 * Makes a policy from options that are written in the program; what is left out comes from {@link defaults}.
 *
 * Throws {@link InvalidRetryPolicy} where a value makes no sense, as that is a mistake in the program.
 *
 * **Example** (Changing two fields)
 *
 * ```ts import.meta.vitest
 * import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
 *
 * const policy = RetryPolicy.make({ maxAttempts: 5, deadline: "1 minute" })
 *
 * policy.maxAttempts // => 5
 * policy.jitter // => "full"
 * ```
 *
 * @see {@link validate} for options that come from outside
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: RetryPolicyOptions = {}): RetryPolicy =>
  Result.getOrThrowWith(validate(options), (e) => e)

/**
 * The policy's backoff as an Effect `Schedule`: its delays with their jitter, and its attempt limit. What a schedule
 * cannot do (the deadline, the attempt timeout) is not in it.
 *
 * **When to use**
 *
 * Use to combine the policy's delays with other schedules, or with `Effect.retry` and `Effect.repeat`.
 *
 * **Example** (Looking at the delays)
 *
 * ```ts import.meta.vitest
 * import { Duration, Effect, Schedule } from "effect"
 * import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
 *
 * const schedule = RetryPolicy.toSchedule(RetryPolicy.make({ baseDelay: "1 second", maxDelay: "3 seconds", jitter: "none" }))
 * const delays = Effect.gen(function*() {
 *   const step = yield* Schedule.toStep(schedule)
 *   const seconds: Array<number> = []
 *   for (let i = 0; i < 4; i++) {
 *     const [, delay] = yield* step(0, undefined)
 *     seconds.push(Duration.toSeconds(delay))
 *   }
 *   return seconds
 * })
 *
 * await Effect.runPromise(delays) // => [1, 2, 3, 3]
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const toSchedule = (policy: RetryPolicy): Schedule.Schedule<Duration.Duration> => {
  const backoff = Schedule.fromStepWithMetadata<unknown, Duration.Duration, never, never, never, never>(
    Effect.sync(() => {
      let previous: number | undefined
      return ({ attempt }) =>
        Effect.map(Random.next, (random) => {
          previous = backoffMillis(policy, attempt, previous, random)
          const delay = Duration.millis(previous)
          return [delay, delay]
        })
    })
  )
  return policy.maxAttempts === Number.POSITIVE_INFINITY
    ? backoff
    : Schedule.upTo(backoff, { times: policy.maxAttempts - 1 })
}
