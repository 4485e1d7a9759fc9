import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const defaultClock = Context.get(Context.empty(), Clock.Clock)

// The longest delay of a host timer; longer ones fire at once (HTML, "timer initialization steps").
const longest = 2 ** 31 - 1

/** Milliseconds on the monotonic clock. */
export const monotonicMillis = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/**
 * Calls `onEnd` after `millis` on the clock of `context`, unless the function that it returns is called before.
 *
 * With the default clock it is one host timer: a fiber that sleeps would take three times the memory. Any other clock,
 * as in tests, is asked to sleep.
 */
export const startTimer = (context: Context.Context<never>, millis: number, onEnd: () => void): (() => void) => {
  const clock = Context.get(context, Clock.Clock)
  return clock === defaultClock ? hostTimer(millis, onEnd) : clockTimer(context, clock, millis, onEnd)
}

/** A timer of the host, of any length. */
const hostTimer = (millis: number, onEnd: () => void): (() => void) => {
  if (millis <= longest) {
    const handle = setTimeout(onEnd, millis)
    return () => clearTimeout(handle)
  }
  let cancel: () => void
  const handle = setTimeout(() => {
    cancel = hostTimer(millis - longest, onEnd)
  }, longest)
  cancel = () => clearTimeout(handle)
  return () => cancel()
}

const clockTimer = (
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
