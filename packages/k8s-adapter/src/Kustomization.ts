/**
 * Kustomizations, as far as installs use them: resources, namespace, labels, annotations, patches, images, replicas.
 * What is not built is refused by name, never passed over.
 *
 * @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
 * @since 0.1.0
 */
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { download } from "./internal/download.ts"
import * as Files from "./internal/files.ts"
import { applyPatch } from "./internal/kustomize/patches.ts"
import * as Transform from "./internal/kustomize/transform.ts"
import { readFile } from "./internal/manifestFiles.ts"
import { field, list, text } from "./Json.ts"
import * as KubernetesYaml from "./KubernetesYaml.ts"
import * as Manifest from "./Manifest.ts"
import { ManifestError, type ManifestErrorReason } from "./ManifestError.ts"

/**
 * The fields that are built, or that change nothing of the result here: objects are sorted into waves anyway.
 *
 * @category constants
 * @since 0.1.0
 */
export const supportedFields: ReadonlyArray<string> = [
  "apiVersion",
  "kind",
  "metadata",
  "sortOptions",
  "resources",
  "bases",
  "namespace",
  "commonLabels",
  "labels",
  "commonAnnotations",
  "patches",
  "patchesStrategicMerge",
  "patchesJson6902",
  "images",
  "replicas"
]

const fileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"]

type Fields = Readonly<Record<string, unknown>>

interface Recipe {
  readonly file: string
  readonly folder: string
  readonly fields: Fields
  readonly lineOf: (path: ReadonlyArray<string | number>) => number
}

const refuse = (
  recipe: Pick<Recipe, "file" | "lineOf">,
  reason: ManifestErrorReason,
  at: ReadonlyArray<string | number>,
  detail: string,
  hint: string
) => new ManifestError({ reason, source: recipe.file, line: recipe.lineOf(at), detail, hint })

const buildElsewhere = "Build it with kustomize and give the result with -f -."

const isFolder = (name: string): Effect.Effect<boolean> =>
  Effect.orElseSucceed(
    Effect.map(Files.stat(name), (stat) => stat.isDirectory()),
    () => false
  )

const recipeFile = (name: string): Effect.Effect<string, ManifestError> =>
  Effect.gen(function* () {
    if (!(yield* isFolder(name))) return name
    const names = yield* Effect.orElseSucceed(Files.readFolder(name), (): Array<string> => [])
    const found = fileNames.filter((one) => names.includes(one))
    if (found[0] !== undefined && found.length === 1) return path.join(name, found[0])
    return yield* new ManifestError({
      reason: found.length === 0 ? "not-found" : "malformed",
      source: name,
      detail: found.length === 0 ? "the folder has no kustomization.yaml" : `the folder has ${found.join(" and ")}`,
      hint: found.length === 0 ? "Plain manifests are given with -f." : "Keep one of them."
    })
  })

const readRecipe = (file: string): Effect.Effect<Recipe, ManifestError> =>
  Effect.gen(function* () {
    const source = yield* readFile(file)
    const documents = yield* Effect.fromResult(
      Result.mapError(
        KubernetesYaml.parse(source),
        (problem) => new ManifestError({ ...problem, source: file, hint: "Correct the line." })
      )
    )
    const [first, second] = documents.filter(({ value }) => value !== null)
    if (first === undefined || second !== undefined || typeof first.value !== "object" || Array.isArray(first.value)) {
      return yield* new ManifestError({
        reason: first === undefined ? "empty" : "not-an-object",
        source: file,
        detail: "a kustomization is one mapping",
        hint: "Check that it is the file that was meant."
      })
    }
    const recipe = { file, folder: path.dirname(file), fields: first.value as Fields, lineOf: first.lineOf }
    const kind = recipe.fields["kind"]
    if (kind !== undefined && kind !== "Kustomization") {
      return yield* refuse(recipe, "unsupported", ["kind"], `a ${String(kind)} is not built here`, buildElsewhere)
    }
    const unknown = Object.keys(recipe.fields).find((name) => !supportedFields.includes(name))
    if (unknown !== undefined) {
      return yield* refuse(recipe, "unsupported", [unknown], `the field ${unknown} is not built here`, buildElsewhere)
    }
    return recipe
  })

/** A file's text, or the text that stands in the kustomization itself. */
const patchText = (recipe: Recipe, entry: unknown, at: ReadonlyArray<string | number>) =>
  Effect.gen(function* () {
    if (typeof entry === "string") {
      return entry.includes("\n") ? { text: entry, source: recipe.file } : yield* patchFile(recipe, entry)
    }
    const inline = text(entry, "patch")
    if (inline !== "") return { text: inline, source: recipe.file }
    const file = text(entry, "path")
    if (file !== "") return yield* patchFile(recipe, file)
    return yield* refuse(recipe, "malformed", at, "the patch has neither a path nor a patch", "Give one of the two.")
  })

const patchFile = (recipe: Recipe, name: string) => {
  const file = path.join(recipe.folder, name)
  return Effect.map(readFile(file), (found) => ({ text: found, source: file }))
}

