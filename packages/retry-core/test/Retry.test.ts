import { assert, describe, it } from "@effect/vitest"
import * as Classification from "@holdfast/retry-core/Classification"
import * as RetryBudget from "@holdfast/retry-core/RetryBudget"
import { AttemptsExhausted, AttemptTimeout, DeadlineExceeded } from "@holdfast/retry-core/RetryErrors"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as Wake from "@holdfast/retry-core/Wake"
import { Cause, Duration, Effect, Exit, Fiber, Random, Schema } from "effect"
import { TestClock } from "effect/testing"
import { drivers, type Observation, observe, pass, simulate } from "./drivers.ts"

const transient = Classification.transient({ kind: "test" })
const classify = () => transient

/** Delays of 1, 2, 4, 8 … seconds. */
const doubling = (options: RetryPolicy.RetryPolicyOptions = {}) =>
  RetryPolicy.make({ baseDelay: "1 second", maxDelay: "1 hour", jitter: "none", deadline: "3 hours", ...options })

const fails = (attempt: number) => Effect.fail(`failure ${attempt}`)
const failsUntil = (success: number) => (attempt: number) =>
  attempt < success ? Effect.fail(`failure ${attempt}`) : Effect.succeed(attempt)

const errorOf = (exit: Exit.Exit<unknown, unknown>): unknown => {
  assert(Exit.isFailure(exit), "expected a failure")
  return Cause.squash(exit.cause)
}

const gaps = (times: ReadonlyArray<number>) => times.slice(1).map((time, index) => time - (times[index] ?? 0))

