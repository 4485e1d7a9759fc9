/**
 * Owner references: which object another one belongs to, so that it is deleted with it, and so that a change of it
 * leads to its owner's reconcile.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
 * @since 0.1.0
 */
import type { KubernetesObject, OwnerReference } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Data from "effect/Data"
import * as Result from "effect/Result"

/**
 * An object cannot belong to the owner it was to be given.
 *
 * @category errors
 * @since 0.1.0
 */
export class CannotOwn extends Data.TaggedError("CannotOwn")<{
  readonly object: string
  readonly owner: string
  readonly problem: "owned-by-another" | "other-namespace" | "owner-not-created"
  /** The controller that owns it, where that is the problem. */
  readonly other?: string
}> {
  override get message(): string {
    const why = {
      "owned-by-another": `${this.other} controls it already`,
      "other-namespace": "an owner in a namespace owns objects of that namespace only",
      "owner-not-created": "the owner has no uid: read it from the API server first"
    }
    return `${this.owner} cannot own ${this.object}: ${why[this.problem]}`
  }
}

/**
 * The reference to the controller that an object belongs to; there is at most one.
 *
 * @category getters
 * @since 0.1.0
 */
export const controllerOf = (object: KubernetesObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((each) => each.controller === true)

/**
 * Whether an object belongs to this very owner, not only to one of its name.
 *
 * @category guards
 * @since 0.1.0
 */
export const isControlledBy = (object: KubernetesObject, owner: KubernetesObject): boolean =>
  owner.metadata.uid !== undefined && controllerOf(object)?.uid === owner.metadata.uid

/**
 * Gives an object that is about to be written the reference to its controller. Other owners are kept.
 *
 * @category combinators
 * @since 0.1.0
 */
export const setController = (
  object: KubernetesObject,
  owner: KubernetesObject
): Result.Result<KubernetesObject, CannotOwn> => {
  const cannot = (problem: CannotOwn["problem"], other?: string) =>
    Result.fail(
      new CannotOwn({ object: nameOf(object), owner: nameOf(owner), problem, ...(other !== undefined && { other }) })
    )
  const { name, namespace, uid } = owner.metadata
  if (name === undefined || uid === undefined) return cannot("owner-not-created")
  if (namespace !== undefined && namespace !== object.metadata.namespace) return cannot("other-namespace")
  const present = controllerOf(object)
  if (present !== undefined && present.uid !== uid) return cannot("owned-by-another", `${present.kind}/${present.name}`)
  const reference: OwnerReference = {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true
  }
  const others = (object.metadata.ownerReferences ?? []).filter((each) => each.uid !== uid)
  return Result.succeed({ ...object, metadata: { ...object.metadata, ownerReferences: [...others, reference] } })
}

const nameOf = ({ kind, metadata }: KubernetesObject) => `${kind}/${metadata.name ?? metadata.generateName ?? ""}`
