/**
 * What a check reads of a cluster. What may not be read is said and counted, and the rest is done.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import { type Callee, calleesOf, listOf, part, textOf } from "./Callee.ts"
import type { Finding } from "./Finding.ts"

/**
 * What was read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Snapshot {
  readonly callees: ReadonlyArray<Callee>
  readonly configurations: ReadonlyArray<KubernetesObject>
  readonly apiServices: ReadonlyArray<KubernetesObject>
  /** Services by `namespace/name`. */
  readonly services: ReadonlyMap<string, KubernetesObject>
  /** How many ready endpoints a Service has, by `namespace/name`; `undefined` when they may not be read. */
  readonly endpoints: ReadonlyMap<string, number> | undefined
  readonly secrets: ReadonlyArray<KubernetesObject>
  readonly pods: ReadonlyArray<KubernetesObject>
  /** What could not be read, as findings. */
  readonly unread: ReadonlyArray<Finding>
}

const readyEndpoints = (slices: ReadonlyArray<KubernetesObject>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const slice of slices) {
    const name = slice.metadata.labels?.["kubernetes.io/service-name"]
    if (name === undefined) continue
    const key = `${slice.metadata.namespace}/${name}`
    const ready = listOf(slice["endpoints"]).filter((one) => part(one, "conditions", "ready") !== false)
    counts.set(key, (counts.get(key) ?? 0) + ready.length)
  }
  return counts
}

/**
 * Reads what the checks need, a list of each kind.
 *
 * @category constructors
 * @since 0.1.0
 */
export const read: Effect.Effect<Snapshot, ClientError, KubernetesClient> = Effect.gen(function* () {
  const client = yield* KubernetesClient
  const unread: Array<Finding> = []
  const list = (apiVersion: string, kind: string, fieldSelector?: string) =>
    client.list({ apiVersion, kind, ...(fieldSelector === undefined ? {} : { fieldSelector }) }).pipe(
      Effect.map(({ items }): ReadonlyArray<KubernetesObject> | undefined => items),
      Effect.catchTags({
        Forbidden: () =>
          Effect.sync(() => {
            unread.push({
              subject: `${kind} objects`,
              result: "skipped",
              detail: "they may not be read, so what depends on them was left out",
              hint: `Ask for a role that lists ${kind} objects cluster-wide`
            })
            return undefined
          }),
        UnknownKind: () => Effect.succeed([])
      })
    )
  const admission = "admissionregistration.k8s.io/v1"
  const [validating, mutating, definitions, apiServices, services, slices, secrets, pods] = yield* Effect.all(
    [
      list(admission, "ValidatingWebhookConfiguration"),
      list(admission, "MutatingWebhookConfiguration"),
      list("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
      list("apiregistration.k8s.io/v1", "APIService"),
      list("v1", "Service"),
      list("discovery.k8s.io/v1", "EndpointSlice"),
      list("v1", "Secret", "type=kubernetes.io/tls"),
      list("v1", "Pod")
    ],
    { concurrency: 4 }
  )
  const configurations = [...(validating ?? []), ...(mutating ?? []), ...(definitions ?? [])]
  return {
    callees: [...configurations, ...(apiServices ?? [])].flatMap(calleesOf),
    configurations,
    apiServices: apiServices ?? [],
    services: new Map((services ?? []).map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one])),
    endpoints: slices === undefined ? undefined : readyEndpoints(slices),
    secrets: secrets ?? [],
    pods: pods ?? [],
    unread
  }
})

const selects = (selector: unknown, labels: Readonly<Record<string, string>>): boolean => {
  const wanted = Object.entries((selector ?? {}) as Record<string, unknown>)
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

/**
 * The TLS Secrets that the pods behind a Service mount; without such pods, those of its namespace whose name says that
 * they are the Service's.
 *
 * @category queries
 * @since 0.1.0
 */
export const secretsBehind = (
  snapshot: Snapshot,
  service: NonNullable<Callee["service"]>
): ReadonlyArray<KubernetesObject> => {
  const found = snapshot.services.get(`${service.namespace}/${service.name}`)
  const selector = part(found, "spec", "selector")
  const mounted = new Set(
    snapshot.pods
      .filter(({ metadata }) => metadata.namespace === service.namespace && selects(selector, metadata.labels ?? {}))
      .flatMap((pod) =>
        listOf(part(pod, "spec", "volumes")).map((volume) => textOf(part(volume, "secret", "secretName")))
      )
  )
  return snapshot.secrets.filter(
    ({ metadata }) =>
      metadata.namespace === service.namespace &&
      (mounted.size > 0
        ? mounted.has(metadata.name ?? "")
        : [service.name, `${service.name}-tls`, `${service.name}-cert`].includes(metadata.name ?? ""))
  )
}
