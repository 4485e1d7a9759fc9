/**
 * What stands in for a canary entry where an object holds but one `caBundle`: another object of the same kind, of ours
 * alone, written after the targets. An API server takes up objects of one kind in the order in which they were written,
 * so one that has the barrier in effect has the targets in effect.
 *
 * A CustomResourceDefinition of ours has its conversion webhook answered by the canary; it stays, and is changed when
 * targets were published. An APIService is called by its group and version alone, which are its name, so there is one
 * for each publication that is to be proven, and it goes when that is over.
 *
 * Each belongs to an object of the probe kind, with which the garbage collector removes it: so nobody has to be allowed
 * to delete CustomResourceDefinitions and APIServices.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.34.1/staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import { AlreadyExists, NotFound } from "@holdfast/k8s-adapter/ApiError"
import { list, text } from "@holdfast/k8s-adapter/Json"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import { pathOf } from "./CanaryAnswer.ts"
import * as CanaryEntry from "./CanaryEntry.ts"
import { type FoundTarget, fieldManager, type RotatedWebhook } from "./Target.ts"

/**
 * A barrier that is written.
 *
 * @category models
 * @since 0.1.0
 */
export interface Barrier {
  /** What its canary calls the publication. */
  readonly mark: string
  /** The request that makes an API server call it. */
  readonly request: {
    readonly method: "GET" | "POST"
    readonly path: string
    readonly query?: Readonly<Record<string, string>>
    readonly body?: unknown
  }
}

/**
 * The kinds of targets that need a barrier.
 *
 * @category models
 * @since 0.1.0
 */
export type BarrierKind = "CustomResourceDefinition" | "APIService"

/**
 * The group of all barriers.
 *
 * @category models
 * @since 0.1.0
 */
export const group = "barriers.certificates.holdfast.dev"

const label = "certificates.holdfast.dev/barrier"

const labelsOf = ({ id }: Pick<RotatedWebhook, "id">) => ({ "app.kubernetes.io/managed-by": "holdfast", [label]: id })

/**
 * Writes the barrier for all of these targets, which are of one kind, unless it is there already.
 *
 * @category writing
 * @since 0.1.0
 */
export const make = Effect.fn("Barrier.make")(function* (
  webhook: RotatedWebhook,
  kind: BarrierKind,
  targets: ReadonlyArray<FoundTarget>
): Effect.fn.Return<Barrier, ClientError, KubernetesClient> {
  const mark = markOf(targets)
  const caBundle = Buffer.from(CertificateBundle.toPem(common(targets))).toString("base64")
  return yield* kind === "CustomResourceDefinition"
    ? definitionBarrier(webhook, mark, caBundle)
    : serviceBarrier(webhook, mark, caBundle)
})

/** Another one as soon as any target is published anew, or another target comes. */
const markOf = (targets: ReadonlyArray<FoundTarget>): string => {
  const content = targets.map(({ epoch, uid }) => `${uid} ${epoch}`).toSorted()
  const digest = createHash("sha256").update(content.join("\n")).digest("hex").slice(0, 8)
  return `${Math.max(...targets.map(({ epoch }) => epoch))}-${digest}`
}

/** What every target trusts: what the barrier proves has to hold for each. */
const common = (targets: ReadonlyArray<FoundTarget>): CertificateBundle.CertificateBundle =>
  targets
    .map(({ bundle }) => bundle)
    .reduce((all, bundle) => CertificateBundle.filter(all, (certificate) => CertificateBundle.has(bundle, certificate)))

