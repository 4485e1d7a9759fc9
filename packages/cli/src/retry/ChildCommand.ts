/**
 * One run of a wrapped command: its output passes through as it comes, and what it wrote to standard error is kept.
 *
 * @since 0.1.0
 */
import { spawn } from "node:child_process"
import { constants } from "node:os"
import * as Effect from "effect/Effect"
import type { Host } from "../Host.ts"
import { CommandError } from "../output/CommandError.ts"
import type { Replay } from "./Replay.ts"

/**
 * How a command ended.
 *
 * @category models
 * @since 0.1.0
 */
export interface Ended {
  readonly exitCode: number
  /** The last 64 kB of it. */
  readonly standardError: string
}

const kept = 64 * 1024

const spawnProblem = (program: string, error: NodeJS.ErrnoException): CommandError =>
  error.code === "ENOENT"
    ? new CommandError({ exit: "notFound", detail: `there is no command ${program}`, hint: "Check its name, and PATH" })
    : new CommandError({ exit: "notExecutable", detail: `${program} cannot be run: ${error.code ?? error.message}` })

/**
 * Runs a command to its end. Interrupted, it passes the signal on and waits until the command has ended.
 *
 * @category operations
 * @since 0.1.0
 */
export const run = (
  words: readonly [string, ...Array<string>],
  host: Host,
  input: Replay | undefined
): Effect.Effect<Ended, CommandError> =>
  Effect.callback<Ended, CommandError>((resume) => {
    const [program, ...rest] = words
    const child = spawn(program, rest, {
      env: { ...host.env },
      stdio: [input === undefined ? "inherit" : "pipe", "pipe", "pipe"]
    })
    const stop = child.stdin === null ? () => {} : (input?.feed(child.stdin) ?? (() => {}))
    const decoder = new TextDecoder()
    let standardError = ""
    child.stdout?.on("data", (chunk: Buffer) => host.stdout.write(chunk))
    child.stderr?.on("data", (chunk: Buffer) => {
      host.stderr.write(chunk)
      standardError = (standardError + decoder.decode(chunk, { stream: true })).slice(-kept)
    })
    child.on("error", (error) => resume(Effect.fail(spawnProblem(program, error))))
    child.on("close", (code, signal) => {
      stop()
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
      resume(Effect.succeed({ exitCode, standardError }))
    })
    return Effect.callback<void>((done) => {
      stop()
      if (child.exitCode !== null || child.signalCode !== null) return done(Effect.void)
      child.on("close", () => done(Effect.void))
      // At a terminal Ctrl-C reaches the whole group of processes by itself, and a second one means "at once" to many.
      if (host.signal.reason === "SIGINT" && host.stdin.isTerminal()) return
      child.kill(host.signal.reason === "SIGINT" ? "SIGINT" : "SIGTERM")
    })
  })
