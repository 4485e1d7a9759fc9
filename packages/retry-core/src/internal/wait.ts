import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { Hint, Wake } from "../Wake.ts"
import { startTimer } from "./timer.ts"

/**
 * Sleeps for `millis`, or until `wake` has a hint that is newer than version `seen`, which it then returns.
 *
 * One callback registers timer and listener: racing two fibers takes 2.5 times the memory and wakes three times slower.
 */
export const sleepOrHint = (
  fiber: Fiber.Fiber<unknown, unknown>,
  millis: number,
  wake?: Wake,
  seen = 0
): Effect.Effect<Hint | undefined> => {
  if (wake !== undefined && wake.version !== seen) return Effect.succeed(wake.latest)
  if (millis <= 0) return Effect.undefined
  return Effect.callback((resume) => {
    const forget = wake?.subscribe((hint) => {
      cancel()
      forget?.()
      resume(Effect.succeed(hint))
    })
    const cancel = startTimer(fiber, millis, () => {
      forget?.()
      resume(Effect.undefined)
    })
    return Effect.sync(() => {
      cancel()
      forget?.()
    })
  })
}

/**
 * Runs an effect for at most `millis`, then interrupts it and goes on with `onLimit` without waiting for its end: an
 * attempt that cannot be interrupted must not hold up the deadline. If the caller is interrupted, though, it waits.
 */
export const within = <A, E, R, E2>(
  fiber: Fiber.Fiber<unknown, unknown>,
  self: Effect.Effect<A, E, R>,
  millis: number,
  onLimit: () => Effect.Effect<A, E2>
): Effect.Effect<A, E | E2, R> =>
  millis === Number.POSITIVE_INFINITY
    ? self
    : Effect.uninterruptibleMask((restore) =>
        restore(
          Effect.callback<A, E | E2, R>((resume) => {
            // The attempt starts as interruptible as its caller is.
            const attempt = Effect.runForkWith(fiber.context as never)(restore(self), { uninterruptible: true })
            const exit: Exit.Exit<A, E> | undefined = attempt.pollUnsafe()
            if (exit !== undefined) return resume(exit)
            const forget = attempt.addObserver((exit) => {
              cancel()
              resume(exit)
            })
            const cancel = startTimer(fiber, millis, () => {
              forget()
              attempt.interruptUnsafe(fiber.id)
              resume(onLimit())
            })
            return Effect.suspend(() => {
              cancel()
              forget()
              return Fiber.interrupt(attempt)
            })
          })
        )
      )
