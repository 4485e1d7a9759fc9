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
 * Reads manifests. With `--namespace`, an object of another namespace is refused, as kubectl does: which of the two was
 * meant cannot be known.
 *
 * @category reading
 * @since 0.1.0
 */
export const readManifests = Effect.fnUntraced(function* (
  sources: Manifests.Sources,
  namespace: string | undefined
): Effect.fn.Return<ReadonlyArray<KubernetesObject>, ManifestError | CommandError> {
  const manifests = yield* Manifests.read(sources)
  const stranger =
    namespace === undefined
      ? undefined
      : manifests.find(({ object: { metadata } }) => (metadata.namespace ?? namespace) !== namespace)
  if (stranger !== undefined) {
    return yield* new CommandError({
      exit: "badInput",
      detail: `${Manifest.formatOrigin(stranger.origin)}: ${format(toRef(stranger.object))} does not belong to the namespace "${namespace}" that --namespace names`,
      hint: "Leave --namespace out, or the object's own namespace."
    })
  }
  return manifests.map(({ object }) => object)
})
