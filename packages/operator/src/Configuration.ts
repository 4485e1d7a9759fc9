/**
 * What the operator is told from outside: the environment variables of its pod.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import type * as LogLevel from "effect/LogLevel"
import * as Result from "effect/Result"

/**
 * The settings of the program.
 *
 * @category models
 * @since 0.1.0
 */
export interface Configuration {
  /** Where the operator runs and keeps its state. */
  readonly namespace: string
  /** What it is called in Leases and Events. */
  readonly podName: string
  readonly logLevel: LogLevel.LogLevel
}

/**
 * A variable that is missing, or whose value is none.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidConfiguration extends Data.TaggedError("InvalidConfiguration")<{
  readonly variable: string
  readonly problem: string
}> {
  override get message(): string {
    return `${this.variable} ${this.problem}`
  }
}

/**
 * Every variable, with a line about it.
 *
 * @category constants
 * @since 0.1.0
 */
export const variables: Readonly<Record<string, string>> = {
  POD_NAMESPACE: "the namespace that the operator runs in (downward API: metadata.namespace)",
  POD_NAME: "the name of its pod (downward API: metadata.name)",
  HOLDFAST_LOG_LEVEL: "debug, info, warn or error; info unless given",
  KUBECONFIG: "the API server to work on; that of the pod's service account unless given"
}

const logLevels: Readonly<Record<string, LogLevel.LogLevel>> = {
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  error: "Error"
}

/**
 * Reads the variables, or says which one is wrong.
 *
 * **Example** (A level that is none)
 *
 * ```ts import.meta.vitest
 * import { Result } from "effect"
 * import * as Configuration from "@holdfast/operator/Configuration"
 *
 * const read = Configuration.read({ POD_NAMESPACE: "holdfast-system", POD_NAME: "pod-1", HOLDFAST_LOG_LEVEL: "loud" })
 * Result.isFailure(read) && read.failure.message // => 'HOLDFAST_LOG_LEVEL is "loud": choose one of debug, info, warn, error'
 * ```
 *
 * @category decoding
 * @since 0.1.0
 */
export const read = (
  environment: Readonly<Record<string, string | undefined>>
): Result.Result<Configuration, InvalidConfiguration> =>
  Result.gen(function* () {
    const namespace = yield* required(environment, "POD_NAMESPACE")
    const podName = yield* required(environment, "POD_NAME")
    const level = environment["HOLDFAST_LOG_LEVEL"] || "info"
    const logLevel = Object.hasOwn(logLevels, level) ? logLevels[level] : undefined
    if (logLevel === undefined) {
      const problem = `is ${JSON.stringify(level)}: choose one of ${Object.keys(logLevels).join(", ")}`
      return yield* Result.fail(new InvalidConfiguration({ variable: "HOLDFAST_LOG_LEVEL", problem }))
    }
    return { namespace, podName, logLevel }
  })

const required = (
  environment: Readonly<Record<string, string | undefined>>,
  variable: string
): Result.Result<string, InvalidConfiguration> => {
  const value = environment[variable]
  return value === undefined || value === ""
    ? Result.fail(new InvalidConfiguration({ variable, problem: `is not set: it has to be ${variables[variable]}` }))
    : Result.succeed(value)
}
