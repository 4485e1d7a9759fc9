/**
 * Watches that survive: a list, then a watch from the list's version, and again from the last version seen whenever
 * the connection is dropped, reset, closed or silent. A version that the server has forgotten (410) leads to a new
 * list, with `Deleted` events for what vanished in between.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 * @since 0.1.0
 */
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { classify } from "./Classify.ts"
import * as WatchLine from "./internal/watchLine.ts"
import type { ClientError, ListQuery } from "./KubernetesClient.ts"
import type { KubernetesError } from "./KubernetesError.ts"
import type { KubernetesObject, ObjectList, ObjectRef } from "./KubernetesObject.ts"
import type { HttpRequest } from "./Transport.ts"

/**
 * Which objects to follow.
 *
 * @category options
 * @since 0.1.0
 */
export interface WatchQuery {
  readonly apiVersion: string
  readonly kind: string
  /** One namespace; every namespace when left out. */
  readonly namespace?: string
  /** One object by its name. */
  readonly name?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

/**
 * What a watch tells: changes of objects, and the state of the watch itself.
 *
 * - `Added`, `Modified`, `Deleted`: an object came (or was there from the start), changed, went. After a gap the
 *   differences are given as events too: every object's end is told exactly once.
 * - `Listed`: all objects there were have been told; from here on events are news.
 * - `Connected`: the watch is open at this version.
 * - `Bookmark`: nothing changed up to this version.
 * - `Reconnecting`: the connection `closed` in good order, was `silent` for too long, or `failed` with an error;
 *   events may be late until `Connected`.
 *
 * @category models
 * @since 0.1.0
 */
export type WatchEvent =
  | { readonly _tag: "Added" | "Modified" | "Deleted"; readonly object: KubernetesObject }
  | { readonly _tag: "Listed"; readonly resourceVersion: string; readonly objects: ReadonlyArray<KubernetesObject> }
  | { readonly _tag: "Connected"; readonly resourceVersion: string }
  | { readonly _tag: "Bookmark"; readonly resourceVersion: string }
  | {
      readonly _tag: "Reconnecting"
      readonly reason: "closed" | "silent" | "failed"
      readonly error: ClientError | undefined
      /** Milliseconds until the next attempt. */
      readonly delay: number
    }

/**
 * How a watch behaves.
 *
 * @category options
 * @since 0.1.0
 */
export interface WatchOptions {
  /**
   * A connection that says nothing for so long is made anew; 90 seconds unless given.
   *
   * A dead connection looks like a quiet one. Where objects change, bookmarks come every minute; but for a kind in
   * which nothing ever happens kube-apiserver sends none (measured with 1.37), so silence alone is no failure.
   */
  readonly silence?: Duration.Input | undefined
  /** The delays before connecting again: its backoff is used, its limits are not. */
  readonly policy?: RetryPolicy.RetryPolicy | undefined
}

/**
 * The parts of a client that a watch needs.
 *
 * @category models
 * @since 0.1.0
 */
export interface WatchClient {
  readonly path: (ref: Omit<ObjectRef, "name"> & { readonly name?: string }) => Effect.Effect<string, ClientError>
  readonly list: (query: ListQuery) => Effect.Effect<ObjectList, ClientError>
  readonly open: (
    request: HttpRequest
  ) => Effect.Effect<Stream.Stream<string, KubernetesError>, KubernetesError, Scope.Scope>
}

/**
 * Follows all objects that match.
 *
 * **Details**
 *
 * The stream never ends by itself. It fails when watching makes no sense any more: no permission, a kind that is not
 * served. Before the first list it fails with every error that is not transient; later on it takes connection and
 * certificate trouble for something that passes, tells it by `Reconnecting`, and tries again.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  client: WatchClient,
  query: WatchQuery,
  options: WatchOptions = {}
): Stream.Stream<WatchEvent, ClientError> =>
  Stream.callback<WatchEvent, ClientError>((queue) => follow(client, query, options, queue), {
    bufferSize: 1024,
    strategy: "suspend"
  })

const follow = Effect.fnUntraced(function* (
  client: WatchClient,
  query: WatchQuery,
  options: WatchOptions,
  queue: Queue.Queue<WatchEvent, ClientError | Cause.Done>
) {
  const backoff = Schedule.toStep(
    RetryPolicy.toSchedule({ ...(options.policy ?? reconnecting), maxAttempts: Number.POSITIVE_INFINITY })
  )
  const silence = Duration.fromInputUnsafe(options.silence ?? "90 seconds")
  const selection = selectionOf(query)
  const known = new Map<string, KubernetesObject>()
  let step = yield* backoff
  let version: string | undefined
  let listedOnce = false

  const emit = (events: ReadonlyArray<WatchEvent>) => Queue.offerAll(queue, events)

  const list = Effect.gen(function* () {
    const { items, resourceVersion } = yield* client.list(selection)
    const events: Array<WatchEvent> = differences(known, items)
    known.clear()
    for (const item of items) known.set(keyOf(item), item)
    version = resourceVersion
    listedOnce = true
    yield* emit([...events, { _tag: "Listed", resourceVersion, objects: items }])
  })

  const watch = (from: string) =>
    Effect.gen(function* () {
      const path = yield* client.path({
        apiVersion: query.apiVersion,
        kind: query.kind,
        ...(query.namespace === undefined ? {} : { namespace: query.namespace })
      })
      const request: HttpRequest = {
        method: "GET",
        path,
        query: {
          watch: true,
          allowWatchBookmarks: true,
          resourceVersion: from,
          // As client-go: not all watches of a fleet are to end at the same time.
          timeoutSeconds: yield* Random.nextIntBetween(300, 600),
          labelSelector: selection.labelSelector,
          fieldSelector: selection.fieldSelector
        }
      }
      let silent = false
      const lines = yield* client.open(request)
      yield* emit([{ _tag: "Connected", resourceVersion: from }])
      yield* lines.pipe(
        Stream.timeoutOrElse({
          duration: silence,
          orElse: () => {
            silent = true
            return Stream.empty
          }
        }),
        Stream.runForEachArray((batch) =>
          Effect.gen(function* () {
            const events: Array<WatchEvent> = []
            for (const line of batch) {
              const news = WatchLine.read(line, path)
              if (news._tag === "Failed") {
                yield* emit(events)
                return yield* Effect.fail(news.error)
              }
              version = news.resourceVersion
              const event = news._tag === "Bookmark" ? news : changed(known, news)
              if (event !== undefined) events.push(event)
            }
            // Whatever arrives whole proves that the connection is good.
            step = yield* backoff
            yield* emit(events)
          })
        )
      )
      return silent ? ("silent" as const) : ("closed" as const)
    }).pipe(Effect.scoped)

  /** Without a limit of attempts the backoff has no end. */
  const pause = Effect.gen(function* () {
    const [, delay] = yield* Effect.orDie(step(yield* Clock.currentTimeMillis, undefined))
    return Duration.toMillis(delay)
  })
  const reconnect = (reason: "closed" | "silent" | "failed", error: ClientError | undefined, delay: number) =>
    Effect.andThen(emit([{ _tag: "Reconnecting", reason, error, delay }]), Effect.sleep(delay))
  const failed = (error: ClientError) =>
    Effect.gen(function* () {
      if (isFinal(error, listedOnce)) return yield* Effect.fail(error)
      if (error._tag === "Expired") version = undefined
      yield* reconnect("failed", error, Math.max(yield* pause, askedFor(error)))
    })

