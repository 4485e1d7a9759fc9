/**
 * The retry policy from flags and environment. A flag wins over its variable.
 *
 * @since 0.1.0
 */
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { retryFlags } from "./CommandFlags.ts"
import { longName, parseDuration, type Values } from "./commandline/Flag.ts"
import type { Host } from "./Host.ts"
import { CommandError } from "./output/CommandError.ts"

const fields = {
  maxAttempts: "number",
  baseDelay: "duration",
  factor: "number",
  maxDelay: "duration",
  jitter: "word",
  attemptTimeout: "duration",
  deadline: "duration"
} as const

type Field = keyof typeof fields

/** A value that no rule of the policy allows, for a text that is not even of the right form. */
const read = (field: Field, text: string): unknown => {
  switch (fields[field]) {
    case "number":
      return /^(infinity|unlimited)$/i.test(text)
        ? Number.POSITIVE_INFINITY
        : text.trim() === ""
          ? Number.NaN
          : Number(text)
    case "duration":
      return /^infinity$/i.test(text) ? "Infinity" : (parseDuration(text) ?? -1)
    case "word":
      return text
  }
}

const capital = (field: string) => field.charAt(0).toUpperCase() + field.slice(1)

const flagName = (field: Field) => `--${longName(`retry${capital(field)}`)}`

const variableName = (field: Field) => `HOLDFAST_RETRY_${longName(field).replaceAll("-", "_").toUpperCase()}`

/**
 * Reads the policy; a wrong value fails as a usage error that names the flag or the variable.
 *
 * @category constructors
 * @since 0.1.0
 */
export const readPolicy = (
  flags: Values<typeof retryFlags>,
  host: Host
): Effect.Effect<RetryPolicy.RetryPolicy, CommandError> => {
  const options: Record<string, unknown> = {}
  const given = new Map<string, { readonly name: string; readonly text: string }>()
  for (const field of Object.keys(fields) as ReadonlyArray<Field>) {
    const flag = flags[`retry${capital(field)}` as keyof typeof flags]
    const variable = host.env[variableName(field)]
    const text = flag ?? (variable === "" ? undefined : variable)
    if (text === undefined) continue
    given.set(field, { name: flag === undefined ? variableName(field) : flagName(field), text })
    options[field] = read(field, text)
  }
  const policy = RetryPolicy.validate(options)
  if (Result.isSuccess(policy)) return Effect.succeed(policy.success)
  const { field, expected } = policy.failure
  const source = given.get(field) ?? { name: flagName(field), text: "" }
  return Effect.fail(
    new CommandError({
      exit: "usage",
      detail: `invalid value ${JSON.stringify(source.text)} for ${source.name}: expected ${expected}`
    })
  )
}

/**
 * The policy of a command that only looks: it holds on for at most ten seconds.
 *
 * @category combinators
 * @since 0.1.0
 */
export const impatient = (policy: RetryPolicy.RetryPolicy): RetryPolicy.RetryPolicy => ({
  ...policy,
  deadline: Duration.min(policy.deadline, Duration.seconds(10))
})
