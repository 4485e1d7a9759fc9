import { assert, describe, it } from "@effect/vitest"
import * as Classification from "@holdfast/retry-core/Classification"
import { retry } from "@holdfast/retry-core/Retry"
import { AttemptsExhausted, type AttemptTimeout, DeadlineExceeded } from "@holdfast/retry-core/RetryErrors"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as Wake from "@holdfast/retry-core/Wake"
import { Cause, Context, Effect, Exit, Fiber, Logger, Metric, References, Schedule, Tracer } from "effect"
import { TestClock } from "effect/testing"

const classify = () => Classification.transient({ kind: "test" })
const policy = RetryPolicy.make({ baseDelay: "1 second", jitter: "none" })

const failsUntil = (success: number) => {
  let attempt = 0
  return Effect.suspend(() =>
    ++attempt < success ? Effect.fail(`failure ${attempt}` as const) : Effect.succeed(attempt)
  )
}

const toTheEnd = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.await(fiber)
  })

describe("retry, as an effect", () => {
  it.effect("can be piped into", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* toTheEnd(failsUntil(3).pipe(retry({ classify, policy }))), Exit.succeed(3))
    })
  )

  it.effect("types its errors so that they can be caught by tag", () =>
    Effect.gen(function* () {
      const program: Effect.Effect<number, "no" | AttemptsExhausted<"no"> | DeadlineExceeded<"no">> = retry(
        Effect.as(Effect.fail("no" as const), 1),
        { classify, policy: RetryPolicy.make({ maxAttempts: 1 }) }
      )
      const last = yield* Effect.catchTag(program, "AttemptsExhausted", (error) => {
        const cause: "no" | AttemptTimeout = error.cause
        return Effect.succeed(cause)
      })
      assert.strictEqual(last, "no")
    })
  )

  it.effect("does not retry defects", () =>
    Effect.gen(function* () {
      let attempts = 0
      const exit = yield* toTheEnd(
        retry(
          Effect.suspend(() => {
            attempts++
            return Effect.die("a mistake")
          }),
          { classify, policy }
        )
      )
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      assert.strictEqual(attempts, 1)
    })
  )

  it.effect("does not retry a failure that came with a defect or an interruption", () =>
    Effect.gen(function* () {
      for (const cause of [Cause.die("a mistake"), Cause.interrupt()]) {
        let attempts = 0
        const exit = yield* toTheEnd(
          retry(
            Effect.suspend(() => {
              attempts++
              return Effect.failCause(Cause.combine(Cause.fail("no"), cause))
            }),
            { classify, policy }
          )
        )
        assert.isTrue(Exit.isFailure(exit))
        assert.strictEqual(attempts, 1)
      }
    })
  )

  it.effect("ends when it is interrupted, in a wait as in an attempt", () =>
    Effect.gen(function* () {
      for (const self of [Effect.fail("no"), Effect.never]) {
        let attempts = 0
        const counted = Effect.suspend(() => {
          attempts++
          return self
        })
        const fiber = yield* Effect.forkChild(retry(counted, { classify, policy }))
        yield* TestClock.adjust("500 millis")
        yield* Fiber.interrupt(fiber)
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(attempts, 1)
      }
    })
  )

  it.effect("waits for the clean-up of an attempt when it is interrupted itself", () =>
    Effect.gen(function* () {
      let cleaned = false
      const cleanUp = Effect.andThen(
        Effect.sleep("1 second"),
        Effect.sync(() => {
          cleaned = true
        })
      )
      const fiber = yield* Effect.forkChild(
        retry(
          Effect.onInterrupt(Effect.never, () => cleanUp),
          { classify, policy }
        )
      )
      yield* TestClock.adjust("500 millis")
      const interruption = yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* TestClock.adjust("500 millis")
      assert.isFalse(cleaned)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(interruption)
      assert.isTrue(cleaned)
    })
  )

  it.effect("keeps attempts uninterruptible where the caller is", () =>
    Effect.gen(function* () {
      let finished = false
      const slow = Effect.andThen(
        Effect.sleep("1 second"),
        Effect.sync(() => {
          finished = true
        })
      )
      const fiber = yield* Effect.forkChild(Effect.uninterruptible(retry(slow, { classify, policy })))
      yield* TestClock.adjust("500 millis")
      yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* TestClock.adjust("1 second")
      assert.isTrue(finished)
    })
  )

  it.effect("leaves an attempt that timed out to itself where the caller is uninterruptible", () =>
    Effect.gen(function* () {
      let finished = 0
      const slow = Effect.andThen(
        Effect.sleep("1 minute"),
        Effect.sync(() => finished++)
      )
      const quick = RetryPolicy.make({ attemptTimeout: "1 second", maxAttempts: 2, baseDelay: 0 })
      const exit = yield* toTheEnd(Effect.uninterruptible(retry(slow, { classify, policy: quick })))
      assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof AttemptsExhausted)
      assert.strictEqual(finished, 2)
    })
  )

  it.effect("begins no attempt after the deadline, even when onEvent takes its time", () =>
    Effect.gen(function* () {
      let attempts = 0
      const self = Effect.suspend(() => Effect.fail(++attempts))
      const exit = yield* toTheEnd(
        retry(self, {
          classify,
          policy: RetryPolicy.make({ deadline: "10 seconds" }),
          onEvent: (event) => (event._tag === "AttemptFailed" ? Effect.sleep("20 seconds") : Effect.void)
        })
      )
      assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof DeadlineExceeded)
      assert.strictEqual(attempts, 1)
    })
  )

  it.effect("gives attempts the services of the caller", () =>
    Effect.gen(function* () {
      class Name extends Context.Service<Name, string>()("test/Name") {}
      const exit = yield* toTheEnd(
        retry(
          Effect.flatMap(Name, (name) => Effect.as(failsUntil(1), name)),
          { classify }
        ).pipe(Effect.provideService(Name, "x"))
      )
      assert.deepStrictEqual(exit, Exit.succeed("x"))
    })
  )

  it.effect("steps a schedule of the user's in place of the backoff, and ends with it", () =>
    Effect.gen(function* () {
      const at: Array<number> = []
      const self = Effect.clockWith((clock) => {
        at.push(clock.currentTimeMillisUnsafe())
        return Effect.fail("no")
      })
      const inputs: Array<unknown> = []
      const schedule = Schedule.spaced("7 seconds").pipe(
        Schedule.upTo({ times: 2 }),
        Schedule.setInputType<unknown>(),
        Schedule.tap(({ input }) => Effect.sync(() => inputs.push(input)))
      )
      const exit = yield* toTheEnd(retry(self, { classify, schedule }))
      assert.deepStrictEqual(at, [0, 7000, 14_000])
      assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof AttemptsExhausted)
      assert.deepStrictEqual(inputs, ["no", "no"])
    })
  )

  it.effect("runs the effect that onEvent returns before it goes on", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      const exit = yield* toTheEnd(
        retry(failsUntil(2), {
          classify,
          policy,
          onEvent: (event) =>
            Effect.delay(
              Effect.sync(() => told.push(event._tag)),
              "100 millis"
            )
        })
      )
      assert.deepStrictEqual(exit, Exit.succeed(2))
      assert.deepStrictEqual(told, ["AttemptFailed", "Retrying", "Recovered"])
    })
  )
})