  for (;;) {
    const from = version
    if (from === undefined) {
      const listed = yield* Effect.result(list)
      if (listed._tag === "Failure") yield* failed(listed.failure)
      continue
    }
    const watched = yield* Effect.result(watch(from))
    if (watched._tag === "Failure") yield* failed(watched.failure)
    // What fell silent may be alive: it is asked again at once, and will tell by its answer.
    else if (watched.success === "silent") yield* reconnect("silent", undefined, 0)
    else yield* reconnect("closed", undefined, yield* pause)
  }
})

const reconnecting = RetryPolicy.make({ baseDelay: "200 millis", maxDelay: "5 seconds", jitter: "full" })

/** Whether watching on makes no sense. */
const isFinal = (error: ClientError, listedOnce: boolean): boolean => {
  if (error._tag === "UnknownKind") return true
  if (error._tag === "Expired" || classify(error)._tag === "Transient") return false
  // What comes and goes with networks, rotations and restarts, once it is known that the kubeconfig is right.
  const passing = ["ConnectionError", "CertificateError", "KubeconfigError", "UnexpectedResponse", "InternalError"]
  return !(listedOnce && passing.includes(error._tag))
}

/** Milliseconds that the server wants to be left alone. */
const askedFor = (error: ClientError | undefined): number => {
  if (error === undefined || error._tag === "UnknownKind") return 0
  const classification = classify(error)
  return classification._tag === "Transient" && classification.retryAfter !== undefined
    ? Duration.toMillis(classification.retryAfter)
    : 0
}

const selectionOf = ({ apiVersion, fieldSelector, kind, labelSelector, name, namespace }: WatchQuery): ListQuery => {
  const byName = name === undefined ? [] : [`metadata.name=${name}`]
  const fields = [...byName, ...(fieldSelector === undefined ? [] : [fieldSelector])].join(",")
  return {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fields === "" ? {} : { fieldSelector: fields })
  }
}

const keyOf = ({ metadata }: KubernetesObject): string => `${metadata.namespace ?? ""}/${metadata.name ?? ""}`

/** What happened between two lists, as events: ends first, so that a name that came back is told in order. */
const differences = (
  before: ReadonlyMap<string, KubernetesObject>,
  items: ReadonlyArray<KubernetesObject>
): Array<WatchEvent> => {
  const now = new Map(items.map((item) => [keyOf(item), item]))
  const isSame = (a: KubernetesObject, b: KubernetesObject | undefined) => a.metadata.uid === b?.metadata.uid
  const gone = [...before].filter(([key, object]) => !isSame(object, now.get(key)))
  const events: Array<WatchEvent> = gone.map(([, object]) => ({ _tag: "Deleted", object }))
  for (const [key, object] of now) {
    const old = before.get(key)
    if (old === undefined || !isSame(old, object)) events.push({ _tag: "Added", object })
    else if (old.metadata.resourceVersion !== object.metadata.resourceVersion) events.push({ _tag: "Modified", object })
  }
  return events
}

/** Keeps account of one change; `undefined` when it tells nothing new. */
const changed = (known: Map<string, KubernetesObject>, news: WatchLine.Change): WatchEvent | undefined => {
  const { object } = news
  const key = keyOf(object)
  const old = known.get(key)
  if (news._tag === "Deleted") return known.delete(key) ? { _tag: "Deleted", object } : undefined
  known.set(key, object)
  if (old === undefined) return { _tag: "Added", object }
  return old.metadata.resourceVersion === object.metadata.resourceVersion ? undefined : { _tag: "Modified", object }
}
