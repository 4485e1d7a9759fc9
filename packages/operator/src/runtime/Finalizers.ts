/**
 * Finalizers: what keeps a deleted object in place until its controller has cleaned up behind it. Use them only where
 * something outside of the cluster's garbage collection has to go: a finalizer whose controller is gone blocks its
 * object for ever.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as KubernetesObject from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"

type Object = KubernetesObject.KubernetesObject

/**
 * Whether the object has the finalizer.
 *
 * @category guards
 * @since 0.1.0
 */
export const has = (object: Object, finalizer: string): boolean =>
  object.metadata.finalizers?.includes(finalizer) === true

/**
 * Whether the object is on its way out, and waits for its finalizers.
 *
 * @category guards
 * @since 0.1.0
 */
export const isDeleting = (object: Object): boolean => object.metadata.deletionTimestamp !== undefined

/**
 * Writes a finalizer onto the object, unless it is there. Fails with `Conflict` when the object is not the latest: the
 * list is written whole, and another controller's finalizer must not get lost.
 *
 * @category combinators
 * @since 0.1.0
 */
export const add = (object: Object, finalizer: string): Effect.Effect<Object, ClientError, KubernetesClient> =>
  has(object, finalizer) ? Effect.succeed(object) : write(object, [...(object.metadata.finalizers ?? []), finalizer])

/**
 * Takes a finalizer off the object, if it is there. Fails as {@link add} does; an object that is gone already is fine.
 *
 * @category combinators
 * @since 0.1.0
 */
export const remove = (object: Object, finalizer: string): Effect.Effect<Object, ClientError, KubernetesClient> =>
  has(object, finalizer)
    ? Effect.catchTag(
        write(
          object,
          (object.metadata.finalizers ?? []).filter((each) => each !== finalizer)
        ),
        "NotFound",
        () => Effect.succeed(object)
      )
    : Effect.succeed(object)

const write = (object: Object, finalizers: ReadonlyArray<string>) =>
  Effect.flatMap(KubernetesClient, (client) =>
    client.patch(KubernetesObject.toRef(object), {
      type: "merge",
      body: { metadata: { resourceVersion: object.metadata.resourceVersion, finalizers } }
    })
  )
