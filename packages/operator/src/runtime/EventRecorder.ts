/**
 * Events: what a controller did or could not do, in plain words, where `kubectl describe` shows it.
 *
 * Events are a courtesy. They are written beside the work, never hold it up and never fail it; what repeats is counted
 * on one Event; an object that causes too many is given a rest (the limits are client-go's), and so are good news when
 * thousands of objects have some at once.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
 * @since 0.1.0
 */
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { EventSeries } from "../internal/runtime/EventSeries.ts"

/**
 * What happened.
 *
 * @category models
 * @since 0.1.0
 */
export interface EventInput {
  /** The object that it is about, as the API server gave it. */
  readonly regarding: KubernetesObject
  readonly type: "Normal" | "Warning"
  /** One word in upper camel case for why: `IndexFetched`. */
  readonly reason: string
  /** One word in upper camel case for what was done or tried: `FetchIndex`. */
  readonly action: string
  /** A sentence for people, up to 1 KiB. */
  readonly note: string
}

/**
 * Writes Events.
 *
 * @category models
 * @since 0.1.0
 */
export interface EventRecorder {
  readonly record: (event: EventInput) => Effect.Effect<void>
}

/**
 * Who writes.
 *
 * @category options
 * @since 0.1.0
 */
export interface EventRecorderOptions {
  /** A qualified name: `packages.glasskube.dev/holdfast-operator`. */
  readonly controller: string
  /** The pod's name. */
  readonly instance: string
}

/**
 * Makes a recorder. It writes in the background until the scope ends; when it cannot keep up, Events are dropped.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options: EventRecorderOptions
): Effect.Effect<EventRecorder, never, Scope.Scope | KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const queue = yield* Queue.dropping<EventInput>(1000)
    const series = new EventSeries()

    const create = Effect.fnUntraced(function* (event: EventInput, now: number) {
      const { apiVersion, kind, metadata } = event.regarding
      const { name = "", namespace, resourceVersion, uid } = metadata
      const suffix = (yield* Random.nextIntBetween(0, 2 ** 47)).toString(16).padStart(12, "0")
      return yield* client.create({
        apiVersion: "events.k8s.io/v1",
        kind: "Event",
        // Events of cluster-scoped objects live in the namespace default.
        metadata: { name: `${name.slice(0, 240)}.${suffix}`, namespace: namespace ?? "default" },
        eventTime: microTime(now),
        type: event.type,
        reason: event.reason.slice(0, 128),
        action: event.action.slice(0, 128),
        note: shortened(event.note),
        regarding: { apiVersion, kind, name, namespace, uid, resourceVersion },
        reportingController: options.controller,
        reportingInstance: options.instance.slice(0, 128)
      })
    })

    const write = Effect.fnUntraced(function* (event: EventInput) {
      const now = yield* Clock.currentTimeMillis
      const { entry, isAllowed } = series.note(event, now)
      if (!isAllowed) return
      if (entry.name !== undefined) {
        const body = { series: { count: entry.count, lastObservedTime: microTime(now) } }
        const namespace = event.regarding.metadata.namespace ?? "default"
        const counted = yield* client
          .patch(
            { apiVersion: "events.k8s.io/v1", kind: "Event", name: entry.name, namespace },
            { type: "merge", body }
          )
          .pipe(
            Effect.as(true),
            // Events live for an hour, or until somebody deletes them.
            Effect.catchTag("NotFound", () => Effect.succeed(false))
          )
        if (counted) return
      }
      entry.name = (yield* create(event, now)).metadata.name
    })

    yield* Queue.take(queue).pipe(
      Effect.flatMap((event) =>
        write(event).pipe(
          Effect.catch((error) => Effect.logDebug(`an event could not be written: ${error.message}`)),
          Effect.catchDefect((defect) => Effect.logError("writing an event hit a defect", defect))
        )
      ),
      Effect.forever,
      Effect.forkScoped
    )
    return { record: (event) => Effect.andThen(tellOf(event), Effect.asVoid(Queue.offer(queue, event))) }
  })

/** Events are gone after an hour; what was done stands in the log, too. What went wrong is logged where it did. */
const tellOf = ({ note, regarding: { kind, metadata }, type }: EventInput): Effect.Effect<void> =>
  type === "Warning"
    ? Effect.void
    : Effect.annotateLogs(Effect.logInfo(note), {
        ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
        [kind.toLowerCase()]: metadata.name
      })

const microTime = (millis: number) => `${new Date(millis).toISOString().slice(0, 23)}000Z`

/** At most 1024 bytes. */
const shortened = (note: string): string => {
  const bytes = Buffer.from(note)
  // A character that is cut through becomes U+FFFD, of three bytes.
  return bytes.length <= 1024
    ? note
    : `${bytes
        .subarray(0, 1018)
        .toString("utf8")
        .replace(/\uFFFD$/, "")}…`
}
