/**
 * Removes objects in the order in which nothing is locked out and nothing hangs: the waves of an apply backwards, but for
 * webhooks, which go before all others.
 *
 * @since 0.1.0
 */
import * as ApplyWaves from "@holdfast/k8s-adapter/ApplyWaves"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { format, type KubernetesObject, type ObjectRef, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Readiness from "@holdfast/k8s-adapter/Readiness"
import * as Wait from "@holdfast/k8s-adapter/Wait"
import * as Effect from "effect/Effect"
import { part } from "../input/Json.ts"
import { CommandError } from "../output/CommandError.ts"
import { tell } from "../output/Progress.ts"
import * as WaitTelling from "../output/WaitTelling.ts"
import type { Patience } from "../Patience.ts"
import type { Plan } from "./Plan.ts"
import * as Traces from "./Traces.ts"

/**
 * How to remove.
 *
 * @category options
 * @since 0.1.0
 */
export interface Options {
  readonly patience: Patience
  /** How long each group may take to be gone, in milliseconds. */
  readonly timeout: number
  /** Takes finalizers of custom resources away that nobody takes away in time. */
  readonly force: boolean
  /** Told of each object that was deleted, or cleaned. */
  readonly onRemoved: (ref: ObjectRef, action: Traces.Trace["action"]) => Effect.Effect<void>
}

const remaining = [
  "NamespaceDeletionDiscoveryFailure",
  "NamespaceDeletionGroupVersionParsingFailure",
  "NamespaceDeletionContentFailure",
  "NamespaceContentRemaining",
  "NamespaceFinalizersRemaining"
]

/** A namespace tells in its conditions what it still waits for. */
const gone: Readiness.Rule = {
  ...Readiness.deleted,
  check: (object) => {
    const readiness = Readiness.deleted.check(object)
    if (readiness._tag !== "NotReady" || object?.kind !== "Namespace") return readiness
    const said = remaining
      .map((type) => Readiness.conditionOf(object, type))
      .flatMap((condition) => (condition?.status === "True" ? [condition.message] : []))
    return said.length === 0 ? readiness : { _tag: "NotReady", reason: said.join("; ") }
  }
}

/** Where the definition goes as well, the object is gone with it. */
const unlessGone = <A, R>(effect: Effect.Effect<A, ClientError, R>): Effect.Effect<void, ClientError, R> =>
  Effect.asVoid(effect).pipe(Effect.catchTags({ NotFound: () => Effect.void, UnknownKind: () => Effect.void }))

const remove = (ref: ObjectRef, { patience, onRemoved }: Options) =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    yield* patience.run(format(ref), unlessGone(client.delete(ref)))
    yield* onRemoved(ref, "delete")
  })

const awaitGone = Effect.fnUntraced(function* (refs: ReadonlyArray<ObjectRef>, deadline: number) {
  const onProgress = yield* WaitTelling.onProgress
  yield* Effect.forEach(
    refs,
    (ref) =>
      Effect.andThen(
        Effect.catchTag(
          Effect.asVoid(Wait.until(ref, gone, { deadline, onProgress })),
          "UnknownKind",
          () => Effect.void
        ),
        tell({ type: "Waiting", key: format(ref), text: undefined })
      ),
    { concurrency: 16, discard: true }
  )
})

const takeFinalizers = (ref: ObjectRef): Effect.Effect<void, ClientError, KubernetesClient> =>
  Effect.flatMap(KubernetesClient, (client) =>
    unlessGone(client.patch(ref, { type: "merge", body: { metadata: { finalizers: null } } }))
  )

/** Custom resources are gone only when their controllers say so. */
const removeResources = Effect.fnUntraced(function* (refs: ReadonlyArray<ObjectRef>, options: Options) {
  yield* Effect.forEach(refs, (ref) => remove(ref, options), { concurrency: 8, discard: true })
  const late = yield* awaitGone(refs, options.timeout).pipe(
    Effect.as(undefined),
    Effect.catchTag("WaitTimeout", (error) => Effect.succeed(error))
  )
  if (late === undefined) return
  if (!options.force) {
    return yield* new CommandError({
      exit: "timeout",
      detail: `${format(late.ref)} is not gone: ${late.reason}`,
      hint: "Look at its controller, give it longer with --timeout, or take its finalizers away with --force; then run this again to finish.",
      cause: late
    })
  }
  yield* tell({ type: "Warning", text: `${format(late.ref)}: ${late.reason}; taking finalizers away (--force)` })
  yield* Effect.forEach(refs, takeFinalizers, { concurrency: 8, discard: true })
  yield* awaitGone(refs, options.timeout)
})

