/** Finds requests, all of them server-side dry runs, that the API server passes through a given webhook. */
import * as Effect from "effect/Effect"
import type { ApiResource } from "../Discovery.ts"
import { field, list, text, texts } from "../Json.ts"
import type { ClientError } from "../KubernetesClient.ts"
import { KubernetesClient } from "../KubernetesClient.ts"
import type { KubernetesObject } from "../KubernetesObject.ts"
import { apiVersion, groupVersion, toRef } from "../KubernetesObject.ts"
import { selects } from "../LabelSelector.ts"
import { schemaSample } from "./schemaSample.ts"

export interface ProbeRequest {
  /** In kubectl's words: `UPDATE clusterpackages/probe`. */
  readonly what: string
  readonly send: Effect.Effect<unknown, ClientError>
}

const matches = (wanted: ReadonlyArray<unknown>, value: string): boolean =>
  wanted.includes("*") || wanted.includes(value)

interface Covered {
  readonly resource: ApiResource
  readonly operations: ReadonlySet<string>
}

/** What is least likely to be guarded by others, where a rule covers everything. */
const plainest = ["configmaps", "secrets", "services", "pods"]

/** The resources that the rules of an entry cover, the plainest first, with the operations on each. */
const covered = (entry: unknown, resources: ReadonlyArray<ApiResource>): ReadonlyArray<Covered> => {
  const found = new Map<ApiResource, Set<string>>()
  for (const rule of list(entry, "rules")) {
    const operations = list(rule, "operations").flatMap((operation) =>
      operation === "*" ? ["CREATE", "UPDATE", "DELETE"] : [String(operation)]
    )
    const names = list(rule, "resources").map((name) => (name === "*/*" ? "*" : name))
    const scope = text(rule, "scope")
    for (const resource of resources) {
      if (!matches(list(rule, "apiGroups"), resource.group)) continue
      if (!matches(list(rule, "apiVersions"), resource.version)) continue
      if (!matches(names, resource.plural)) continue
      if ((scope === "Cluster" && resource.namespaced) || (scope === "Namespaced" && !resource.namespaced)) continue
      const all = found.get(resource) ?? new Set<string>()
      for (const operation of operations) all.add(operation)
      found.set(resource, all)
    }
  }
  const rank = ({ plural }: ApiResource) => (plainest.includes(plural) ? plainest.indexOf(plural) : plainest.length)
  return [...found]
    .map(([resource, operations]) => ({ resource, operations }))
    .sort((a, b) => rank(a.resource) - rank(b.resource))
    .slice(0, 4)
}

const typeOf = (resource: ApiResource) => ({ apiVersion: apiVersion(resource), kind: resource.kind })

/** A few objects of a kind; none where they may not be listed. */
const some = (resource: ApiResource): Effect.Effect<ReadonlyArray<KubernetesObject>, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const path = yield* client.path(typeOf(resource))
    const { body } = yield* client.request({ method: "GET", path, query: { limit: 20 } })
    return list(body, "items").map((item) => ({ ...(item as KubernetesObject), ...typeOf(resource) }))
  }).pipe(Effect.catchTags({ Forbidden: () => Effect.succeed([]), NotFound: () => Effect.succeed([]) }))

/** The namespaces that an entry's selector takes; the client's own first. */
const namespacesFor = (entry: unknown): Effect.Effect<ReadonlySet<string>, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const selector = field(entry, "namespaceSelector") ?? {}
    const known = yield* client.list({ apiVersion: "v1", kind: "Namespace" }).pipe(
      Effect.map(({ items }) => items),
      Effect.catchTag("Forbidden", () => Effect.succeed([]))
    )
    const names = known
      .filter((namespace) => namespace.metadata.deletionTimestamp === undefined)
      .filter((namespace) => selects(selector, namespace.metadata.labels ?? {}))
      .map((namespace) => namespace.metadata.name ?? "")
    const everything = Object.keys(selector).length === 0
    const own =
      known.length === 0 && everything ? [client.namespace] : names.filter((name) => name === client.namespace)
    return new Set([...own, ...names])
  })

const schemaOf = (resource: ApiResource): Effect.Effect<unknown, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const definition = yield* client.get({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      name: `${resource.plural}.${resource.group}`
    })
    const version = list(definition, "spec", "versions").find((one) => text(one, "name") === resource.version)
    return field(version, "schema", "openAPIV3Schema")
  }).pipe(Effect.catchTags({ Forbidden: () => Effect.succeed(undefined), NotFound: () => Effect.succeed(undefined) }))

const madeUp = (resource: ApiResource) =>
  Effect.map(schemaOf(resource), (schema) =>
    schema === undefined ? undefined : (schemaSample(schema) as Record<string, unknown>)
  )

const probeName = "holdfast-probe"

