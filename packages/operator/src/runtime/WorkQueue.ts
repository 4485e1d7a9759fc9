/**
 * The queue between what changes and what is done about it. It holds keys, not events: a key that is added ten times is
 * worked on once; one that is added while it is worked on is worked on once more afterwards, never twice at a time.
 *
 * The words and the metrics are those of client-go's `workqueue`.
 *
 * @see https://pkg.go.dev/k8s.io/client-go/util/workqueue
 * @since 0.1.0
 */
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Metric from "effect/Metric"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { DelayHeap } from "../internal/runtime/DelayHeap.ts"
import { observe } from "../internal/runtime/observe.ts"

/**
 * A queue of keys.
 *
 * @category models
 * @since 0.1.0
 */
export interface WorkQueue {
  readonly name: string
  /** Adds a key, to be worked on as soon as a worker is free; a delay that it waited for is over. */
  readonly add: (key: string) => Effect.Effect<void>
  /** Adds a key after a time. A key that is waiting keeps the earlier one of its times. */
  readonly addAfter: (key: string, delay: Duration.Input) => Effect.Effect<void>
  /** Adds a key that has failed, after its backoff, or after `atLeast` where that is longer. Tells the delay. */
  readonly addRateLimited: (key: string, atLeast?: Duration.Input) => Effect.Effect<Duration.Duration>
  /** Forgets the failures of a key: its backoff begins anew. */
  readonly forget: (key: string) => Effect.Effect<void>
  /** Works on keys until the queue is shut down, on so many at a time. */
  readonly run: <R>(
    work: (key: string) => Effect.Effect<void, never, R>,
    options: { readonly workers: number }
  ) => Effect.Effect<void, never, R>
  /**
   * Takes nothing more, drops what waits, and returns when the work in hand is done. What is dropped is not lost: who
   * works next begins with a list of everything.
   */
  readonly shutDown: Effect.Effect<void>
}

/**
 * How a queue behaves.
 *
 * @category options
 * @since 0.1.0
 */
export interface WorkQueueOptions {
  /** What it is called in metrics. */
  readonly name: string
  /** The delays of keys that fail, {@link backoff} unless given. Only its backoff is used, none of its limits. */
  readonly policy?: RetryPolicy.RetryPolicy
}

/**
 * The delays of keys that fail: 5 ms, doubling up to 5 minutes, half of each at random.
 *
 * client-go goes up to 1000 s and has no jitter. Five minutes bound how long a repaired world may go unnoticed where no
 * watch tells of the repair, and cost ten thousand failing keys 45 attempts a second at most; jitter spreads those that
 * failed together.
 *
 * @category constructors
 * @since 0.1.0
 */
export const backoff: RetryPolicy.RetryPolicy = RetryPolicy.make({
  baseDelay: "5 millis",
  factor: 2,
  maxDelay: "5 minutes",
  jitter: "equal"
})

type Step = (now: number, input: unknown) => Effect.Effect<[unknown, Duration.Duration], unknown>

