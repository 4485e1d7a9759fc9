/**
 * What is installed already: the workloads of the manifests that the cluster has, and their versions.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { format, type KubernetesObject, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import { CommandError } from "../output/CommandError.ts"

/**
 * A workload that is installed.
 *
 * @category models
 * @since 0.1.0
 */
export interface InstalledWorkload {
  readonly name: string
  /** The images of the cluster, in the order of its containers. */
  readonly images: ReadonlyArray<string>
  /** The images of the manifest. */
  readonly wanted: ReadonlyArray<string>
}

const kinds: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"])

const imagesOf = (object: KubernetesObject): ReadonlyArray<string> => {
  const spec = object["spec"] as
    | { readonly template?: { readonly spec?: { readonly containers?: ReadonlyArray<{ readonly image?: string }> } } }
    | undefined
  return (spec?.template?.spec?.containers ?? []).map(({ image }) => image ?? "")
}

/** Repository and version of an image whose tag is a version. */
const versionOf = (image: string) => {
  const [, repository, ...numbers] = /^(.+):v?(\d+)\.(\d+)\.(\d+)$/.exec(image) ?? []
  return repository === undefined ? undefined : { repository, numbers: numbers.map(Number) }
}

/**
 * Whether an image is an older version than another one of the same repository.
 *
 * **Example** (Numbers, not letters)
 *
 * ```ts import.meta.vitest
 * import * as Installed from "@holdfast/cli/bootstrap/Installed"
 *
 * Installed.isOlder("example.org/operator:v0.9.0", "example.org/operator:v0.26.1") // => true
 * Installed.isOlder("example.org/operator:v0.26.1", "example.org/other:v1.0.0") // => false
 * ```
 *
 * @category queries
 * @since 0.1.0
 */
export const isOlder = (image: string, than: string): boolean => {
  const [left, right] = [versionOf(image), versionOf(than)]
  if (left === undefined || right === undefined || left.repository !== right.repository) return false
  const at = left.numbers.findIndex((number, index) => number !== right.numbers[index])
  return at >= 0 && (left.numbers[at] as number) < (right.numbers[at] as number)
}

/**
 * Reads the workloads of the manifests that are there. Who may not read one does not learn of it.
 *
 * @category checks
 * @since 0.1.0
 */
export const read = Effect.fnUntraced(function* (
  objects: ReadonlyArray<KubernetesObject>
): Effect.fn.Return<ReadonlyArray<InstalledWorkload>, ClientError, KubernetesClient> {
  const client = yield* KubernetesClient
  const found = yield* Effect.forEach(
    objects.filter(({ kind }) => kinds.has(kind)),
    (object) =>
      client.get(toRef(object)).pipe(
        Effect.map((live) => [
          { name: format(toRef(object)), images: imagesOf(live), wanted: imagesOf(object) } satisfies InstalledWorkload
        ]),
        Effect.catchTags({ NotFound: () => Effect.succeed([]), Forbidden: () => Effect.succeed([]) })
      ),
    { concurrency: 8 }
  )
  return found.flat()
})

/**
 * Fails when a newer version is installed than the manifests hold.
 *
 * @category checks
 * @since 0.1.0
 */
export const refuseDowngrade = (workloads: ReadonlyArray<InstalledWorkload>): Effect.Effect<void, CommandError> => {
  for (const { name, images, wanted } of workloads) {
    for (const image of wanted) {
      const newer = images.find((one) => isOlder(image, one))
      if (newer !== undefined) {
        return Effect.fail(
          new CommandError({
            exit: "failure",
            detail: `${name} runs ${newer}, and the manifests hold the older ${image}`,
            hint: "Take the manifests of a newer release, or go back on purpose with --force"
          })
        )
      }
    }
  }
  return Effect.void
}
