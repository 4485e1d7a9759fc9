/**
 * What can end a failure between the API server and what it calls (an admission webhook, a conversion webhook, an
 * aggregated API), watched for as long as it lasts: a hint for each change that may have ended it.
 *
 * @since 0.1.0
 */

import { createHash } from "node:crypto"
import * as Wake from "@holdfast/retry-core/Wake"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  admissionApi,
  admissionKinds,
  type CalloutError,
  definitionOf,
  isCallout,
  mountedSecrets,
  podsBehind,
  type ServiceRef,
  selectorOfService,
  servicesBehind
} from "./internal/servicesBehind.ts"
import { field, list, number, text } from "./Json.ts"
import type { ClientError } from "./KubernetesClient.ts"
import { KubernetesClient } from "./KubernetesClient.ts"
import type { KubernetesObject } from "./KubernetesObject.ts"
import type { WatchQuery } from "./Watch.ts"

/**
 * Watches that feed a wake.
 *
 * @category models
 * @since 0.1.0
 */
export interface WakeSources {
  /** For `retry`: hints come out here. */
  readonly wake: Wake.Wake
  /**
   * Begins to watch what could end this error, once for each callee; other errors are ignored. Comes back at once: the
   * watches open in the background.
   */
  readonly follow: (error: ClientError) => Effect.Effect<void>
}

/**
 * Options of {@link make}.
 *
 * @category options
 * @since 0.1.0
 */
export interface WakeSourcesOptions {
  /** Told once for each source that may not be watched; without it the backoff goes on all the same. */
  readonly onBlind?: ((what: string, error: ClientError) => Effect.Effect<void>) | undefined
}

/** A part of the cluster to watch, what of it matters, and how a change of that reads. */
interface Source {
  readonly what: string
  readonly query: WatchQuery
  /** What matters of an object, as a text that is equal when nothing of it changed; `undefined` for foreign objects. */
  readonly state: (object: KubernetesObject) => string | undefined
  /** Says what a change of the state was. */
  readonly change: (object: KubernetesObject, before: KubernetesObject | undefined) => string
}

const named = (object: KubernetesObject): string =>
  `${object.kind} ${object.metadata.namespace === undefined ? "" : `${object.metadata.namespace}/`}${object.metadata.name}`

const secretState = (object: KubernetesObject): string =>
  createHash("sha256")
    .update(JSON.stringify(object["data"] ?? {}))
    .digest("hex")

const entriesOf = (object: KubernetesObject, webhook: string | undefined): ReadonlyArray<unknown> =>
  list(object, "webhooks").filter((entry) => webhook === undefined || text(entry, "name") === webhook)

const bundlesOf = (object: KubernetesObject, webhook: string | undefined): string =>
  entriesOf(object, webhook)
    .map((entry) => text(entry, "clientConfig", "caBundle"))
    .join()

const admissionSource = (kind: (typeof admissionKinds)[number], webhook: string | undefined): Source => ({
  what: `${kind}s`,
  query: { apiVersion: admissionApi, kind },
  state: (object) => {
    const entries = entriesOf(object, webhook)
    return entries.length === 0 ? undefined : JSON.stringify(entries)
  },
  change: (object, before) =>
    before === undefined
      ? `${named(object)} was created`
      : bundlesOf(object, webhook) === bundlesOf(before, webhook)
        ? `${named(object)} was changed`
        : `caBundle of ${named(object)} was replaced`
})

const definitionSource = (name: string): Source => {
  const bundle = (object: KubernetesObject | undefined) =>
    text(object, "spec", "conversion", "webhook", "clientConfig", "caBundle")
  return {
    what: `CustomResourceDefinition ${name}`,
    query: { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", name },
    state: (object) => JSON.stringify(field(object, "spec", "conversion") ?? null),
    change: (object, before) =>
      bundle(object) === bundle(before)
        ? `conversion of ${named(object)} was changed`
        : `caBundle of ${named(object)} was replaced`
  }
}

const availabilityOf = (object: KubernetesObject | undefined): string =>
  text(
    list(object, "status", "conditions").find((condition) => text(condition, "type") === "Available"),
    "status"
  )

const apiServiceSource = (name: string): Source => ({
  what: `APIService ${name}`,
  query: { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", name },
  state: (object) => JSON.stringify([field(object, "spec") ?? null, availabilityOf(object)]),
  change: (object, before) =>
    text(object, "spec", "caBundle") !== text(before, "spec", "caBundle")
      ? `caBundle of ${named(object)} was replaced`
      : availabilityOf(object) === "True" && availabilityOf(before) !== "True"
        ? `${named(object)} became available`
        : `${named(object)} was changed`
})

const readyAddresses = (slice: KubernetesObject | undefined): ReadonlyArray<string> =>
  list(slice, "endpoints")
    .filter((endpoint) => field(endpoint, "conditions", "ready") !== false)
    .flatMap((endpoint) => list(endpoint, "addresses").map(String))
    .sort()

const endpointsSource = (service: ServiceRef): Source => ({
  what: `EndpointSlices of Service ${service.namespace}/${service.name}`,
  query: {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    namespace: service.namespace,
    labelSelector: `kubernetes.io/service-name=${service.name}`
  },
  state: (slice) => readyAddresses(slice).join(),
  change: (slice) =>
    `endpoints of Service ${service.namespace}/${service.name} changed: ${readyAddresses(slice).length} ready`
})

const restarts = (pod: KubernetesObject | undefined): number =>
  list(pod, "status", "containerStatuses").reduce<number>(
    (sum, container) => sum + (number(container, "restartCount") ?? 0),
    0
  )

const isReady = (pod: KubernetesObject): boolean =>
  list(pod, "status", "conditions").some(
    (condition) => text(condition, "type") === "Ready" && text(condition, "status") === "True"
  )

const podsSource = (namespace: string, labelSelector: string): Source => ({
  what: `pods in ${namespace}`,
  query: { apiVersion: "v1", kind: "Pod", namespace, labelSelector },
  state: (pod) => JSON.stringify([pod.metadata.uid, restarts(pod), isReady(pod)]),
  change: (pod, before) =>
    before !== undefined && restarts(pod) > restarts(before)
      ? `a container of ${named(pod)} was restarted`
      : isReady(pod)
        ? `${named(pod)} became ready`
        : `${named(pod)} is starting or stopping`
})

const secretSource = (namespace: string, name: string): Source => ({
  what: `Secret ${namespace}/${name}`,
  query: { apiVersion: "v1", kind: "Secret", namespace, name },
  state: secretState,
  change: (secret, before) => `${named(secret)} was ${before === undefined ? "created" : "replaced"}`
})

const behindService = (service: ServiceRef): Effect.Effect<ReadonlyArray<Source>, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const labelSelector = selectorOfService(yield* client.get({ apiVersion: "v1", kind: "Service", ...service }))
    if (labelSelector === undefined) return []
    const pods = yield* podsBehind(service)
    const secrets = new Set(pods.flatMap(mountedSecrets))
    return [
      podsSource(service.namespace, labelSelector),
      ...[...secrets].map((name) => secretSource(service.namespace, name))
    ]
  })

