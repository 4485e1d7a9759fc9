/**
 * Waiting by watch until an object is ready, with a deadline, and with the reason why it is not.
 *
 * @since 0.1.0
 */
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { classify } from "./Classify.ts"
import { podBlocker, selectorOf } from "./internal/podBlockers.ts"
import { text } from "./Json.ts"
import type { ClientError } from "./KubernetesClient.ts"
import { KubernetesClient } from "./KubernetesClient.ts"
import type { KubernetesObject, ObjectRef } from "./KubernetesObject.ts"
import { format, toRef } from "./KubernetesObject.ts"
import type { Readiness, Rule } from "./Readiness.ts"
import { deleted, ruleOf } from "./Readiness.ts"
import type { WatchEvent } from "./Watch.ts"

const because = (reason: string, blockers: ReadonlyArray<string>): string =>
  blockers.length === 0 ? reason : `${reason}; ${blockers.join("; ")}`

/**
 * The object was not ready when the time was up.
 *
 * @category errors
 * @since 0.1.0
 */
export class WaitTimeout extends Data.TaggedError("WaitTimeout")<{
  readonly ref: ObjectRef
  /** Completes "waiting for it to …". */
  readonly waitedFor: string
  /** Milliseconds. */
  readonly waited: number
  /** What was missing at the end. */
  readonly reason: string
  /** What the pods, and the warnings about them, said. */
  readonly blockers: ReadonlyArray<string>
}> {
  override get message(): string {
    const time = Duration.format(Duration.millis(this.waited))
    return `${format(this.ref)} did not ${this.waitedFor} within ${time}: ${because(this.reason, this.blockers)}. ${this.hint}`
  }

  /** The next thing to do. */
  get hint(): string {
    return this.blockers.length === 0
      ? `Look at it with: kubectl describe ${describeArguments(this.ref)}; give it longer if it only is slow.`
      : "Mend what the pods complain about, then run this again."
  }
}

/**
 * The object has come to an end that it will not leave by itself: a failed Job, a rollout past its own deadline.
 *
 * @category errors
 * @since 0.1.0
 */
export class WillNeverBeReady extends Data.TaggedError("WillNeverBeReady")<{
  readonly ref: ObjectRef
  /** Completes "it will never …". */
  readonly waitedFor: string
  /** The controller's word: `BackoffLimitExceeded`, `ProgressDeadlineExceeded`. */
  readonly reason: string
  /** The controller's explanation. */
  readonly detail: string
  /** What the pods, and the warnings about them, said. */
  readonly blockers: ReadonlyArray<string>
}> {
  override get message(): string {
    const reason = this.detail === "" ? this.reason : `${this.reason}: ${this.detail}`
    return `${format(this.ref)} will not ${this.waitedFor}: ${because(reason, this.blockers)}. ${this.hint}`
  }

  /** The next thing to do. */
  get hint(): string {
    return this.ref.kind === "Job" || this.ref.kind === "Pod"
      ? `Read its log with: kubectl logs ${describeArguments(this.ref)}`
      : `Look at it with: kubectl describe ${describeArguments(this.ref)}`
  }
}

const describeArguments = (ref: ObjectRef): string =>
  `${ref.kind.toLowerCase()}/${ref.name}${ref.namespace === undefined ? "" : ` -n ${ref.namespace}`}`

/**
 * What a wait is at.
 *
 * @category models
 * @since 0.1.0
 */
export interface WaitProgress {
  readonly ref: ObjectRef
  /** Completes "waiting for it to …". */
  readonly waitingFor: string
  readonly reason: string
  readonly blockers: ReadonlyArray<string>
}

/**
 * Options of a wait.
 *
 * @category options
 * @since 0.1.0
 */
export interface WaitOptions {
  /** How long to wait; 5 minutes unless given. */
  readonly deadline?: Duration.Input | undefined
  /** The object as it was seen last: when it is ready already, no request is made. */
  readonly last?: KubernetesObject | undefined
  /** Told whenever the reason of the wait changes. */
  readonly onProgress?: ((progress: WaitProgress) => Effect.Effect<void>) | undefined
}

type WaitError = WaitTimeout | WillNeverBeReady | ClientError

/** Warnings of the cluster about an object and its pods: what a status does not tell (mounts, quotas). */
const warnings = (
  ref: ObjectRef,
  pods: Iterable<string>
): Effect.Effect<ReadonlyArray<string>, never, KubernetesClient> =>
  Effect.gen(function* () {
    if (ref.namespace === undefined) return []
    const client = yield* KubernetesClient
    const events = yield* client.list({
      apiVersion: "v1",
      kind: "Event",
      namespace: ref.namespace,
      fieldSelector: "type=Warning"
    })
    const names = new Set([ref.name, ...pods])
    const about = events.items.filter((event) => names.has(text(event, "involvedObject", "name")))
    const said = about.map((event) => `${text(event, "reason")}: ${text(event, "message").trim()}`)
    return [...new Set(said)].slice(-3)
  }).pipe(
    Effect.timeout("5 seconds"),
    Effect.catch(() => Effect.succeed([]))
  )

