/**
 * Server-side apply of many objects: wave after wave, in parallel inside of a wave, holding on through what passes by
 * itself.
 *
 * @since 0.1.0
 */

import * as Classification from "@holdfast/retry-core/Classification"
import type { RetryEvent } from "@holdfast/retry-core/RetryEvent"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Conflict } from "./ApiError.ts"
import * as ApplyWaves from "./ApplyWaves.ts"
import * as HoldOn from "./HoldOn.ts"
import { isUnchanged, patch, storageVersion } from "./internal/serverSideApply.ts"
import type { ClientError } from "./KubernetesClient.ts"
import { KubernetesClient } from "./KubernetesClient.ts"
import type { KubernetesObject, ObjectRef } from "./KubernetesObject.ts"
import { format, groupVersion, toRef } from "./KubernetesObject.ts"
import { ruleOf } from "./Readiness.ts"
import * as Wait from "./Wait.ts"

/**
 * What an apply did to an object.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome = "created" | "configured" | "unchanged"

/**
 * An object after its apply.
 *
 * @category models
 * @since 0.1.0
 */
export interface Applied {
  /** The object's place in the input, counted from 0. */
  readonly index: number
  readonly ref: ObjectRef
  readonly outcome: Outcome
  /** As the server answered it. */
  readonly live: KubernetesObject
}

/**
 * Why one object could not be applied.
 *
 * @category errors
 * @since 0.1.0
 */
export type ApplyError = HoldOn.HoldOnError | Wait.WaitTimeout | Wait.WillNeverBeReady

/**
 * An object that could not be applied.
 *
 * @category models
 * @since 0.1.0
 */
export interface Failure {
  /** The object's place in the input, counted from 0. */
  readonly index: number
  readonly ref: ObjectRef
  readonly error: ApplyError
}

/**
 * Some objects could not be applied. The rest of their wave was, later waves were not begun.
 *
 * @category errors
 * @since 0.1.0
 */
export class ApplyFailed extends Data.TaggedError("ApplyFailed")<{
  /** In input order; never empty. */
  readonly failures: ReadonlyArray<Failure>
  /** In input order. */
  readonly applied: ReadonlyArray<Applied>
  /** How many objects of later waves were not begun. */
  readonly skipped: number
}> {
  override get message(): string {
    const total = this.failures.length + this.applied.length + this.skipped
    const skipped = this.skipped === 0 ? "" : `; ${this.skipped} ${this.skipped === 1 ? "was" : "were"} not begun`
    const lines = this.failures.map(({ ref, error }) => `${format(ref)}: ${error.message}`)
    return `${this.failures.length} of ${total} objects could not be applied${skipped}\n${lines.join("\n")}`
  }
}

/**
 * What happens during an apply, for progress lines.
 *
 * - `WaveStarted`: the objects of a wave are begun
 * - `Started`, `Applied`, `Failed`: the stations of an object
 * - `Attempt`: an attempt failed, is repeated, succeeded after failures, or was the last one
 * - `Waiting`: the object is applied, and what follows has to wait for it
 * - `Notice`: something beside the attempts: kubelets were nudged, a permission is missing
 *
 * @category models
 * @since 0.1.0
 */
export type ApplyEvent =
  | { readonly _tag: "WaveStarted"; readonly wave: ApplyWaves.WaveName; readonly count: number }
  | { readonly _tag: "Started"; readonly index: number; readonly ref: ObjectRef }
  | ({ readonly _tag: "Applied" } & Applied)
  | ({ readonly _tag: "Failed" } & Failure)
  | {
      readonly _tag: "Attempt"
      readonly index: number
      readonly ref: ObjectRef
      readonly event: RetryEvent<ClientError>
    }
  | ({ readonly _tag: "Waiting"; readonly index: number } & Wait.WaitProgress)
  | { readonly _tag: "Notice"; readonly notice: HoldOn.HoldOnNotice }

/**
 * Options of {@link apply}.
 *
 * @category options
 * @since 0.1.0
 */
