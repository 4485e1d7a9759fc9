/**
 * What users have made that goes when definitions and namespaces go: custom resources, and workloads and volumes in the
 * namespaces. Nobody must lose these without having been asked.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { type KubernetesObject, key, type ObjectRef, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import { listOf, part, textOf } from "../input/Json.ts"

/**
 * What was found.
 *
 * @category models
 * @since 0.1.0
 */
export interface Belongings {
  /** Custom resources, which have to go before their definitions. */
  readonly resources: ReadonlyArray<KubernetesObject>
  /** What goes with its namespace. */
  readonly contents: ReadonlyArray<KubernetesObject>
  /** What could not be looked at, in words: there may be more. */
  readonly unread: ReadonlyArray<string>
}

/** What a namespace is worth to its users; the rest can be made again from these or is made by controllers. */
const valued = [
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["apps/v1", "DaemonSet"],
  ["batch/v1", "CronJob"],
  ["v1", "PersistentVolumeClaim"]
] as const

/** The operator's own, made for a moment. */
const isProbe = ({ apiVersion, kind }: KubernetesObject) =>
  kind === "Probe" && apiVersion.startsWith("certificates.holdfast.dev/")

interface Query {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
}

/** The version that is stored needs no conversion webhook, which may be broken: that may be why somebody uninstalls. */
const instancesOf = (definition: KubernetesObject): ReadonlyArray<Query> => {
  const versions = listOf(part(definition, "spec", "versions"))
  const version = versions.find((one) => part(one, "storage") === true && part(one, "served") === true)
  const served = version ?? versions.find((one) => part(one, "served") === true)
  const group = textOf(part(definition, "spec", "group"))
  const kind = textOf(part(definition, "spec", "names", "kind"))
  return served === undefined ? [] : [{ apiVersion: `${group}/${textOf(part(served, "name"))}`, kind }]
}

const contentsOf = (namespace: string): ReadonlyArray<Query> =>
  valued.map(([apiVersion, kind]) => ({ apiVersion, kind, namespace }))

/**
 * Finds what goes along with these objects and is not among the ones that are wanted gone.
 *
 * @category reading
 * @since 0.1.0
 */
export const of = Effect.fnUntraced(function* (
  objects: ReadonlyArray<KubernetesObject>,
  wanted: ReadonlyArray<ObjectRef>
): Effect.fn.Return<Belongings, never, KubernetesClient> {
  const client = yield* KubernetesClient
  const own = new Set(wanted.map(key))
  const unread: Array<string> = []
  const find = (queries: ReadonlyArray<Query>) =>
    Effect.map(
      Effect.forEach(
        queries,
        (query) =>
          client.list(query).pipe(
            Effect.map(({ items }) => items),
            Effect.catch((error: ClientError) =>
              Effect.sync((): ReadonlyArray<KubernetesObject> => {
                const isNone = error._tag === "UnknownKind" || error._tag === "NotFound"
                if (!isNone) unread.push(`${query.kind} objects could not be listed: ${error.message}`)
                return []
              })
            )
          ),
        { concurrency: 8 }
      ),
      (lists) =>
        lists
          .flat()
          // What has an owner goes and comes with it.
          .filter((one) => (one.metadata.ownerReferences ?? []).length === 0 && !isProbe(one))
          .filter((one) => !own.has(key(toRef(one))))
    )
  const definitions = objects.filter(({ kind }) => kind === "CustomResourceDefinition")
  const namespaces = objects.filter(({ kind }) => kind === "Namespace")
  const resources = yield* find(definitions.flatMap(instancesOf))
  const contents = yield* find(namespaces.flatMap(({ metadata }) => contentsOf(metadata.name ?? "")))
  return { resources, contents, unread }
})

/**
 * Whether there is nothing that anybody would miss.
 *
 * @category queries
 * @since 0.1.0
 */
export const isEmpty = ({ resources, contents, unread }: Belongings): boolean =>
  resources.length + contents.length + unread.length === 0