for (const driver of drivers) {
  describe(`retry, with ${driver.name}`, () => {
    describe("attempts", () => {
      it.effect("makes one, and tells nothing, when the first succeeds", () =>
        Effect.gen(function* () {
          const { attempts, events, exit } = yield* simulate(driver, failsUntil(1), { classify })
          assert.deepStrictEqual(exit, Exit.succeed(1))
          assert.deepStrictEqual(attempts, [0])
          assert.deepStrictEqual(events, [])
        })
      )

      it.effect("follow the backoff until one succeeds", () =>
        Effect.gen(function* () {
          const { attempts, exit } = yield* simulate(driver, failsUntil(5), { classify, policy: doubling() })
          assert.deepStrictEqual(exit, Exit.succeed(5))
          assert.deepStrictEqual(attempts, [0, 1000, 3000, 7000, 15_000])
        })
      )

      it.effect("end at once with a permanent error, which comes out unchanged", () =>
        Effect.gen(function* () {
          const denied = new Error("denied")
          const { attempts, events, exit } = yield* simulate(driver, () => Effect.fail(denied), {
            classify: () => Classification.permanent
          })
          assert.strictEqual(errorOf(exit), denied)
          assert.deepStrictEqual(attempts, [0])
          assert.deepStrictEqual(
            events.map((event) => event._tag === "GaveUp" && event.reason),
            ["permanent"]
          )
        })
      )

      it.effect("end with a permanent error after transient ones", () =>
        Effect.gen(function* () {
          const { attempts, exit } = yield* simulate(driver, fails, {
            classify: (error) => (error === "failure 3" ? Classification.permanent : transient),
            policy: doubling()
          })
          assert.strictEqual(errorOf(exit), "failure 3")
          assert.deepStrictEqual(attempts, [0, 1000, 3000])
        })
      )

      it.effect("end when maxAttempts are used up, with all of them listed", () =>
        Effect.gen(function* () {
          const { attempts, ended, exit } = yield* simulate(driver, fails, {
            classify,
            policy: doubling({ maxAttempts: 3 }),
            name: "applying x"
          })
          const error = errorOf(exit)
          assert(error instanceof AttemptsExhausted)
          assert.deepStrictEqual(attempts, [0, 1000, 3000])
          assert.strictEqual(ended, 3000)
          assert.strictEqual(error.cause, "failure 3")
          assert.strictEqual(error.elapsed, 3000)
          assert.strictEqual(
            error.message,
            "applying x failed after 3 attempts; last error: failure 3 (hint: look at the last error; if it only needs longer, raise maxAttempts)"
          )
          assert.deepStrictEqual(error.history, {
            attempts: [
              {
                number: 1,
                startedAt: 0,
                duration: 0,
                error: { tag: "string", message: "failure 1" },
                classification: transient,
                delay: 1000,
                delayEndedBy: "timer"
              },
              {
                number: 2,
                startedAt: 1000,
                duration: 0,
                error: { tag: "string", message: "failure 2" },
                classification: transient,
                delay: 2000,
                delayEndedBy: "timer"
              },
              {
                number: 3,
                startedAt: 3000,
                duration: 0,
                error: { tag: "string", message: "failure 3" },
                classification: transient
              }
            ],
            total: 3,
            dropped: 0
          })
        })
      )

      it.effect("keep the first and the last in a long history", () =>
        Effect.gen(function* () {
          const policy = RetryPolicy.make({ maxAttempts: 1000, baseDelay: 1, maxDelay: 1, jitter: "none" })
          const { exit } = yield* simulate(driver, () => Effect.fail("x".repeat(5000)), { classify, policy })
          const error = errorOf(exit)
          assert(error instanceof AttemptsExhausted)
          assert.deepStrictEqual(
            error.history.attempts.map((attempt) => attempt.number),
            [1, 2, 3, 4, 5, 6, 7, 8, ...Array.from({ length: 56 }, (_, index) => 945 + index)]
          )
          assert.strictEqual(error.history.total, 1000)
          assert.strictEqual(error.history.dropped, 936)
          assert.strictEqual(error.history.attempts[0]?.error.message.length, 1000)
        })
      )
    })

    describe("the deadline", () => {
      it.effect("cuts the last wait so that one final attempt fits", () =>
        Effect.gen(function* () {
          const { attempts, ended, exit } = yield* simulate(driver, fails, {
            classify,
            policy: doubling({ deadline: "10 seconds" })
          })
          const error = errorOf(exit)
          assert(error instanceof DeadlineExceeded)
          assert.deepStrictEqual(attempts, [0, 1000, 3000, 7000, 9900])
          assert.isAtMost(ended, 10_000)
          assert.strictEqual(error.cause, "failure 5")
          assert.strictEqual(error.history.attempts[3]?.delayEndedBy, "deadline")
          assert.include(error.message, "the operation did not succeed within its deadline of 10s (5 attempts)")
        })
      )

      it.effect("interrupts an attempt in flight, at the deadline and not later", () =>
        Effect.gen(function* () {
          let interrupted = false
          const { ended, exit } = yield* simulate(
            driver,
            () =>
              Effect.onInterrupt(Effect.never, () =>
                Effect.sync(() => {
                  interrupted = true
                })
              ),
            { classify, policy: doubling({ deadline: "10 seconds" }) }
          )
          const error = errorOf(exit)
          assert(error instanceof DeadlineExceeded)
          assert(error.cause instanceof AttemptTimeout)
          assert.strictEqual(error.cause.boundedBy, "deadline")
          assert.strictEqual(ended, 10_000)
          assert.isTrue(interrupted)
        })
      )

      it.effect("does not wait for an attempt that cannot be interrupted", () =>
        Effect.gen(function* () {
          const stuck = Effect.uninterruptible(Effect.sleep("1 hour"))
          const { ended, exit } = yield* simulate(driver, () => stuck, {
            classify,
            policy: doubling({ deadline: "10 seconds", attemptTimeout: "4 seconds" })
          })
          assert(errorOf(exit) instanceof DeadlineExceeded)
          assert.strictEqual(ended, 10_000)
        })
      )

      it.effect("counts from before the first attempt", () =>
        Effect.gen(function* () {
          const slow = Effect.andThen(Effect.sleep("9 seconds"), Effect.fail("slow"))
          const { attempts, ended } = yield* simulate(driver, () => slow, {
            classify,
            policy: doubling({ deadline: "10 seconds" })
          })
          assert.deepStrictEqual(attempts, [0, 9500])
          assert.strictEqual(ended, 10_000)
        })
      )

      it.effect("leaves room for a final attempt as long as the ones before", () =>
        Effect.gen(function* () {
          const slow = Effect.andThen(Effect.sleep("1 second"), Effect.fail("slow"))
          const { attempts, ended, exit } = yield* simulate(driver, () => slow, {
            classify,
            policy: RetryPolicy.make({ baseDelay: "1 minute", jitter: "none", deadline: "10 seconds" })
          })
          assert.strictEqual(attempts[1], 8000)
          assert.isAtMost(ended, 10_000)
          assert(errorOf(exit) instanceof DeadlineExceeded)
        })
      )
    })

    describe("the attempt timeout", () => {
      it.effect("is a transient failure", () =>
        Effect.gen(function* () {
          const { attempts, events, exit } = yield* simulate(
            driver,
            (attempt) => (attempt < 3 ? Effect.never : Effect.succeed(attempt)),
            { classify: () => Classification.permanent, policy: doubling({ attemptTimeout: "5 seconds" }) }
          )
          assert.deepStrictEqual(exit, Exit.succeed(3))
          assert.deepStrictEqual(attempts, [0, 6000, 13_000])
          const [first] = events
          assert(first?._tag === "AttemptFailed" && first.error instanceof AttemptTimeout)
          assert.strictEqual(first.classification.kind, "attempt-timeout")
          assert.strictEqual(first.error.message, "the attempt did not finish within 5s")
        })
      )

      it.effect("does not hear what the attempt still says", () =>
        Effect.gen(function* () {
          const late = Effect.uninterruptible(Effect.andThen(Effect.sleep("6 seconds"), Effect.succeed(1)))
          const { exit } = yield* simulate(driver, (attempt) => (attempt === 1 ? late : Effect.succeed(attempt)), {
            classify,
            policy: RetryPolicy.make({ attemptTimeout: "5 seconds", baseDelay: "10 seconds", jitter: "none" })
          })
          assert.deepStrictEqual(exit, Exit.succeed(2))
        })
      )
    })

    describe("Retry-After", () => {
      const asked = (retryAfter: Duration.Input) => () => Classification.transient({ kind: "throttled", retryAfter })

      it.effect("is a lower bound, with the jitter on top", () =>
        Effect.gen(function* () {
          const ends: Array<number> = []
          for (const random of [0, 0.5, 0.999]) {
            const { attempts } = yield* simulate(driver, failsUntil(2), {
              classify: asked("5 seconds"),
              policy: RetryPolicy.make({ baseDelay: "1 second", jitter: "full" })
            }).pipe(Effect.provideService(Random.Random, { nextDoubleUnsafe: () => random, nextIntUnsafe: () => 0 }))
            ends.push(attempts[1] ?? 0)
          }
          assert.deepStrictEqual(ends, [5000, 5500, 5999])
        })
      )

      it.effect("does not add to a longer delay that has no jitter", () =>
        Effect.gen(function* () {
          const { attempts } = yield* simulate(driver, failsUntil(4), { classify: asked(2500), policy: doubling() })
          assert.deepStrictEqual(attempts, [0, 2500, 5000, 9000])
        })
      )

      it.effect("that lies beyond the deadline ends the operation at once", () =>
        Effect.gen(function* () {
          const { attempts, ended, exit } = yield* simulate(driver, fails, {
            classify: asked("1 minute"),
            policy: doubling({ deadline: "30 seconds" })
          })
          assert(errorOf(exit) instanceof DeadlineExceeded)
          assert.deepStrictEqual(attempts, [0])
          assert.strictEqual(ended, 0)
        })
      )

      it.effect("is not undercut by a hint", () =>
        Effect.gen(function* () {
          const wake = Wake.makeUnsafe()
          const fiber = yield* observe(driver, failsUntil(2), {
            classify: asked("5 seconds"),
            policy: doubling({ baseDelay: "1 minute" }),
            wake
          })
          yield* pass(1000)
          Wake.notifyUnsafe(wake, { reason: "changed" })
          yield* pass(60_000)
          assert.deepStrictEqual((yield* Fiber.join(fiber)).attempts, [0, 5000])
        })
      )
    })

    describe("a hint", () => {
      const patient = doubling({ baseDelay: "1 hour", deadline: "10 hours", attemptTimeout: "1 hour" })

      it.effect("ends a wait at once", () =>
        Effect.gen(function* () {
          const wake = Wake.makeUnsafe()
          const fiber = yield* observe(driver, failsUntil(2), { classify, policy: patient, wake })
          yield* pass(5000)
          Wake.notifyUnsafe(wake, { reason: "the caBundle changed" })
          yield* pass(1000)
          const { attempts, events, exit } = yield* Fiber.join(fiber)
          assert.deepStrictEqual(exit, Exit.succeed(2))
          assert.deepStrictEqual(attempts, [0, 5000])
          assert.deepStrictEqual(events[1], {
            _tag: "Retrying",
            name: undefined,
            attempt: 2,
            waited: 5000,
            endedBy: "wake",
            hint: "the caBundle changed",
            elapsed: 5000
          })
          const recovered = events[2]
          assert(recovered?._tag === "Recovered")
          assert.strictEqual(recovered.history.attempts[0]?.delayEndedBy, "wake")
          assert.strictEqual(recovered.history.attempts[0]?.hint, "the caBundle changed")
        })
      )

      it.effect("that comes during an attempt is remembered", () =>
        Effect.gen(function* () {
          const wake = Wake.makeUnsafe()
          const slow = (attempt: number) => Effect.andThen(Effect.sleep("10 seconds"), failsUntil(2)(attempt))
          const fiber = yield* observe(driver, slow, { classify, policy: patient, wake })
          yield* pass(5000)
          Wake.notifyUnsafe(wake, { reason: "changed" })
          yield* pass(20_000)
          assert.deepStrictEqual((yield* Fiber.join(fiber)).attempts, [0, 10_000])
        })
      )

      it.effect("from before the first attempt is old news", () =>
        Effect.gen(function* () {
          const wake = Wake.makeUnsafe()
          Wake.notifyUnsafe(wake, { reason: "long ago" })
          const { attempts } = yield* simulate(driver, failsUntil(2), { classify, policy: doubling(), wake })
          assert.deepStrictEqual(attempts, [0, 1000])
        })
      )

      it.effect("and a thousand after it win no more than two attempts", () =>
        Effect.gen(function* () {
          const wake = Wake.makeUnsafe()
          const fiber = yield* observe(driver, failsUntil(4), { classify, policy: doubling({ baseDelay: 5000 }), wake })
          yield* pass(1000)
          for (let i = 0; i < 1000; i++) Wake.notifyUnsafe(wake, { reason: `change ${i}` })
          yield* pass(60_000)
          assert.deepStrictEqual((yield* Fiber.join(fiber)).attempts, [0, 1000, 1100, 6100])
        })
      )

      it.effect("leaves the backoff where it was", () =>
        Effect.gen(function* () {
          const wake = Wake.makeUnsafe()
          const fiber = yield* observe(driver, failsUntil(5), { classify, policy: doubling(), wake })
          yield* pass(1500) // one second served, half of the next two
          Wake.notifyUnsafe(wake, { reason: "changed" })
          yield* pass(60_000)
          assert.deepStrictEqual(gaps((yield* Fiber.join(fiber)).attempts), [1000, 500, 2000, 4000])
        })
      )

      it.effect("spreads operations that wait together, within 20 ms", () =>
        Effect.gen(function* () {
          const wake = Wake.makeUnsafe()
          const policy = RetryPolicy.make({ baseDelay: "1 hour", jitter: "equal", deadline: "2 hours" })
          const fibers = yield* Effect.forEach(Array.from({ length: 50 }), () =>
            observe(driver, failsUntil(2), { classify, policy, wake })
          )
          yield* pass(60_000)
          Wake.notifyUnsafe(wake, { reason: "changed" })
          yield* pass(60_000)
          const seconds = (yield* Effect.forEach(fibers, Fiber.join)).map(({ attempts }) => attempts[1] ?? 0)
          for (const at of seconds) assert.isTrue(at >= 60_000 && at <= 60_020, `${at}`)
          assert.isAbove(new Set(seconds).size, 10)
        })
      )

      it.effect("storm neither spins nor starves: attempts stay 100 ms apart and fall back to the backoff", () =>
        Effect.gen(function* () {
          const wake = Wake.makeUnsafe()
          const policy = RetryPolicy.make({ jitter: "none", deadline: "60 seconds" })
          const fiber = yield* observe(driver, fails, { classify, policy, wake })
          for (let i = 0; i < 6000; i++) {
            Wake.notifyUnsafe(wake, { reason: "flapping" })
            yield* pass(10)
          }
          yield* pass(10_000)
          const { attempts } = yield* Fiber.join(fiber)
          assert.isTrue(gaps(attempts).every((gap) => gap >= 100))
          // Ten won by hints, then at most one for each wait of two seconds that was served.
          assert.isAtMost(attempts.length, 10 + 2 * 30 + 5)
          assert.isAbove(attempts.length, 30)
        })
      )

      it.effect("is not needed: without one, maxDelay bounds every wait", () =>
        Effect.gen(function* () {
          const { attempts } = yield* simulate(driver, fails, { classify, wake: Wake.makeUnsafe() })
          assert.isTrue(gaps(attempts).every((gap) => gap <= 2000))
        })
      )
    })

    describe("a budget", () => {
      it.effect("that many operations share spreads their retries, and loses none", () =>
        Effect.gen(function* () {
          const budget = yield* RetryBudget.make({ ratio: 0, minPerSecond: 10, capacity: 5 })
          const policy = RetryPolicy.make({ baseDelay: 0, jitter: "none" })
          const fibers = yield* Effect.forEach(Array.from({ length: 25 }), () =>
            observe(driver, failsUntil(2), { classify, policy, budget })
          )
          yield* pass(60_000)
          const ends = (yield* Effect.forEach(fibers, Fiber.join)).map(({ ended }) => Math.round(ended))
          assert.deepStrictEqual(
            ends.toSorted((a, b) => a - b),
            Array.from({ length: 25 }, (_, index) => Math.max(0, index - 4) * 100)
          )
        })
      )

      it.effect("whose next token lies beyond the deadline ends the operation", () =>
        Effect.gen(function* () {
          const budget = yield* RetryBudget.make({ ratio: 0, minPerSecond: 0.01, capacity: 1 })
          const policy = RetryPolicy.make({ baseDelay: 0, jitter: "none", deadline: "30 seconds" })
          const { attempts, ended, exit } = yield* simulate(driver, fails, { classify, policy, budget })
          assert(errorOf(exit) instanceof DeadlineExceeded)
          assert.deepStrictEqual(attempts, [0, 0])
          assert.strictEqual(ended, 0)
        })
      )
    })

    it.effect("tells of each failure, each retry and the end", () =>
      Effect.gen(function* () {
        const { events } = yield* simulate(driver, failsUntil(3), { classify, policy: doubling(), name: "x" })
        assert.deepStrictEqual(
          events.map((event) => {
            switch (event._tag) {
              case "AttemptFailed":
                return [event._tag, event.name, event.attempt.number, event.error, event.delay, event.elapsed]
              case "Retrying":
                return [event._tag, event.name, event.attempt, event.waited, event.endedBy, event.elapsed]
              default:
                return [event._tag, event.name, event.history.total, event.elapsed]
            }
          }),
          [
            ["AttemptFailed", "x", 1, "failure 1", 1000, 0],
            ["Retrying", "x", 2, 1000, "timer", 1000],
            ["AttemptFailed", "x", 2, "failure 2", 2000, 1000],
            ["Retrying", "x", 3, 2000, "timer", 3000],
            ["Recovered", "x", 2, 3000]
          ]
        )
      })
    )

    it.effect("retries at once many times without filling the stack", () =>
      Effect.gen(function* () {
        const policy = RetryPolicy.make({ baseDelay: 0, maxAttempts: 20_000 })
        const { exit } = yield* simulate(driver, fails, { classify, policy }, 0)
        assert(errorOf(exit) instanceof AttemptsExhausted)
      })
    )
  })
}