describe("telemetry", () => {
  const logsOf = (effect: Effect.Effect<unknown, unknown>) =>
    Effect.gen(function* () {
      const lines: Array<{ message: unknown; level: string; annotations: Record<string, unknown> }> = []
      const logger = Logger.make(({ fiber, logLevel, message }) => {
        lines.push({ message, level: logLevel, annotations: { ...fiber.getRef(References.CurrentLogAnnotations) } })
      })
      yield* toTheEnd(Effect.provide(effect, Logger.layer([logger])))
      return lines
    })

  it.effect("logs nothing for a success on first try", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* logsOf(retry(failsUntil(1), { classify, policy })), [])
    })
  )

  it.effect("logs one line for each retry, with its facts as annotations", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* logsOf(retry(failsUntil(3), { classify, policy, name: "applying x" })), [
        {
          message: ["applying x: attempt 1 failed (test), next in 1s: failure 1"],
          level: "Info",
          annotations: {
            "retry.name": "applying x",
            "retry.attempt": 1,
            "retry.kind": "test",
            "retry.error": "string",
            "retry.delay_ms": 1000,
            "retry.elapsed_ms": 0
          }
        },
        {
          message: ["applying x: attempt 2 failed (test), next in 2s: failure 2"],
          level: "Info",
          annotations: {
            "retry.name": "applying x",
            "retry.attempt": 2,
            "retry.kind": "test",
            "retry.error": "string",
            "retry.delay_ms": 2000,
            "retry.elapsed_ms": 1000
          }
        }
      ])
    })
  )

  it.effect("logs at the level that is asked for, or not at all", () =>
    Effect.gen(function* () {
      const lines = yield* logsOf(retry(failsUntil(2), { classify, policy, logLevel: "Warn" }))
      assert.deepStrictEqual(
        lines.map(({ level }) => level),
        ["Warn"]
      )
      assert.deepStrictEqual(yield* logsOf(retry(failsUntil(2), { classify, policy, logLevel: "None" })), [])
      assert.deepStrictEqual(yield* logsOf(retry(failsUntil(2), { classify, policy, logLevel: "Debug" })), [])
    })
  )

  const countsOf = (effect: Effect.Effect<unknown, unknown>) =>
    Effect.gen(function* () {
      yield* toTheEnd(effect)
      const snapshots = yield* Metric.snapshot
      const counts: Record<string, unknown> = {}
      for (const { attributes, id, state } of snapshots) {
        if (!id.startsWith("holdfast_retry")) continue
        const key = attributes === undefined ? id : `${attributes.kind} ${attributes.outcome}`
        counts[key] = "count" in state ? state.count : state
      }
      return counts
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))

  it.effect("counts failures by kind and outcome, and notes how long recovery took", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* countsOf(retry(failsUntil(1), { classify, policy })), {})
      assert.deepStrictEqual(yield* countsOf(retry(failsUntil(3), { classify, policy })), {
        "test retried": 2,
        "test recovered": 1,
        holdfast_retry_recovery_seconds: 1
      })
      const limited = RetryPolicy.make({ maxAttempts: 2 })
      assert.deepStrictEqual(yield* countsOf(retry(Effect.fail("no"), { classify, policy: limited })), {
        "test retried": 1,
        "test attempts": 1
      })
    })
  )

  it.effect("gives each attempt from the second on a span, where there is a tracer", () =>
    Effect.gen(function* () {
      const spans: Array<[string, unknown]> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          const end = span.end.bind(span)
          span.end = (time, exit) => {
            spans.push([span.name, span.attributes.get("retry.attempt")])
            end(time, exit)
          }
          return span
        }
      })
      yield* toTheEnd(
        retry(failsUntil(3), { classify, policy, name: "applying x" }).pipe(
          Effect.provideService(Tracer.Tracer, tracer)
        )
      )
      assert.deepStrictEqual(spans, [
        ["applying x.attempt", 2],
        ["applying x.attempt", 3]
      ])
    })
  )
})

describe("Wake", () => {
  it("never has a hint", () => {
    Wake.notifyUnsafe(Wake.never, { reason: "nothing" })
    assert.strictEqual(Wake.never.version, 0)
  })

  it("wakes who waits when it is told, not who comes later in the same turn", () => {
    const wake = Wake.makeUnsafe()
    let calls = 0
    const listen = () => {
      const forget = wake.subscribe(() => {
        calls++
        forget()
        listen()
      })
    }
    listen()
    Wake.notifyUnsafe(wake, { reason: "one" })
    assert.strictEqual(calls, 1)
    Wake.notifyUnsafe(wake, { reason: "two" })
    assert.strictEqual(calls, 2)
    assert.strictEqual(wake.version, 2)
    assert.strictEqual(wake.latest?.reason, "two")
  })
})
