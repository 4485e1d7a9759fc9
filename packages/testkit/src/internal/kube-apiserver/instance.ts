/**
 * One kube-apiserver process that can be ended and started again at the same address.
 */
import type { Agent } from "node:https"
import { createServer } from "node:net"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as ChildProcess from "./childProcess.ts"
import * as Https from "./https.ts"
import type { Watchdog } from "./watchdog.ts"

/** A process of the control plane ended, or stayed silent, instead of becoming ready. */
export class NotReady extends Data.TaggedError("NotReady")<{
  readonly component: string
  readonly problem: string
  readonly logFile: string
  readonly logTail: string
}> {}

export interface Instance {
  readonly url: string
  readonly logFile: string
  readonly start: Effect.Effect<void, NotReady>
  readonly end: (signal: "SIGTERM" | "SIGKILL") => Effect.Effect<void>
}

export interface Options {
  readonly name: string
  /** Where to listen; at a free port of 127.0.0.1 unless given. */
  readonly at?: { readonly address: string; readonly port: number } | undefined
  readonly program: string
  readonly arguments: ReadonlyArray<string>
  readonly logFile: string
  readonly agent: Agent
  readonly watchdog: Watchdog
}

/** Starts an instance and waits until it is ready. */
export const make = Effect.fnUntraced(function* (options: Options) {
  const startAt = (address: string, port: number) => {
    const instance = at(options, address, port)
    return Effect.as(instance.start, instance)
  }
  if (options.at !== undefined) return yield* startAt(options.at.address, options.at.port)
  // Between finding a free port and kube-apiserver's binding it, another process may take it.
  return yield* Effect.retry(
    Effect.flatMap(freePort, (port) => startAt("127.0.0.1", port)),
    { times: 4, while: (error) => /address already in use/.test(error.logTail) }
  )
})

const at = (options: Options, address: string, port: number): Instance => {
  const url = `https://${address}:${port}`
  let running: ChildProcess.ChildProcess | undefined
  return {
    url,
    logFile: options.logFile,
    start: Effect.suspend(() => {
      if (running !== undefined) return Effect.void
      return Effect.flatMap(
        ChildProcess.start(options.watchdog, options.program, {
          arguments: [...options.arguments, `--bind-address=${address}`, `--secure-port=${port}`],
          logFile: options.logFile
        }),
        (process) => {
          running = process
          const healthy = Effect.map(
            Https.request(options.agent, { url: `${url}/readyz` }),
            (answer) => answer.status === 200
          )
          return Effect.tapError(untilReady(options.name, process, options.logFile, healthy), () => {
            running = undefined
            return process.end("SIGKILL")
          })
        }
      )
    }),
    end: (signal) =>
      Effect.suspend(() => {
        const process = running
        running = undefined
        return process === undefined ? Effect.void : process.end(signal)
      })
  }
}

/** Asks for a process's health until it is well, has ended, or two minutes are over. */
export const untilReady = (
  component: string,
  process: ChildProcess.ChildProcess,
  logFile: string,
  healthy: Effect.Effect<boolean, Https.NoResponse>
): Effect.Effect<void, NotReady> => {
  const problem = (text: string) =>
    Effect.suspend(() =>
      Effect.fail(new NotReady({ component, problem: text, logFile, logTail: ChildProcess.tail(logFile) }))
    )
  const asked = Effect.gen(function* () {
    while (!(yield* Effect.orElseSucceed(healthy, () => false))) yield* Effect.sleep("50 millis")
  })
  return asked.pipe(
    Effect.timeoutOrElse({ duration: "2 minutes", orElse: () => problem("was not ready after two minutes") }),
    Effect.raceFirst(Effect.flatMap(process.ended, (how) => problem(`ended with ${how}`)))
  )
}

const freePort: Effect.Effect<number> = Effect.callback((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = address === null || typeof address === "string" ? 0 : address.port
    server.close(() => resume(Effect.succeed(port)))
  })
})
