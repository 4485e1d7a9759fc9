import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as LogLevel from "effect/LogLevel"
import * as Metric from "effect/Metric"
import type { AttemptFailed } from "../RetryEvent.ts"
import { formatMillis } from "./format.ts"

type Outcome = "retried" | "recovered" | "permanent" | "attempts" | "deadline"
type AnyFiber = Fiber.Fiber<unknown, unknown>

const retries = Metric.counter("holdfast_retry_total", {
  description: "Failures of retried operations by kind and by what came of them",
  incremental: true
})

const recoverySeconds = Metric.histogram("holdfast_retry_recovery_seconds", {
  description: "Time from the first failure of an operation to its success",
  boundaries: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
})

// Kinds are few; should a classifier invent them without end, the memory still stays small.
const counters = new Map<string, Map<Outcome, Metric.Metric<number, unknown>>>()
const manyKinds = 100

const counterOf = (kind: string, outcome: Outcome): Metric.Metric<number, unknown> => {
  const known = counters.get(kind)?.get(outcome)
  if (known !== undefined) return known
  const counter = Metric.withAttributes(retries, { kind, outcome })
  const ofKind = counters.get(kind) ?? new Map<Outcome, Metric.Metric<number, unknown>>()
  ofKind.set(outcome, counter)
  if (counters.size < manyKinds) counters.set(kind, ofKind)
  return counter
}

/** Counts a failure, or the end of an operation, under the kind of its failure. */
export const count = (context: Context.Context<never>, kind: string, outcome: Outcome): void =>
  counterOf(kind, outcome).updateUnsafe(1, context)

/** Counts a recovery and notes how long it took. */
export const recovered = (context: Context.Context<never>, kind: string, millis: number): void => {
  count(context, kind, "recovered")
  recoverySeconds.updateUnsafe(millis / 1000, context)
}

/** Gives an attempt a span, where a tracer is there to see it: an unseen span costs as much as the rest of an attempt. */
export const inSpan = <A, E, R>(
  fiber: AnyFiber,
  self: Effect.Effect<A, E, R>,
  name: string | undefined,
  attempt: number
): Effect.Effect<A, E, R> =>
  fiber.cache.tracer === undefined || !fiber.cache.tracerEnabled
    ? self
    : (Effect.withSpan(self, `${name ?? "retry"}.attempt`, {
        attributes: { "retry.attempt": attempt },
        captureStackTrace: false
      }) as Effect.Effect<A, E, R>)

/** The line for one retry; `undefined` where nobody would see it. */
export const logLine = (
  fiber: AnyFiber,
  level: LogLevel.Severity | "None",
  event: AttemptFailed<unknown>
): Effect.Effect<void> | undefined => {
  if (level === "None" || LogLevel.isGreaterThan(fiber.cache.minimumLogLevel, level)) return undefined
  const { attempt, classification, delay, elapsed, name } = event
  return Effect.annotateLogs(
    Effect.logWithLevel(level)(
      `${name ?? "operation"}: attempt ${attempt.number} failed (${classification.kind}), next in ${formatMillis(delay)}: ${attempt.error.message}`
    ),
    {
      ...(name !== undefined && { "retry.name": name }),
      "retry.attempt": attempt.number,
      "retry.kind": classification.kind,
      "retry.error": attempt.error.tag,
      "retry.delay_ms": Math.round(delay),
      "retry.elapsed_ms": Math.round(elapsed)
    }
  )
}
