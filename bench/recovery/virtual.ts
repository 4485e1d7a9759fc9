/**
 * How long after the end of a window each way of waiting succeeds, on a virtual clock: nothing here depends on how fast
 * or how busy the machine is.
 */
import * as Classification from "@holdfast/retry-core/Classification"
import * as Retry from "@holdfast/retry-core/Retry"
import * as Wake from "@holdfast/retry-core/Wake"
import { Clock, Duration, Effect, Fiber, Random, References, Schedule } from "effect"
import { TestClock } from "effect/testing"

/** What a refused request through a real API server took, in milliseconds. */
const attemptTime = 12
/** A watch event arrives at most this many milliseconds after the change. */
const watchLag = 50

export class Refused extends Error {
  readonly _tag = "Refused"
}

/** Ways of waiting. Each is given the attempt, and a hint when the window has ended. */
export type Way = (attempt: Effect.Effect<void, Refused>, wake: Wake.Wake) => Effect.Effect<unknown, unknown>

const classify = () => Classification.transient({ kind: "certificate" })
const after = (...seconds: ReadonlyArray<number>) =>
  Schedule.modifyDelay(Schedule.recurs(seconds.length), ({ attempt }) =>
    Effect.succeed(Duration.seconds(seconds[attempt - 1] ?? 0))
  )

export const ways = {
  "woken by a watch": (attempt, wake) => Retry.retry(attempt, { classify, wake }),
  "nothing to watch": (attempt) => Retry.retry(attempt, { classify }),
  "Glasskube: 2, 6, 18, 54 s": (attempt) => Effect.retry(attempt, after(2, 6, 18, 54)),
  "poll every 5 s": (attempt) => Effect.retry(attempt, Schedule.upTo(Schedule.spaced("5 seconds"), { times: 60 })),
  // p-retry's defaults: ten retries, from 1 s on, doubling.
  "plain exponential": (attempt) =>
    Effect.retry(attempt, Schedule.upTo(Schedule.exponential("1 second"), { times: 10 }))
} satisfies Record<string, Way>

export const peers = ["Glasskube: 2, 6, 18, 54 s", "poll every 5 s", "plain exponential"] as const

/** Milliseconds from the window's end to success; infinite when it was given up before. */
export const recovery = (way: Way, window: number): Effect.Effect<number> =>
  Effect.gen(function* () {
    const wake = yield* Wake.make
    const attempt = Effect.gen(function* () {
      yield* Effect.sleep(attemptTime)
      if ((yield* Clock.currentTimeMillis) < window) return yield* Effect.fail(new Refused())
    })
    const lag = yield* Random.nextIntBetween(1, watchLag)
    yield* Effect.forkChild(
      Effect.andThen(Effect.sleep(window + lag), Wake.notify(wake, { reason: "the caBundle was replaced" }))
    )
    const outcome = yield* Effect.forkChild(
      Effect.matchEffect(way(attempt, wake), {
        onFailure: () => Effect.succeed(Number.POSITIVE_INFINITY),
        onSuccess: () => Effect.map(Clock.currentTimeMillis, (now) => now - window)
      })
    )
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(outcome)
  }).pipe(
    Effect.provideService(References.MinimumLogLevel, "None"),
    Effect.provide(TestClock.layer()),
    Effect.scoped
  ) as Effect.Effect<number>

/** Windows of 1 to 120 s, as many short as long ones on a logarithmic scale. */
export const windows = (count: number): Effect.Effect<ReadonlyArray<number>> =>
  Effect.map(Effect.replicateEffect(Random.next, count), (all) => all.map((share) => Math.round(1000 * 120 ** share)))
