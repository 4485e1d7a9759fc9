/**
 * Whether every kind is served, or will be once the manifests' own definitions are: told before anything is written.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { groupVersion, type KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import type { UnknownKind } from "@holdfast/k8s-adapter/UnknownKind"
import * as Effect from "effect/Effect"

/**
 * Whether an object is the definition of another one's kind.
 *
 * @category queries
 * @since 0.1.0
 */
export const definesKind = (
  definition: KubernetesObject,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }
): boolean => {
  const spec = definition["spec"] as
    | { readonly group?: string; readonly names?: { readonly kind?: string } }
    | undefined
  return (
    definition.kind === "CustomResourceDefinition" &&
    spec?.group === groupVersion(apiVersion).group &&
    spec.names?.kind === kind
  )
}

/**
 * Why an object cannot be applied after the others: neither the server nor a definition among them knows its kind.
 *
 * @category checks
 * @since 0.1.0
 */
export const unknown = Effect.fnUntraced(function* (
  object: KubernetesObject,
  objects: ReadonlyArray<KubernetesObject>
): Effect.fn.Return<UnknownKind | undefined, ClientError, KubernetesClient> {
  if (objects.some((one) => definesKind(one, object))) return undefined
  const client = yield* KubernetesClient
  return yield* client.resource(object.apiVersion, object.kind).pipe(
    Effect.as(undefined),
    Effect.catchTag("UnknownKind", (error) => Effect.succeed(error))
  )
})

/**
 * Fails with the first kind that nobody knows.
 *
 * @category checks
 * @since 0.1.0
 */
export const check = (objects: ReadonlyArray<KubernetesObject>): Effect.Effect<void, ClientError, KubernetesClient> => {
  const kinds = new Map(objects.map((object) => [`${object.apiVersion}/${object.kind}`, object]))
  return Effect.forEach(
    kinds.values(),
    (object) =>
      Effect.flatMap(unknown(object, objects), (error) => (error === undefined ? Effect.void : Effect.fail(error))),
    { discard: true }
  )
}
