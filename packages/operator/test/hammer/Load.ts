/** Runs the load generator, and knows what it has told. */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { Effect, type Scope } from "effect"

export interface LoadPlan {
  /** One for each API server. */
  readonly kubeconfigs: ReadonlyArray<string>
  /** Where ConfigMaps are made. */
  readonly namespace: string
  /** Creates and updates a second. */
  readonly rate: number
  /** Whether package repositories are created, too: the operator's own webhook guards them. */
  readonly repositories: boolean
}

export interface LoadCounts {
  /** Creates, updates and deletions. */
  readonly requests: number
  readonly creates: number
  readonly updates: number
  /** On a connection of their own. */
  readonly fresh: number
  readonly failed: number
  /** In milliseconds. */
  readonly slowest: number
}

export interface LoadFailure {
  readonly at: string
  /** Milliseconds until it had failed. */
  readonly took: number
  readonly server: string
  readonly connection: "fresh" | "kept"
  readonly request: string
  readonly problem: string
}

export interface Load {
  readonly counts: () => LoadCounts
  readonly failures: () => ReadonlyArray<LoadFailure>
}

/** Starts it; it ends with the scope. */
export const start = (plan: LoadPlan): Effect.Effect<Load, never, Scope.Scope> =>
  Effect.gen(function* () {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, [join(import.meta.dirname, "startLoad.ts")], { stdio: ["pipe", "pipe", "inherit"] })
      ),
      (running) => Effect.sync(() => running.kill("SIGKILL"))
    )
    let counts: LoadCounts = { requests: 0, creates: 0, updates: 0, fresh: 0, failed: 0, slowest: 0 }
    const failures: Array<LoadFailure> = []
    createInterface(child.stdout).on("line", (line) => {
      const told = JSON.parse(line)
      if (told.counts !== undefined) counts = told.counts
      if (told.failure !== undefined) failures.push(told.failure)
    })
    child.stdin.end(JSON.stringify(plan))
    yield* Effect.repeat(Effect.sleep("50 millis"), { while: () => counts.requests === 0 })
    return { counts: () => counts, failures: () => [...failures] }
  })
