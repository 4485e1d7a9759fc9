/**
 * A retry policy from the environment: `HOLDFAST_RETRY_MAX_ATTEMPTS`, `HOLDFAST_RETRY_BASE_DELAY`,
 * `HOLDFAST_RETRY_FACTOR`, `HOLDFAST_RETRY_MAX_DELAY`, `HOLDFAST_RETRY_JITTER`, `HOLDFAST_RETRY_ATTEMPT_TIMEOUT`,
 * `HOLDFAST_RETRY_DEADLINE`. Durations are written as Kubernetes writes them; `infinity` means no limit.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type InvalidRetryPolicy, type RetryPolicy, type RetryPolicyOptions, validate } from "./RetryPolicy.ts"
import * as RetryPolicyText from "./RetryPolicyText.ts"

const texts = Config.all(
  Object.fromEntries(
    RetryPolicyText.fields.map(({ field, variable }) => [
      field,
      Config.map(Config.option(Config.String(variable)), Option.getOrUndefined)
    ])
  )
)

const checked = <A, B>(config: Config.Config<A>, f: (value: A) => Result.Result<B, InvalidRetryPolicy>) =>
  Config.mapEffect(config, (value) => Effect.mapError(Effect.fromResult(f(value)), toConfigError))

const toConfigError = ({ actual, expected, field }: InvalidRetryPolicy) => {
  const variable = RetryPolicyText.fields.find((known) => known.field === field)?.variable
  return new Config.ConfigError(
    new ConfigProvider.SourceError({ message: `${variable} is ${actual}, but must be ${expected}` })
  )
}

/**
 * The fields that the environment sets; those that it does not set, or sets to nothing, stay out.
 *
 * **When to use**
 *
 * Use where flags are to be laid over the environment before the whole is checked.
 *
 * @category constructors
 * @since 0.1.0
 */
export const options: Config.Config<RetryPolicyOptions> = checked(texts, RetryPolicyText.parse)

/**
 * The policy that the environment describes; with an empty environment, the defaults.
 *
 * **Example** (Reading the environment)
 *
 * ```ts import.meta.vitest
 * import { ConfigProvider, Effect } from "effect"
 * import * as RetryPolicyConfig from "@holdfast/retry-core/RetryPolicyConfig"
 *
 * const provider = ConfigProvider.fromEnv({ env: { HOLDFAST_RETRY_MAX_ATTEMPTS: "5" } })
 *
 * Effect.runSync(RetryPolicyConfig.policy.parse(provider)).maxAttempts // => 5
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const policy: Config.Config<RetryPolicy> = checked(options, validate)
