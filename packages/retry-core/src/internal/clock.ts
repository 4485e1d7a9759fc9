import * as Clock from "effect/Clock"
import * as Context from "effect/Context"

/** The clock that effects run on where nobody has given them another. */
export const defaultClock: Clock.Clock = Context.get(Context.empty(), Clock.Clock)

/** Milliseconds on the monotonic clock; for the default one in the cheapest way, without a big integer. */
export const monotonicMillis = (clock: Clock.Clock): number =>
  clock === defaultClock ? performance.now() : Number(clock.monotonicTimeNanosUnsafe()) / 1e6

// The longest delay of a host timer; longer ones fire at once (HTML, "timer initialization steps").
const longest = 2 ** 31 - 1

/** Calls `onEnd` after `millis` of real time, unless the function that it returns is called before. */
export const startHostTimer = (millis: number, onEnd: () => void): (() => void) => {
  if (millis <= longest) {
    const handle = setTimeout(onEnd, millis)
    return () => clearTimeout(handle)
  }
  let cancel: () => void
  const handle = setTimeout(() => {
    cancel = startHostTimer(millis - longest, onEnd)
  }, longest)
  cancel = () => clearTimeout(handle)
  return () => cancel()
}
