/**
 * A retry policy as JSON, for configuration files and custom resources.
 *
 * Every field is optional, a field that is unknown or makes no sense is an error that names it, and durations are
 * written as Kubernetes writes them. It is apart from `RetryPolicy` because Schema is twenty times the size of a policy.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as KubernetesDuration from "./KubernetesDuration.ts"
import { type InvalidRetryPolicy, jitters, type RetryPolicy, validate } from "./RetryPolicy.ts"
import * as RetryPolicyText from "./RetryPolicyText.ts"

/**
 * A duration written as Kubernetes writes it.
 *
 * **Example** (Decoding a duration)
 *
 * ```ts import.meta.vitest
 * import { Duration, Schema } from "effect"
 * import * as RetryPolicySchema from "@holdfast/retry-core/RetryPolicySchema"
 *
 * Duration.toMillis(Schema.decodeSync(RetryPolicySchema.KubernetesDurationFromString)("1m30s")) // => 90000
 * ```
 *
 * @category schemas
 * @since 0.1.0
 */
export const KubernetesDurationFromString: Schema.Codec<Duration.Duration, string> = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Duration,
    SchemaTransformation.transformEffect<Duration.Duration, string>({
      decode: (text) =>
        Effect.mapError(
          Effect.fromResult(KubernetesDuration.parse(text)),
          ({ message }) => new SchemaIssue.InvalidValue({ message }, text)
        ),
      encode: (duration) => Effect.succeed(KubernetesDuration.format(duration))
    })
  )
)

const count = Schema.Union([Schema.Number, Schema.Literal("infinity")])

/** The policy as it stands in a file. */
const Fields = Schema.Struct({
  maxAttempts: Schema.optionalKey(count),
  baseDelay: Schema.optionalKey(Schema.String),
  factor: Schema.optionalKey(Schema.Number),
  maxDelay: Schema.optionalKey(Schema.String),
  jitter: Schema.optionalKey(Schema.Literals(jitters)),
  attemptTimeout: Schema.optionalKey(Schema.String),
  deadline: Schema.optionalKey(Schema.String)
})

// Unknown fields are kept until they can be refused by name: a misspelt field that is ignored is worse than an error.
const File = Schema.StructWithRest(Fields, [Schema.Record(Schema.String, Schema.Unknown)])

const Policy = Schema.declare((input): input is RetryPolicy => isRecord(input) && Result.isSuccess(validate(input)), {
  expected: "a retry policy"
})

const isRecord = (input: unknown): input is Record<string, never> => typeof input === "object" && input !== null

/**
 * The codec between JSON and a policy. Fields that are left out take their defaults; encoding writes all of them.
 *
 * **Example** (Decoding a policy from a file)
 *
 * ```ts import.meta.vitest
 * import { Duration, Schema } from "effect"
 * import * as RetryPolicySchema from "@holdfast/retry-core/RetryPolicySchema"
 *
 * const policy = Schema.decodeUnknownSync(RetryPolicySchema.RetryPolicyFromJson)({ maxAttempts: 5, maxDelay: "10s" })
 *
 * policy.maxAttempts // => 5
 * Duration.toSeconds(policy.maxDelay) // => 10
 * policy.jitter // => "full"
 * ```
 *
 * @category schemas
 * @since 0.1.0
 */
export const RetryPolicyFromJson: Schema.Codec<RetryPolicy, typeof Fields.Encoded> = File.pipe(
  Schema.decodeTo(
    Policy,
    SchemaTransformation.transformEffect<RetryPolicy, typeof File.Type>({
      decode: (fields) => {
        const unknown = Object.keys(fields).find((field) => !Object.hasOwn(Fields.fields, field))
        if (unknown !== undefined) return Effect.fail(unknownField(unknown))
        const texts = Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, String(value)]))
        const policy = Result.flatMap(RetryPolicyText.parse(texts), validate)
        return Effect.mapError(Effect.fromResult(policy), toIssue)
      },
      encode: (policy) => {
        const { maxAttempts, factor, jitter } = policy
        return Effect.succeed({
          ...RetryPolicyText.format(policy),
          maxAttempts: maxAttempts === Number.POSITIVE_INFINITY ? "infinity" : maxAttempts,
          factor,
          jitter
        })
      }
    })
  )
)

const unknownField = (field: string) =>
  new SchemaIssue.Pointer(
    [field],
    new SchemaIssue.InvalidValue({ message: `is not one of ${Object.keys(Fields.fields).join(", ")}` })
  )

const toIssue = ({ actual, expected, field }: InvalidRetryPolicy) =>
  new SchemaIssue.Pointer([field], new SchemaIssue.InvalidValue({ message: `must be ${expected}, not ${actual}` }))