const patched = (
  recipe: Recipe,
  manifests: ReadonlyArray<Manifest.Manifest>,
  entry: unknown,
  at: ReadonlyArray<string | number>
): Effect.Effect<ReadonlyArray<Manifest.Manifest>, ManifestError> =>
  Effect.gen(function* () {
    const { text: source, source: file } = yield* patchText(recipe, entry, at)
    const documents = yield* Effect.fromResult(
      Result.mapError(
        KubernetesYaml.parse(source),
        (problem) => new ManifestError({ ...problem, source: file, hint: "Correct the line of the patch." })
      )
    )
    let result = manifests
    for (const { value } of documents) {
      if (value === null) continue
      result = yield* Effect.fromResult(
        Result.mapError(applyPatch(result, value, field(entry, "target")), (detail) =>
          refuse(recipe, "malformed", at, detail, "Check its target and its paths.")
        )
      )
    }
    return result
  })

const accumulate = (
  recipe: Recipe,
  open: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<Manifest.Manifest>, ManifestError> =>
  Effect.gen(function* () {
    const manifests: Array<Manifest.Manifest> = []
    for (const name of ["resources", "bases"]) {
      for (const [index, entry] of list(recipe.fields, name).entries()) {
        const resource = String(entry)
        const target = path.join(recipe.folder, resource)
        if (/^https?:\/\/[^?]+\.(ya?ml|json)$/i.test(resource) && !resource.includes("//", 8)) {
          manifests.push(...(yield* Effect.fromResult(Manifest.parse(yield* download(resource), resource))))
        } else if (yield* isFolder(target)) {
          manifests.push(...(yield* buildIn(target, open)))
        } else if (/:\/\/|^git@|^github\.com|\?ref=|\.git(\/|$)/.test(resource)) {
          return yield* refuse(
            recipe,
            "unsupported",
            [name, index],
            `the remote folder ${resource} is not read here`,
            buildElsewhere
          )
        } else {
          manifests.push(...(yield* Effect.fromResult(Manifest.parse(yield* readFile(target), target))))
        }
      }
    }
    return manifests
  })

const pairs = (recipe: Recipe, value: unknown, at: ReadonlyArray<string | number>) => {
  const found = Transform.pairsOf(value ?? {})
  return found === undefined
    ? Effect.fail(refuse(recipe, "malformed", at, `${at[0]} takes a mapping of texts`, "Put its values in quotes."))
    : Effect.succeed(found)
}

const transformed = (
  recipe: Recipe,
  given: ReadonlyArray<Manifest.Manifest>
): Effect.Effect<ReadonlyArray<Manifest.Manifest>, ManifestError> =>
  Effect.gen(function* () {
    const { fields } = recipe
    let manifests = given
    for (const name of ["patchesStrategicMerge", "patches", "patchesJson6902"]) {
      for (const [index, entry] of list(fields, name).entries()) {
        manifests = yield* patched(recipe, manifests, entry, [name, index])
      }
    }
    const labels: Array<Transform.Labels> = []
    for (const [index, entry] of list(fields, "labels").entries()) {
      labels.push({
        pairs: yield* pairs(recipe, field(entry, "pairs"), ["labels", index]),
        selectors: field(entry, "includeSelectors") === true,
        templates: field(entry, "includeTemplates") === true
      })
      if (field(entry, "fields") !== undefined) {
        return yield* refuse(
          recipe,
          "unsupported",
          ["labels", index, "fields"],
          "the field labels.fields is not built here",
          buildElsewhere
        )
      }
    }
    const common = yield* pairs(recipe, fields["commonLabels"], ["commonLabels"])
    if (Object.keys(common).length > 0) labels.push({ pairs: common, selectors: true, templates: true })
    const annotations = yield* pairs(recipe, fields["commonAnnotations"], ["commonAnnotations"])
    const images = list(fields, "images") as ReadonlyArray<Transform.Image>
    for (const [index, image] of images.entries()) {
      const unknown = Object.keys(image).find((name) => !["name", "newName", "newTag", "digest"].includes(name))
      if (unknown !== undefined) {
        return yield* refuse(
          recipe,
          "unsupported",
          ["images", index, unknown],
          `the field images.${unknown} is not built here`,
          buildElsewhere
        )
      }
    }
    const replicas = list(fields, "replicas")

    const namespace = text(fields, "namespace")
    const objects = manifests.map(({ object }) => object)
    return (namespace === "" ? objects : Transform.inNamespace(objects, namespace)).map((moved, index) => {
      let object = labels.reduce(Transform.withLabels, moved)
      if (Object.keys(annotations).length > 0) object = Transform.withAnnotations(object, annotations)
      if (images.length > 0) object = Transform.withImages(object, images)
      return { ...(manifests[index] as Manifest.Manifest), object: Transform.withReplicas(object, replicas) }
    })
  })

const buildIn = (
  name: string,
  open: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<Manifest.Manifest>, ManifestError> =>
  Effect.gen(function* () {
    const recipe = yield* readRecipe(yield* recipeFile(name))
    const folder = path.resolve(recipe.folder)
    if (open.includes(folder)) {
      return yield* refuse(
        recipe,
        "malformed",
        ["resources"],
        `the folder ${name} contains itself`,
        "Take it out of resources."
      )
    }
    return yield* transformed(recipe, yield* accumulate(recipe, [...open, folder]))
  })

/**
 * Builds the kustomization of a folder; the path of the kustomization's own file is taken too.
 *
 * **When to use**
 *
 * `Manifests.read({ kustomize })` does it for the `-k` flag.
 *
 * **Details**
 *
 * Not built, and refused by name, are generators, name prefixes and suffixes, components, replacements, variables, Helm
 * charts, plugins and remote folders.
 *
 * @category reading
 * @since 0.1.0
 */
export const build = (name: string): Effect.Effect<ReadonlyArray<Manifest.Manifest>, ManifestError> => buildIn(name, [])
