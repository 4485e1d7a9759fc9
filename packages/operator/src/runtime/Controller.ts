/**
 * A controller: for every object that changes, or whose surroundings change, it is asked to bring the world in line with
 * what the object says. It is told the object's name and nothing about what happened: what a reconcile does follows from
 * the state alone, so that events may be lost, doubled or late without harm.
 *
 * The words and the metrics are controller-runtime's.
 *
 * @since 0.1.0
 */
import * as Classify from "@holdfast/k8s-adapter/Classify"
import type { ClientError } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Classification from "@holdfast/retry-core/Classification"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { controllerMetrics } from "../internal/runtime/controllerMetrics.ts"
import type { Request, Source } from "./Source.ts"
import * as WorkQueue from "./WorkQueue.ts"

/**
 * What a reconcile that did not fail says: `Done` until something changes, or look again after a time.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome = { readonly _tag: "Done" } | { readonly _tag: "RequeueAfter"; readonly after: Duration.Duration }

/**
 * Nothing more to do until something changes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const done: Outcome = { _tag: "Done" }

/**
 * All is well, and the object is to be looked at again after a time.
 *
 * @category constructors
 * @since 0.1.0
 */
export const requeueAfter = (after: Duration.Input): Outcome => ({
  _tag: "RequeueAfter",
  after: Duration.fromInputUnsafe(after)
})

/**
 * The verdict on a reconcile's errors. Beyond what `Classify.classify` holds for transient, a controller may try again
 * after a conflict (it reads anew), and where the world around the object is not ready yet: a permission, a kind or
 * another object that is still to come. Only what the API server calls wrong in itself is terminal.
 *
 * @category classifiers
 * @since 0.1.0
 */
export const classify: Classification.Classifier<ClientError> = (error) => {
  if (error._tag === "UnknownKind") return Classification.transient({ kind: "unknown-kind" })
  const verdict = Classification.firstOf(Classify.optimisticLock, Classify.classify)(error)
  if (verdict._tag === "Transient" || terminal.has(error._tag)) return verdict
  return Classification.transient({ kind: "not-ready", note: error.message })
}

const terminal: ReadonlySet<string> = new Set([
  "BadRequest",
  "Invalid",
  "MethodNotSupported",
  "RequestEntityTooLarge",
  "UnsupportedMediaType"
])

/**
 * How a controller is to be.
 *
 * @category options
 * @since 0.1.0
 */
export interface ControllerOptions<E, R> {
  /** What it is called in logs and metrics. */
  readonly name: string
  readonly sources: ReadonlyArray<Source>
  readonly reconcile: (request: Request) => Effect.Effect<Outcome, E, R>
  /** Which errors are tried again, with backoff. After a terminal one the object waits for its next change. */
  readonly classify: Classification.Classifier<E>
  /** How many objects are worked on at a time; one unless given. The same object never is twice at a time. */
  readonly workers?: number
  /** How long one reconcile may take; 5 minutes unless given. */
  readonly timeout?: Duration.Input
  /** The delays after errors, `WorkQueue.backoff` unless given. */
  readonly policy?: WorkQueue.WorkQueueOptions["policy"]
}

/**
 * A controller that can be run.
 *
 * @category models
 * @since 0.1.0
 */
export interface Controller<R> {
  readonly name: string
  /** Waits for the caches, then reconciles until it is shut down. An interruption ends reconciles in hand at once. */
  readonly run: Effect.Effect<void, never, R>
  /** Asks for a reconcile. */
  readonly enqueue: (request: Request) => Effect.Effect<void>
  /** Takes nothing more, and returns when the reconciles in hand are done. */
  readonly shutDown: Effect.Effect<void>
}

