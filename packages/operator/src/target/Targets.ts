/**
 * Finds the objects that trust a webhook's certificate, and changes what they trust: one write for each object and
 * change, over the version that was looked at and no other, and read back.
 *
 * Entries are changed where they stand. None is ever created: who calls a webhook is its manifest's to say.
 *
 * @since 0.1.0
 */
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import { field, list, text } from "@holdfast/k8s-adapter/Json"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { TargetKind, TargetSpec } from "../certificate/WebhookCertificate.ts"
import * as sight from "../internal/target/sight.ts"
import * as CanaryEntry from "./CanaryEntry.ts"
import { apiVersions, type FoundTarget, fieldManager, type RotatedWebhook, type Traces } from "./Target.ts"
import type { TargetCaches } from "./TargetCaches.ts"

/**
 * The API server has taken a bundle and keeps another one: something changes it on its way.
 *
 * @category errors
 * @since 0.1.0
 */
export class BundleNotKept extends Data.TaggedError("BundleNotKept")<{
  /** `Kind/name`. */
  readonly target: string
  readonly problems: ReadonlyArray<string>
}> {
  override get message(): string {
    return `${this.target} does not keep the bundle that was written into it: ${this.problems.join("; ")}. ${this.hint}`
  }

  /** The next thing to do. */
  get hint(): string {
    return "Look for a mutating webhook or policy that changes it."
  }
}

/**
 * What is found of some targets.
 *
 * @category models
 * @since 0.1.0
 */
export interface FoundTargets {
  readonly found: ReadonlyArray<FoundTarget>
  /** What is asked for and is not there, in words for people. */
  readonly missing: ReadonlyArray<string>
}

/**
 * Finds the targets of a webhook in what the caches know now.
 *
 * @category finding
 * @since 0.1.0
 */
export const look = (caches: TargetCaches, webhook: RotatedWebhook): FoundTargets => {
  const absent: Array<string> = []
  // Two specs can mean the same object: its entries are then those of both.
  const wanted = new Map<KubernetesObject, Array<TargetSpec>>()
  for (const spec of webhook.spec.targets) {
    const objects = objectsOf(caches, spec)
    if (objects.length === 0) absent.push(`${nameOf(spec)}: there is no such object`)
    for (const object of objects) wanted.set(object, [...(wanted.get(object) ?? []), spec])
  }
  const looks = Array.from(wanted, ([object, specs]) => sight.look(object, webhook, specs))
  return {
    found: looks.flatMap(({ target }) => (target === undefined ? [] : [target])),
    missing: [...absent, ...looks.flatMap(({ missing }) => missing)]
  }
}

/**
 * Finds the targets of a webhook, once the caches of the kinds that it names know all there is.
 *
 * @category finding
 * @since 0.1.0
 */
export const find = (caches: TargetCaches, webhook: RotatedWebhook): Effect.Effect<FoundTargets> =>
  Effect.andThen(
    Effect.forEach(webhook.spec.targets, ({ kind }) => caches[kind].synced, { discard: true }),
    Effect.sync(() => look(caches, webhook))
  )

const objectsOf = (caches: TargetCaches, { kind, matchLabels, name }: TargetSpec): ReadonlyArray<KubernetesObject> => {
  if (name === undefined) return caches[kind].list({ labels: matchLabels ?? {} })
  const object = caches[kind].get(name)
  return object === undefined ? [] : [object]
}

const nameOf = ({ kind, matchLabels, name }: TargetSpec): string =>
  name !== undefined
    ? `${kind}/${name}`
    : `${kind} with ${Object.entries(matchLabels ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .join(",")}`

/**
 * Whether a write was made, or the object was no longer the one that had been looked at; nothing is written then.
 *
 * @category models
 * @since 0.1.0
 */
export type Written = "done" | "conflict"

/**
 * Writes a bundle into all entries of a target, and the canary and the epoch with it, in one write that is read back.
 *
 * @category writing
 * @since 0.1.0
 */
export const publish: (
  webhook: RotatedWebhook,
  target: FoundTarget,
  content: { readonly bundle: CertificateBundle.CertificateBundle; readonly epoch: number }
) => Effect.Effect<Written, ClientError | BundleNotKept, KubernetesClient> = Effect.fn("Targets.publish")(function* (
  webhook: RotatedWebhook,
  target: FoundTarget,
  { bundle, epoch }: { readonly bundle: CertificateBundle.CertificateBundle; readonly epoch: number }
) {
  const caBundle = Buffer.from(CertificateBundle.toPem(bundle)).toString("base64")
  const canary = CanaryEntry.make(webhook, target, { epoch, caBundle })
  const written = yield* change(target, [
    ...target.pointers.map((pointer) => ({ op: "add", path: `${pointer}/caBundle`, value: caBundle })),
    ...(sight.hasCanary(target.kind)
      ? target.traces.canary === undefined
        ? [{ op: "add", path: "/webhooks/-", value: canary }]
        : [{ op: "replace", path: target.traces.canary, value: canary }]
      : []),
    ...annotate(target, sight.epochAnnotation(webhook), String(epoch))
  ])
  if (written === "conflict") return written
  const kept = sight.read(written, webhook, target.entries, target.pointers)
  return kept.epoch === epoch && CertificateBundle.equals(kept.bundle, bundle)
    ? "done"
    : yield* Effect.fail(new BundleNotKept({ target: target.name, problems: kept.problems }))
})

