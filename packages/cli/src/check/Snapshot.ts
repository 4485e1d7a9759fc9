/**
 * What a check reads of a cluster. What may not be read is said and counted, and the rest is done.
 *
 * @since 0.1.0
 */
import * as Certificate from "@holdfast/certificates/Certificate"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { listOf, part, textOf } from "../input/Json.ts"
import { type CalledService, type Callee, calleesOf } from "./Callee.ts"
import type { Finding } from "./Finding.ts"
import * as Material from "./Material.ts"

/**
 * What was read. Objects by `namespace/name`; `undefined` where they may not be read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Snapshot {
  readonly callees: ReadonlyArray<Callee>
  /** The objects that configure webhooks. */
  readonly configurations: ReadonlyArray<KubernetesObject>
  readonly services: ReadonlyMap<string, KubernetesObject> | undefined
  /** How many ready endpoints a Service has. */
  readonly endpoints: ReadonlyMap<string, number> | undefined
  /** The labels of namespaces, by name. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>> | undefined
  readonly materials: ReadonlyMap<string, Material.Material>
  /** The materials by `namespace/host` of the names in their certificates. */
  readonly byHost: ReadonlyMap<string, ReadonlyArray<Material.Material>>
  /** By namespace. */
  readonly pods: ReadonlyMap<string, ReadonlyArray<KubernetesObject>>
  readonly ingresses: ReadonlyArray<KubernetesObject>
  /** What could not be read, as findings. */
  readonly unread: ReadonlyArray<Finding>
}

const keyOf = ({ metadata }: KubernetesObject) => `${metadata.namespace}/${metadata.name}`

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
 * The names of the Secrets that a pod mounts.
 *
 * @category queries
 * @since 0.1.0
 */
export const mountedSecrets = (pod: KubernetesObject): ReadonlyArray<string> =>
  listOf(part(pod, "spec", "volumes"))
    .flatMap((volume) => [
      textOf(part(volume, "secret", "secretName")),
      ...listOf(part(volume, "projected", "sources")).map((source) => textOf(part(source, "secret", "name")))
    ])
    .filter((name) => name !== "")

const takes = (selector: unknown, labels: Readonly<Record<string, string>>): boolean => {
  const wanted = Object.entries((selector ?? {}) as Record<string, unknown>)
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

/**
 * The pods behind a Service that have not ended.
 *
 * @category queries
 * @since 0.1.0
 */
export const podsBehind = (
  { pods, services }: Pick<Snapshot, "pods" | "services">,
  { name, namespace }: CalledService
): ReadonlyArray<KubernetesObject> => {
  const selector = part(services?.get(`${namespace}/${name}`), "spec", "selector")
  return (pods.get(namespace) ?? []).filter(
    (pod) =>
      takes(selector, pod.metadata.labels ?? {}) &&
      !["Succeeded", "Failed"].includes(textOf(part(pod, "status", "phase")))
  )
}

/**
 * What the pods behind a Service mount to serve; without such pods, what Secrets of its namespace hold whose names, or
 * whose certificates, say that they are the Service's.
 *
 * @category queries
 * @since 0.1.0
 */
export const materialsBehind = (snapshot: Snapshot, service: CalledService): ReadonlyArray<Material.Material> => {
  const mounted = new Set(podsBehind(snapshot, service).flatMap(mountedSecrets))
  const { name, namespace } = service
  const named = (names: Iterable<string>) =>
    [...names].flatMap((one) => snapshot.materials.get(`${namespace}/${one}`) ?? [])
  if (mounted.size > 0) return named(mounted)
  const issued = snapshot.byHost.get(`${namespace}/${name}.${namespace}.svc`) ?? []
  return [...new Set([...issued, ...named([name, `${name}-tls`, `${name}-cert`, `${name}-certs`])])]
}

const reader = Effect.fnUntraced(function* () {
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
              hint: `Ask for a role that lists ${kind} objects in all namespaces`
            })
            return undefined
          }),
        // Kinds of optional APIs, and of newer or older servers.
        UnknownKind: () => Effect.succeed([])
      })
    )
  return { client, unread, list }
})

