/**
 * Reads the manifests that the flags name.
 *
 * @since 0.1.0
 */
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import { format, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Manifest from "@holdfast/k8s-adapter/Manifest"
import type { ManifestError } from "@holdfast/k8s-adapter/ManifestError"
import * as Manifests from "@holdfast/k8s-adapter/Manifests"
import * as Effect from "effect/Effect"
import { CommandError } from "../output/CommandError.ts"

/**
 * Reads manifests from where the flags say.
 *
 * @category operations
 * @since 0.1.0
 */
export const readManifests = (
  sources: Manifests.Sources,
  namespace: string | undefined
): Effect.Effect<ReadonlyArray<KubernetesObject>, ManifestError | CommandError> =>
  Effect.flatMap(Manifests.read(sources), (manifests) => objectsIn(namespace, manifests))

/**
 * Reads manifests that are at hand as text.
 *
 * @category operations
 * @since 0.1.0
 */
export const readText = (
  text: string,
  source: string,
  namespace: string | undefined
): Effect.Effect<ReadonlyArray<KubernetesObject>, ManifestError | CommandError> =>
  Effect.flatMap(Effect.fromResult(Manifest.parse(text, source)), (manifests) => objectsIn(namespace, manifests))

/** Refuses objects of another namespace than the one that `--namespace` names. */
const objectsIn = (namespace: string | undefined, manifests: ReadonlyArray<Manifest.Manifest>) => {
  const stranger =
    namespace === undefined
      ? undefined
      : manifests.find(({ object: { metadata } }) => (metadata.namespace ?? namespace) !== namespace)
  return stranger === undefined
    ? Effect.succeed(manifests.map(({ object }) => object))
    : Effect.fail(
        new CommandError({
          exit: "badInput",
          detail: `${Manifest.formatOrigin(stranger.origin)}: ${format(toRef(stranger.object))} does not belong to the namespace "${namespace}" that --namespace names`,
          hint: "Leave --namespace out, or the object's own namespace."
        })
      )
}
