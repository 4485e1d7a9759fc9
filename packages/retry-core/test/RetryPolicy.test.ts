import { assert, describe, it } from "@effect/vitest"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import { Duration, Effect, Random, Result, Schedule, Schema } from "effect"

const failure = (options: RetryPolicy.RetryPolicyOptions) =>
  Result.getOrThrow(Result.flip(RetryPolicy.validate(options)))

const between = (minimum: number, maximum: number) => Schema.Finite.check(Schema.isBetween({ minimum, maximum }))

const delaysOf = (policy: RetryPolicy.RetryPolicy, count: number) =>
  Effect.gen(function* () {
    const step = yield* Schedule.toStep(RetryPolicy.toSchedule(policy))
    const delays: Array<number> = []
    for (let i = 0; i < count; i++) {
      const [, delay] = yield* step(0, undefined)
      delays.push(Duration.toMillis(delay))
    }
    return delays
  })

const randomIs = (value: number) =>
  Effect.provideService(Random.Random, { nextDoubleUnsafe: () => value, nextIntUnsafe: () => 0 })

describe("make", () => {
  it("gives the defaults for no wishes", () => {
    assert.deepStrictEqual(RetryPolicy.make(), RetryPolicy.defaults)
    assert.deepStrictEqual(RetryPolicy.make({ maxDelay: undefined }), RetryPolicy.defaults)
  })

  it("throws the typed error for a mistake in the program", () => {
    assert.throws(() => RetryPolicy.make({ factor: 0 }), /factor is 0, but must be a number from 1 to 1000/)
  })
})

describe("validate", () => {
  for (const [field, options] of [
    ["maxAttempts", { maxAttempts: 0 }],
    ["maxAttempts", { maxAttempts: -3 }],
    ["maxAttempts", { maxAttempts: 2.5 }],
    ["maxAttempts", { maxAttempts: Number.NaN }],
    ["maxAttempts", { maxAttempts: 1e300 }],
    ["factor", { factor: 0.5 }],
    ["factor", { factor: Number.POSITIVE_INFINITY }],
    ["factor", { factor: Number.NaN }],
    ["baseDelay", { baseDelay: -1 }],
    ["baseDelay", { baseDelay: "400 days" }],
    ["baseDelay", { baseDelay: Duration.infinity }],
    ["baseDelay", { baseDelay: "soon" as never }],
    ["maxDelay", { maxDelay: -1 }],
    ["maxDelay", { baseDelay: "2 seconds", maxDelay: "1 second" }],
    ["jitter", { jitter: "some" as never }],
    ["attemptTimeout", { attemptTimeout: 0 }],
    ["attemptTimeout", { attemptTimeout: -5 }],
    ["deadline", { deadline: 0 }],
    ["deadline", { deadline: "9 weeks" as never, baseDelay: 1, maxDelay: 2, attemptTimeout: Number.NaN }],
    ["deadline", { deadline: "1000 weeks" }]
  ] as const satisfies ReadonlyArray<readonly [keyof RetryPolicy.RetryPolicy, RetryPolicy.RetryPolicyOptions]>) {
    it(`names ${field} in ${JSON.stringify(options)}`, () => {
      const error = failure(options)
      assert.include(["attemptTimeout", field], error.field)
      assert.include(error.message, `${error.field} is `)
    })
  }

  it("lets one of baseDelay and maxDelay follow the other where only one is given", () => {
    const slow = RetryPolicy.make({ baseDelay: "10 seconds" })
    assert.strictEqual(Duration.toSeconds(slow.maxDelay), 10)
    const fast = RetryPolicy.make({ maxDelay: "50 millis" })
    assert.strictEqual(Duration.toMillis(fast.baseDelay), 50)
  })

  it("accepts no limit as infinity", () => {
    const policy = RetryPolicy.make({ deadline: Duration.infinity, attemptTimeout: Duration.infinity })
    assert.isFalse(Duration.isFinite(policy.deadline))
  })
})

describe("toSchedule", () => {
  const policy = (jitter: RetryPolicy.Jitter) =>
    RetryPolicy.make({ baseDelay: "100 millis", maxDelay: "1 second", jitter })

  it.effect("none: doubles up to the maximum", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* delaysOf(policy("none"), 6), [100, 200, 400, 800, 1000, 1000])
    })
  )

  it.effect("full: takes a share of the whole delay", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* randomIs(0.25)(delaysOf(policy("full"), 5)), [25, 50, 100, 200, 250])
    })
  )

  it.effect("equal: keeps half of the delay and takes a share of the rest", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* randomIs(0.5)(delaysOf(policy("equal"), 5)), [75, 150, 300, 600, 750])
    })
  )

  it.effect("decorrelated: grows from the delay before", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* randomIs(0.5)(delaysOf(policy("decorrelated"), 4)), [200, 350, 575, 912.5])
    })
  )

  it.effect("ends when the attempts are used up", () =>
    Effect.gen(function* () {
      let attempts = 0
      const schedule = RetryPolicy.toSchedule(RetryPolicy.make({ maxAttempts: 4, baseDelay: 0, jitter: "none" }))
      yield* Effect.exit(
        Effect.retry(
          Effect.suspend(() => Effect.fail(++attempts)),
          schedule
        )
      )
      assert.strictEqual(attempts, 4)
    })
  )

  it.effect.prop(
    "never exceeds maxDelay, whatever the policy, and never turns negative or infinite",
    [
      Schema.Struct({
        baseDelay: between(0, 1e6),
        growth: between(0, 1e6),
        factor: between(1, 1000),
        jitter: Schema.Literals(RetryPolicy.jitters),
        seed: Schema.String
      })
    ],
    ([{ baseDelay, growth, factor, jitter, seed }]) =>
      Effect.gen(function* () {
        const policy = RetryPolicy.make({ baseDelay, maxDelay: baseDelay + growth, factor, jitter })
        const maxDelay = Duration.toMillis(policy.maxDelay)
        const delays = yield* Random.withSeed(delaysOf(policy, 400), seed)
        for (const delay of delays) assert.isTrue(delay >= 0 && delay <= maxDelay, `${delay} of ${maxDelay}`)
      })
  )

  it.effect.prop(
    "repeats itself under the same seed",
    [Schema.Literals(RetryPolicy.jitters), Schema.String],
    ([jitter, seed]) =>
      Effect.gen(function* () {
        const delays = Random.withSeed(delaysOf(policy(jitter), 20), seed)
        assert.deepStrictEqual(yield* delays, yield* delays)
      })
  )
})