/** Its webhook is on its way out, and the last objects of the kind have to be read all the same. */
const stopConversion = Effect.fnUntraced(function* (definition: KubernetesObject, { patience }: Options) {
  if (part(definition, "spec", "conversion", "strategy") !== "Webhook") return
  const client = yield* KubernetesClient
  const ref = toRef(definition)
  const body = { spec: { conversion: { strategy: "None", webhook: null } } }
  yield* patience.run(format(ref), unlessGone(client.patch(ref, { type: "merge", body })))
})

/**
 * Takes away what an operator has left in and beside objects of others, unless one may still be at work.
 *
 * @category operations
 * @since 0.1.0
 */
export const sweep = Effect.fnUntraced(function* (options: Options) {
  if (yield* Traces.areInUse) return
  const traces = yield* Traces.find
  yield* Effect.forEach(
    traces,
    Effect.fnUntraced(function* ({ ref, action }) {
      if (action === "delete") return yield* remove(ref, options)
      yield* options.patience.run(format(ref), Traces.clean(ref))
      yield* options.onRemoved(ref, action)
    }),
    { concurrency: 4, discard: true }
  )
})

const waveOrder: ReadonlyArray<ApplyWaves.WaveName> = [
  "webhooks",
  "custom-resources",
  "workloads",
  "config",
  "accounts",
  "definitions",
  "namespaces"
]

/**
 * The order in which objects are removed.
 *
 * @category queries
 * @since 0.1.0
 */
export const inOrder = (objects: ReadonlyArray<KubernetesObject>): ReadonlyArray<KubernetesObject> =>
  objects.toSorted((a, b) => waveOrder.indexOf(ApplyWaves.waveOf(a)) - waveOrder.indexOf(ApplyWaves.waveOf(b)))

/**
 * Carries a plan out. Run again after any end it goes on where it was.
 *
 * @category operations
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function* (plan: Plan, options: Options) {
  const waves = new Map(
    ApplyWaves.plan(plan.remove).map(({ name, members }) => [name, members.map(({ object }) => object)])
  )
  const wave = (name: ApplyWaves.WaveName) => waves.get(name) ?? []
  const removeAll = (objects: ReadonlyArray<KubernetesObject>) =>
    Effect.forEach(objects, (object) => remove(toRef(object), options), { concurrency: 8, discard: true })
  const phase = (title: string, concerned: ReadonlyArray<unknown>) =>
    concerned.length === 0 ? Effect.void : tell({ type: "Phase", title })

  yield* phase("Removing webhooks", wave("webhooks"))
  yield* removeAll(wave("webhooks"))
  yield* Effect.forEach(wave("definitions"), (definition) => stopConversion(definition, options))

  // What users have made first: its finalizers may need what was installed.
  const { resources } = plan.belongings
  yield* phase("Removing custom resources", [...resources, ...wave("custom-resources")])
  yield* removeResources(resources.map(toRef), options)
  yield* removeResources(wave("custom-resources").map(toRef), options)

  const rest = [...wave("workloads"), ...wave("config"), ...wave("accounts")]
  yield* phase("Removing workloads, configuration and accounts", rest)
  yield* removeAll(wave("workloads"))
  yield* removeAll(wave("config"))
  // After these an operator that is still stopping may not write any more.
  yield* removeAll(wave("accounts"))

  for (const [name, title] of [
    ["definitions", "Removing definitions"],
    ["namespaces", "Removing namespaces"]
  ] as const) {
    yield* phase(title, wave(name))
    yield* removeAll(wave(name))
    yield* awaitGone(wave(name).map(toRef), options.timeout)
    // Before the namespaces: an APIService that nobody answers keeps every namespace from being deleted.
    if (name === "definitions") yield* sweep(options)
  }
})
