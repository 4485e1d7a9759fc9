/**
 * What is installed: the objects that bootstraps have recorded, and what carries the operator's label, for it may have
 * come by Helm.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { format, type KubernetesObject, key, type ObjectRef, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Readiness from "@holdfast/k8s-adapter/Readiness"
import * as WebhookProbe from "@holdfast/k8s-adapter/WebhookProbe"
import * as Effect from "effect/Effect"
import type { Finding } from "../check/Finding.ts"
import { listOf, part, textOf } from "../input/Json.ts"
import * as Inventory from "../inventory/Inventory.ts"
import * as Reading from "./Reading.ts"

/**
 * What was found.
 *
 * @category models
 * @since 0.1.0
 */
export interface Installation {
  /** `undefined` where no bootstrap is recorded. */
  readonly recorded: number | undefined
  readonly missing: ReadonlyArray<ObjectRef>
  /** What is there, recorded or labelled. */
  readonly objects: ReadonlyArray<KubernetesObject>
  readonly unread: ReadonlyArray<Finding>
}

const labelSelector = "app.kubernetes.io/part-of=holdfast"

const labelled = [
  { apiVersion: "apps/v1", kind: "Deployment", labelSelector },
  { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingWebhookConfiguration", labelSelector },
  { apiVersion: "admissionregistration.k8s.io/v1", kind: "MutatingWebhookConfiguration", labelSelector }
] as const

type Look = { readonly ref: ObjectRef } & (
  | { readonly live: KubernetesObject | undefined }
  | { readonly problem: string }
)

const look = Effect.fnUntraced(function* (ref: ObjectRef): Effect.fn.Return<Look, ClientError, KubernetesClient> {
  const client = yield* KubernetesClient
  return yield* client.get(ref).pipe(
    Effect.map((live): Look => ({ ref, live })),
    Effect.catchTags({
      NotFound: () => Effect.succeed<Look>({ ref, live: undefined }),
      UnknownKind: () => Effect.succeed<Look>({ ref, live: undefined }),
      Forbidden: (error) => Effect.succeed<Look>({ ref, problem: error.message })
    })
  )
})

/**
 * Reads what is installed.
 *
 * @category reading
 * @since 0.1.0
 */
export const read: Effect.Effect<Installation, ClientError, KubernetesClient> = Effect.gen(function* () {
  const unread: Array<Finding> = []
  const inventory = yield* Effect.catchTag(Inventory.read, "Forbidden", (error) =>
    Effect.sync(() => {
      unread.push({ subject: "what bootstrap has recorded", result: "skipped", detail: error.message })
      return undefined
    })
  )
  const looks = yield* Effect.forEach(inventory ?? [], ({ ref }) => look(ref), { concurrency: 16 })
  const readings = yield* Effect.forEach(labelled, Reading.list, { concurrency: 3 })
  const lives = looks.flatMap((one) => ("live" in one && one.live !== undefined ? [one.live] : []))
  const objects = new Map([...lives, ...readings.flatMap((one) => one.objects)].map((one) => [key(toRef(one)), one]))
  const refused = looks.flatMap((one) => ("problem" in one ? [one] : []))
  return {
    recorded: inventory?.length,
    missing: looks.flatMap((one) => ("live" in one && one.live === undefined ? [one.ref] : [])),
    objects: [...objects.values()],
    unread: [
      ...unread,
      ...refused.map(({ ref, problem }): Finding => ({ subject: format(ref), result: "skipped", detail: problem })),
      ...readings.flatMap((one) => one.unread)
    ]
  }
})

/**
 * Whether everything that was recorded is there.
 *
 * @category findings
 * @since 0.1.0
 */
export const recordedFindings = ({ missing, objects, recorded, unread }: Installation): ReadonlyArray<Finding> => {
  const subject = "what bootstrap has installed"
  const hint = 'Run "holdfast bootstrap" again with the same manifests'
  const own = ((): Finding => {
    if (recorded === undefined) {
      if (unread.length > 0) return { subject, result: "skipped", detail: "it may not be read" }
      return objects.length > 0
        ? { subject, result: "skipped", detail: "no bootstrap is recorded: it was installed by other means" }
        : { subject, result: "error", detail: "nothing is installed", hint: 'Install it with "holdfast bootstrap"' }
    }
    if (missing.length === 0) return { subject, result: "success", detail: `all ${recorded} objects are there` }
    const names = missing.slice(0, 5).map(format).join(", ")
    const more = missing.length > 5 ? ` and ${missing.length - 5} more` : ""
    return {
      subject,
      result: "error",
      detail: `${missing.length} of ${recorded} objects are gone: ${names}${more}`,
      hint
    }
  })()
  return [own, ...unread]
}

const isWorkload = ({ kind }: KubernetesObject) => ["Deployment", "StatefulSet", "DaemonSet"].includes(kind)

const imagesOf = (object: KubernetesObject): string =>
  listOf(part(object, "spec", "template", "spec", "containers"))
    .map((container) => textOf(part(container, "image")))
    .join(", ")

/**
 * Whether the workloads are ready.
 *
 * @category findings
 * @since 0.1.0
 */
export const workloadFindings = ({ objects }: Installation): ReadonlyArray<Finding> =>
  objects.filter(isWorkload).map((object): Finding => {
    const subject = format(toRef(object))
    const readiness = Readiness.ruleOf(object)?.check(object) ?? { _tag: "Ready" }
    if (readiness._tag === "Ready") return { subject, result: "success", detail: `ready (${imagesOf(object)})` }
    const { kind, metadata } = object
    return {
      subject,
      result: "error",
      detail: readiness._tag === "Never" ? `${readiness.reason}: ${readiness.message}` : readiness.reason,
      hint: "Look at its pods",
      command: `kubectl describe ${kind.toLowerCase()} ${metadata.name} -n ${metadata.namespace}`
    }
  })

const probeFinding = (target: WebhookProbe.Target, probe: WebhookProbe.Probe | ClientError): Finding => {
  const subject = `webhook ${target.webhook} of ${format(target.configuration)}`
  switch (probe._tag) {
    case "Answered":
      return { subject, result: "success", detail: `it answers (${probe.request})` }
    case "NotProbed":
      return { subject, result: "skipped", detail: `not tried: ${probe.reason}` }
    case "Failed":
      return { subject, result: "error", detail: probe.error.message, hint: 'Look at it with "holdfast check"' }
    default:
      return { subject, result: "skipped", detail: `not tried: ${probe.message}` }
  }
}

/**
 * Whether the installed webhooks answer, each asked by a dry run.
 *
 * @category findings
 * @since 0.1.0
 */
export const webhookFindings = ({
  objects
}: Installation): Effect.Effect<ReadonlyArray<Finding>, never, KubernetesClient> =>
  Effect.forEach(
    objects.flatMap(WebhookProbe.targetsOf).filter(({ type }) => type !== "conversion"),
    (target) =>
      WebhookProbe.probe(target).pipe(
        Effect.catch((error) => Effect.succeed(error)),
        Effect.map((probe) => probeFinding(target, probe))
      ),
    { concurrency: 4 }
  )
