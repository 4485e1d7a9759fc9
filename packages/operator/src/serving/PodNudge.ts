/**
 * Makes the kubelets of pods that mount the serving Secret look at it now, where that is permitted.
 *
 * @since 0.1.0
 */
import type { ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Nudge from "@holdfast/k8s-adapter/Nudge"
import * as Effect from "effect/Effect"

/**
 * Nudges pods. Nothing depends on it: a kubelet that is not nudged looks within a minute and a half.
 *
 * @category models
 * @since 0.1.0
 */
export interface PodNudge {
  /** Tells whether the pod was nudged: not where that is forbidden, which is told in the log once for each namespace. */
  readonly nudge: (pod: {
    readonly namespace: string
    readonly name: string
  }) => Effect.Effect<boolean, ClientError, KubernetesClient>
}

/**
 * Makes a {@link PodNudge}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<PodNudge> = Effect.sync(() => {
  const forbidden = new Set<string>()
  return {
    nudge: ({ name, namespace }) =>
      Nudge.pod(namespace, name).pipe(
        Effect.as(true),
        Effect.catchTag("Forbidden", (error) =>
          Effect.gen(function* () {
            if (!forbidden.has(namespace)) {
              forbidden.add(namespace)
              yield* Effect.logWarning(
                `pods in the namespace ${namespace} may not be nudged, so their kubelets take up to 90 s to see a new certificate. To allow it, grant the operator the verb patch on pods there. ${error.message}`
              )
            }
            return false
          })
        )
      )
  }
})
