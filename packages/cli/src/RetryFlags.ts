/**
 * The retry policy from flags and environment. A flag wins over its variable.
 *
 * @since 0.1.0
 */
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as RetryPolicyText from "@holdfast/retry-core/RetryPolicyText"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { retryFlags } from "./CommandFlags.ts"
import { longName, type Values } from "./commandline/Flag.ts"
import type { Host } from "./Host.ts"
import { CommandError } from "./output/CommandError.ts"

type FlagValues = Values<typeof retryFlags>

/** The text given for a field, and where: the flag wins over the variable. */
const given = (field: RetryPolicyText.Field, flags: FlagValues, host: Host) => {
  const key = Object.keys(flags).find((one) => longName(one) === field.flag) as keyof FlagValues | undefined
  const flag = key === undefined ? undefined : flags[key]
  return flag === undefined
    ? { name: field.variable, text: host.env[field.variable] }
    : { name: `--${field.flag}`, text: flag as string | undefined }
}

/**
 * Reads the policy; a wrong value fails as a usage error that names the flag or the variable.
 *
 * @category constructors
 * @since 0.1.0
 */
export const readPolicy = (flags: FlagValues, host: Host): Effect.Effect<RetryPolicy.RetryPolicy, CommandError> => {
  const sources = new Map(RetryPolicyText.fields.map((field) => [field.field, given(field, flags, host)]))
  const texts = Object.fromEntries([...sources].map(([field, { text }]) => [field, text]))
  const policy = Result.flatMap(RetryPolicyText.parse(texts), RetryPolicy.validate)
  if (Result.isSuccess(policy)) return Effect.succeed(policy.success)
  const { field, actual, expected } = policy.failure
  const detail = `invalid value ${actual} for ${sources.get(field)?.name ?? field}: expected ${expected}`
  return Effect.fail(new CommandError({ exit: "usage", detail }))
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
