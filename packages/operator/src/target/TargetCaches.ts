/**
 * Copies of all objects that can be targets, without what a rotation does not read: CustomResourceDefinitions carry
 * schemas of megabytes.
 *
 * @since 0.1.0
 */

import { field } from "@holdfast/k8s-adapter/Json"
import type { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import type { TargetKind } from "../certificate/WebhookCertificate.ts"
import * as Cache from "../runtime/Cache.ts"
import * as Source from "../runtime/Source.ts"
import { apiVersions } from "./Target.ts"

/**
 * A cache for each kind of target. Those of CustomResourceDefinitions and APIServices begin to fill when somebody waits
 * for them: where no target is of these kinds, nobody has to be allowed to read them.
 *
 * @category models
 * @since 0.1.0
 */
export type TargetCaches = Readonly<Record<TargetKind, Cache.Cache>>

/**
 * Makes the caches; they end with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<TargetCaches, never, Scope.Scope | KubernetesClient> = Effect.suspend(() =>
  Effect.all({
    ValidatingWebhookConfiguration: Cache.make({ ...of("ValidatingWebhookConfiguration"), strip: stripMetadata }),
    MutatingWebhookConfiguration: Cache.make({ ...of("MutatingWebhookConfiguration"), strip: stripMetadata }),
    CustomResourceDefinition: onDemand("CustomResourceDefinition", (object) => {
      object["spec"] = { conversion: field(object, "spec", "conversion") }
      delete object["status"]
    }),
    APIService: onDemand("APIService", (object) => {
      delete object["status"]
    })
  })
)

/**
 * Sources for a controller that is to hear of changes of targets. They start nothing and wait for nothing: a kind that
 * nobody needs stays unread.
 *
 * @category conversions
 * @since 0.1.0
 */
export const sources = (
  caches: TargetCaches,
  requests: (object: KubernetesObject) => ReadonlyArray<Source.Request>
): ReadonlyArray<Source.Source> =>
  Object.values(caches).map((cache) => Source.map({ ...cache, synced: Effect.void }, requests))

type Strip = (object: Record<string, unknown>) => void

const of = (kind: TargetKind) => ({ apiVersion: apiVersions[kind], kind })

const onDemand = Effect.fnUntraced(function* (kind: TargetKind, strip: Strip) {
  const demand = Latch.makeUnsafe(false)
  const cache = yield* Cache.make({
    ...of(kind),
    startAfter: demand.await,
    strip: (object) => {
      stripMetadata(object)
      strip(object)
    }
  })
  return { ...cache, synced: Effect.andThen(demand.open, cache.synced) }
})

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

const stripMetadata: Strip = (object) => {
  const annotations = field(object, "metadata", "annotations") as Record<string, unknown> | undefined
  // Emptied and not deleted: whether there are annotations at all decides how to add one.
  if (annotations?.[lastApplied] !== undefined) annotations[lastApplied] = ""
}
