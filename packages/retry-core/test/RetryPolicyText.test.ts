import { assert, describe, it } from "@effect/vitest"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as RetryPolicyConfig from "@holdfast/retry-core/RetryPolicyConfig"
import * as RetryPolicySchema from "@holdfast/retry-core/RetryPolicySchema"
import * as RetryPolicyText from "@holdfast/retry-core/RetryPolicyText"
import { Arbitrary, ConfigProvider, Duration, Effect, Result, Schema } from "effect"

const whole = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const limit = Schema.Union([whole(1, 1e9), Schema.Literal("Infinity")])

const wholePolicy = Arbitrary.schema(
  Schema.Struct({
    maxAttempts: whole(1, 1000),
    isLimited: Schema.Boolean,
    baseDelay: whole(0, 100_000),
    growth: whole(0, 100_000),
    tenths: whole(10, 100),
    jitter: Schema.Literals(RetryPolicy.jitters),
    attemptTimeout: limit,
    deadline: limit
  })
).pipe(
  Arbitrary.map(({ growth, isLimited, tenths, ...options }) =>
    RetryPolicy.make({
      ...options,
      factor: tenths / 10,
      maxDelay: options.baseDelay + growth,
      maxAttempts: isLimited ? options.maxAttempts : Number.POSITIVE_INFINITY
    })
  )
)

describe("RetryPolicyText", () => {
  it("reads what flags say", () => {
    const result = RetryPolicyText.parse({ maxAttempts: "7", baseDelay: "1m30s", maxDelay: "2m", jitter: "equal" })
    const options = Result.getOrThrow(result)
    assert.strictEqual(options.maxAttempts, 7)
    assert.strictEqual(options.baseDelay && Duration.toSeconds(options.baseDelay), 90)
    assert.notProperty(options, "deadline")
  })

  for (const [field, text] of [
    ["maxAttempts", "-1"],
    ["maxAttempts", "many"],
    ["maxAttempts", "1e3"],
    ["baseDelay", "200"],
    ["baseDelay", "-1s"],
    ["factor", "2x"],
    ["jitter", "lots"],
    ["attemptTimeout", "0"],
    ["deadline", "10 minutes"],
    ["deadline", "99999h"]
  ] as const) {
    it(`names ${field} when it is ${text}`, () => {
      const error = Result.getOrThrow(Result.flip(RetryPolicyText.parse({ [field]: text })))
      assert.strictEqual(error.field, field)
      assert.include(error.message, JSON.stringify(text))
    })
  }

  it.prop("reads back what it writes", [wholePolicy], ([policy]) => {
    const options = Result.getOrThrow(RetryPolicyText.parse(RetryPolicyText.format(policy)))
    assert.deepStrictEqual(RetryPolicyText.format(RetryPolicy.make(options)), RetryPolicyText.format(policy))
  })

  it("describes every field of a policy once", () => {
    assert.sameMembers(
      RetryPolicyText.fields.map((field) => field.field),
      Object.keys(RetryPolicy.defaults)
    )
  })
})

describe("RetryPolicyConfig", () => {
  const fromEnv = (env: Record<string, string>) => RetryPolicyConfig.policy.parse(ConfigProvider.fromEnv({ env }))

  it.effect("gives the defaults in an empty environment", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* fromEnv({}), RetryPolicy.defaults)
      assert.deepStrictEqual(yield* fromEnv({ HOLDFAST_RETRY_JITTER: "" }), RetryPolicy.defaults)
    })
  )

  it.effect("reads every variable", () =>
    Effect.gen(function* () {
      const policy = yield* fromEnv({
        HOLDFAST_RETRY_MAX_ATTEMPTS: "9",
        HOLDFAST_RETRY_BASE_DELAY: "50ms",
        HOLDFAST_RETRY_FACTOR: "1.5",
        HOLDFAST_RETRY_MAX_DELAY: "4s",
        HOLDFAST_RETRY_JITTER: "decorrelated",
        HOLDFAST_RETRY_ATTEMPT_TIMEOUT: "infinity",
        HOLDFAST_RETRY_DEADLINE: "1h"
      })
      assert.deepStrictEqual(RetryPolicyText.format(policy), {
        maxAttempts: "9",
        baseDelay: "50ms",
        factor: "1.5",
        maxDelay: "4s",
        jitter: "decorrelated",
        attemptTimeout: "infinity",
        deadline: "1h0m0s"
      })
    })
  )

  it.effect("names the variable that is wrong", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(fromEnv({ HOLDFAST_RETRY_MAX_DELAY: "soon" }))
      assert.strictEqual(
        error.message,
        'SourceError: HOLDFAST_RETRY_MAX_DELAY is "soon", but must be a duration such as 500ms, 30s or 1m30s'
      )
    })
  )
})

describe("RetryPolicySchema", () => {
  const decode = Schema.decodeUnknownEffect(RetryPolicySchema.RetryPolicyFromJson)

  it.effect("completes a partial policy with the defaults", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* decode({}), RetryPolicy.defaults)
      assert.strictEqual((yield* decode({ maxAttempts: 3 })).maxAttempts, 3)
    })
  )

  for (const [field, input] of [
    ["maxAttempts", { maxAttempts: -1 }],
    ["maxAttempts", { maxAttempts: "three" }],
    ["factor", { factor: 1e9 }],
    ["baseDelay", { baseDelay: "5" }],
    ["baseDelay", { baseDelay: 5 }],
    ["jitter", { jitter: "lots" }],
    ["deadline", { deadline: "-1m" }],
    ["deadlines", { deadlines: "1m" }]
  ] as const) {
    it.effect(`names ${field} in ${JSON.stringify(input)}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(decode(input))
        assert.include(error.message, `"${field}"`)
      })
    )
  }

  it.effect("rejects what is not an object", () =>
    Effect.gen(function* () {
      for (const input of [null, 3, "policy", []]) yield* Effect.flip(decode(input))
    })
  )

  it.effect.prop("decodes what it encodes, through JSON", [wholePolicy], ([policy]) =>
    Effect.gen(function* () {
      const json = yield* Schema.encodeEffect(RetryPolicySchema.RetryPolicyFromJson)(policy)
      const decoded = yield* decode(JSON.parse(JSON.stringify(json)))
      assert.deepStrictEqual(RetryPolicyText.format(decoded), RetryPolicyText.format(policy))
    })
  )
})
