import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import { observe } from "./observe.ts"

type Outcome = "success" | "requeue_after" | "error"
type Cause = "terminal" | "panic" | "timeout"

/** The metrics of one controller, by controller-runtime's names. */
export const controllerMetrics = (name: string, workers: number) =>
  Effect.gen(function* () {
    const context = yield* Effect.context<Scope.Scope>()
    const labels = { controller: name }
    const counter = (id: string, description: string) =>
      Metric.withAttributes(Metric.counter(id, { description, incremental: true }), labels)
    const total = counter("controller_runtime_reconcile_total", "Reconciles by their result")
    const results = {
      success: Metric.withAttributes(total, { result: "success" }),
      requeue_after: Metric.withAttributes(total, { result: "requeue_after" }),
      error: Metric.withAttributes(total, { result: "error" })
    }
    const errors = counter("controller_runtime_reconcile_errors_total", "Reconciles that failed")
    const causes = {
      terminal: counter("controller_runtime_terminal_reconcile_errors_total", "Reconciles that failed for good"),
      panic: counter("controller_runtime_reconcile_panics_total", "Reconciles that hit a defect"),
      timeout: counter("controller_runtime_reconcile_timeouts_total", "Reconciles that were ended for taking too long")
    }
    const time = Metric.withAttributes(
      Metric.histogram("controller_runtime_reconcile_time_seconds", {
        description: "Time that a reconcile takes",
        boundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
      }),
      labels
    )
    // A counter that is there from the start lets an alert see the first error.
    for (const metric of [...Object.values(results), errors, ...Object.values(causes)]) metric.updateUnsafe(0, context)

    let active = 0
    yield* observe(
      Metric.withAttributes(
        Metric.gauge("controller_runtime_active_workers", { description: "Reconciles in hand" }),
        labels
      ),
      () => active
    )
    yield* observe(
      Metric.withAttributes(
        Metric.gauge("controller_runtime_max_concurrent_reconciles", { description: "Reconciles at a time" }),
        labels
      ),
      () => workers
    )

    return {
      took: (seconds: number) => time.updateUnsafe(seconds, context),
      count: (outcome: Outcome, cause?: Cause) => {
        results[outcome].updateUnsafe(1, context)
        if (outcome === "error") errors.updateUnsafe(1, context)
        if (cause !== undefined) causes[cause].updateUnsafe(1, context)
      },
      active: <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
        Effect.suspend(() => {
          active += 1
          return Effect.ensuring(
            effect,
            Effect.sync(() => {
              active -= 1
            })
          )
        })
    }
  })
