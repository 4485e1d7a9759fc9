/**
 * A retry policy as words of text: what flags and environment variables are made of.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as KubernetesDuration from "./KubernetesDuration.ts"
import {
  defaults,
  InvalidRetryPolicy,
  type Jitter,
  jitters,
  type RetryPolicy,
  type RetryPolicyOptions,
  validate
} from "./RetryPolicy.ts"

/**
 * What a person needs to know of one field of a policy.
 *
 * @category models
 * @since 0.1.0
 */
export interface Field {
  readonly field: keyof RetryPolicy
  /** The environment variable: `HOLDFAST_RETRY_MAX_ATTEMPTS`. */
  readonly variable: string
  /** The name of a flag for it, without dashes in front: `retry-max-attempts`. */
  readonly flag: string
  /** What the value is: `number`, `duration`, or the words it can be. */
  readonly placeholder: string
  /** One line for a help text. */
  readonly description: string
  /** The value in {@link defaults}, written as text. */
  readonly default: string
}

/**
 * All fields of a policy, in the order in which to show them.
 *
 * **Example** (Naming a field's variable)
 *
 * ```ts import.meta.vitest
 * import * as RetryPolicyText from "@holdfast/retry-core/RetryPolicyText"
 *
 * RetryPolicyText.fields.map((field) => field.variable)[0] // => "HOLDFAST_RETRY_MAX_ATTEMPTS"
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export const fields: ReadonlyArray<Field> = (
  [
    ["maxAttempts", "number", "how many attempts there may be, the first included, or infinity"],
    ["baseDelay", "duration", "the delay after the first failure"],
    ["factor", "number", "by how much the delay grows from attempt to attempt"],
    ["maxDelay", "duration", "what no delay exceeds"],
    ["jitter", jitters.join("|"), "how randomness spreads the delays"],
    ["attemptTimeout", "duration", "how long one attempt may take, or infinity"],
    ["deadline", "duration", "how long the whole operation may take, its waits included, or infinity"]
  ] as const
).map(([field, placeholder, description]) => {
  const words = field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
  return {
    field,
    variable: `HOLDFAST_RETRY_${words}`,
    flag: `retry-${words.toLowerCase().replaceAll("_", "-")}`,
    placeholder,
    description,
    default: write(defaults[field])
  }
})

/**
 * Reads the fields that are given; the others stay out, so that flags can be laid over variables over a file.
 *
 * **Example** (Laying flags over variables)
 *
 * ```ts import.meta.vitest
 * import { Result } from "effect"
 * import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
 * import * as RetryPolicyText from "@holdfast/retry-core/RetryPolicyText"
 *
 * const policy = Result.gen(function*() {
 *   const variables = yield* RetryPolicyText.parse({ maxAttempts: "5", jitter: "none" })
 *   const flags = yield* RetryPolicyText.parse({ maxAttempts: "7" })
 *   return yield* RetryPolicy.validate({ ...variables, ...flags })
 * })
 *
 * Result.getOrThrow(policy).maxAttempts // => 7
 * Result.getOrThrow(policy).jitter // => "none"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const parse = (
  texts: Readonly<Partial<Record<keyof RetryPolicy, string | undefined>>>
): Result.Result<RetryPolicyOptions, InvalidRetryPolicy> => {
  const options: { -readonly [K in keyof RetryPolicyOptions]: RetryPolicyOptions[K] } = {}
  for (const { field } of fields) {
    const text = texts[field]?.trim()
    if (text === undefined || text === "") continue
    if (field === "jitter") options[field] = text as Jitter
    else if (field === "maxAttempts" || field === "factor") options[field] = readNumber(text)
    else {
      const duration = readDuration(text)
      if (duration === undefined) return Result.fail(invalid(field, text, "a duration such as 500ms, 30s or 1m30s"))
      options[field] = duration
    }
  }
  return Result.mapBoth(validate(options), {
    // The person's own words say more than what became of them.
    onFailure: ({ field, expected }) => invalid(field, texts[field] ?? "", expected),
    onSuccess: () => options
  })
}

const invalid = (field: keyof RetryPolicy, text: string, expected: string) =>
  new InvalidRetryPolicy({ field, actual: JSON.stringify(text), expected })

/**
 * Writes the fields of a policy as text that {@link parse} reads.
 *
 * @category conversions
 * @since 0.1.0
 */
export const format = (policy: RetryPolicy): Record<keyof RetryPolicy, string> => ({
  maxAttempts: write(policy.maxAttempts),
  baseDelay: write(policy.baseDelay),
  factor: write(policy.factor),
  maxDelay: write(policy.maxDelay),
  jitter: policy.jitter,
  attemptTimeout: write(policy.attemptTimeout),
  deadline: write(policy.deadline)
})

function write(value: number | string | Duration.Duration): string {
  if (Duration.isDuration(value)) return KubernetesDuration.format(value)
  return value === Number.POSITIVE_INFINITY ? "infinity" : String(value)
}

const readNumber = (text: string): number =>
  text === "infinity" ? Number.POSITIVE_INFINITY : /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN

const readDuration = (text: string): Duration.Duration | undefined =>
  text === "infinity" ? Duration.infinity : Result.getOrUndefined(KubernetesDuration.parse(text))
