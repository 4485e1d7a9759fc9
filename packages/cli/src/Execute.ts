/**
 * Runs the Effect of a command: progress, logs, Ctrl-C, and from any outcome an exit code and at most one error line.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as ExitCode from "./ExitCode.ts"
import type { Host } from "./Host.ts"
import * as ErrorReport from "./output/ErrorReport.ts"
import * as Paint from "./output/Paint.ts"
import * as Progress from "./output/Progress.ts"

/**
 * The flags that say how a command tells what it does.
 *
 * @category options
 * @since 0.1.0
 */
export interface Telling {
  readonly progress?: boolean | undefined
  readonly logFormat?: "text" | "json" | undefined
  readonly v?: number | undefined
}

/** Effect's own log lines go to standard error, and only when asked for: progress tells the same in better words. */
const logs = (host: Host, { v = 0, logFormat }: Telling) => {
  if (v < 4) return Logger.layer([])
  const format = logFormat === "json" ? Logger.formatJson : Logger.formatLogFmt
  const toStandardError = Logger.make((options) => host.stderr.write(`${format.log(options)}\n`))
  return Layer.merge(
    Logger.layer([toStandardError]),
    Layer.succeed(References.MinimumLogLevel, v < 6 ? "Debug" : "All")
  )
}

const tellFailure = (host: Host, cause: Cause.Cause<unknown>, { v = 0, logFormat }: Telling): ExitCode.ExitCode => {
  const { exit, message } = ErrorReport.ofCause(cause, host.signal.reason)
  const code = ExitCode.of(exit)
  if (logFormat === "json") {
    host.stderr.write(`${JSON.stringify({ level: "error", message, event: "Failed", exit: code })}\n`)
  } else {
    const paint = Paint.make(Paint.wanted(host, host.stderr))
    host.stderr.write(`${paint.red("error:")} ${message}\n`)
    if (v >= 4) host.stderr.write(`${Cause.pretty(cause)}\n`)
  }
  return code
}

/**
 * Runs a command's effect and gives the exit code; it never rejects.
 *
 * @category running
 * @since 0.1.0
 */
export const execute = async <E>(
  host: Host,
  telling: Telling,
  effect: Effect.Effect<void, E, Progress.Progress | Scope.Scope>
): Promise<ExitCode.ExitCode> => {
  const layer = Layer.mergeAll(
    Progress.Progress.layer(host, { format: telling.logFormat ?? "text", all: telling.progress ?? true }),
    logs(host, telling)
  )
  const exit = await Effect.runPromiseExit(Effect.provide(Effect.scoped(effect), layer), { signal: host.signal })
  return Exit.isSuccess(exit) ? ExitCode.of("ok") : tellFailure(host, exit.cause, telling)
}
