/** One patch of a kustomization, applied to the objects that it is meant for. */
import * as Result from "effect/Result"
import { field, text } from "../../Json.ts"
import type { KubernetesObject } from "../../KubernetesObject.ts"
import { groupVersion } from "../../KubernetesObject.ts"
import { selects } from "../../LabelSelector.ts"
import { isFields } from "../fields.ts"
import { jsonPatch } from "./jsonPatch.ts"
import { mergePatch } from "./mergePatch.ts"

type Predicate = (object: KubernetesObject) => boolean

/** kustomize takes a target's names for regular expressions over the whole name. */
const matchesName = (pattern: string, name: string): boolean =>
  pattern === "" ||
  Result.getOrElse(
    Result.try(() => new RegExp(`^(?:${pattern})$`).test(name)),
    () => pattern === name
  )

const equalities = (selector: string): Result.Result<unknown, string> => {
  const parts = selector.split(",").filter((part) => part.trim() !== "")
  const pairs = parts.map((part) => /^([^\s=!]+)\s*={1,2}\s*([^\s=]*)$/.exec(part.trim()))
  const odd = pairs.indexOf(null)
  return odd >= 0
    ? Result.fail(`the selector "${parts[odd]?.trim()}" is not built here, only name=value`)
    : Result.succeed({ matchLabels: Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]])) })
}

const byTarget = (target: unknown): Result.Result<Predicate, string> =>
  Result.gen(function* () {
    const labels = yield* equalities(text(target, "labelSelector"))
    const annotations = yield* equalities(text(target, "annotationSelector"))
    return (object: KubernetesObject) => {
      const { group, version } = groupVersion(object.apiVersion)
      const { metadata } = object
      return (
        matchesName(text(target, "group"), group) &&
        matchesName(text(target, "version"), version) &&
        matchesName(text(target, "kind"), object.kind) &&
        matchesName(text(target, "name"), metadata.name ?? "") &&
        matchesName(text(target, "namespace"), metadata.namespace ?? "default") &&
        selects(labels, metadata.labels ?? {}) &&
        selects(annotations, metadata.annotations ?? {})
      )
    }
  })

/** A merge patch without a target is meant for the object that it names. */
const byItself = (patch: unknown): Result.Result<Predicate, string> => {
  const [apiVersion, kind, name] = [text(patch, "apiVersion"), text(patch, "kind"), text(patch, "metadata", "name")]
  if (apiVersion === "" || kind === "" || name === "") {
    return Result.fail("a patch without a target names its object by apiVersion, kind and metadata.name")
  }
  const namespace = text(patch, "metadata", "namespace") || "default"
  return Result.succeed(
    (object) =>
      groupVersion(object.apiVersion).group === groupVersion(apiVersion).group &&
      object.kind === kind &&
      object.metadata.name === name &&
      (object.metadata.namespace ?? "default") === namespace
  )
}

const change = (object: KubernetesObject, patch: unknown): Result.Result<KubernetesObject | undefined, string> => {
  if (Array.isArray(patch)) {
    return Result.mapError(
      jsonPatch(object, patch),
      (detail) => `the patch does not fit ${object.kind} ${object.metadata.name}: ${detail}`
    )
  }
  if (field(patch, "$patch") === "delete") return Result.succeed(undefined)
  const { apiVersion: _, kind: __, ...fields } = patch as Record<string, unknown>
  // With a target, the name of a patch is a placeholder.
  const { name: ___, namespace: ____, ...metadata } = (fields["metadata"] ?? {}) as Record<string, unknown>
  return Result.succeed(mergePatch(object, { ...fields, metadata }))
}

/** Applies a JSON patch (a list) or a merge patch (a mapping); fails with what is wrong with it. */
export const applyPatch = <M extends { readonly object: KubernetesObject }>(
  manifests: ReadonlyArray<M>,
  patch: unknown,
  target: unknown
): Result.Result<ReadonlyArray<M>, string> =>
  Result.gen(function* () {
    if (!Array.isArray(patch) && !isFields(patch)) return yield* Result.fail("a patch is a mapping or a list")
    if (Array.isArray(patch) && target === undefined) return yield* Result.fail("a JSON patch needs a target")
    const isMeant = yield* target === undefined ? byItself(patch) : byTarget(target)
    if (!manifests.some(({ object }) => isMeant(object))) return yield* Result.fail("the patch finds no object")
    const result: Array<M> = []
    for (const manifest of manifests) {
      const object = isMeant(manifest.object) ? yield* change(manifest.object, patch) : manifest.object
      if (object !== undefined) result.push({ ...manifest, object })
    }
    return result
  })
