import { type AttemptContext, type RetryOptions } from "@holdfast/retry-core/promise"
import { retry } from "@holdfast/retry-core/Retry"
import type { RetryEvent } from "@holdfast/retry-core/RetryEvent"
import { Cause, Effect, Exit, Fiber, Random } from "effect"
import { TestClock } from "effect/testing"
import type { Host } from "../src/internal/host.ts"
import { makeRetry } from "../src/internal/promise.ts"

/** What both drivers understand. */
export type Options<E> = Omit<RetryOptions<E>, "signal">

/** One of the two ways to run an operation; the scenarios hold for each. */
export interface Driver {
  readonly name: string
  readonly run: <A, E>(
    operation: (attempt: number) => Effect.Effect<A, E>,
    options: Options<E>
  ) => Effect.Effect<Exit.Exit<A, unknown>>
}

const effects: Driver = {
  name: "effects",
  run: (operation, options) =>
    Effect.suspend(() => {
      let attempt = 0
      return Effect.exit(
        retry(
          Effect.suspend(() => operation(++attempt)),
          options
        )
      )
    })
}

const promises: Driver = {
  name: "promises",
  run: <A, E>(operation: (attempt: number) => Effect.Effect<A, E>, options: Options<E>) =>
    Effect.flatMap(Effect.context<never>(), (context) =>
      Effect.clockWith((clock) =>
        Effect.flatMap(Random.Random, (random) => {
          const host: Host = {
            now: () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6,
            random: () => random.nextDoubleUnsafe(),
            startTimer: (millis, onEnd) => {
              const sleeper = Effect.runForkWith(context)(Effect.sleep(millis))
              const forget = sleeper.addObserver(onEnd)
              return () => {
                forget()
                sleeper.interruptUnsafe()
              }
            }
          }
          const fn = ({ attempt, signal }: AttemptContext) =>
            new Promise<A>((resolve, reject) => {
              const fiber = Effect.runForkWith(context)(operation(attempt), { signal })
              fiber.addObserver((exit) =>
                Exit.isSuccess(exit) ? resolve(exit.value) : reject(Cause.squash(exit.cause))
              )
            })
          return Effect.exit(Effect.tryPromise({ try: () => makeRetry(host)(fn, options), catch: (error) => error }))
        })
      )
    )
}

export const drivers: ReadonlyArray<Driver> = [effects, promises]

/** What came of an operation that was watched. */
export interface Observation<A, E> {
  readonly exit: Exit.Exit<A, unknown>
  /** When each attempt began, and when the operation ended, in milliseconds. */
  readonly attempts: ReadonlyArray<number>
  readonly ended: number
  readonly events: ReadonlyArray<RetryEvent<E>>
}

/** Starts an operation and watches it; the times count from here. */
export const observe = <A, E>(
  driver: Driver,
  operation: (attempt: number) => Effect.Effect<A, E>,
  options: Options<E>
): Effect.Effect<Fiber.Fiber<Observation<A, E>>> =>
  Effect.clockWith((clock) => {
    const start = clock.currentTimeMillisUnsafe()
    const elapsed = () => clock.currentTimeMillisUnsafe() - start
    const attempts: Array<number> = []
    const events: Array<RetryEvent<E>> = []
    const watched = (attempt: number) =>
      Effect.suspend(() => {
        attempts.push(elapsed())
        return operation(attempt)
      })
    const onEvent = (event: RetryEvent<E>) => {
      events.push(event)
      options.onEvent?.(event)
    }
    return driver.run(watched, { ...options, onEvent }).pipe(
      Effect.map((exit) => ({ exit, attempts, ended: elapsed(), events })),
      Effect.forkChild({ startImmediately: true })
    )
  })

/** Watches an operation to its end, in virtual time. */
export const simulate = <A, E>(
  driver: Driver,
  operation: (attempt: number) => Effect.Effect<A, E>,
  options: Options<E>,
  duration: number = 3_600_000
): Effect.Effect<Observation<A, E>> =>
  Effect.gen(function* () {
    const fiber = yield* observe(driver, operation, options)
    yield* pass(duration)
    return yield* Fiber.join(fiber)
  })

/** Lets virtual time pass, and promises settle. */
export const pass = (millis: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    yield* settle
    yield* TestClock.adjust(millis)
    yield* settle
  })

/** Lets promises settle that virtual time knows nothing of. */
const settle: Effect.Effect<void> = Effect.repeat(Effect.yieldNow, { times: 10 })
