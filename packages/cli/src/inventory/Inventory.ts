/**
 * What bootstraps have installed, kept in the cluster: one ConfigMap that names every object, so that an uninstall
 * removes these and nothing else.
 *
 * An inventory, as Flux keeps one, rather than labels on the objects, as kapp and Helm put them: the objects stay byte
 * for byte what their manifest says, and nothing has to be looked for in every kind of the cluster. Rather than field
 * managers: `holdfast apply` has the same one, and it can be chosen. It is written before the first object, as kapp does,
 * so that a bootstrap that was killed leaves nothing that nobody knows of. It lies in `kube-system`, since it has to
 * outlive every namespace that an uninstall removes.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { type KubernetesObject, key, type ObjectRef, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { definesKind } from "../bootstrap/Kinds.ts"
import { part, textOf } from "../input/Json.ts"

/**
 * The ConfigMap.
 *
 * @category constants
 * @since 0.1.0
 */
export const ref = {
  apiVersion: "v1",
  kind: "ConfigMap",
  namespace: "kube-system",
  name: "holdfast-inventory"
} as const

/**
 * An object that a bootstrap has applied, or was about to.
 *
 * @category models
 * @since 0.1.0
 */
export interface Entry {
  readonly ref: ObjectRef
  /** When it was first about to, by the API server's clock, in milliseconds: what is older was there before. */
  readonly since: number
}

/** Names may have characters that a key of a ConfigMap may not. */
const keyOf = (one: ObjectRef): string => createHash("sha256").update(key(one)).digest("hex").slice(0, 16)

const decode = (text: string): ReadonlyArray<Entry> => {
  const read = Result.try(() => JSON.parse(text) as unknown)
  if (Result.isFailure(read)) return []
  const value = (field: string) => textOf(part(read.success, field))
  const namespace = value("namespace")
  const one = { apiVersion: value("apiVersion"), kind: value("kind"), name: value("name") }
  const since = Date.parse(value("since"))
  if (Object.values(one).includes("") || Number.isNaN(since)) return []
  return [{ ref: namespace === "" ? one : { ...one, namespace }, since }]
}

const encode = ({ ref: one, since }: Entry): string => JSON.stringify({ ...one, since: new Date(since).toISOString() })

const dataOf = (live: KubernetesObject): Readonly<Record<string, string>> =>
  (live["data"] ?? {}) as Readonly<Record<string, string>>

const get: Effect.Effect<KubernetesObject | undefined, ClientError, KubernetesClient> = Effect.flatMap(
  KubernetesClient,
  (client) => client.get(ref)
).pipe(Effect.catchTag("NotFound", () => Effect.succeed(undefined)))

/**
 * Reads the inventory; `undefined` where there is none.
 *
 * @category reading
 * @since 0.1.0
 */
export const read: Effect.Effect<ReadonlyArray<Entry> | undefined, ClientError, KubernetesClient> = Effect.map(
  get,
  (live) => (live === undefined ? undefined : Object.values(dataOf(live)).flatMap(decode))
)

/** The time that the API server has, which is the one that objects are created at. */
const serverTime = Effect.gen(function* () {
  const client = yield* KubernetesClient
  const { headers } = yield* client.request({ method: "GET", path: "/version" })
  const date = Date.parse(String(headers["date"] ?? ""))
  return Number.isNaN(date) ? yield* Clock.currentTimeMillis : date
})

/**
 * The full name of an object among those that are applied together: a namespaced one gets its namespace, for whoever
 * reads it may have another default.
 *
 * @category reading
 * @since 0.1.0
 */
export const refOf = Effect.fnUntraced(function* (object: KubernetesObject, objects: ReadonlyArray<KubernetesObject>) {
  const one = toRef(object)
  if (one.namespace !== undefined) return one
  const client = yield* KubernetesClient
  const definition = objects.find((each) => definesKind(each, object))
  const namespaced =
    definition === undefined
      ? yield* client.resource(object.apiVersion, object.kind).pipe(
          Effect.map((resource) => resource.namespaced),
          Effect.catchTag("UnknownKind", () => Effect.succeed(false))
        )
      : part(definition, "spec", "scope") === "Namespaced"
  return namespaced ? { ...one, namespace: client.namespace } : one
})

/**
 * Adds what is not in it yet. What is in it is never taken out by this, so that an object which a newer manifest has not
 * any longer is removed by an uninstall all the same.
 *
 * @category operations
 * @since 0.1.0
 */
export const add = Effect.fnUntraced(function* (
  objects: ReadonlyArray<KubernetesObject>
): Effect.fn.Return<void, ClientError, KubernetesClient> {
  const client = yield* KubernetesClient
  const live = yield* get
  const known = live === undefined ? {} : dataOf(live)
  const refs = yield* Effect.forEach(objects, (object) => refOf(object, objects))
  const missing = refs.filter((one) => known[keyOf(one)] === undefined)
  if (missing.length === 0) return
  const since = yield* serverTime
  const data = Object.fromEntries(missing.map((one) => [keyOf(one), encode({ ref: one, since })]))
  const merge = client.patch(ref, { type: "merge", body: { data } })
  const { apiVersion, kind, namespace, name } = ref
  const labels = { "app.kubernetes.io/managed-by": "holdfast" }
  yield* live === undefined
    ? Effect.catchTag(
        client.create({ apiVersion, kind, metadata: { namespace, name, labels }, data }),
        "AlreadyExists",
        () => merge
      )
    : merge
})

/**
 * Takes objects out, and removes the inventory when nothing is left in it.
 *
 * @category operations
 * @since 0.1.0
 */
export const forget = Effect.fnUntraced(function* (
  refs: ReadonlyArray<ObjectRef>
): Effect.fn.Return<void, ClientError, KubernetesClient> {
  const client = yield* KubernetesClient
  const live = yield* get
  if (live === undefined) return
  const gone = new Set(refs.map(keyOf))
  const left = Object.keys(dataOf(live)).filter((one) => !gone.has(one))
  const data = Object.fromEntries([...gone].map((one) => [one, null]))
  const change = left.length === 0 ? client.delete(ref) : client.patch(ref, { type: "merge", body: { data } })
  yield* Effect.catchTag(Effect.asVoid(change), "NotFound", () => Effect.void)
})
