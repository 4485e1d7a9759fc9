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
import type { Host } from "../Host.ts"
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
 * Reads the manifests that `-f` and `-k` name; it is a usage error when neither is given.
 *
 * @category operations
 * @since 0.1.0
 */
export const readNamed = (
  flags: {
    readonly filename: ReadonlyArray<string>
    readonly kustomize: string | undefined
    readonly recursive: boolean | undefined
    readonly namespace: string | undefined
  },
  host: Host,
  { command, verb }: { readonly command: string; readonly verb: string }
): Effect.Effect<ReadonlyArray<KubernetesObject>, ManifestError | CommandError> =>
  flags.filename.length === 0 && flags.kustomize === undefined
    ? Effect.fail(
        new CommandError({
          exit: "usage",
          detail: `nothing to ${verb}: give a file with -f or a kustomization with -k`,
          hint: `See "holdfast ${command} --help".`
        })
      )
    : readManifests(
        {
          files: flags.filename,
          ...(flags.kustomize === undefined ? {} : { kustomize: flags.kustomize }),
          recursive: flags.recursive ?? false,
          stdin: { [Symbol.asyncIterator]: () => host.stdin.bytes()[Symbol.asyncIterator]() }
        },
        flags.namespace
      )

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