const definitionBarrier = Effect.fnUntraced(function* (webhook: RotatedWebhook, mark: string, caBundle: string) {
  const client = yield* KubernetesClient
  const { id } = webhook
  const plural = `b${id}`
  const kind = `Barrier${id}`
  const conversion = {
    strategy: "Webhook",
    webhook: {
      conversionReviewVersions: ["v1"],
      clientConfig: { caBundle, service: { ...CanaryEntry.serviceOf(webhook), path: pathOf(mark), port: 443 } }
    }
  }
  const ref = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    name: `${plural}.${group}`
  }
  const found = yield* orAbsent(client.get(ref))
  if (found === undefined) {
    const schema = { openAPIV3Schema: { type: "object" } }
    yield* client.create(
      {
        apiVersion: ref.apiVersion,
        kind: ref.kind,
        metadata: { name: ref.name, labels: labelsOf(webhook), ownerReferences: [yield* owner(webhook, id)] },
        spec: {
          group,
          names: { plural, singular: plural, kind, listKind: `${kind}List` },
          scope: "Cluster",
          versions: [
            { name: "v1", served: true, storage: true, schema },
            { name: "v2", served: true, storage: false, schema }
          ],
          conversion
        }
      },
      { fieldManager }
    )
  } else if (!CanaryEntry.isAsMade(found["spec"], { conversion })) {
    yield* client.patch(ref, { type: "merge", body: { spec: { conversion } }, fieldManager })
  }
  // Kept in another version than it is created in, so that it has to be converted.
  const body = { apiVersion: `${group}/v2`, kind, metadata: { name: "canary" } }
  return {
    mark,
    request: { method: "POST", path: `/apis/${group}/v2/${plural}`, query: { dryRun: "All" }, body }
  } as const
})

const serviceBarrier = Effect.fnUntraced(function* (webhook: RotatedWebhook, mark: string, caBundle: string) {
  const client = yield* KubernetesClient
  const version = `e${mark}`
  const ref = { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", name: `${version}.${group}` }
  const found = yield* orAbsent(client.get(ref))
  if (found === undefined) {
    yield* client.create(
      {
        apiVersion: ref.apiVersion,
        kind: ref.kind,
        metadata: {
          name: ref.name,
          labels: labelsOf(webhook),
          ownerReferences: [yield* owner(webhook, `${webhook.id}-${mark}`)]
        },
        spec: {
          group,
          version,
          // Behind every other group and version.
          groupPriorityMinimum: 1,
          versionPriority: 1,
          service: { ...CanaryEntry.serviceOf(webhook), port: 443 },
          caBundle
        }
      },
      { fieldManager }
    )
  } else if (text(found, "spec", "caBundle") !== caBundle) {
    yield* client.patch(ref, { type: "merge", body: { spec: { caBundle } }, fieldManager })
  }
  return { mark, request: { method: "GET", path: `/apis/${group}/${version}/canary` } } as const
})

const orAbsent = (read: Effect.Effect<KubernetesObject, ClientError>) =>
  Effect.catch(read, (error) => (error instanceof NotFound ? Effect.undefined : Effect.fail(error)))

/** The object that a barrier goes with. */
const owner = Effect.fnUntraced(function* (webhook: RotatedWebhook, name: string) {
  const client = yield* KubernetesClient
  const { apiVersion, kind } = CanaryEntry.probeKind
  const labels = labelsOf(webhook)
  const made = yield* Effect.catch(
    client.create({ apiVersion, kind, metadata: { name, labels } }, { fieldManager }),
    (error) => (error instanceof AlreadyExists ? client.get({ apiVersion, kind, name }) : Effect.fail(error))
  )
  return { apiVersion, kind, name, uid: made.metadata.uid ?? "" }
})

/**
 * Removes the barriers that nobody needs while nothing is proven: those of APIServices, and the other one where no
 * CustomResourceDefinition is a target.
 *
 * @category writing
 * @since 0.1.0
 */
export const sweep: (
  webhook: Pick<RotatedWebhook, "id">,
  hasDefinitions: boolean
) => Effect.Effect<void, ClientError, KubernetesClient> = Effect.fn("Barrier.sweep")(function* (
  { id }: Pick<RotatedWebhook, "id">,
  hasDefinitions: boolean
) {
  const client = yield* KubernetesClient
  const { apiVersion, kind, path } = CanaryEntry.probeKind
  const { body } = yield* client.request({ method: "GET", path, query: { labelSelector: `${label}=${id}` } })
  const owners = list(body, "items").map((item) => text(item, "metadata", "name"))
  yield* Effect.forEach(
    owners.filter((name) => !(hasDefinitions && name === id)),
    (name) => orAbsent(client.delete({ apiVersion, kind, name })),
    { discard: true }
  )
})
