/**
 * What an apply would change, found by a server-side dry run of the very object: defaults, webhooks and field ownership
 * have had their say.
 *
 * @since 0.1.0
 */

import { isDeepStrictEqual } from "node:util"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { ApplyOptions, Outcome } from "./Apply.ts"
import { fieldManager } from "./Apply.ts"
import * as ApplyWaves from "./ApplyWaves.ts"
import * as HoldOn from "./HoldOn.ts"
import { isFields } from "./internal/fields.ts"
import { patch } from "./internal/serverSideApply.ts"
import { field, text, texts } from "./Json.ts"
import type { ClientError } from "./KubernetesClient.ts"
import { KubernetesClient } from "./KubernetesClient.ts"
import type { KubernetesObject, ObjectRef } from "./KubernetesObject.ts"
import { format, groupVersion, toRef } from "./KubernetesObject.ts"

/**
 * One value that an apply would change.
 *
 * @category models
 * @since 0.1.0
 */
export interface Change {
  /** A path into the object: `.spec.replicas`, `.spec.containers[0].image`. */
  readonly path: string
  /** `undefined` when the apply adds the value. */
  readonly before: unknown
  /** `undefined` when the apply removes the value. */
  readonly after: unknown
}

/**
 * What an apply would do to an object.
 *
 * @category models
 * @since 0.1.0
 */
export interface Difference {
  /** The object's place in the input, counted from 0. */
  readonly index: number
  readonly ref: ObjectRef
  readonly outcome: Outcome
  /** The object as it is, without the server's bookkeeping, and with the values of a Secret hidden. */
  readonly before: KubernetesObject | undefined
  /** The object as it would be; likewise. */
  readonly after: KubernetesObject
  readonly changes: ReadonlyArray<Change>
  /** Why the server could not try it: its kind or its namespace comes with the same objects. */
  readonly untried?: string
}

const isPlainKey = /^[A-Za-z_][A-Za-z0-9_-]*$/

/**
 * Compares two values, field by field; lists are compared item by item.
 *
 * **Example**
 *
 * ```ts import.meta.vitest
 * import * as Diff from "@holdfast/k8s-adapter/Diff"
 *
 * Diff.changes({ spec: { replicas: 1 } }, { spec: { replicas: 2, paused: true } })
 * // => [{ path: ".spec.replicas", before: 1, after: 2 }, { path: ".spec.paused", before: undefined, after: true }]
 * ```
 *
 * @category comparing
 * @since 0.1.0
 */
export const changes = (before: unknown, after: unknown, path = ""): ReadonlyArray<Change> => {
  if (isDeepStrictEqual(before, after)) return []
  if (isFields(before) && isFields(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      changes(before[key], after[key], `${path}${isPlainKey.test(key) ? `.${key}` : `["${key}"]`}`)
    )
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => index).flatMap((index) =>
      changes(before[index], after[index], `${path}[${index}]`)
    )
  }
  return [{ path, before, after }]
}

const bookkeeping: ReadonlySet<string> = new Set([
  "managedFields",
  "resourceVersion",
  "generation",
  "uid",
  "creationTimestamp"
])

const presentable = (object: KubernetesObject, hide: (name: string, key: string) => unknown): KubernetesObject => {
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([name]) => !bookkeeping.has(name)))
  const shown: KubernetesObject = { ...object, metadata }
  if (object.kind !== "Secret" || groupVersion(object.apiVersion).group !== "") return shown
  const hidden = ["data", "stringData"]
    .filter((name) => isFields(object[name]))
    .map((name) => [name, Object.fromEntries(Object.keys(object[name] as object).map((key) => [key, hide(name, key)]))])
  // kubectl keeps a copy of what it applied, values and all.
  const { "kubectl.kubernetes.io/last-applied-configuration": _, ...annotations } = texts(metadata, "annotations")
  return { ...shown, metadata: { ...metadata, annotations }, ...Object.fromEntries(hidden) }
}

