/**
 * Whether this process is alive, and whether it is ready to be sent requests: named checks, asked by the kubelet at
 * `/healthz` and `/readyz`.
 *
 * A failed liveness check has the process killed, so only what a restart can mend belongs there.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/**
 * The two questions.
 *
 * @category models
 * @since 0.1.0
 */
export type Question = "live" | "ready"

/**
 * A check: succeeds, or fails with a few words for why not.
 *
 * @category models
 * @since 0.1.0
 */
export type Check = Effect.Effect<void, string>

/**
 * An answer with all its checks.
 *
 * @category models
 * @since 0.1.0
 */
export interface Report {
  readonly isOk: boolean
  /** Why not, by the name of the check; `undefined` for those that are well. */
  readonly checks: ReadonlyArray<{ readonly name: string; readonly problem: string | undefined }>
}

/**
 * The checks of a process.
 *
 * @category models
 * @since 0.1.0
 */
export interface Health {
  /** Adds a check for as long as the scope lives. */
  readonly add: (question: Question, name: string, check: Check) => Effect.Effect<void, never, Scope.Scope>
  /** From now on this process is not ready, whatever the checks say: it is shutting down. */
  readonly stop: Effect.Effect<void>
  readonly report: (question: Question) => Effect.Effect<Report>
}

/**
 * Makes an empty set of checks, alive and ready.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<Health> = Effect.sync(() => {
  const checks: Record<Question, Map<string, Check>> = { live: new Map(), ready: new Map() }
  let isStopping = false
  return {
    add: (question, name, check) =>
      Effect.acquireRelease(
        Effect.sync(() => void checks[question].set(name, check)),
        () => Effect.sync(() => checks[question].get(name) === check && checks[question].delete(name))
      ),
    stop: Effect.sync(() => {
      isStopping = true
    }),
    report: Effect.fnUntraced(function* (question: Question) {
      const stopping: Check = isStopping ? Effect.fail("this process is shutting down") : Effect.void
      const all = question === "ready" ? [["shutdown", stopping] as const, ...checks.ready] : [...checks.live]
      const results = yield* Effect.forEach(
        all,
        ([name, check]) => Effect.map(problemOf(check), (problem) => ({ name, problem })),
        { concurrency: "unbounded" }
      )
      return { isOk: results.every(({ problem }) => problem === undefined), checks: results }
    })
  }
})

/** A check that hangs has failed: the kubelet waits one second. */
const problemOf = (check: Check): Effect.Effect<string | undefined> =>
  check.pipe(
    Effect.timeoutOrElse({ duration: "800 millis", orElse: () => Effect.fail("took too long") }),
    Effect.match({ onFailure: (problem) => problem, onSuccess: () => undefined }),
    Effect.catchDefect(() => Effect.succeed("hit a defect"))
  )

/**
 * Writes a report the way the API server's own `/readyz?verbose` does.
 *
 * **Example** (A check that fails)
 *
 * ```ts import.meta.vitest
 * import * as Health from "@holdfast/operator/runtime/Health"
 *
 * Health.format({ isOk: false, checks: [{ name: "cache", problem: "not synced" }] })
 * // => "[-]cache failed: not synced\ncheck failed\n"
 * ```
 *
 * @category formatting
 * @since 0.1.0
 */
export const format = ({ checks, isOk }: Report): string =>
  [
    ...checks.map(({ name, problem }) => (problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`)),
    isOk ? "check passed" : "check failed",
    ""
  ].join("\n")
