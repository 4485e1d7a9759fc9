import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Pull from "effect/Pull"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import type { Attempt } from "../Attempt.ts"
import { type Transient, transient } from "../Classification.ts"
import type { RetryOptions } from "../Retry.ts"
import { AttemptsExhausted, AttemptTimeout, DeadlineExceeded } from "../RetryErrors.ts"
import type { AttemptFailed, GaveUp, RetryEvent, Retrying } from "../RetryEvent.ts"
import { defaults, type RetryPolicy } from "../RetryPolicy.ts"
import type { Hint } from "../Wake.ts"
import { backoffMillis } from "./backoff.ts"
import { summarize } from "./format.ts"
import { HistoryRecorder } from "./history.ts"
import { planWait, type Wait } from "./plan.ts"
import * as Telemetry from "./telemetry.ts"
import { monotonicMillis } from "./timer.ts"
import { sleepOrHint, within } from "./wait.ts"

/** How many attempts in a row a storm of hints can win over the backoff; each wait without a hint earns one back. */
const wakeCredit = 10

/** A woken attempt begins at least this long after the one before it, in milliseconds. */
const wakeGap = 100

/** Operations that are woken together spread over this time, in milliseconds. */
const wakeSplay = 20

const attemptTimedOut = transient({ kind: "attempt-timeout" })

type Failure<E> = E | AttemptsExhausted<E> | DeadlineExceeded<E>

/** Runs an effect under a policy, in the fiber that asks for it. */
export const run = <A, E, R, R2>(
  self: Effect.Effect<A, E, R>,
  options: RetryOptions<E, R2>
): Effect.Effect<A, Failure<E>, R | R2> =>
  Effect.withFiber((fiber) => {
    const startedAt = monotonicMillis(fiber.getRef(Clock.Clock))
    options.budget?.deposit(startedAt)
    return new Run(fiber, self, options, startedAt, options.wake?.version ?? 0).attempt()
  })

/** The state of one operation, from its first attempt to its end. Times are milliseconds on the monotonic clock. */
export class Run<A, E, R, R2> {
  readonly #fiber: Fiber.Fiber<unknown, unknown>
  readonly #self: Effect.Effect<A, E, R>
  readonly #options: RetryOptions<E, R2>
  readonly #policy: RetryPolicy
  readonly #clock: Clock.Clock
  readonly #startedAt: number
  readonly #deadlineAt: number
  readonly #attemptTimeout: number

  #number = 1
  #attemptAt: number
  /** The version of the wake that the attempt began with. */
  #seen: number

  // What follows is used from the first failure on.
  #history!: HistoryRecorder
  #error: E | AttemptTimeout | undefined
  #timeout: AttemptTimeout | undefined
  #kind = "permanent"
  /** The attempt that failed last; it joins the history when it is known what ended the wait after it. */
  #last: Attempt | undefined
  #firstFailureAt = 0
  #longest = 0
  #backoffs = 0
  #previousDelay: number | undefined
  #step:
    | ((now: number, input: E | AttemptTimeout) => Pull.Pull<[unknown, Duration.Duration], never, unknown, R2>)
    | undefined
  #credit = wakeCredit
  #wasCut = false

  constructor(
    fiber: Fiber.Fiber<unknown, unknown>,
    self: Effect.Effect<A, E, R>,
    options: RetryOptions<E, R2>,
    startedAt: number,
    seen: number
  ) {
    this.#fiber = fiber
    this.#self = self
    this.#options = options
    this.#policy = options.policy ?? defaults
    this.#clock = fiber.getRef(Clock.Clock)
    this.#startedAt = startedAt
    this.#attemptAt = startedAt
    this.#deadlineAt = startedAt + Duration.toMillis(this.#policy.deadline)
    this.#attemptTimeout = Duration.toMillis(this.#policy.attemptTimeout)
    this.#seen = seen
  }

