/**
 * One object of a manifest, and where it was read: many documents, Lists and JSON, with YAML 1.1 values.
 *
 * @since 0.1.0
 */

import { isDeepStrictEqual } from "node:util"
import * as Result from "effect/Result"
import { isFields } from "./internal/fields.ts"
import type { KubernetesObject } from "./KubernetesObject.ts"
import * as KubernetesObjects from "./KubernetesObject.ts"
import * as KubernetesYaml from "./KubernetesYaml.ts"
import { ManifestError } from "./ManifestError.ts"

/**
 * Where an object was read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Origin {
  /** A path, an address, or `standard input`. */
  readonly source: string
  /** Counted from 1 within the source. */
  readonly document: number
  /** The line the object starts at, counted from 1. */
  readonly line: number
}

/**
 * An object, and where it was read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Manifest {
  readonly object: KubernetesObject
  readonly origin: Origin
}

/**
 * Writes an origin as editors and terminals take it: `file:line`.
 *
 * @category formatting
 * @since 0.1.0
 */
export const formatOrigin = (origin: Origin): string => `${origin.source}:${origin.line}`

type Located = Omit<KubernetesYaml.YamlDocument, "value"> & { readonly source: string }

const describe = (value: unknown): string =>
  Array.isArray(value)
    ? "a list"
    : value === null
      ? "nothing"
      : typeof value === "object"
        ? "a mapping"
        : `the ${typeof value} ${JSON.stringify(value)}`

const wrong = (
  at: Located,
  path: ReadonlyArray<string | number>,
  reason: "not-an-object" | "missing-field",
  detail: string,
  hint: string
) =>
  Result.fail(
    new ManifestError({ reason, source: at.source, document: at.document, line: at.lineOf(path), detail, hint })
  )

const named = (value: Record<string, unknown>): string => {
  const metadata = isFields(value["metadata"]) ? value["metadata"] : {}
  const name = [value["kind"], metadata["name"]].filter((part) => typeof part === "string" && part !== "").join(" ")
  return name === "" ? "the object" : name
}

const objectsOf = (
  value: unknown,
  at: Located,
  path: ReadonlyArray<string | number>
): Result.Result<ReadonlyArray<Manifest>, ManifestError> =>
  Result.gen(function* () {
    if (!isFields(value)) {
      return yield* wrong(
        at,
        path,
        "not-an-object",
        `a Kubernetes object is a mapping, and this is ${describe(value)}`,
        "Check the indentation, and that the file is a manifest."
      )
    }
    for (const field of ["apiVersion", "kind"] as const) {
      const given = value[field]
      if (typeof given === "string" && given !== "") continue
      const problem = given === undefined || given === null || given === "" ? "has no" : `has ${describe(given)} as its`
      const kustomization = /(^|[/\\])kustomization(\.ya?ml)?$/i.test(at.source)
      return yield* wrong(
        at,
        given === undefined ? path : [...path, field],
        "missing-field",
        `${named(value)} ${problem} ${field}`,
        kustomization
          ? "Give its folder with -k to have it built."
          : "Every Kubernetes object names its apiVersion and kind."
      )
    }
    const { apiVersion, kind, metadata, items } = value as Record<string, unknown> & {
      apiVersion: string
      kind: string
    }
    if (kind.endsWith("List") && Array.isArray(items)) {
      const objects: Array<Manifest> = []
      // The items of a typed list (PodList) may leave out what the list says already.
      const inherited = kind === "List" ? {} : { apiVersion, kind: kind.slice(0, -"List".length) }
      for (const [index, item] of items.entries()) {
        const whole = isFields(item) ? { ...inherited, ...item } : item
        objects.push(...(yield* objectsOf(whole, at, [...path, "items", index])))
      }
      return objects
    }
    if (apiVersion.startsWith("kustomize.config.k8s.io/")) {
      return yield* wrong(
        at,
        path,
        "not-an-object",
        `a ${kind} is a recipe for kustomize, not an object of the API`,
        "Give its folder with -k to have it built."
      )
    }
    if (metadata !== undefined && metadata !== null && !isFields(metadata)) {
      return yield* wrong(
        at,
        [...path, "metadata"],
        "missing-field",
        `the metadata of ${kind} is ${describe(metadata)}`,
        "metadata is a mapping with a name."
      )
    }
    const name = isFields(metadata) ? metadata["name"] : undefined
    if (typeof name !== "string" || name === "") {
      const generated = isFields(metadata) && metadata["generateName"] !== undefined
      return yield* wrong(
        at,
        name === undefined || name === null ? path : [...path, "metadata", "name"],
        "missing-field",
        name === undefined || name === null || name === ""
          ? `${kind} has no metadata.name`
          : `the metadata.name of ${kind} is ${describe(name)}`,
        generated
          ? "generateName makes a new object every time and cannot be applied: give it a name."
          : "An object to apply has a name; a name that looks like a number is put in quotes."
      )
    }
    const namespace = isFields(metadata) ? metadata["namespace"] : undefined
    if (namespace !== undefined && namespace !== null && typeof namespace !== "string") {
      return yield* wrong(
        at,
        [...path, "metadata", "namespace"],
        "missing-field",
        `the metadata.namespace of ${kind} ${name} is ${describe(namespace)}`,
        "Put it in quotes."
      )
    }
    return [
      { object: value as KubernetesObject, origin: { source: at.source, document: at.document, line: at.lineOf(path) } }
    ]
  })