/** Secrets of other types that the pods behind what is called mount: many tools keep their certificates in them. */
const otherMaterials = Effect.fnUntraced(function* (
  snapshot: Pick<Snapshot, "callees" | "pods" | "services">,
  known: ReadonlyMap<string, unknown>
) {
  const client = yield* KubernetesClient
  const names = new Set(
    snapshot.callees.flatMap(({ service }) =>
      service === undefined
        ? []
        : podsBehind(snapshot, service)
            .flatMap(mountedSecrets)
            .map((name) => `${service.namespace}/${name}`)
    )
  )
  const found = yield* Effect.forEach(
    [...names].filter((key) => !known.has(key)),
    (key) => {
      const [namespace = "", name = ""] = key.split("/")
      return client
        .get({ apiVersion: "v1", kind: "Secret", namespace, name })
        .pipe(Effect.catchTags({ Forbidden: () => Effect.void, NotFound: () => Effect.void }))
    },
    { concurrency: 4 }
  )
  return found.filter((secret) => secret !== undefined)
})

/**
 * Reads what the checks need, a list of each kind.
 *
 * @category constructors
 * @since 0.1.0
 */
export const read: Effect.Effect<Snapshot, ClientError, KubernetesClient> = Effect.gen(function* () {
  const { list, unread } = yield* reader()
  const admission = "admissionregistration.k8s.io/v1"
  const [validating, mutating, definitions, apiServices, services, slices, namespaces, secrets, pods, ingresses, own] =
    yield* Effect.all(
      [
        list(admission, "ValidatingWebhookConfiguration"),
        list(admission, "MutatingWebhookConfiguration"),
        list("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        list("apiregistration.k8s.io/v1", "APIService"),
        list("v1", "Service"),
        list("discovery.k8s.io/v1", "EndpointSlice"),
        list("v1", "Namespace"),
        list("v1", "Secret", "type=kubernetes.io/tls"),
        list("v1", "Pod"),
        list("networking.k8s.io/v1", "Ingress"),
        list("certificates.holdfast.dev/v1alpha1", "WebhookCertificate")
      ],
      { concurrency: 4 }
    )
  const configurations = [...(validating ?? []), ...(mutating ?? []), ...(definitions ?? [])]
  const base = {
    callees: [...configurations, ...(apiServices ?? [])].flatMap(calleesOf),
    configurations,
    services: services && new Map(services.map((one) => [keyOf(one), one])),
    pods: new Map(Object.entries(Object.groupBy(pods ?? [], ({ metadata }) => metadata.namespace ?? ""))) as Map<
      string,
      ReadonlyArray<KubernetesObject>
    >
  }
  const known = new Map((secrets ?? []).map((one) => [keyOf(one), one]))
  // Whoever may not list Secrets may still read some by name, but asking for each would only collect refusals.
  const others = secrets === undefined ? [] : yield* otherMaterials(base, known)
  const rotated = new Map(
    (own ?? []).map((one) => [
      `${one.metadata.namespace}/${textOf(part(one, "spec", "secretName"))}`,
      one.metadata.name
    ])
  )
  const materials = [...known.values(), ...others].flatMap((secret) => {
    const material = Material.fromSecret(secret, rotated.get(keyOf(secret)))
    return material === undefined ? [] : [[keyOf(secret), material] as const]
  })
  const byHost = new Map<string, Array<Material.Material>>()
  for (const [key, material] of materials) {
    const leaf = Result.getOrUndefined(Certificate.parse(material.chain))
    for (const host of leaf?.dnsNames ?? []) {
      const at = `${key.split("/")[0]}/${host}`
      byHost.set(at, [...(byHost.get(at) ?? []), material])
    }
  }
  return {
    ...base,
    byHost,
    endpoints: slices && readyEndpoints(slices),
    namespaces: namespaces && new Map(namespaces.map(({ metadata }) => [metadata.name ?? "", metadata.labels ?? {}])),
    materials: new Map(materials),
    ingresses: ingresses ?? [],
    unread
  }
})