const keyOf = (error: CalloutError): string =>
  JSON.stringify([
    error._tag === "CertificateError" ? error.where : "webhook",
    error.webhook,
    error.host,
    error.conversion,
    "apiService" in error ? error.apiService : undefined
  ])

/**
 * Makes wake sources that watch nothing yet: a run in which nothing fails opens no watch and makes no request.
 *
 * **Details**
 *
 * Watched are: for an admission webhook the configurations that name it, for a conversion webhook the
 * CustomResourceDefinition, for an aggregated API the APIService; for each of them the endpoints of the Service that is
 * called, its pods, and the Secrets that the pods mount. What cannot matter gives no hint: resource versions, managed
 * fields, heartbeats. A source that may not be watched is told once, and then left out.
 *
 * **Gotchas**
 *
 * The moment at which a kubelet refreshes a mounted Secret cannot be seen through the API; `Nudge` brings it about.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options: WakeSourcesOptions = {}
): Effect.Effect<WakeSources, never, KubernetesClient | Scope.Scope> =>
  Effect.gen(function* () {
    const wake = Wake.makeUnsafe()
    const context = yield* Effect.context<KubernetesClient | Scope.Scope>()
    const scope = yield* Scope.Scope
    const followed = new Set<string>()
    const blind = new Set<string>()

    const onBlind = (what: string) => (error: ClientError) => {
      if (blind.has(what)) return Effect.void
      blind.add(what)
      return options.onBlind?.(what, error) ?? Effect.void
    }

    const once = (key: string, effect: Effect.Effect<void, never, KubernetesClient | Scope.Scope>) =>
      Effect.suspend(() => {
        if (followed.has(key)) return Effect.void
        followed.add(key)
        return Effect.asVoid(Effect.forkIn(effect, scope))
      })

    const watch = (source: Source): Effect.Effect<void, never, KubernetesClient | Scope.Scope> =>
      Effect.gen(function* () {
        const client = yield* KubernetesClient
        const seen = new Map<string, KubernetesObject>()
        let listed = false
        yield* client.watch(source.query).pipe(
          Stream.runForEach((event) => {
            if (event._tag === "Listed") listed = true
            if (!("object" in event)) return Effect.void
            const { object } = event
            const key = `${object.metadata.namespace ?? ""}/${object.metadata.name}`
            const before = seen.get(key)
            if (event._tag === "Deleted") {
              seen.delete(key)
              return before === undefined ? Effect.void : Wake.notify(wake, { reason: `${named(before)} was deleted` })
            }
            const state = source.state(object)
            if (state === undefined) {
              seen.delete(key)
              return before === undefined ? Effect.void : Wake.notify(wake, { reason: `${named(object)} was changed` })
            }
            seen.set(key, object)
            const unchanged = before === undefined ? !listed : source.state(before) === state
            return unchanged ? Effect.void : Wake.notify(wake, { reason: source.change(object, before) })
          })
        )
      }).pipe(Effect.catch(onBlind(source.what)))

    const all = (sources: ReadonlyArray<Source>) =>
      Effect.forEach(sources, (source) => once(JSON.stringify(source.query), watch(source)), { discard: true })

    const callee = (error: CalloutError): Effect.Effect<void, ClientError, KubernetesClient | Scope.Scope> =>
      Effect.gen(function* () {
        if ("apiService" in error && error.apiService !== undefined) yield* all([apiServiceSource(error.apiService)])
        else if (error.where === "webhook")
          yield* all(admissionKinds.map((kind) => admissionSource(kind, error.webhook)))
        else {
          const definition = yield* definitionOf(error)
          if (definition !== undefined) yield* all([definitionSource(definition)])
        }
        for (const service of yield* servicesBehind(error)) {
          yield* all([endpointsSource(service)])
          const what = `the pods behind Service ${service.namespace}/${service.name}`
          yield* behindService(service).pipe(Effect.flatMap(all), Effect.catch(onBlind(what)))
        }
      })

    return {
      wake,
      follow: (error) =>
        isCallout(error)
          ? once(keyOf(error), callee(error).pipe(Effect.catch(onBlind("what the API server calls")))).pipe(
              Effect.provideContext(context)
            )
          : Effect.void
    }
  })
