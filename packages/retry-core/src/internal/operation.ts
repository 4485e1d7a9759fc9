import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import type { Attempt, DelayEnd } from "../Attempt.ts"
import { type Classification, type Transient, transient } from "../Classification.ts"
import type { RetryOptions } from "../Retry.ts"
import { AttemptsExhausted, AttemptTimeout, DeadlineExceeded } from "../RetryErrors.ts"
import type { AttemptFailed, GaveUp, Recovered, Retrying } from "../RetryEvent.ts"
import { defaults, type RetryPolicy } from "../RetryPolicy.ts"
import type { Hint, Wake } from "../Wake.ts"
import { backoffMillis } from "./backoff.ts"
import { summarize } from "./format.ts"
import { HistoryRecorder } from "./history.ts"
import { planWait } from "./plan.ts"
import * as Telemetry from "./telemetry.ts"

/** How many attempts in a row a storm of hints can win over the backoff; each wait without a hint earns one back. */
const wakeCredit = 10

/** A woken attempt begins at least this long after the one before it, in milliseconds. */
const wakeGap = 100

/** Operations that are woken together spread over this time, in milliseconds. */
const wakeSplay = 20

const attemptTimedOut = transient({ kind: "attempt-timeout" })

/**
 * One operation from its first attempt to its end: all that is decided, and nothing that runs. The Effect driver and the
 * Promise driver ask it what to do next, which is why they cannot differ.
 *
 * All times are milliseconds on one monotonic clock, whose reading the driver gives as `now`; `random` lies in [0, 1).
 */
export class Operation<E> {
  /** The number of the attempt that runs or has run last. */
  number = 1
  /** The version of the wake when that attempt began: a later one means that a hint came meanwhile. */
  seen: number
  /** When that attempt began. */
  attemptAt: number

  readonly #options: Pick<RetryOptions<E, never>, "budget" | "classify" | "name" | "wake">
  readonly #policy: RetryPolicy
  readonly #context: Context.Context<never>
  readonly #startedAt: number
  readonly #deadlineAt: number

  // From the first failure on.
  #history: HistoryRecorder | undefined
  /** The attempt that failed last; it joins the history when it is known what ended the wait after it. */
  #failed: Attempt | undefined
  #error: E | AttemptTimeout | undefined
  #timeout: AttemptTimeout | undefined
  #classification: Classification | undefined
  #firstFailureAt = 0
  #failedAt = 0
  #longest = 0
  #backoffs = 0
  #backoff: number | undefined
  #delay = 0
  #endedBy: DelayEnd = "timer"
  #hint: Hint | undefined
  #credit = wakeCredit
  #wasCut = false

  constructor(
    options: Pick<RetryOptions<E, never>, "budget" | "classify" | "name" | "policy" | "wake">,
    context: Context.Context<never>,
    startedAt: number,
    seen: number
  ) {
    this.#options = options
    this.#policy = options.policy ?? defaults
    this.#context = context
    this.#startedAt = startedAt
    this.attemptAt = startedAt
    this.#deadlineAt = startedAt + Duration.toMillis(this.#policy.deadline)
    this.seen = seen
  }

  /** Notes that the next attempt begins. */
  begin(now: number): void {
    this.number++
    this.attemptAt = now
    this.seen = this.#options.wake?.version ?? 0
  }