export interface ApplyOptions extends Omit<HoldOn.HoldOnOptions, "onNotice"> {
  /** Who owns the fields; `holdfast` unless given. */
  readonly fieldManager?: string | undefined
  /** Takes fields over that another manager owns; `false` unless given: a conflict names manager and field. */
  readonly force?: boolean | undefined
  /** What the server does about fields it does not know; `Strict` unless given, as kubectl does. */
  readonly fieldValidation?: "Strict" | "Warn" | "Ignore" | undefined
  /** Objects that are applied at the same time; 16 unless given. */
  readonly concurrency?: number | undefined
  readonly onEvent?: ((event: ApplyEvent) => Effect.Effect<void>) | undefined
}

/** The field manager of this project.
 *
 * @category constants
 * @since 0.1.0
 */
export const fieldManager = "holdfast"

/**
 * A field that another manager owns.
 *
 * @category models
 * @since 0.1.0
 */
export interface FieldConflict {
  readonly manager: string
  /** A path into the object: `.spec.replicas`. */
  readonly field: string
}

/**
 * Reads out of a conflict who owns which field; empty for a conflict of another kind.
 *
 * @category getters
 * @since 0.1.0
 */
export const conflicts = (error: Conflict): ReadonlyArray<FieldConflict> =>
  (error.details?.causes ?? [])
    .filter((cause) => cause.reason === "FieldManagerConflict")
    .map((cause) => ({
      // conflict with "kubectl" with subresource "status" using apps/v1
      manager: /^conflict with "([^"]*)"/.exec(cause.message ?? "")?.[1] ?? cause.message ?? "",
      field: cause.field ?? ""
    }))

const definedIn = (objects: ReadonlyArray<KubernetesObject>): ReadonlySet<string> =>
  new Set(
    objects
      .filter(({ kind }) => kind === "CustomResourceDefinition")
      .map((definition) => {
        const spec = definition["spec"] as
          | { readonly group?: string; readonly names?: { readonly kind?: string } }
          | undefined
        return `${spec?.group}/${spec?.names?.kind}`
      })
  )

/** A kind whose definition was applied a moment ago may take a moment to be served, on each of several API servers. */
const settling = (objects: ReadonlyArray<KubernetesObject>): Classification.PartialClassifier<ClientError> => {
  const defined = definedIn(objects)
  const soon = Classification.transient({ kind: "settling", note: "the kind was defined a moment ago" })
  return (error) => {
    if (error._tag === "UnknownKind") {
      return defined.has(`${groupVersion(error.apiVersion).group}/${error.kind}`) ? soon : undefined
    }
    return error._tag === "NotFound" &&
      error.detail.includes("could not find the requested resource") &&
      defined.size > 0
      ? soon
      : undefined
  }
}

/**
 * Applies objects server-side, in waves, and gives what was done in the order of the input.
 *
 * **Details**
 *
 * Definitions are waited for until they are established, then discovery is read again. An object that is on its way out
 * is waited for, and applied anew. When objects of a wave fail, the others of that wave are still applied, and the error
 * names all of them. Apply is idempotent: after any end it can be run again.
 *
 * One request tells beforehand which version the storage is at, so that an unchanged object is known for one; beyond
 * that a healthy apply makes one request an object.
 *
 * @category applying
 * @since 0.1.0
 */