  /** Makes the first attempt, and whatever follows from it. */
  attempt(): Effect.Effect<A, Failure<E>, R | R2> {
    return Effect.catchCause(this.#bounded(this.#self), (cause) => this.failed(cause))
  }

  /** Goes on after the first attempt was made elsewhere and ran for longer than it may. */
  timedOut(limit: number, boundedBy: AttemptTimeout["boundedBy"]): Effect.Effect<A, Failure<E>, R | R2> {
    this.#timeout = new AttemptTimeout({ limit, boundedBy })
    return this.failed(Cause.fail(this.#timeout))
  }

  #again(): Effect.Effect<A, Failure<E>, R | R2> {
    this.#number++
    this.#attemptAt = this.#now()
    this.#seen = this.#options.wake?.version ?? 0
    return Effect.matchCauseEffect(
      this.#bounded(Telemetry.inSpan(this.#fiber, this.#self, this.#options.name, this.#number)),
      { onFailure: (cause) => this.failed(cause), onSuccess: (value) => this.#recovered(value) }
    )
  }

  #bounded(self: Effect.Effect<A, E, R>): Effect.Effect<A, E | AttemptTimeout, R> {
    const remaining = this.#deadlineAt - this.#attemptAt
    const boundedBy = remaining <= this.#attemptTimeout ? "deadline" : "attemptTimeout"
    const limit = Math.min(remaining, this.#attemptTimeout)
    return within(this.#fiber, self, limit, () => {
      this.#timeout = new AttemptTimeout({ limit, boundedBy })
      return Effect.fail(this.#timeout)
    })
  }

  #recovered(value: A): Effect.Effect<A, never, R2> {
    const now = this.#now()
    Telemetry.recovered(this.#fiber, this.#kind, now - this.#firstFailureAt)
    const { name, onEvent } = this.#options
    if (onEvent === undefined) return Effect.succeed(value)
    const elapsed = now - this.#startedAt
    const history = this.#history.snapshot()
    return this.#tell({ _tag: "Recovered", name, attempt: this.#number, elapsed, history }, () => Effect.succeed(value))
  }

  /** Goes on after an attempt has failed. */
  failed(cause: Cause.Cause<E | AttemptTimeout>): Effect.Effect<A, Failure<E>, R | R2> {
    const found = Cause.findError(cause)
    if (Result.isFailure(found)) return Effect.failCause(found.failure)
    // A failure that came together with a defect or an interruption is not one to try again.
    if (Cause.hasDies(cause) || Cause.hasInterrupts(cause)) return Effect.failCause(cause as Cause.Cause<E>)
    const error = found.success
    const now = this.#now()
    const duration = now - this.#attemptAt
    if (this.#number === 1) {
      this.#firstFailureAt = now
      this.#history = new HistoryRecorder()
    }
    this.#longest = Math.max(this.#longest, duration)
    this.#error = error
    const timeout = error === this.#timeout ? this.#timeout : undefined
    const classification = timeout === undefined ? this.#options.classify(error as E) : attemptTimedOut
    const startedAt = this.#attemptAt - this.#startedAt
    this.#last = { number: this.#number, startedAt, duration, error: summarize(error), classification }
    if (classification._tag === "Permanent") return this.#giveUp("permanent", cause as Cause.Cause<E>)
    this.#kind = classification.kind
    if (timeout?.boundedBy === "deadline") return this.#giveUp("deadline")
    if (this.#number >= this.#policy.maxAttempts) return this.#giveUp("attempts")
    const { schedule } = this.#options
    return schedule === undefined
      ? this.#plan(this.#last, classification, this.#backoff())
      : this.#scheduled(schedule, this.#last, classification)
  }

  #backoff(): number {
    this.#previousDelay = backoffMillis(this.#policy, ++this.#backoffs, this.#previousDelay, this.#random())
    return this.#previousDelay
  }

  #scheduled(
    schedule: Schedule.Schedule<unknown, E | AttemptTimeout, never, R2>,
    attempt: Attempt,
    classification: Transient
  ): Effect.Effect<A, Failure<E>, R | R2> {
    if (this.#step === undefined) {
      return Effect.flatMap(Schedule.toStep(schedule), (step) => {
        this.#step = step
        return this.#scheduled(schedule, attempt, classification)
      })
    }
    return Pull.matchEffect(this.#step(this.#clock.currentTimeMillisUnsafe(), this.#error as E | AttemptTimeout), {
      onSuccess: ([, delay]) => this.#plan(attempt, classification, Duration.toMillis(delay)),
      onFailure: Effect.failCause,
      onDone: () => this.#giveUp("attempts")
    })
  }

  /** Decides on the wait, tells of it, and waits. */
  #plan(attempt: Attempt, classification: Transient, backoff: number): Effect.Effect<A, Failure<E>, R | R2> {
    const failedAt = this.#now()
    const remaining = this.#deadlineAt - failedAt
    const floor = classification.retryAfter === undefined ? 0 : Duration.toMillis(classification.retryAfter)
    const { jitter } = this.#policy
    const wait = planWait({ backoff, floor, jitter, remaining, longest: this.#longest, wasCut: this.#wasCut })
    if (wait === undefined) return this.#giveUp("deadline")
    this.#wasCut ||= wait.endedBy === "deadline"
    const { name } = this.#options
    const event: AttemptFailed<E> = {
      _tag: "AttemptFailed",
      name,
      attempt,
      error: this.#error as E | AttemptTimeout,
      classification,
      delay: wait.delay,
      elapsed: failedAt - this.#startedAt,
      remaining
    }
    Telemetry.count(this.#fiber, classification.kind, "retried")
    const line = Telemetry.logLine(this.#fiber, this.#options.logLevel ?? "Info", event)
    const told = () => this.#tell(event, () => this.#wait(failedAt, wait, failedAt + floor))
    return line === undefined ? told() : Effect.flatMap(line, told)
  }

  #wait(failedAt: number, wait: Wait, notBefore: number): Effect.Effect<A, Failure<E>, R | R2> {
    const wake = this.#credit > 0 ? this.#options.wake : undefined
    return Effect.flatMap(sleepOrHint(this.#fiber, failedAt + wait.delay - this.#now(), wake, this.#seen), (hint) => {
      if (hint === undefined) {
        this.#credit = Math.min(wakeCredit, this.#credit + 1)
        return this.#spend(failedAt, wait, undefined)
      }
      this.#credit--
      // The wait was not served, so the backoff stays where it was.
      this.#backoffs--
      const now = this.#now()
      const splay = this.#policy.jitter === "none" ? 0 : wakeSplay * this.#random()
      const gap = Math.max(0, this.#attemptAt + wakeGap - now) + splay
      const rest = Math.max(notBefore - now, Math.min(gap, (this.#deadlineAt - now) / 2))
      return Effect.flatMap(sleepOrHint(this.#fiber, rest, undefined, 0), () =>
        this.#spend(failedAt, { delay: wait.delay, endedBy: "wake" }, hint)
      )
    })
  }

  /** Takes a token from the budget, waits for it if need be, and tries again. */
  #spend(failedAt: number, wait: Wait, hint: Hint | undefined): Effect.Effect<A, Failure<E>, R | R2> {
    this.#note({ delay: wait.delay, delayEndedBy: wait.endedBy, ...(hint !== undefined && { hint: hint.reason }) })
    const { budget, name } = this.#options
    const now = this.#now()
    const queue = budget === undefined ? 0 : budget.take(now, this.#deadlineAt - now)
    if (queue === undefined || now >= this.#deadlineAt) return this.#giveUp("deadline")
    return Effect.flatMap(sleepOrHint(this.#fiber, queue, undefined, 0), () => {
      const now = this.#now()
      const event: Retrying = {
        _tag: "Retrying",
        name,
        attempt: this.#number + 1,
        waited: now - failedAt,
        endedBy: wait.endedBy,
        hint: hint?.reason,
        elapsed: now - this.#startedAt
      }
      return this.#tell(event, () => this.#again())
    })
  }

  #giveUp(reason: GaveUp<E>["reason"], permanent?: Cause.Cause<E>): Effect.Effect<never, Failure<E>, R2> {
    this.#note()
    Telemetry.count(this.#fiber, this.#kind, reason)
    const { name } = this.#options
    const cause = this.#error as E | AttemptTimeout
    const elapsed = this.#now() - this.#startedAt
    const history = this.#history.snapshot()
    const fail = (): Effect.Effect<never, Failure<E>> => {
      if (permanent !== undefined) return Effect.failCause(permanent)
      const deadline = this.#deadlineAt - this.#startedAt
      return Effect.fail(
        reason === "attempts"
          ? new AttemptsExhausted({ name, history, elapsed, cause })
          : new DeadlineExceeded({ name, history, elapsed, cause, deadline })
      )
    }
    return this.#tell({ _tag: "GaveUp", name, reason, error: cause, elapsed, history }, fail)
  }

  #note(wait?: Pick<Attempt, "delay" | "delayEndedBy" | "hint">): void {
    if (this.#last !== undefined) this.#history.add(wait === undefined ? this.#last : { ...this.#last, ...wait })
    this.#last = undefined
  }

  #tell<A2, E2, R3>(event: RetryEvent<E>, next: () => Effect.Effect<A2, E2, R3>): Effect.Effect<A2, E2, R2 | R3> {
    const told = this.#options.onEvent?.(event)
    return Effect.isEffect(told) ? Effect.flatMap(told, next) : next()
  }

  #now(): number {
    return monotonicMillis(this.#clock)
  }

  #random(): number {
    return this.#fiber.getRef(Random.Random).nextDoubleUnsafe()
  }
}