const refOf = (ref: ObjectRef): Effect.Effect<ObjectRef, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    if (ref.namespace !== undefined) return ref
    const client = yield* KubernetesClient
    // A watch goes on through what passes by itself, and so does what leads to it.
    const resource = yield* Effect.retry(client.resource(ref.apiVersion, ref.kind), {
      schedule: RetryPolicy.toSchedule(lookingUp),
      while: (error) => error._tag !== "UnknownKind" && classify(error)._tag === "Transient"
    })
    return resource.namespaced ? { ...ref, namespace: client.namespace } : ref
  })

const lookingUp = RetryPolicy.make({ baseDelay: "100 millis", maxDelay: "5 seconds", maxAttempts: 10 })

/**
 * Waits until a rule holds for an object. The object is watched, not polled.
 *
 * **Details**
 *
 * While a workload is not ready its pods are watched too, so that an image that cannot be pulled is told at once and
 * not after the deadline.
 *
 * @category waiting
 * @since 0.1.0
 */
export const until: (
  ref: ObjectRef,
  rule: Rule,
  options?: WaitOptions
) => Effect.Effect<KubernetesObject | undefined, WaitError, KubernetesClient> = Effect.fn("Wait.until")(function* (
  given,
  rule,
  options = {}
) {
  if (options.last !== undefined && rule.check(options.last)._tag === "Ready") return options.last
  const client = yield* KubernetesClient
  const ref = yield* refOf(given)
  const { name, ...kind } = ref
  const startedAt = yield* Clock.currentTimeMillis

  let object: KubernetesObject | undefined
  let readiness: Readiness = { _tag: "NotReady", reason: "nothing is known about it yet" }
  let selector: string | undefined
  let told = ""
  const pods = new Map<string, KubernetesObject>()
  const blockers = (): ReadonlyArray<string> =>
    [...pods.values()].map(podBlocker).filter((blocker) => blocker !== undefined)

  const tell = Effect.suspend(() => {
    const reason = readiness._tag === "NotReady" ? readiness.reason : ""
    const progress = { ref, waitingFor: rule.name, reason, blockers: blockers() }
    const line = because(reason, progress.blockers)
    if (reason === "" || line === told || options.onProgress === undefined) return Effect.void
    told = line
    return options.onProgress(progress)
  })

  const followPods = (wanted: string) =>
    client
      .watch({
        apiVersion: "v1",
        kind: "Pod",
        ...(ref.namespace !== undefined && { namespace: ref.namespace }),
        labelSelector: wanted
      })
      .pipe(
        Stream.runForEach((event) => {
          if (event._tag === "Deleted") pods.delete(event.object.metadata.name ?? "")
          else if (event._tag === "Added" || event._tag === "Modified")
            pods.set(event.object.metadata.name ?? "", event.object)
          else return Effect.void
          return tell
        }),
        // The pods only explain: who may not see them waits without the explanation.
        Effect.catch(() => Effect.void)
      )

  const look = Effect.fnUntraced(function* (event: WatchEvent) {
    if (event._tag === "Deleted") object = undefined
    else if (event._tag === "Added" || event._tag === "Modified") object = event.object
    else if (event._tag === "Listed") object = event.objects.find((one) => one.metadata.name === name)
    else return true
    readiness = rule.check(object)
    if (readiness._tag !== "NotReady") return false
    if (rule.hasPods === true && selector === undefined && object !== undefined) {
      selector = selectorOf(object)
      if (selector !== undefined) yield* Effect.forkScoped(followPods(selector))
    }
    yield* tell
    return true
  })

  const watched = client.watch({ ...kind, name }).pipe(Stream.runForEachWhile(look), Effect.scoped)

  const allBlockers = Effect.map(
    Effect.suspend(() => warnings(ref, pods.keys())),
    (said) => [...blockers(), ...said]
  )

  yield* watched.pipe(
    Effect.timeoutOrElse({
      duration: options.deadline ?? "5 minutes",
      orElse: Effect.fnUntraced(function* () {
        const waited = (yield* Clock.currentTimeMillis) - startedAt
        return yield* new WaitTimeout({
          ref,
          waitedFor: rule.name,
          waited,
          reason: readiness._tag === "NotReady" ? readiness.reason : "",
          blockers: yield* allBlockers
        })
      })
    })
  )
  // The assertions undo a narrowing: the assignments in `look` are out of the checker's sight.
  const end = readiness as Readiness
  if (end._tag === "Never") {
    return yield* new WillNeverBeReady({
      ref,
      waitedFor: rule.name,
      reason: end.reason,
      detail: end.message,
      blockers: yield* allBlockers
    })
  }
  return object as KubernetesObject | undefined
})

/**
 * Waits until an object of a built-in kind is ready: established, available, rolled out, complete, active. Kinds that
 * have no such state come back at once.
 *
 * @see {@link until} for conditions of custom resources, with `Readiness.hasCondition`
 * @category waiting
 * @since 0.1.0
 */
export const ready = (
  object: KubernetesObject,
  options?: WaitOptions
): Effect.Effect<KubernetesObject, WaitError, KubernetesClient> => {
  const rule = ruleOf(object)
  return rule === undefined
    ? Effect.succeed(object)
    : Effect.map(until(toRef(object), rule, options), (last) => last ?? object)
}

/**
 * Waits until an object is gone.
 *
 * @category waiting
 * @since 0.1.0
 */
export const gone = (ref: ObjectRef, options?: WaitOptions): Effect.Effect<void, WaitError, KubernetesClient> =>
  Effect.asVoid(until(ref, deleted, options))