/**
 * Changes a target in no way that matters. Each API server takes it up anew then, also one that has missed the change
 * before.
 *
 * @category writing
 * @since 0.1.0
 */
export const touch: (
  webhook: RotatedWebhook,
  target: FoundTarget
) => Effect.Effect<Written, ClientError, KubernetesClient> = Effect.fn("Targets.touch")(function* (
  webhook: RotatedWebhook,
  target: FoundTarget
) {
  const now = new Date(yield* Clock.currentTimeMillis).toISOString()
  const written = yield* change(target, annotate(target, sight.touchedAnnotation(webhook), now))
  return written === "conflict" ? written : "done"
})

/**
 * Takes out of all objects but these what publications have left in them: the canary and the annotations. The bundles
 * stay, for whoever is called goes on to be called.
 *
 * @category writing
 * @since 0.1.0
 */
export const release: (
  caches: TargetCaches,
  webhook: Pick<RotatedWebhook, "id">,
  keep: ReadonlyArray<Pick<FoundTarget, "name">>
) => Effect.Effect<void, ClientError, KubernetesClient> = Effect.fn("Targets.release")(function* (
  caches: TargetCaches,
  webhook: Pick<RotatedWebhook, "id">,
  keep: ReadonlyArray<Pick<FoundTarget, "name">>
) {
  yield* caches.ValidatingWebhookConfiguration.synced
  yield* caches.MutatingWebhookConfiguration.synced
  // Of a kind that nobody has asked for there is nothing here. What it may have from before is an annotation, no more.
  const cached = Object.values(caches).flatMap((cache) => cache.list())
  const left = cached.filter(
    (object) =>
      !keep.some(({ name }) => name === `${object.kind}/${object.metadata.name}`) &&
      removals(sight.tracesIn(object, webhook)).length > 0
  )
  yield* Effect.forEach(
    left,
    ({ kind, metadata: { name = "" } }) => {
      const ref = { kind: kind as TargetKind, objectName: name }
      const once = Effect.flatMap(liveOf(ref), (object) => {
        const operations = object === undefined ? [] : removals(sight.tracesIn(object, webhook))
        const { resourceVersion = "" } = object?.metadata ?? {}
        return operations.length === 0 ? Effect.undefined : change({ ...ref, resourceVersion }, operations)
      })
      return Effect.repeat(once, { while: (written) => written === "conflict", times: 5 })
    },
    { discard: true }
  )
})

const removals = ({ annotations, canary }: Traces): Operations => [
  ...(canary === undefined ? [] : [{ op: "remove", path: canary }]),
  ...annotations.map((name) => ({ op: "remove", path: sight.annotationPath(name) }))
]

/**
 * The field managers, but for ours, that wrote a bundle of a target, the newest first.
 *
 * @category finding
 * @since 0.1.0
 */
export const managers = (target: Ref): Effect.Effect<ReadonlyArray<string>, ClientError, KubernetesClient> =>
  Effect.map(liveOf(target), (object) => {
    const owners = list(object, "metadata", "managedFields").filter(
      // The canary's bundle is always our own. Who only takes a bundle away owns nothing afterwards, and is not found.
      (entry) => text(entry, "manager") !== fieldManager && ownsBundle(field(entry, "fieldsV1"))
    )
    return owners
      .toSorted((a, b) => (text(a, "time") < text(b, "time") ? 1 : -1))
      .map((entry) => text(entry, "manager"))
  })

const ownsBundle = (fields: unknown): boolean =>
  typeof fields === "object" &&
  fields !== null &&
  Object.entries(fields).some(([name, below]) => name === "f:caBundle" || ownsBundle(below))

type Ref = Pick<FoundTarget, "kind" | "objectName">

const refOf = ({ kind, objectName }: Ref) => ({ apiVersion: apiVersions[kind], kind, name: objectName })

const liveOf = (target: Ref): Effect.Effect<KubernetesObject | undefined, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    return yield* Effect.catchTag(client.get(refOf(target)), "NotFound", () => Effect.undefined)
  })

const annotate = ({ traces: { hasAnnotations } }: FoundTarget, name: string, value: string) => [
  ...(hasAnnotations ? [] : [{ op: "add", path: "/metadata/annotations", value: {} }]),
  { op: "add", path: sight.annotationPath(name), value }
]

type Operations = ReadonlyArray<{ readonly op: string; readonly path: string; readonly value?: unknown }>

/** Changes the version of an object that was looked at, and no other. */
const change = (
  target: Ref & Pick<FoundTarget, "resourceVersion">,
  operations: Operations
): Effect.Effect<KubernetesObject | "conflict", ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const over = { op: "replace", path: "/metadata/resourceVersion", value: target.resourceVersion }
    const patched = client.patch(refOf(target), { type: "json", body: [over, ...operations], fieldManager })
    const conflict = Effect.succeed("conflict" as const)
    return yield* Effect.catchTags(patched, {
      Conflict: () => conflict,
      NotFound: () => conflict,
      // What is pointed at may be gone from a later version: the patch then fails before versions are compared.
      Invalid: (error) =>
        Effect.flatMap(liveOf(target), (live) =>
          live?.metadata.resourceVersion === target.resourceVersion ? Effect.fail(error) : conflict
        )
    })
  })