export const apply: (
  objects: ReadonlyArray<KubernetesObject>,
  options?: ApplyOptions
) => Effect.Effect<ReadonlyArray<Applied>, ApplyFailed, KubernetesClient> = Effect.fn("Apply.apply")(function* (
  objects,
  options = {}
) {
  const client = yield* KubernetesClient
  const tell = (event: ApplyEvent) => options.onEvent?.(event) ?? Effect.void
  const manager = options.fieldManager ?? fieldManager
  const deadline = (options.policy ?? RetryPolicy.defaults).deadline
  const version = yield* storageVersion
  const settles = settling(objects)
  const holder = yield* HoldOn.make({
    ...options,
    classify: (error) => options.classify?.(error) ?? settles(error),
    onNotice: (notice) => tell({ _tag: "Notice", notice })
  })

  const patchOnce = Effect.fnUntraced(function* (object: KubernetesObject) {
    const startedAt = yield* Clock.currentTimeMillis
    const patched = yield* patch(object, {
      fieldManager: manager,
      force: options.force ?? false,
      dryRun: false,
      fieldValidation: options.fieldValidation ?? "Strict"
    })
    const duration = (yield* Clock.currentTimeMillis) - startedAt
    return { ...patched, unchanged: isUnchanged(patched, { version, duration, fieldManager: manager }) }
  })

  const one = Effect.fnUntraced(function* ({ index, object }: ApplyWaves.WaveMember) {
    const ref = toRef(object)
    const wait = {
      deadline,
      onProgress: (progress: Wait.WaitProgress) => tell({ _tag: "Waiting", index, ...progress })
    }
    yield* tell({ _tag: "Started", index, ref })
    const held = holder.run(patchOnce(object), {
      name: `apply ${format(ref)}`,
      onEvent: (event) => tell({ _tag: "Attempt", index, ref, event })
    })
    let patched = yield* held
    if (patched.live.metadata.deletionTimestamp !== undefined) {
      yield* Wait.gone(toRef(patched.live), { ...wait, last: patched.live })
      patched = yield* held
    }
    const outcome: Outcome = patched.created ? "created" : patched.unchanged ? "unchanged" : "configured"
    const defines = ApplyWaves.waveOf(object) === "definitions" && ruleOf(object) !== undefined
    const live = defines ? yield* Wait.ready(patched.live, { ...wait, last: patched.live }) : patched.live
    const applied: Applied = { index, ref: toRef(live), outcome, live }
    yield* tell({ _tag: "Applied", ...applied })
    return applied
  })

  const reported = (member: ApplyWaves.WaveMember) =>
    one(member).pipe(
      Effect.tapError((error) => tell({ _tag: "Failed", index: member.index, ref: toRef(member.object), error })),
      Effect.mapError((error): Failure => ({ index: member.index, ref: toRef(member.object), error })),
      Effect.result
    )

  const applied: Array<Applied> = []
  let begun = 0
  for (const wave of ApplyWaves.plan(objects)) {
    yield* tell({ _tag: "WaveStarted", wave: wave.name, count: wave.members.length })
    begun += wave.members.length
    const results = yield* Effect.forEach(wave.members, reported, { concurrency: options.concurrency ?? 16 })
    const failures = results.filter(Result.isFailure).map(({ failure }) => failure)
    applied.push(...results.filter(Result.isSuccess).map(({ success }) => success))
    if (failures.length > 0) {
      return yield* new ApplyFailed({ failures, applied: inOrder(applied), skipped: objects.length - begun })
    }
    const news = wave.name === "definitions" && applied.some(({ outcome }) => outcome !== "unchanged")
    if (news) yield* client.invalidateDiscovery
  }
  return inOrder(applied)
}, Effect.scoped)

const inOrder = (applied: ReadonlyArray<Applied>): ReadonlyArray<Applied> =>
  [...applied].sort((a, b) => a.index - b.index)

/**
 * Deletes an object, waits until it is gone, and applies it: for Jobs, which run once and cannot be changed.
 *
 * **Gotchas**
 *
 * Ended in between, it leaves no object; the next {@link apply} creates it.
 *
 * @category applying
 * @since 0.1.0
 */
export const recreate: (
  object: KubernetesObject,
  options?: ApplyOptions
) => Effect.Effect<Applied, ApplyFailed, KubernetesClient> = Effect.fn("Apply.recreate")(function* (
  object,
  options = {}
) {
  const client = yield* KubernetesClient
  const tell = (event: ApplyEvent) => options.onEvent?.(event) ?? Effect.void
  const ref = toRef(object)
  const holder = yield* HoldOn.make({ ...options, onNotice: (notice) => tell({ _tag: "Notice", notice }) })
  yield* holder
    .run(client.delete(ref, { propagation: "Background" }), {
      name: `delete ${format(ref)}`,
      onEvent: (event) => tell({ _tag: "Attempt", index: 0, ref, event })
    })
    .pipe(
      Effect.andThen(
        Wait.gone(ref, {
          deadline: (options.policy ?? RetryPolicy.defaults).deadline,
          onProgress: (progress) => tell({ _tag: "Waiting", index: 0, ...progress })
        })
      ),
      Effect.catchTag("NotFound", () => Effect.void),
      Effect.mapError((error) => new ApplyFailed({ failures: [{ index: 0, ref, error }], applied: [], skipped: 0 }))
    )
  const [applied] = yield* apply([object], options)
  return applied as Applied
}, Effect.scoped)