/** A new object like one there is, or like a sample, or made up from its schema. */
const newObject = (
  resource: ApiResource,
  entry: unknown,
  like: KubernetesObject | undefined,
  namespace: string | undefined
): Effect.Effect<KubernetesObject | undefined, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const template: Record<string, unknown> | undefined =
      like ?? (resource.group === "" && resource.kind === "ConfigMap" ? {} : yield* madeUp(resource))
    if (template === undefined) return undefined
    const { status: _, metadata, ...rest } = template
    const labels = { ...texts(metadata, "labels"), ...texts(entry, "objectSelector", "matchLabels") }
    if (!selects(field(entry, "objectSelector") ?? {}, labels)) return undefined
    return {
      ...rest,
      ...typeOf(resource),
      metadata: { name: probeName, ...(namespace !== undefined && { namespace }), labels }
    }
  })

/** The requests that an admission webhook's entry is asked about, the most harmless first. */
export const admissionRequests = (
  entry: unknown,
  samples: ReadonlyArray<KubernetesObject>
): Effect.Effect<ReadonlyArray<ProbeRequest>, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const resources = covered(entry, yield* client.resources)
    const namespaces = resources.some(({ resource }) => resource.namespaced)
      ? yield* namespacesFor(entry)
      : new Set<string>()
    const perResource = yield* Effect.forEach(
      resources,
      Effect.fnUntraced(function* ({ resource, operations }) {
        const inScope = (object: KubernetesObject) =>
          (!resource.namespaced || namespaces.has(object.metadata.namespace ?? client.namespace)) &&
          selects(field(entry, "objectSelector") ?? {}, object.metadata.labels ?? {})
        const existing = (yield* some(resource)).filter(inScope)
        const target = existing.find((object) => object.metadata.deletionTimestamp === undefined)
        const requests: Array<ProbeRequest> = []
        const what = (operation: string, name: string) => `${operation} ${resource.plural}/${name}`
        if (operations.has("UPDATE") && target !== undefined) {
          requests.push({
            what: what("UPDATE", target.metadata.name ?? ""),
            send: client.patch(toRef(target), { type: "merge", body: {}, dryRun: true })
          })
        }
        if (operations.has("CREATE")) {
          const sample = samples.find(
            (object) => object.kind === resource.kind && groupVersion(object.apiVersion).group === resource.group
          )
          const namespace = resource.namespaced ? [...namespaces][0] : undefined
          const object =
            resource.namespaced && namespace === undefined
              ? undefined
              : yield* newObject(resource, entry, sample ?? target, namespace)
          if (object !== undefined) {
            requests.push({ what: what("CREATE", probeName), send: client.create(object, { dryRun: true }) })
          }
        }
        if (operations.has("DELETE") && target?.metadata.uid !== undefined) {
          requests.push({
            what: what("DELETE", target.metadata.name ?? ""),
            send: client.delete(toRef(target), { dryRun: true, preconditions: { uid: target.metadata.uid } })
          })
        }
        return requests
      })
    )
    const order = (request: ProbeRequest) => ["UPDATE", "CREATE", "DELETE"].indexOf(request.what.split(" ")[0] ?? "")
    return perResource.flat().sort((a, b) => order(a) - order(b))
  })

/** Requests that make the API server convert: reads and dry runs in a version that is not the stored one. */
export const conversionRequests = (
  definition: KubernetesObject
): Effect.Effect<ReadonlyArray<ProbeRequest>, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const group = text(definition, "spec", "group")
    const versions = list(definition, "spec", "versions").filter((version) => field(version, "served") === true)
    const other = versions.find((version) => field(version, "storage") !== true)
    const resource = (yield* client.resources).find(
      (one) =>
        one.group === group &&
        one.version === text(other, "name") &&
        one.plural === text(definition, "spec", "names", "plural")
    )
    if (resource === undefined) return []
    const path = yield* client.path(typeOf(resource))
    const stored = versions.find((version) => field(version, "storage") === true)
    const storedPath = path.replace(`/${resource.version}/`, `/${text(stored, "name")}/`)
    // An empty list converts nothing, and so proves nothing.
    const { body } = yield* client.request({ method: "GET", path: storedPath, query: { limit: 1 } })
    const requests: Array<ProbeRequest> = []
    if (list(body, "items").length > 0) {
      requests.push({
        what: `LIST ${resource.plural}.${resource.version}`,
        send: client.request({ method: "GET", path, query: { limit: 1 } })
      })
    }
    const object = yield* newObject(resource, {}, undefined, resource.namespaced ? client.namespace : undefined)
    if (object !== undefined) {
      requests.push({
        what: `CREATE ${resource.plural}.${resource.version}/${probeName}`,
        send: client.create(object, { dryRun: true })
      })
    }
    return requests
  })