/**
 * Makes a queue; its timer and metrics end with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: WorkQueueOptions): Effect.Effect<WorkQueue, never, Scope.Scope> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<never>()
    const clock = yield* Clock.Clock
    const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
    const metrics = metricsOf(options.name)
    const schedule = RetryPolicy.toSchedule({
      ...(options.policy ?? backoff),
      maxAttempts: Number.POSITIVE_INFINITY
    })

    /** Each with the time since when: a Map keeps the order of arrival. */
    const ready = new Map<string, number>()
    const working = new Map<string, number>()
    const again = new Set<string>()
    const delayed = new DelayHeap()
    const steps = new Map<string, Step>()
    const arrived = Latch.makeUnsafe(false)
    const rescheduled = Latch.makeUnsafe(false)
    const idle = Latch.makeUnsafe(true)
    let isShutDown = false

    const add = (key: string) => {
      if (isShutDown) return
      delayed.delete(key)
      if (ready.has(key) || again.has(key)) return
      metrics.adds.updateUnsafe(1, context)
      if (working.has(key)) return void again.add(key)
      ready.set(key, now())
      arrived.openUnsafe()
    }

    const addAfter = (key: string, millis: number) => {
      if (millis <= 0) return add(key)
      if (isShutDown || ready.has(key) || again.has(key)) return
      if (delayed.add(key, now() + millis)) rescheduled.openUnsafe()
    }

    const take: Effect.Effect<string | undefined> = Effect.suspend(() => {
      if (isShutDown) return Effect.succeed(undefined)
      const first = ready.entries().next().value
      if (first === undefined) {
        arrived.closeUnsafe()
        return Effect.andThen(arrived.await, take)
      }
      const [key, since] = first
      ready.delete(key)
      working.set(key, now())
      idle.closeUnsafe()
      metrics.queueSeconds.updateUnsafe((now() - since) / 1000, context)
      return Effect.succeed(key)
    })

    const done = (key: string) => {
      metrics.workSeconds.updateUnsafe((now() - (working.get(key) ?? now())) / 1000, context)
      working.delete(key)
      if (working.size === 0) idle.openUnsafe()
      if (again.delete(key) && !isShutDown) {
        ready.set(key, now())
        arrived.openUnsafe()
      }
    }

    const timer = Effect.gen(function* () {
      for (;;) {
        for (const key of delayed.takeDue(now())) add(key)
        rescheduled.closeUnsafe()
        const due = delayed.next()
        yield* due === undefined
          ? rescheduled.await
          : Effect.raceFirst(Effect.sleep(Math.max(due - now(), 0)), rescheduled.await)
      }
    })
    yield* Effect.forkScoped(timer)
    yield* observe(metrics.depth, () => ready.size)
    const runningFor = () => [...working.values()].map((since) => (now() - since) / 1000)
    yield* observe(metrics.unfinished, () => runningFor().reduce((sum, each) => sum + each, 0))
    yield* observe(metrics.longest, () => Math.max(0, ...runningFor()))

    return {
      name: options.name,
      add: (key) => Effect.sync(() => add(key)),
      addAfter: (key, delay) => Effect.sync(() => addAfter(key, Duration.toMillis(delay))),
      addRateLimited: Effect.fnUntraced(function* (key: string, atLeast: Duration.Input = 0) {
        const step = steps.get(key) ?? ((yield* Schedule.toStep(schedule)) as Step)
        if (!isShutDown) steps.set(key, step)
        // Without a limit of attempts the backoff has no end.
        const [, own] = yield* Effect.orDie(step(0, undefined))
        const delay = Duration.max(own, Duration.fromInputUnsafe(atLeast))
        metrics.retries.updateUnsafe(1, context)
        addAfter(key, Duration.toMillis(delay))
        return delay
      }),
      forget: (key) => Effect.sync(() => void steps.delete(key)),
      run: (work, { workers }) => {
        const worker = Effect.gen(function* () {
          for (;;) {
            const isOver = yield* Effect.uninterruptibleMask((restore) =>
              Effect.gen(function* () {
                const key = yield* restore(take)
                if (key === undefined) return true
                yield* Effect.ensuring(
                  restore(work(key)),
                  Effect.sync(() => done(key))
                )
                return false
              })
            )
            if (isOver) return
          }
        })
        return Effect.all(
          Array.from({ length: workers }, () => worker),
          { concurrency: "unbounded", discard: true }
        )
      },
      shutDown: Effect.suspend(() => {
        isShutDown = true
        ready.clear()
        again.clear()
        delayed.clear()
        steps.clear()
        arrived.openUnsafe()
        return idle.await
      })
    }
  })

const seconds = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 10, 30, 60, 300]

const metricsOf = (name: string) => {
  const labels = { name }
  const gauge = (id: string, description: string) => Metric.withAttributes(Metric.gauge(id, { description }), labels)
  const counter = (id: string, description: string) =>
    Metric.withAttributes(Metric.counter(id, { description, incremental: true }), labels)
  const histogram = (id: string, description: string) =>
    Metric.withAttributes(Metric.histogram(id, { description, boundaries: seconds }), labels)
  return {
    depth: gauge("workqueue_depth", "Keys that wait for a worker"),
    adds: counter("workqueue_adds_total", "Keys that were added"),
    retries: counter("workqueue_retries_total", "Keys that were added again after a failure"),
    queueSeconds: histogram("workqueue_queue_duration_seconds", "Time that a key waits for a worker"),
    workSeconds: histogram("workqueue_work_duration_seconds", "Time that the work on a key takes"),
    unfinished: gauge("workqueue_unfinished_work_seconds", "Time that the work in hand has taken so far, added up"),
    longest: gauge("workqueue_longest_running_processor_seconds", "Time that the longest work in hand has taken so far")
  }
}