describe("retry, under any policy", () => {
  const whole = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
  const Case = Schema.Struct({
    maxAttempts: whole(1, 60),
    baseDelay: whole(0, 5000),
    growth: whole(0, 20_000),
    tenths: whole(10, 50),
    jitter: Schema.Literals(RetryPolicy.jitters),
    attemptTimeout: whole(1, 3000),
    deadline: whole(1, 60_000),
    /** How long attempts take, in turn. */
    durations: Schema.NonEmptyArray(whole(0, 4000)),
    success: whole(1, 80),
    retryAfter: whole(0, 3000),
    hints: Schema.Array(whole(1, 60_000)),
    seed: Schema.String
  })

  const simulateCase = (driver: (typeof drivers)[number], input: typeof Case.Type) =>
    Effect.gen(function* () {
      const { baseDelay, durations, growth, retryAfter, seed, success, tenths, ...options } = input
      const policy = RetryPolicy.make({ ...options, baseDelay, maxDelay: baseDelay + growth, factor: tenths / 10 })
      const wake = Wake.makeUnsafe()
      const operation = (attempt: number) =>
        Effect.andThen(Effect.sleep(durations[attempt % durations.length] ?? 0), failsUntil(success)(attempt))
      const fiber = yield* observe(driver, operation, {
        classify: () => Classification.transient({ kind: "test", retryAfter }),
        policy,
        wake
      }).pipe(Random.withSeed(seed))
      let at = 0
      for (const hint of input.hints.toSorted((a, b) => a - b)) {
        yield* pass(hint - at)
        at = hint
        Wake.notifyUnsafe(wake, { reason: "hint" })
      }
      yield* pass(120_000)
      return { policy, observation: yield* Fiber.join(fiber) }
    }).pipe(Effect.provide(TestClock.layer()))

  const historyOf = ({ events, exit }: Observation<number, string>) => {
    const last = events.at(-1)
    return last?._tag === "Recovered" || last?._tag === "GaveUp" ? last.history : exit
  }

  it.effect.prop("keeps its promises, and both drivers do the same", [Case], ([input]) =>
    Effect.gen(function* () {
      const results = yield* Effect.forEach(drivers, (driver) => simulateCase(driver, input))
      for (const { observation, policy } of results) {
        const maxDelay = Duration.toMillis(policy.maxDelay)
        assert.isAtMost(observation.ended, Duration.toMillis(policy.deadline) + 1e-3, "ended after the deadline")
        assert.isAtMost(observation.attempts.length, policy.maxAttempts, "too many attempts")
        let asked = 0
        for (const event of observation.events) {
          if (event._tag === "AttemptFailed") {
            asked = Duration.toMillis(event.classification.retryAfter ?? 0)
            assert.isAtMost(event.delay, asked + maxDelay + 1e-6, "delay above maxDelay")
            assert.isAtMost(event.delay, event.remaining + 1e-6, "delay past the deadline")
          }
          if (event._tag === "Retrying") assert.isAtLeast(event.waited, asked - 1e-3, "Retry-After")
          if (event._tag === "GaveUp") assert.isAtMost(event.history.attempts.length, 64)
        }
      }
      const [first, second] = results
      assert.deepStrictEqual(first && historyOf(first.observation), second && historyOf(second.observation))
    })
  )

  it.effect.prop("repeats itself under the same seed", [Case], ([input]) =>
    Effect.gen(function* () {
      for (const driver of drivers) {
        const one = yield* simulateCase(driver, input)
        const two = yield* simulateCase(driver, input)
        assert.deepStrictEqual(historyOf(one.observation), historyOf(two.observation))
      }
    })
  )
})
