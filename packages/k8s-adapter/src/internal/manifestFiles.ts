/** Files, folders and streams that hold manifests; every failure is a `ManifestError`. */

import * as path from "node:path"
import * as Effect from "effect/Effect"
import { ManifestError } from "../ManifestError.ts"
import * as Files from "./files.ts"

/** What kubectl reads in a folder. */
const extensions: ReadonlySet<string> = new Set([".json", ".yaml", ".yml"])

/** The largest object that an API server takes is 3 MiB; no manifest in use comes near this. */
const sizeLimit = 64 * 1024 * 1024

const tooLarge = (source: string): ManifestError =>
  new ManifestError({
    reason: "too-large",
    source,
    detail: `it has more than ${sizeLimit / 1024 / 1024} MiB`,
    hint: "Check that it is the file that was meant, or split it."
  })

const fileProblem =
  (source: string) =>
  (cause: unknown): ManifestError => {
    const code = (cause as { readonly code?: unknown } | null)?.code
    return code === "ENOENT" || code === "ENOTDIR"
      ? new ManifestError({
          reason: "not-found",
          source,
          detail: "there is no such file or folder",
          hint: "Check the path.",
          cause
        })
      : new ManifestError({
          reason: "unreadable",
          source,
          detail: `it cannot be read (${String(code ?? cause)})`,
          hint:
            code === "EACCES" || code === "EPERM" ? "Check its permissions." : "Check that it is a file or a folder.",
          cause
        })
  }

const decode = (bytes: Uint8Array, source: string): Effect.Effect<string, ManifestError> =>
  Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
    catch: () =>
      new ManifestError({
        reason: "malformed",
        source,
        detail: "it is not text in UTF-8",
        hint: "Save it as UTF-8; archives are unpacked first."
      })
  })

export const readFile: (file: string) => Effect.Effect<string, ManifestError> = Effect.fnUntraced(function* (file) {
  const { size } = yield* Effect.mapError(Files.stat(file), fileProblem(file))
  if (size > sizeLimit) return yield* tooLarge(file)
  const bytes = yield* Effect.mapError(Files.readFile(file), fileProblem(file))
  return yield* decode(bytes, file)
})

/** The file itself, or the manifests of the folder in the order of their names; links are followed. */
export const listFolder = (name: string, recursive: boolean): Effect.Effect<ReadonlyArray<string>, ManifestError> =>
  Effect.gen(function* () {
    const stat = yield* Effect.mapError(Files.stat(name), fileProblem(name))
    if (!stat.isDirectory()) return [name]
    const files = yield* manifestsBelow(name, recursive, 0)
    if (files.length > 0) return files
    return yield* new ManifestError({
      reason: "empty",
      source: name,
      detail: `the folder has no file that ends in ${[...extensions].join(", ")}`,
      hint: recursive ? "Check the path." : "Folders below it are read with -R, a kustomization with -k."
    })
  })

/** Links may form a ring. */
const deepestFolder = 64

const manifestsBelow = (
  folder: string,
  recursive: boolean,
  depth: number
): Effect.Effect<ReadonlyArray<string>, ManifestError> =>
  Effect.gen(function* () {
    const names = yield* Effect.mapError(Files.readFolder(folder), fileProblem(folder))
    const found: Array<string> = []
    for (const name of names.sort()) {
      const entry = path.join(folder, name)
      const stat = yield* Effect.mapError(Files.stat(entry), fileProblem(entry))
      if (stat.isDirectory()) {
        if (recursive && depth < deepestFolder) found.push(...(yield* manifestsBelow(entry, recursive, depth + 1)))
      } else if (extensions.has(path.extname(name))) found.push(entry)
    }
    return found
  })

export const readStream = (
  stream: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array>,
  source: string
): Effect.Effect<string, ManifestError> =>
  Effect.tryPromise({
    try: async () => {
      const chunks: Array<Uint8Array> = []
      let size = 0
      for await (const chunk of stream) {
        const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk
        size += bytes.length
        if (size > sizeLimit) throw tooLarge(source)
        chunks.push(bytes)
      }
      return Buffer.concat(chunks)
    },
    catch: (cause) => (cause instanceof ManifestError ? cause : fileProblem(source)(cause))
  }).pipe(Effect.flatMap((bytes) => decode(bytes, source)))
