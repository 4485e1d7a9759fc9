/**
 * Finds the objects that trust a webhook's certificate, and changes what they trust: one write for each object and
 * change, over the version that was looked at and no other, and read back.
 *
 * Entries are changed where they stand. None is ever created: who calls a webhook is its manifest's to say.
 *
 * @since 0.1.0
 */
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import { Conflict, NotFound } from "@holdfast/k8s-adapter/ApiError"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { field, list, text } from "../internal/json.ts"
import * as sight from "../internal/target/sight.ts"
import * as CanaryEntry from "./CanaryEntry.ts"
import {
  apiVersions,
  type FoundTarget,
  fieldManager,
  type MissingTarget,
  type RotatedWebhook,
  type TargetSpec
} from "./Target.ts"
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
export interface Findings {
  /** In the order of the specs, each once. */
  readonly found: ReadonlyArray<FoundTarget>
  readonly missing: ReadonlyArray<MissingTarget>
}

/**
 * Finds the targets of a webhook, once the caches of the kinds that are named know all there is.
 *
 * @category finding
 * @since 0.1.0
 */
export const find: (
  caches: TargetCaches,
  webhook: RotatedWebhook,
  specs: ReadonlyArray<TargetSpec>
) => Effect.Effect<Findings> = Effect.fn("Targets.find")(function* (
  caches: TargetCaches,
  webhook: RotatedWebhook,
  specs: ReadonlyArray<TargetSpec>
) {
  yield* Effect.forEach(specs, ({ kind }) => caches[kind].synced, { discard: true })
  const found = new Map<string, FoundTarget>()
  const missing: Array<MissingTarget> = []
  // Two specs can mean the same object: its entries are then those of both.
  const wanted = new Map<string, { readonly object: KubernetesObject; readonly specs: Array<TargetSpec> }>()
  for (const spec of specs) {
    const objects = objectsOf(caches, spec)
    if (objects.length === 0) missing.push({ target: nameOfSpec(spec), problem: "there is no such object" })
    for (const object of objects) {
      const key = `${spec.kind}/${object.metadata.name}`
      const before = wanted.get(key)
      if (before === undefined) wanted.set(key, { object, specs: [spec] })
      else before.specs.push(spec)
    }
  }
  for (const [name, { object, specs: meant }] of wanted) {
    const { problems, target } = sight.look(object, webhook, meant)
    if (target !== undefined) found.set(name, target)
    missing.push(...problems)
  }
  return { found: [...found.values()], missing }
})

const objectsOf = (caches: TargetCaches, { kind, matchLabels, name }: TargetSpec): ReadonlyArray<KubernetesObject> => {
  if (name === undefined) return caches[kind].list({ labels: matchLabels ?? {} })
  const object = caches[kind].get(name)
  return object === undefined ? [] : [object]
}

const nameOfSpec = ({ kind, matchLabels, name }: TargetSpec): string =>
  name !== undefined
    ? `${kind}/${name}`
    : `${kind} with ${Object.entries(matchLabels ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .join(",")}`

/**
 * What a target is to have from now on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Publication {
  readonly epoch: number
  readonly bundle: CertificateBundle.CertificateBundle
}

/**
 * Writes a bundle into all entries of a target, and the canary and the epoch with it. `"conflict"` when the target is no
 * longer the one that was found: nothing is written then.
 *
 * @category writing
 * @since 0.1.0
 */
