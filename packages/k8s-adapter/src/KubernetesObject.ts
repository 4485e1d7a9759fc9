/**
 * What every Kubernetes object has in common, and the ways to name one. The client works on plain JSON: it neither
 * knows nor drops the fields of a kind, so that what a manifest says is what the API server gets.
 *
 * @since 0.1.0
 */

/**
 * A reference from an object to the one that owns it.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
 * @category models
 * @since 0.1.0
 */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

/**
 * The `metadata` of an object: the fields that this project reads, and whatever else the API server keeps there.
 *
 * @category models
 * @since 0.1.0
 */
export interface ObjectMeta {
  readonly name?: string
  readonly generateName?: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  /** RFC 3339. */
  readonly creationTimestamp?: string
  /** RFC 3339; present while the object waits for its finalizers. */
  readonly deletionTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly finalizers?: ReadonlyArray<string>
  readonly ownerReferences?: ReadonlyArray<OwnerReference>
  readonly [field: string]: unknown
}

/**
 * Any Kubernetes object, as the JSON that goes over the wire.
 *
 * @category models
 * @since 0.1.0
 */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly [field: string]: unknown
}

/**
 * Objects of one kind, and the version of the collection they were read at: the point from which a watch continues.
 *
 * @category models
 * @since 0.1.0
 */
export interface ObjectList {
  readonly resourceVersion: string
  readonly items: ReadonlyArray<KubernetesObject>
}

/**
 * The name of one object: enough to find it through the API.
 *
 * @category models
 * @since 0.1.0
 */
export interface ObjectRef {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  /** Left out for cluster-scoped kinds; for namespaced kinds the client's own namespace takes its place. */
  readonly namespace?: string
}

/**
 * An API group and version; the core group is `""`.
 *
 * @category models
 * @since 0.1.0
 */
export interface GroupVersion {
  readonly group: string
  readonly version: string
}

/**
 * Splits an `apiVersion` into group and version.
 *
 * **Example** (The core group has no name)
 *
 * ```ts import.meta.vitest
 * import * as KubernetesObject from "@holdfast/k8s-adapter/KubernetesObject"
 *
 * KubernetesObject.groupVersion("apps/v1") // => { group: "apps", version: "v1" }
 * KubernetesObject.groupVersion("v1") // => { group: "", version: "v1" }
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const groupVersion = (apiVersion: string): GroupVersion => {
  const slash = apiVersion.indexOf("/")
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/**
 * Joins a group and a version into an `apiVersion`: the inverse of {@link groupVersion}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const apiVersion = (self: GroupVersion): string =>
  self.group === "" ? self.version : `${self.group}/${self.version}`

/**
 * Names the object that a JSON object describes; a `generateName` leaves the name empty.
 *
 * @category constructors
 * @since 0.1.0
 */
export const toRef = (object: KubernetesObject): ObjectRef => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  name: object.metadata.name ?? "",
  ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace })
})

/**
 * Writes a reference the way kubectl does: kind in small letters, its group, the name, and the namespace in front.
 *
 * **Example** (Naming objects in a message)
 *
 * ```ts import.meta.vitest
 * import * as KubernetesObject from "@holdfast/k8s-adapter/KubernetesObject"
 *
 * KubernetesObject.format({ apiVersion: "apps/v1", kind: "Deployment", namespace: "web", name: "shop" })
 * // => "web/deployment.apps/shop"
 * KubernetesObject.format({ apiVersion: "v1", kind: "Namespace", name: "web" }) // => "namespace/web"
 * ```
 *
 * @category formatting
 * @since 0.1.0
 */
export const format = (ref: ObjectRef): string => {
  const { group } = groupVersion(ref.apiVersion)
  const kind = ref.kind.toLowerCase()
  return `${ref.namespace === undefined ? "" : `${ref.namespace}/`}${group === "" ? kind : `${kind}.${group}`}/${ref.name}`
}

/**
 * A string that is equal for two references exactly when they name the same object; versions of one group are the
 * same object to the API server, so the version does not count.
 *
 * @category formatting
 * @since 0.1.0
 */
export const key = (ref: ObjectRef): string =>
  `${groupVersion(ref.apiVersion).group}/${ref.kind}/${ref.namespace ?? ""}/${ref.name}`

/**
 * Whether a value read from YAML or JSON has the three fields that make it a Kubernetes object.
 *
 * **Gotchas**
 *
 * A name is not asked for: `generateName` may stand in its place.
 *
 * @category guards
 * @since 0.1.0
 */
export const isKubernetesObject = (value: unknown): value is KubernetesObject => {
  if (typeof value !== "object" || value === null) return false
  const { apiVersion, kind, metadata } = value as Record<string, unknown>
  return (
    typeof apiVersion === "string" &&
    apiVersion !== "" &&
    typeof kind === "string" &&
    kind !== "" &&
    typeof metadata === "object" &&
    metadata !== null &&
    !Array.isArray(metadata)
  )
}
