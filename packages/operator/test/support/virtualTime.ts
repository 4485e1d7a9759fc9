import type { ApiServer } from "@holdfast/testkit/ApiServer"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"

/** Certificates are verified by the machine's own clock, so that virtual time begins at its time, and has an hour. */
export const start = Effect.suspend(() => TestClock.setTime(Date.now()))

/**
 * Lets time pass in steps, and after each lets what it led to come to its end: until no API server has been asked for a
 * few milliseconds, in which a handshake that nobody counts is done, too.
 */
export const passing = (server: ApiServer) => {
  const asked = Effect.map(
    Effect.forEach(server.instances, ({ stats }) => stats.count()),
    (counts) => counts.reduce((sum, count) => sum + count, 0)
  )
  const settled = Effect.gen(function* () {
    let before = -1
    for (let quiet = 0; quiet < 4; ) {
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5)))
      const now = yield* asked
      quiet = now === before ? quiet + 1 : 0
      before = now
    }
  })
  return Effect.fnUntraced(function* (
    time: Duration.Input,
    options: { readonly step?: Duration.Input; readonly each?: Effect.Effect<void> } = {}
  ) {
    const step = Duration.toMillis(options.step ?? "500 millis")
    for (let left = Duration.toMillis(time); left > 0; left -= step) {
      yield* TestClock.adjust(Math.min(left, step))
      yield* settled
      if (options.each !== undefined) yield* options.each
    }
  })
}
