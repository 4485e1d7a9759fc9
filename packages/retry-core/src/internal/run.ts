import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Pull from "effect/Pull"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import type { RetryOptions } from "../Retry.ts"
import type { AttemptsExhausted, AttemptTimeout, DeadlineExceeded } from "../RetryErrors.ts"
import type { GaveUp, RetryEvent } from "../RetryEvent.ts"
import { monotonicMillis } from "./clock.ts"
import { Operation } from "./operation.ts"
import * as Telemetry from "./telemetry.ts"
import { sleepOrHint, within } from "./wait.ts"

type Failure<E> = E | AttemptsExhausted<E> | DeadlineExceeded<E>
type Step<E, R> = (now: number, input: E | AttemptTimeout) => Pull.Pull<[unknown, Duration.Duration], never, unknown, R>

/** Runs an effect under a policy, in the fiber that asks for it. */
export const run = <A, E, R, R2>(
  self: Effect.Effect<A, E, R>,
  options: RetryOptions<E, R2>
): Effect.Effect<A, Failure<E>, R | R2> => Effect.withFiber((fiber) => new Run(fiber, self, options).first())

/** The driver of an {@link Operation} whose attempts are effects. */
class Run<A, E, R, R2> {
  readonly #fiber: Fiber.Fiber<unknown, unknown>
  readonly #self: Effect.Effect<A, E, R>
  readonly #options: RetryOptions<E, R2>
  readonly #operation: Operation<E>
  readonly #clock: Clock.Clock
  #step: Step<E, R2> | undefined

  constructor(fiber: Fiber.Fiber<unknown, unknown>, self: Effect.Effect<A, E, R>, options: RetryOptions<E, R2>) {
    this.#fiber = fiber
    this.#self = self
    this.#options = options
    this.#clock = fiber.getRef(Clock.Clock)
    const now = this.#now()
    options.budget?.deposit(now)
    this.#operation = new Operation(options, fiber.context, now, options.wake?.version ?? 0)
  }

  first(): Effect.Effect<A, Failure<E>, R | R2> {
    return Effect.catchCause(this.#bounded(this.#self), (cause) => this.#failed(cause))
  }

  #again(): Effect.Effect<A, Failure<E>, R | R2> {
    const operation = this.#operation
    operation.begin(this.#now())
    return Effect.matchCauseEffect(
      this.#bounded(Telemetry.inSpan(this.#fiber, this.#self, this.#options.name, operation.number)),
      { onFailure: (cause) => this.#failed(cause), onSuccess: (value) => this.#recovered(value) }
    )
  }

  #bounded(self: Effect.Effect<A, E, R>): Effect.Effect<A, E | AttemptTimeout, R> {
    const operation = this.#operation
    return within(this.#fiber, self, operation.limit, () => Effect.fail(operation.timeout()))
  }

  #recovered(value: A): Effect.Effect<A, never, R2> {
    const now = this.#now()
    this.#operation.recovered(now)
    return this.#options.onEvent === undefined
      ? Effect.succeed(value)
      : this.#tell(this.#operation.recoveredEvent(now), () => Effect.succeed(value))
  }

  #failed(cause: Cause.Cause<E | AttemptTimeout>): Effect.Effect<A, Failure<E>, R | R2> {
    const found = Cause.findError(cause)
    if (Result.isFailure(found)) return Effect.failCause(found.failure)
    // A failure that came together with a defect or an interruption is not one to try again.
    if (Cause.hasDies(cause) || Cause.hasInterrupts(cause)) return Effect.failCause(cause as Cause.Cause<E>)
    const error = found.success
    const end = this.#operation.failed(error, this.#now())
    if (end === "permanent") return this.#giveUp(end, () => Effect.failCause(cause as Cause.Cause<E>))
    if (end !== undefined) return this.#giveUp(end)
    const { schedule } = this.#options
    return schedule === undefined ? this.#plan(this.#operation.backoff(this.#random())) : this.#steps(schedule, error)
  }

  #steps(
    schedule: Schedule.Schedule<unknown, E | AttemptTimeout, never, R2>,
    error: E | AttemptTimeout
  ): Effect.Effect<A, Failure<E>, R | R2> {
    if (this.#step === undefined) {
      return Effect.flatMap(Schedule.toStep(schedule), (step) => {
        this.#step = step
        return this.#steps(schedule, error)
      })
    }
    return Pull.matchEffect(this.#step(this.#clock.currentTimeMillisUnsafe(), error), {
      onSuccess: ([, delay]) => this.#plan(Duration.toMillis(delay)),
      onFailure: Effect.failCause,
      onDone: () => this.#giveUp("attempts")
    })
  }

  #plan(backoff: number): Effect.Effect<A, Failure<E>, R | R2> {
    if (!this.#operation.plan(backoff)) return this.#giveUp("deadline")
    const event = this.#operation.attemptFailedEvent()
    const line = Telemetry.logLine(this.#fiber, this.#options.logLevel ?? "Info", event)
    const told = () => this.#tell(event, () => this.#wait())
    return line === undefined ? told() : Effect.flatMap(line, told)
  }

  #wait(): Effect.Effect<A, Failure<E>, R | R2> {
    const operation = this.#operation
    const sleep = sleepOrHint(this.#fiber, operation.waitLeft(this.#now()), operation.wake, operation.seen)
    return Effect.flatMap(sleep, (hint) => {
      if (hint === undefined) {
        operation.slept()
        return this.#spend()
      }
      const rest = operation.woken(hint, this.#now(), this.#random())
      return Effect.flatMap(sleepOrHint(this.#fiber, rest), () => this.#spend())
    })
  }

  #spend(): Effect.Effect<A, Failure<E>, R | R2> {
    const operation = this.#operation
    const queue = operation.spend(this.#now())
    if (queue === undefined) return this.#giveUp("deadline")
    return Effect.flatMap(sleepOrHint(this.#fiber, queue), () =>
      this.#tell(operation.retryingEvent(this.#now()), () => this.#again())
    )
  }

  #giveUp(
    reason: GaveUp<E>["reason"],
    fail: (end: GaveUp<E>) => Effect.Effect<never, Failure<E>> = (end) => Effect.fail(this.#operation.errorOf(end))
  ): Effect.Effect<never, Failure<E>, R2> {
    const end = this.#operation.giveUp(reason, this.#now())
    return this.#tell(end, () => fail(end))
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
