/**
 * Reads manifests from where people keep them: files, folders, addresses, kustomizations and standard input.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { download } from "./internal/download.ts"
import { listFolder, readFile, readStream } from "./internal/manifestFiles.ts"
import * as Manifest from "./Manifest.ts"
import { ManifestError } from "./ManifestError.ts"

/**
 * What to read manifests from.
 *
 * @category options
 * @since 0.1.0
 */
export interface Sources {
  /** Paths of files and folders, `http://` and `https://` addresses, and `-` for standard input. */
  readonly files?: ReadonlyArray<string>
  /** A folder with a kustomization, or the path of one. */
  readonly kustomize?: string
  /** Reads folders below folders too. */
  readonly recursive?: boolean
  /** What `-` reads; the process's own standard input unless given. */
  readonly stdin?: AsyncIterable<Uint8Array | string>
}

const parsed = (text: string, source: string): Effect.Effect<ReadonlyArray<Manifest.Manifest>, ManifestError> =>
  Effect.suspend(() => Effect.fromResult(Manifest.parse(text, source)))

const isAddress = (name: string): boolean => /^https?:\/\//i.test(name)

const fromName = Effect.fnUntraced(function* (name: string, sources: Sources) {
  if (name === "-") {
    const source = "standard input"
    return yield* parsed(yield* readStream(sources.stdin ?? process.stdin, source), source)
  }
  if (isAddress(name)) return yield* parsed(yield* download(name), name)
  const files = yield* listFolder(name, sources.recursive ?? false)
  return (yield* Effect.forEach(files, (file) => Effect.flatMap(readFile(file), (text) => parsed(text, file)))).flat()
})

/**
 * Reads all objects of all sources, in the order given; files of a folder come in the order of their names. Fails when
 * there is no object at all, or the same one twice with different content.
 *
 * **When to use**
 *
 * Use for the `-f` and `-k` flags. For a text that is at hand already use `Manifest.parse`.
 *
 * @category reading
 * @since 0.1.0
 */
export const read: (sources: Sources) => Effect.Effect<ReadonlyArray<Manifest.Manifest>, ManifestError> =
  Effect.fnUntraced(function* (sources) {
    const manifests = (yield* Effect.forEach(sources.files ?? [], (name) => fromName(name, sources))).flat()
    if (sources.kustomize !== undefined) {
      const { build } = yield* Effect.promise(() => import("./Kustomization.ts"))
      manifests.push(...(yield* build(sources.kustomize)))
    }
    if (manifests.length === 0) {
      return yield* new ManifestError({
        reason: "empty",
        source: [...(sources.files ?? []), ...(sources.kustomize === undefined ? [] : [sources.kustomize])]
          .map((name) => (name === "-" ? "standard input" : name))
          .join(", "),
        detail: "there is no Kubernetes object in it",
        hint: "Check that it is the file that was meant, and that what wrote it succeeded."
      })
    }
    return yield* Effect.fromResult(Manifest.unique(manifests))
  })
