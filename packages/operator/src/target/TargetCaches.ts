/**
 * Copies of all objects that can be targets, without what a rotation does not read: CustomResourceDefinitions carry
 * schemas of megabytes.
 *
 * @since 0.1.0
 */
import type { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { TargetKind } from "../certificate/WebhookCertificate.ts"
import { field } from "../internal/json.ts"
import * as Cache from "../runtime/Cache.ts"
import { apiVersions } from "./Target.ts"

/**
 * A cache for each kind of target.
 *
 * @category models
 * @since 0.1.0
 */
export type TargetCaches = Readonly<Record<TargetKind, Cache.Cache>>

/**
 * Makes the caches and begins to fill them; they end with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<TargetCaches, never, Scope.Scope | KubernetesClient> = Effect.suspend(() => {
  const cacheOf = (kind: TargetKind, strip?: Strip) =>
    Cache.make({
      apiVersion: apiVersions[kind],
      kind,
      strip: (object) => {
        stripMetadata(object)
        strip?.(object)
      }
    })
  return Effect.all({
    ValidatingWebhookConfiguration: cacheOf("ValidatingWebhookConfiguration"),
    MutatingWebhookConfiguration: cacheOf("MutatingWebhookConfiguration"),
    CustomResourceDefinition: cacheOf("CustomResourceDefinition", (object) => {
      object["spec"] = { conversion: field(object, "spec", "conversion") }
      delete object["status"]
    }),
    APIService: cacheOf("APIService", (object) => {
      delete object["status"]
    })
  })
})

type Strip = (object: Record<string, unknown>) => void

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

const stripMetadata: Strip = (object) => {
  const annotations = field(object, "metadata", "annotations") as Record<string, unknown> | undefined
  // Emptied and not deleted: whether there are annotations at all decides how to add one.
  if (annotations?.[lastApplied] !== undefined) annotations[lastApplied] = ""
}
