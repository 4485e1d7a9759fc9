import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { defaultClock, startHostTimer } from "./clock.ts"

/**
 * Calls `onEnd` after `millis` on the fiber's clock, unless the function that it returns is called before.
 *
 * With the default clock it is one host timer: a fiber that sleeps would take three times the memory. Any other clock,
 * as in tests, is asked to sleep.
 */
export const startTimer = (fiber: Fiber.Fiber<unknown, unknown>, millis: number, onEnd: () => void): (() => void) => {
  const clock = fiber.getRef(Clock.Clock)
  return clock === defaultClock ? startHostTimer(millis, onEnd) : startClockTimer(fiber.context, clock, millis, onEnd)
}

const startClockTimer = (
  context: Context.Context<never>,
  clock: Clock.Clock,
  millis: number,
  onEnd: () => void
): (() => void) => {
  const sleeper = Effect.runForkWith(context)(clock.sleep(Duration.millis(millis)))
  const forget = sleeper.addObserver(onEnd)
  return () => {
    forget()
    sleeper.interruptUnsafe()
  }
}
