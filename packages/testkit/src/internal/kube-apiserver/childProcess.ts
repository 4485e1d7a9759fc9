/**
 * A server process with its output in a log file.
 */
import { spawn } from "node:child_process"
import { closeSync, openSync, readFileSync } from "node:fs"
import { basename } from "node:path"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Watchdog } from "./watchdog.ts"

export interface ChildProcess {
  readonly pid: number
  /** How it ended, in words: `exit code 1`, `signal SIGKILL`. Waits until it has. */
  readonly ended: Effect.Effect<string>
  /** Sends a signal, unless the process has ended. */
  readonly signal: (signal: NodeJS.Signals) => void
  /** Sends a signal, unless the process has ended, and waits for the end. */
  readonly end: (signal: "SIGTERM" | "SIGKILL") => Effect.Effect<void>
}

/** Starts a process. That it cannot be started is told by `ended`. */
export const start = (
  watchdog: Watchdog,
  program: string,
  options: {
    readonly arguments: ReadonlyArray<string>
    readonly logFile: string
    /** Besides this process's own. */
    readonly environment?: Readonly<Record<string, string>>
  }
): Effect.Effect<ChildProcess> =>
  Effect.sync(() => {
    const log = openSync(options.logFile, "a")
    // A group of its own, so that Ctrl-C leaves the end to us; unreferenced, so that a test run that is through with
    // its tests is not kept alive by a server.
    const child = spawn(program, options.arguments, {
      cwd: watchdog.directory,
      detached: true,
      env: { ...process.env, ...options.environment },
      stdio: ["ignore", log, log]
    })
    closeSync(log)
    child.unref()
    const pid = child.pid ?? 0
    if (pid > 0) watchdog.watch(pid)
    const done = Deferred.makeUnsafe<string>()
    child.once("error", (error) => {
      Deferred.doneUnsafe(done, Effect.succeed(`${basename(program)} could not be started: ${error.message}`))
    })
    child.once("exit", (code, signal) => {
      watchdog.forget(pid)
      Deferred.doneUnsafe(done, Effect.succeed(signal === null ? `exit code ${code}` : `signal ${signal}`))
    })
    const send = (signal: NodeJS.Signals) => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    }
    return {
      pid,
      ended: Deferred.await(done),
      signal: send,
      end: (signal) =>
        Effect.suspend(() => {
          child.ref()
          send(signal)
          return Effect.asVoid(Deferred.await(done))
        })
    }
  })

/** The last lines of a log file. */
export const tail = (logFile: string, lines = 15): string =>
  readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-lines).join("\n")