/**
 * Makes a controller, whose queue ends with the scope.
 *
 * **Example** (A controller that writes a line)
 *
 * ```ts
 * import { Effect } from "effect"
 * import * as Cache from "@holdfast/operator/runtime/Cache"
 * import * as Controller from "@holdfast/operator/runtime/Controller"
 * import * as Source from "@holdfast/operator/runtime/Source"
 *
 * const program = Effect.gen(function*() {
 *   const namespaces = yield* Cache.make({ apiVersion: "v1", kind: "Namespace" })
 *   const controller = yield* Controller.make({
 *     name: "namespace",
 *     sources: [Source.watch(namespaces)],
 *     classify: Controller.classify,
 *     reconcile: ({ name }) => Effect.as(Effect.log(`there is ${name}`), Controller.requeueAfter("1 hour"))
 *   })
 *   yield* controller.run
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <E, R>(options: ControllerOptions<E, R>): Effect.Effect<Controller<R>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { name, policy, sources, workers = 1 } = options
    const queue = yield* WorkQueue.make({ name, ...(policy !== undefined && { policy }) })
    const metrics = yield* controllerMetrics(name, workers)
    const timeout = Duration.fromInputUnsafe(options.timeout ?? "5 minutes")

    const reconcile = Effect.fnUntraced(function* (key: string) {
      const request = fromKey(key)
      const startedAt = yield* Clock.monotonicTimeNanos
      const exit = yield* options
        .reconcile(request)
        .pipe(
          Effect.withSpan(`${name}.reconcile`, { attributes: { ...request } }),
          Effect.timeoutOption(timeout),
          Effect.exit
        )
      metrics.took(Number((yield* Clock.monotonicTimeNanos) - startedAt) / 1e9)
      yield* settle(key, exit)
    })

    const settle = (
      key: string,
      exit: Exit.Exit<{ readonly _tag: "None" } | { readonly _tag: "Some"; readonly value: Outcome }, E>
    ) =>
      Effect.gen(function* () {
        if (Exit.isSuccess(exit)) {
          if (exit.value._tag === "None") {
            metrics.count("error", "timeout")
            const delay = yield* queue.addRateLimited(key)
            return yield* Effect.logError(
              `reconcile was ended after ${Duration.format(timeout)}, next in ${brief(delay)}`
            )
          }
          yield* queue.forget(key)
          const outcome = exit.value.value
          metrics.count(outcome._tag === "Done" ? "success" : "requeue_after")
          return outcome._tag === "Done" ? undefined : yield* queue.addAfter(key, outcome.after)
        }
        // The controller itself is being ended: nothing failed.
        if (Cause.hasInterrupts(exit.cause)) return yield* Effect.failCause(exit.cause as Cause.Cause<never>)
        const found = Cause.findError(exit.cause)
        if (Result.isFailure(found)) {
          metrics.count("error", "panic")
          const delay = yield* queue.addRateLimited(key)
          return yield* Effect.logError(`reconcile hit a defect, next in ${brief(delay)}`, exit.cause)
        }
        const verdict = options.classify(found.success)
        if (verdict._tag === "Permanent") {
          metrics.count("error", "terminal")
          yield* queue.forget(key)
          return yield* Effect.logError(`reconcile failed for good: ${messageOf(found.success)}`)
        }
        metrics.count("error")
        const delay = yield* queue.addRateLimited(key, verdict.retryAfter)
        return yield* Effect.logWarning(
          `reconcile failed (${verdict.kind}), next in ${brief(delay)}: ${messageOf(found.success)}`
        )
      })

    const work = (key: string) =>
      metrics.active(reconcile(key)).pipe(Effect.annotateLogs({ ...fromKey(key), controller: name }))

    return {
      name,
      enqueue: (request) => queue.add(toKey(request)),
      shutDown: queue.shutDown,
      run: Effect.scoped(
        Effect.gen(function* () {
          yield* Effect.forEach(sources, ({ cache }) => cache.synced, { concurrency: "unbounded", discard: true })
          for (const { cache, requests } of sources) {
            yield* cache.onChange((change) =>
              Effect.forEach(requests(change), (request) => queue.add(toKey(request)), { discard: true })
            )
          }
          yield* queue.run(work, { workers })
        })
      ) as Effect.Effect<void, never, R>
    }
  })

// Neither a name nor a namespace can hold a slash.
const toKey = ({ name, namespace }: Request) => (namespace === undefined ? name : `${namespace}/${name}`)
const fromKey = (key: string): Request => {
  const slash = key.indexOf("/")
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
const brief = (delay: Duration.Duration) => Duration.format(Duration.millis(Math.round(Duration.toMillis(delay))))
