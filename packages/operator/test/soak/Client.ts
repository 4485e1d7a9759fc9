/** Runs the client of the soak, and knows what it has told. */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { Effect, type Scope } from "effect"

export interface ClientPlan {
  /** One for each API server. */
  readonly kubeconfigs: ReadonlyArray<string>
  readonly namespace: string
}

export interface ClientCounts {
  /** Applies, reads and deletions that were asked for; each is tried until it succeeds. */
  readonly operations: number
  readonly attemptsFailed: number
  readonly watchesReconnected: number
  /** In milliseconds, until an operation had succeeded. */
  readonly longest: number
  readonly failed: number
}

export interface ClientFailure {
  readonly at: string
  readonly server: string
  readonly operation: string
  readonly problem: string
}

export interface Client {
  readonly pid: number
  readonly counts: () => ClientCounts
  readonly failures: () => ReadonlyArray<ClientFailure>
}

/** Starts it; it ends with the scope. */
export const start = (
  plan: ClientPlan,
  nodeArguments: ReadonlyArray<string>
): Effect.Effect<Client, never, Scope.Scope> =>
  Effect.gen(function* () {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, [...nodeArguments, join(import.meta.dirname, "startClient.ts")], {
          stdio: ["pipe", "pipe", "inherit"]
        })
      ),
      (running) => Effect.sync(() => running.kill("SIGKILL"))
    )
    let counts: ClientCounts = { operations: 0, attemptsFailed: 0, watchesReconnected: 0, longest: 0, failed: 0 }
    const failures: Array<ClientFailure> = []
    createInterface(child.stdout).on("line", (line) => {
      const told = JSON.parse(line)
      if (told.counts !== undefined) counts = told.counts
      if (told.failure !== undefined) failures.push(told.failure)
    })
    child.once("exit", (code, signal) => {
      if (signal !== "SIGKILL") {
        const problem = `the client ended by itself: ${signal ?? `exit code ${code}`}`
        failures.push({ at: "", server: "", operation: "", problem })
      }
    })
    child.stdin.end(JSON.stringify(plan))
    yield* Effect.repeat(Effect.sleep("50 millis"), { while: () => counts.operations === 0 })
    return { pid: child.pid ?? 0, counts: () => counts, failures: () => [...failures] }
  })