  /** How long the attempt may take. */
  get limit(): number {
    return Math.min(Duration.toMillis(this.#policy.attemptTimeout), this.#deadlineAt - this.attemptAt)
  }

  /** The failure of an attempt that took longer. */
  timeout(): AttemptTimeout {
    const { limit } = this
    const boundedBy = limit < Duration.toMillis(this.#policy.attemptTimeout) ? "deadline" : "attemptTimeout"
    this.#timeout = new AttemptTimeout({ limit, boundedBy })
    return this.#timeout
  }

  /** Notes that an attempt after the first has succeeded. */
  recovered(now: number): void {
    Telemetry.recovered(this.#context, this.#kind, now - this.#firstFailureAt)
  }

  recoveredEvent(now: number): Recovered {
    const { name } = this.#options
    const elapsed = now - this.#startedAt
    return { _tag: "Recovered", name, attempt: this.number, elapsed, history: this.#recorder.snapshot() }
  }

  /** Judges a failure; returns why to give up, or nothing where the next step is a wait. */
  failed(error: E | AttemptTimeout, now: number): GaveUp<E>["reason"] | undefined {
    const duration = now - this.attemptAt
    if (this.number === 1) this.#firstFailureAt = now
    this.#failedAt = now
    this.#longest = Math.max(this.#longest, duration)
    this.#error = error
    const timeout = error === this.#timeout ? this.#timeout : undefined
    const classification = timeout === undefined ? this.#options.classify(error as E) : attemptTimedOut
    this.#classification = classification
    const startedAt = this.attemptAt - this.#startedAt
    this.#failed = { number: this.number, startedAt, duration, error: summarize(error), classification }
    if (classification._tag === "Permanent") return "permanent"
    if (timeout?.boundedBy === "deadline") return "deadline"
    return this.number >= this.#policy.maxAttempts ? "attempts" : undefined
  }

  /** The delay that the policy proposes. */
  backoff(random: number): number {
    this.#backoff = backoffMillis(this.#policy, ++this.#backoffs, this.#backoff, random)
    return this.#backoff
  }

  /** Fits the wait between `Retry-After` and the deadline; returns whether a further attempt fits. */
  plan(backoff: number): boolean {
    const classification = this.#classification as Transient
    const remaining = this.#deadlineAt - this.#failedAt
    const floor = retryAfterMillis(classification)
    const { jitter } = this.#policy
    const wait = planWait({ backoff, floor, jitter, remaining, longest: this.#longest, wasCut: this.#wasCut })
    if (wait === undefined) return false
    this.#wasCut ||= wait.endedBy === "deadline"
    this.#delay = wait.delay
    this.#endedBy = wait.endedBy
    this.#hint = undefined
    Telemetry.count(this.#context, classification.kind, "retried")
    return true
  }

  attemptFailedEvent(): AttemptFailed<E> {
    return {
      _tag: "AttemptFailed",
      name: this.#options.name,
      attempt: this.#failed as Attempt,
      error: this.#error as E | AttemptTimeout,
      classification: this.#classification as Transient,
      delay: this.#delay,
      elapsed: this.#failedAt - this.#startedAt,
      remaining: this.#deadlineAt - this.#failedAt
    }
  }

  /** What is left of the wait. */
  waitLeft(now: number): number {
    return this.#failedAt + this.#delay - now
  }

  /** Whose hints may cut the wait short. */
  get wake(): Wake | undefined {
    return this.#credit > 0 ? this.#options.wake : undefined
  }

  /** Notes that the wait is over without a hint. */
  slept(): void {
    this.#credit = Math.min(wakeCredit, this.#credit + 1)
  }

  /** Notes that a hint has cut the wait short; returns how long to wait all the same. */
  woken(hint: Hint, now: number, random: number): number {
    this.#hint = hint
    this.#endedBy = "wake"
    this.#credit--
    // The wait was not served, so the backoff stays where it was.
    this.#backoffs--
    const splay = this.#policy.jitter === "none" ? 0 : wakeSplay * random
    const gap = Math.max(0, this.attemptAt + wakeGap - now) + splay
    const notBefore = this.#failedAt + retryAfterMillis(this.#classification as Transient)
    return Math.max(notBefore - now, Math.min(gap, (this.#deadlineAt - now) / 2))
  }

  /** Takes a token from the budget; returns how long to wait for it, or nothing where it would come too late. */
  spend(now: number): number | undefined {
    this.#note(true)
    if (now >= this.#deadlineAt) return undefined
    return this.#options.budget === undefined ? 0 : this.#options.budget.take(now, this.#deadlineAt - now)
  }

  retryingEvent(now: number): Retrying {
    return {
      _tag: "Retrying",
      name: this.#options.name,
      attempt: this.number + 1,
      waited: now - this.#failedAt,
      endedBy: this.#endedBy,
      hint: this.#hint?.reason,
      elapsed: now - this.#startedAt
    }
  }

  /** Notes the end without success, and tells of it. */
  giveUp(reason: GaveUp<E>["reason"], now: number): GaveUp<E> {
    this.#note(false)
    Telemetry.count(this.#context, this.#kind, reason)
    return {
      _tag: "GaveUp",
      name: this.#options.name,
      reason,
      error: this.#error as E | AttemptTimeout,
      elapsed: now - this.#startedAt,
      history: this.#recorder.snapshot()
    }
  }

  /** The error for the caller. */
  errorOf(end: GaveUp<E>): E | AttemptsExhausted<E> | DeadlineExceeded<E> {
    const { elapsed, error: cause, history, name, reason } = end
    switch (reason) {
      case "permanent":
        return cause as E
      case "attempts":
        return new AttemptsExhausted({ name, history, elapsed, cause })
      case "deadline":
        return new DeadlineExceeded({ name, history, elapsed, cause, deadline: this.#deadlineAt - this.#startedAt })
    }
  }

  get #kind(): string {
    return this.#classification?._tag === "Transient" ? this.#classification.kind : "permanent"
  }

  get #recorder(): HistoryRecorder {
    this.#history ??= new HistoryRecorder()
    return this.#history
  }

  #note(hasWaited: boolean): void {
    if (this.#failed === undefined) return
    this.#recorder.add(hasWaited ? this.#withWait(this.#failed) : this.#failed)
    this.#failed = undefined
  }

  #withWait({ classification, duration, error, number, startedAt }: Attempt): Attempt {
    const attempt = {
      number,
      startedAt,
      duration,
      error,
      classification,
      delay: this.#delay,
      delayEndedBy: this.#endedBy
    }
    return this.#hint === undefined ? attempt : { ...attempt, hint: this.#hint.reason }
  }
}

const retryAfterMillis = (classification: Transient): number =>
  classification.retryAfter === undefined ? 0 : Duration.toMillis(classification.retryAfter)
