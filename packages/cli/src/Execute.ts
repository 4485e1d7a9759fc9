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
import type { Ending } from "./report/Recorder.ts"

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
  /** A file to write a report to. */
  readonly report?: string | undefined
  /** What the report is about. */
  readonly title?: string | undefined
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

const tellFailure = (host: Host, cause: Cause.Cause<unknown>, { v = 0, logFormat }: Telling): Ending => {
  const { exit, message } = ErrorReport.ofCause(cause, host.signal.reason)
  const code = ExitCode.of(exit)
  if (logFormat === "json") {
    host.stderr.write(`${JSON.stringify({ level: "error", message, event: "Failed", exit: code })}\n`)
  } else {
    const paint = Paint.make(Paint.wanted(host, host.stderr))
    host.stderr.write(`${paint.red("error:")} ${message}\n`)
    if (v >= 4) host.stderr.write(`${Cause.pretty(cause)}\n`)
  }
  return { exitCode: code, error: message }
}

/** The recorder of the report that is wanted; loaded only then. */
const recorderOf = async ({ report, title = "holdfast" }: Telling) => {
  if (report === undefined) return Exit.succeed(undefined)
  const { open } = await import("./report/Recorder.ts")
  return Effect.runPromiseExit(open(report, title))
}

/**
 * Runs a command's effect and gives the exit code: a number that the effect succeeds with, or else 0. It
 * never rejects. A report is written whatever the end; one that cannot be written is told before anything is begun.
 *
 * @category running
 * @since 0.1.0
 */
export const execute = async <E>(
  host: Host,
  telling: Telling,
  effect: Effect.Effect<unknown, E, Progress.Progress | Scope.Scope>
): Promise<ExitCode.ExitCode> => {
  const opened = await recorderOf(telling)
  if (Exit.isFailure(opened)) return tellFailure(host, opened.cause, telling).exitCode
  const recorder = opened.value
  const { logFormat: format = "text", progress: all = true } = telling
  const layer = Layer.mergeAll(
    Progress.Progress.layer(host, { format, all, listen: recorder?.listen }),
    logs(host, telling)
  )
  const exit = await Effect.runPromiseExit(Effect.provide(Effect.scoped(effect), layer), { signal: host.signal })
  const ending = Exit.isSuccess(exit)
    ? { exitCode: typeof exit.value === "number" ? exit.value : ExitCode.of("ok"), error: undefined }
    : tellFailure(host, exit.cause, telling)
  const written = await Effect.runPromiseExit(recorder?.finish(ending) ?? Effect.void)
  if (Exit.isSuccess(written)) return ending.exitCode
  const { exitCode } = tellFailure(host, written.cause, telling)
  return ending.exitCode === ExitCode.of("ok") ? exitCode : ending.exitCode
}