/**
 * Reads the objects of a text in the order they stand in; Lists are opened, empty documents skipped.
 *
 * **Example** (Two documents)
 *
 * ```ts import.meta.vitest
 * import { Result } from "effect"
 * import * as Manifest from "@holdfast/k8s-adapter/Manifest"
 *
 * const text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n"
 * const manifests = Result.getOrThrow(Manifest.parse(text, "two.yaml"))
 * manifests.map(({ object, origin }) => `${Manifest.formatOrigin(origin)} ${object.metadata.name}`)
 * // => ["two.yaml:1 a", "two.yaml:5 b"]
 * ```
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (text: string, source: string): Result.Result<ReadonlyArray<Manifest>, ManifestError> =>
  Result.gen(function* () {
    const documents = yield* Result.mapError(
      KubernetesYaml.parse(text),
      ({ reason, detail, document, line, column }) =>
        new ManifestError({
          reason,
          source,
          detail,
          document,
          line,
          column,
          hint:
            reason === "duplicate-key"
              ? "Keep one of the two."
              : reason === "too-many-aliases"
                ? "Write the values out."
                : "Correct the line; tabs and wrong indentation are the usual causes."
        })
    )
    const manifests: Array<Manifest> = []
    for (const { value, ...place } of documents) {
      if (value !== null) manifests.push(...(yield* objectsOf(value, { ...place, source }, [])))
    }
    return manifests
  })

/**
 * Drops objects that are given again with the same content, and refuses those given again with another.
 *
 * @category combinators
 * @since 0.1.0
 */
export const unique = (manifests: ReadonlyArray<Manifest>): Result.Result<ReadonlyArray<Manifest>, ManifestError> => {
  const seen = new Map<string, Manifest>()
  for (const manifest of manifests) {
    const ref = KubernetesObjects.toRef(manifest.object)
    const key = KubernetesObjects.key(ref)
    const first = seen.get(key)
    if (first === undefined) seen.set(key, manifest)
    else if (!isDeepStrictEqual(first.object, manifest.object)) {
      return Result.fail(
        new ManifestError({
          reason: "duplicate-object",
          source: manifest.origin.source,
          document: manifest.origin.document,
          line: manifest.origin.line,
          detail: `${KubernetesObjects.format(ref)} is given before, with other content, at ${formatOrigin(first.origin)}`,
          hint: "Keep one of the two: which of them wins would depend on the order."
        })
      )
    }
  }
  return Result.succeed([...seen.values()])
}
