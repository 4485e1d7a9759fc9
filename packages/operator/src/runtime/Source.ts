/**
 * Where a controller's work comes from: the kinds it watches, and which objects a change of one concerns.
 *
 * @since 0.1.0
 */
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import type { Cache, Change } from "./Cache.ts"
import * as OwnerReferences from "./OwnerReferences.ts"

/**
 * The object that is to be reconciled.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request {
  readonly name: string
  /** Left out for cluster-scoped kinds. */
  readonly namespace?: string
}

/**
 * A kind whose changes lead to reconciles.
 *
 * @category models
 * @since 0.1.0
 */
export interface Source {
  readonly cache: Cache
  readonly requests: (change: Change) => ReadonlyArray<Request>
}

/**
 * The objects that the controller is for.
 *
 * @category constructors
 * @since 0.1.0
 */
export const watch = (cache: Cache, options?: { readonly when?: (change: Change) => boolean }): Source =>
  map(cache, (object) => [requestOf(object)], options)

/**
 * Objects that belong to one that the controller is for: a change leads to their owner's reconcile.
 *
 * @category constructors
 * @since 0.1.0
 */
export const owned = (
  cache: Cache,
  owner: { readonly apiVersion: string; readonly kind: string; readonly isNamespaced: boolean }
): Source =>
  map(cache, (object) => {
    const reference = OwnerReferences.controllerOf(object)
    if (reference === undefined || reference.kind !== owner.kind || reference.apiVersion !== owner.apiVersion) return []
    const { namespace } = object.metadata
    return [{ name: reference.name, ...(owner.isNamespaced && namespace !== undefined && { namespace }) }]
  })

/**
 * Any objects, with the requests that a change of one leads to. The object as it was before counts too: when a Secret
 * is no longer the one that is referred to, both sides need to know.
 *
 * @category constructors
 * @since 0.1.0
 */
export const map = (
  cache: Cache,
  requests: (object: KubernetesObject) => ReadonlyArray<Request>,
  options?: { readonly when?: (change: Change) => boolean }
): Source => ({
  cache,
  requests: (change) => {
    if (options?.when?.(change) === false) return []
    const now = change._tag === "Deleted" ? [] : requests(change.object)
    return change._tag === "Added" ? now : [...requests(change.old), ...now]
  }
})

/**
 * Whether a change is one of what is wanted, not only of status or metadata: for kinds whose `spec` moves their
 * `generation`, and controllers that write their own status.
 *
 * @category predicates
 * @since 0.1.0
 */
export const generationChanged = (change: Change): boolean =>
  change._tag !== "Updated" ||
  change.old.metadata.generation !== change.object.metadata.generation ||
  change.old.metadata.uid !== change.object.metadata.uid ||
  change.old.metadata.deletionTimestamp !== change.object.metadata.deletionTimestamp

/**
 * The request for an object.
 *
 * @category constructors
 * @since 0.1.0
 */
export const requestOf = ({ metadata }: KubernetesObject): Request => ({
  name: metadata.name ?? "",
  ...(metadata.namespace !== undefined && { namespace: metadata.namespace })
})
