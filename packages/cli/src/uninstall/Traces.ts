/**
 * What the operator leaves in and beside objects of others: canaries and annotations in webhook configurations,
 * barriers, and the Secrets and Services of rotations. It removes them itself when a WebhookCertificate goes; this is for
 * what an operator that was not running has left. The `caBundle`s stay, for webhooks of others are served by them.
 *
 * @since 0.1.0
 */
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { groupVersion, type KubernetesObject, type ObjectRef, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import { listOf, part, textOf } from "../input/Json.ts"

/**
 * A trace.
 *
 * @category models
 * @since 0.1.0
 */
export interface Trace {
  readonly ref: ObjectRef
  /** Whether the object is of the operator's making, or somebody else's with something in it. */
  readonly action: "delete" | "clean"
}

const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  name: "webhookcertificates.certificates.holdfast.dev"
} as const

const annotationPrefix = "certificates.holdfast.dev/"
const barriers = "barriers.certificates.holdfast.dev"
/** On all Secrets and Services that the operator makes for a rotation. */
const canaryLabel = "certificates.holdfast.dev/canary"

const isCanary = (entry: unknown) => textOf(part(entry, "name")).endsWith(".canary.certificates.holdfast.dev")

const annotationsIn = ({ metadata }: KubernetesObject): ReadonlyArray<string> =>
  Object.keys(metadata.annotations ?? {}).filter((name) => name.startsWith(annotationPrefix))

const hasTrace = (object: KubernetesObject): boolean =>
  annotationsIn(object).length > 0 || listOf(object["webhooks"]).some(isCanary)

const traceOf = (object: KubernetesObject): ReadonlyArray<Trace> => {
  const ref = toRef(object)
  const isBarrier =
    textOf(part(object, "spec", "group")) === barriers &&
    ["apiextensions.k8s.io", "apiregistration.k8s.io"].includes(groupVersion(object.apiVersion).group)
  if (isBarrier) return [{ ref, action: "delete" }]
  return hasTrace(object) ? [{ ref, action: "clean" }] : []
}

/**
 * Whether an operator may still be at work: its kind is there. Then its traces are its own affair.
 *
 * @category reading
 * @since 0.1.0
 */
export const areInUse: Effect.Effect<boolean, ClientError, KubernetesClient> = Effect.flatMap(
  KubernetesClient,
  (client) => client.get(definition)
).pipe(
  Effect.as(true),
  Effect.catchTag("NotFound", () => Effect.succeed(false))
)

/**
 * Whether an object is the definition with which rotation comes and goes.
 *
 * @category queries
 * @since 0.1.0
 */
export const isDefinition = ({ kind, metadata }: KubernetesObject): boolean =>
  kind === definition.kind && metadata.name === definition.name

/**
 * Finds all traces.
 *
 * @category reading
 * @since 0.1.0
 */
export const find: Effect.Effect<ReadonlyArray<Trace>, ClientError, KubernetesClient> = Effect.gen(function* () {
  const client = yield* KubernetesClient
  const admission = "admissionregistration.k8s.io/v1"
  const carriers = [
    { apiVersion: admission, kind: "ValidatingWebhookConfiguration" },
    { apiVersion: admission, kind: "MutatingWebhookConfiguration" },
    { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService" },
    { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" }
  ]
  const own = ["Secret", "Service"].map((kind) => ({ apiVersion: "v1", kind, labelSelector: canaryLabel }))
  const list = (query: Parameters<typeof client.list>[0]) => Effect.map(client.list(query), ({ items }) => items)
  const carried = yield* Effect.forEach(carriers, list, { concurrency: 4 })
  const owned = yield* Effect.forEach(own, list, { concurrency: 2 })
  return [
    ...carried.flat().flatMap(traceOf),
    ...owned.flat().map((object): Trace => ({ ref: toRef(object), action: "delete" }))
  ]
})

/**
 * Takes the traces out of an object of somebody else, in one write that is bound to what was read.
 *
 * @category operations
 * @since 0.1.0
 */
export const clean = (ref: ObjectRef): Effect.Effect<void, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const live = yield* client.get(ref)
    if (!hasTrace(live)) return
    const annotations = Object.fromEntries(annotationsIn(live).map((name) => [name, null]))
    const webhooks = listOf(live["webhooks"])
    yield* client.patch(ref, {
      type: "merge",
      body: {
        metadata: { resourceVersion: live.metadata.resourceVersion, annotations },
        ...(webhooks.some(isCanary) && { webhooks: webhooks.filter((entry) => !isCanary(entry)) })
      }
    })
  }).pipe(
    Effect.retry({ times: 5, while: (error) => error._tag === "Conflict" }),
    Effect.catchTag("NotFound", () => Effect.void)
  )
