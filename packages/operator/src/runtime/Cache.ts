/**
 * A copy of all objects of a kind, kept up to date by a watch: reading costs no request, and every change is told. The
 * parts that client-go calls informer, store and lister.
 *
 * What it holds may be a moment old. Writes are guarded by `resourceVersion`, or made so that they can be repeated.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import type { WatchEvent, WatchQuery } from "@holdfast/k8s-adapter/Watch"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"

/**
 * One change, with the object before and after.
 *
 * @category models
 * @since 0.1.0
 */
export type Change =
  | { readonly _tag: "Added"; readonly object: KubernetesObject }
  | { readonly _tag: "Updated"; readonly old: KubernetesObject; readonly object: KubernetesObject }
  | { readonly _tag: "Deleted"; readonly old: KubernetesObject }

/**
 * A copy of all objects that a query matches. Its objects are frozen.
 *
 * @category models
 * @since 0.1.0
 */
export interface Cache {
  readonly query: WatchQuery
  /** Returns once all objects that there were at the start are in. */
  readonly synced: Effect.Effect<void>
  readonly hasSynced: () => boolean
  /** Why nothing comes in at the moment; `undefined` while all is well. */
  readonly problem: () => ClientError | undefined
  /** Finds an object; `undefined` where there is none. */
  readonly get: (name: string, namespace?: string) => KubernetesObject | undefined
  /** Lists the objects, of one namespace or with these labels where asked for. */
  readonly list: (selection?: {
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
  }) => ReadonlyArray<KubernetesObject>
  /**
   * Tells of every change from here on, the objects that are in already first, for as long as the scope lives.
   * Handlers are run one after the other, so they had better only note what is to be done.
   */
  readonly onChange: (handler: (change: Change) => Effect.Effect<void>) => Effect.Effect<void, never, Scope.Scope>
}

/**
 * How a cache is to be.
 *
 * @category options
 * @since 0.1.0
 */
export interface CacheOptions extends WatchQuery {
  /**
   * Drops from a fresh object what nobody here reads, by deleting it in place: the watch keeps the same object, so
   * that a copy would save nothing. `metadata.managedFields`, half of a small object, is dropped always.
   */
  readonly strip?: (object: Record<string, unknown>) => void
  /** Nothing is asked for before this returns: for kinds of which a cluster may have much that nobody wants to know. */
  readonly startAfter?: Effect.Effect<void>
}

/**
 * Makes a cache and begins to fill it; it ends with the scope. A watch that fails for good (no permission, a kind that
 * is not installed yet) is told in the log and tried again, for a controller outlives such states.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: CacheOptions): Effect.Effect<Cache, never, Scope.Scope | KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const { startAfter = Effect.void, strip, ...query } = options
    const objects = new Map<string, KubernetesObject>()
    const handlers = new Set<(change: Change) => Effect.Effect<void>>()
    const synced = Latch.makeUnsafe(false)
    const turn = Semaphore.makeUnsafe(1)
    let problem: ClientError | undefined

    const tell = (change: Change) =>
      Effect.forEach(
        handlers,
        // One handler's defect must not be the end of the watch for all.
        (handler) => Effect.catchDefect(handler(change), (defect) => Effect.logError("a handler hit a defect", defect)),
        { discard: true }
      )

    const put = (object: KubernetesObject): Effect.Effect<void> => {
      const key = keyOf(object.metadata.name, object.metadata.namespace)
      const old = objects.get(key)
      if (old === undefined) {
        objects.set(key, prepared(object, strip))
        return tell({ _tag: "Added", object })
      }
      // After a watch that was begun anew, everything is told once more.
      if (isSameVersion(old, object)) return Effect.void
      objects.set(key, prepared(object, strip))
      return tell({ _tag: "Updated", old, object })
    }
    const drop = (key: string): Effect.Effect<void> => {
      const old = objects.get(key)
      if (old === undefined) return Effect.void
      objects.delete(key)
      return tell({ _tag: "Deleted", old })
    }

    const handle = (event: WatchEvent): Effect.Effect<void> => {
      switch (event._tag) {
        case "Added":
        case "Modified":
          return put(event.object)
        case "Deleted":
          return drop(keyOf(event.object.metadata.name, event.object.metadata.namespace))
        case "Listed": {
          problem = undefined
          const present = new Set(event.objects.map(({ metadata }) => keyOf(metadata.name, metadata.namespace)))
          const gone = [...objects.keys()].filter((key) => !present.has(key))
          return Effect.andThen(Effect.forEach(gone, drop, { discard: true }), synced.open)
        }
        case "Connected":
          problem = undefined
          return Effect.void
        case "Reconnecting":
          // A version that is forgotten (410) is everyday life, and ends with the list that follows at once.
          if (event.error === undefined || event.error._tag === "Expired") return Effect.void
          problem = event.error
          return Effect.logWarning(`the watch of ${query.kind} is interrupted: ${event.error.message}`)
        case "Bookmark":
          return Effect.void
      }
    }

    const follow = Effect.suspend(() =>
      Stream.runForEach(client.watch(query), (event) => turn.withPermit(handle(event)))
    ).pipe(
      Effect.tapError((error) => {
        problem = error
        return Effect.logError(`cannot watch ${query.kind}: ${error.message}`)
      }),
      Effect.retry(RetryPolicy.toSchedule(reconnecting)),
      Effect.annotateLogs({ "cache.kind": query.kind, "cache.apiVersion": query.apiVersion }),
      Effect.ignore
    )
    yield* Effect.forkScoped(Effect.andThen(startAfter, follow))

    return {
      query,
      synced: synced.await,
      hasSynced: () => Latch.isOpen(synced),
      problem: () => problem,
      get: (name, namespace) => objects.get(keyOf(name, namespace)),
      list: ({ labels, namespace } = {}) =>
        [...objects.values()].filter(
          ({ metadata }) =>
            (namespace === undefined || metadata.namespace === namespace) &&
            Object.entries(labels ?? {}).every(([name, value]) => metadata.labels?.[name] === value)
        ),
      onChange: (handler) =>
        turn.withPermit(
          Effect.gen(function* () {
            yield* Effect.acquireRelease(
              Effect.sync(() => handlers.add(handler)),
              () => Effect.sync(() => handlers.delete(handler))
            )
            yield* Effect.forEach(objects.values(), (object) => handler({ _tag: "Added", object }), { discard: true })
          })
        )
    }
  })

const reconnecting = RetryPolicy.make({ baseDelay: "1 second", maxDelay: "30 seconds", jitter: "equal" })

const keyOf = (name: string | undefined, namespace: string | undefined) => `${namespace ?? ""}/${name ?? ""}`

const isSameVersion = (a: KubernetesObject, b: KubernetesObject) =>
  a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion

const prepared = (object: KubernetesObject, strip: CacheOptions["strip"]): KubernetesObject => {
  delete (object.metadata as Record<string, unknown>)["managedFields"]
  strip?.(object as Record<string, unknown>)
  return freeze(object)
}

const freeze = <A>(value: A): A => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value
  Object.values(value).forEach(freeze)
  return Object.freeze(value)
}