export const publish: (
  target: FoundTarget,
  webhook: RotatedWebhook,
  publication: Publication
) => Effect.Effect<"done" | "conflict", ClientError | BundleNotKept, KubernetesClient> = Effect.fn("Targets.publish")(
  function* (target: FoundTarget, webhook: RotatedWebhook, { bundle, epoch }: Publication) {
    const caBundle = Buffer.from(CertificateBundle.toPem(bundle)).toString("base64")
    const canary = sight.hasCanary(target.kind) ? CanaryEntry.make(webhook, target, { epoch, caBundle }) : undefined
    const written = yield* change(target, [
      ...target.entries.map(({ pointer }) => ({ op: "add", path: `${pointer}/caBundle`, value: caBundle })),
      ...(canary === undefined
        ? []
        : target.canary === undefined
          ? [{ op: "add", path: "/webhooks/-", value: canary }]
          : [{ op: "replace", path: target.canary, value: canary }]),
      ...annotate(target, sight.epochAnnotation(webhook.certificate), String(epoch))
    ])
    if (written === "conflict") return written
    const kept = sight.read(written, webhook, target.entries)
    return kept.intact && kept.epoch === epoch && CertificateBundle.equals(kept.live, bundle)
      ? "done"
      : yield* Effect.fail(new BundleNotKept({ target: target.name, problems: kept.problems }))
  }
)

/**
 * Changes a target in no way that matters. Each API server takes it up anew then, also one that has missed the change
 * before.
 *
 * @category writing
 * @since 0.1.0
 */
export const touch: (
  target: FoundTarget,
  webhook: RotatedWebhook
) => Effect.Effect<"done" | "conflict", ClientError, KubernetesClient> = Effect.fn("Targets.touch")(function* (
  target: FoundTarget,
  webhook: RotatedWebhook
) {
  const now = new Date(yield* Clock.currentTimeMillis).toISOString()
  const written = yield* change(target, annotate(target, sight.touchedAnnotation(webhook.certificate), now))
  return written === "conflict" ? written : "done"
})

/**
 * Takes everything out of a target that was put there beside the bundle: the canary and the annotations. The bundle
 * stays, for the webhook goes on to be called.
 *
 * @category writing
 * @since 0.1.0
 */
export const release: (target: FoundTarget) => Effect.Effect<"done" | "conflict", ClientError, KubernetesClient> =
  Effect.fn("Targets.release")(function* (target: FoundTarget) {
    const operations = [
      ...(target.canary === undefined ? [] : [{ op: "remove", path: target.canary }]),
      ...target.annotations.map((name) => ({ op: "remove", path: sight.annotationPath(name) }))
    ]
    if (operations.length === 0) return "done"
    const written = yield* change(target, operations)
    return written === "conflict" ? written : "done"
  })

/**
 * Says who wrote the bundle of a target last: the field managers that have a `caBundle` of it, the newest first. Ask
 * before it is repaired.
 *
 * @category reading
 * @since 0.1.0
 */
export const managers = (target: FoundTarget): Effect.Effect<ReadonlyArray<string>, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const object = yield* client.get(refOf(target))
    const owners = list(object, "metadata", "managedFields").filter((entry) => ownsBundle(field(entry, "fieldsV1")))
    return owners
      .toSorted((a, b) => (text(a, "time") < text(b, "time") ? 1 : -1))
      .map((entry) => text(entry, "manager"))
  })

const ownsBundle = (fields: unknown): boolean =>
  typeof fields === "object" &&
  fields !== null &&
  Object.entries(fields).some(([name, below]) => name === "f:caBundle" || ownsBundle(below))

const refOf = ({ kind, objectName }: FoundTarget) => ({ apiVersion: apiVersions[kind], kind, name: objectName })

const annotate = ({ hasAnnotations }: FoundTarget, name: string, value: string) => [
  ...(hasAnnotations ? [] : [{ op: "add", path: "/metadata/annotations", value: {} }]),
  { op: "add", path: sight.annotationPath(name), value }
]

const change = (
  target: FoundTarget,
  operations: ReadonlyArray<{ readonly op: string; readonly path: string; readonly value?: unknown }>
): Effect.Effect<KubernetesObject | "conflict", ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const over = { op: "replace", path: "/metadata/resourceVersion", value: target.resourceVersion }
    const patched = client.patch(refOf(target), { type: "json", body: [over, ...operations], fieldManager })
    return yield* Effect.catch(patched, (error) =>
      error instanceof Conflict || error instanceof NotFound ? Effect.succeed("conflict" as const) : Effect.fail(error)
    )
  })