/** Values of a Secret are never shown, only whether they change. */
const hiddenPair = (before: KubernetesObject | undefined, after: KubernetesObject) => {
  const same = (name: string, key: string) => isDeepStrictEqual(field(before, name, key), field(after, name, key))
  return {
    before:
      before === undefined ? undefined : presentable(before, (name, key) => (same(name, key) ? "***" : "*** (before)")),
    after: presentable(after, (name, key) => (same(name, key) ? "***" : "*** (after)"))
  }
}

const difference = (
  index: number,
  live: KubernetesObject | undefined,
  result: KubernetesObject,
  untried?: string
): Difference => {
  const { before, after } = hiddenPair(live, result)
  const found = changes(before, after)
  return {
    index,
    ref: toRef(result),
    outcome: before === undefined ? "created" : found.length === 0 ? "unchanged" : "configured",
    before,
    after,
    changes: before === undefined ? [] : found,
    ...(untried !== undefined && { untried })
  }
}

/** Why a failed dry run is no failure: what it lacks comes with the same objects. */
const comesAlong = (objects: ReadonlyArray<KubernetesObject>) => {
  const namespaces = new Set(objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name))
  const kinds = new Set(
    objects
      .filter(({ kind }) => kind === "CustomResourceDefinition")
      .map((definition) => `${text(definition, "spec", "group")}/${text(definition, "spec", "names", "kind")}`)
  )
  return (object: KubernetesObject, error: HoldOn.HoldOnError): string | undefined => {
    const kind = `${groupVersion(object.apiVersion).group}/${object.kind}`
    if (error._tag === "UnknownKind" && kinds.has(kind)) return "its kind is defined by the same objects"
    const lacksNamespace = error._tag === "NotFound" && namespaces.has(object.metadata.namespace)
    return lacksNamespace ? "its namespace is among the same objects" : undefined
  }
}

/**
 * The server refused the dry run of an object.
 *
 * @category errors
 * @since 0.1.0
 */
export class DiffFailed extends Data.TaggedError("DiffFailed")<{
  readonly ref: ObjectRef
  readonly error: HoldOn.HoldOnError
}> {
  override get message(): string {
    return `${format(this.ref)}: ${this.error.message}`
  }
}

/**
 * Finds out what an apply of objects would change; nothing is changed. In the order of the input.
 *
 * **When to use**
 *
 * Use for `--dry-run=server` and `--diff`.
 *
 * **Details**
 *
 * Two requests an object: the object as it is, and the dry run. Failures that pass by themselves are held on to, as an
 * apply does. An object whose kind or namespace comes with the same objects is reported as created, and untried.
 *
 * @category comparing
 * @since 0.1.0
 */
export const diff: (
  objects: ReadonlyArray<KubernetesObject>,
  options?: Omit<ApplyOptions, "onEvent">
) => Effect.Effect<ReadonlyArray<Difference>, DiffFailed, KubernetesClient> = Effect.fn("Diff.diff")(function* (
  objects,
  options = {}
) {
  const client = yield* KubernetesClient
  const holder = yield* HoldOn.make({ ...options })
  const explained = comesAlong(objects)

  const one = (object: KubernetesObject, index: number) => {
    const ref = toRef(object)
    const live = client.get(ref).pipe(
      Effect.catchTag("NotFound", () => Effect.succeed(undefined)),
      Effect.map((found): KubernetesObject | undefined => found)
    )
    const tried = patch(object, {
      fieldManager: options.fieldManager ?? fieldManager,
      force: options.force ?? false,
      dryRun: true,
      fieldValidation: options.fieldValidation ?? "Strict"
    })
    const both: Effect.Effect<Difference, ClientError, KubernetesClient> = Effect.gen(function* () {
      const before = yield* live
      return difference(index, before, (yield* tried).live)
    })
    return holder.run(both, { name: `dry run of ${format(ref)}` }).pipe(
      Effect.catch((error) => {
        const untried = explained(object, error)
        return untried === undefined
          ? Effect.fail(new DiffFailed({ ref, error }))
          : Effect.succeed(difference(index, undefined, object, untried))
      })
    )
  }

  const order = ApplyWaves.plan(objects).flatMap(({ members }) => members)
  const found = yield* Effect.forEach(order, ({ object, index }) => one(object, index), {
    concurrency: options.concurrency ?? 16
  })
  return [...found].sort((a, b) => a.index - b.index)
}, Effect.scoped)
