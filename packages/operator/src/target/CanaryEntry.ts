/**
 * The canary of a webhook configuration: one more entry that has the same bundle as the others. Since an API server takes
 * up a configuration as a whole, a canary that it calls by a bundle means that it calls the others by it as well.
 *
 * It concerns nothing that anybody else creates: only our probe kind, and of that only objects with its own label.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import { text } from "@holdfast/k8s-adapter/Json"
import { canaryService } from "../certificate/WebhookCertificate.ts"
import { pathOf } from "./CanaryAnswer.ts"
import type { RotatedWebhook } from "./Target.ts"

/**
 * The probe kind: its group, version and resource.
 *
 * @category models
 * @since 0.1.0
 */
export const probeKind = {
  apiVersion: "certificates.holdfast.dev/v1alpha1",
  kind: "Probe",
  path: "/apis/certificates.holdfast.dev/v1alpha1/probes"
} as const

/**
 * The label of a probe that says which target it is for.
 *
 * @category models
 * @since 0.1.0
 */
export const label = "certificates.holdfast.dev/canary"

const suffix = ".canary.certificates.holdfast.dev"

/**
 * The name of the canary entry.
 *
 * @category getters
 * @since 0.1.0
 */
export const nameOf = ({ id }: Pick<RotatedWebhook, "id">): string => `${id}${suffix}`

/**
 * How an API server is led to the canary.
 *
 * @category getters
 * @since 0.1.0
 */
export const serviceOf = (webhook: RotatedWebhook): { readonly namespace: string; readonly name: string } => {
  const { name, namespace } = canaryService(webhook, webhook.operatorNamespace)
  return { namespace, name }
}

/**
 * Tells whether an entry is a canary, of whichever WebhookCertificate.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isCanary = (entry: unknown): boolean => text(entry, "name").endsWith(suffix)

/**
 * The value of {@link label} on probes for a target.
 *
 * @category getters
 * @since 0.1.0
 */
export const labelOf = ({ id }: Pick<RotatedWebhook, "id">, target: string): string =>
  `${id}-${createHash("sha256").update(target).digest("hex").slice(0, 10)}`

/**
 * The canary entry of a configuration.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  webhook: RotatedWebhook,
  target: { readonly name: string },
  publication: { readonly epoch: number; readonly caBundle: string }
): Readonly<Record<string, unknown>> => ({
  name: nameOf(webhook),
  admissionReviewVersions: ["v1"],
  clientConfig: {
    caBundle: publication.caBundle,
    service: { ...serviceOf(webhook), path: pathOf(publication.epoch), port: 443 }
  },
  // Of two failing answers the API server may tell either, so only a canary that fails closed is sure to be heard.
  failurePolicy: "Fail",
  matchPolicy: "Exact",
  sideEffects: "None",
  timeoutSeconds: 10,
  objectSelector: { matchLabels: { [label]: labelOf(webhook, target.name) } },
  rules: [
    {
      apiGroups: ["certificates.holdfast.dev"],
      apiVersions: ["v1alpha1"],
      operations: ["CREATE"],
      resources: ["probes"],
      scope: "Cluster"
    }
  ]
})

/**
 * Tells whether an entry is as it was made; what the API server has filled in does not count.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isAsMade = (entry: unknown, made: unknown): boolean => {
  if (Array.isArray(made)) {
    return Array.isArray(entry) && entry.length === made.length && made.every((each, i) => isAsMade(entry[i], each))
  }
  if (typeof made !== "object" || made === null) return entry === made
  return (
    typeof entry === "object" &&
    entry !== null &&
    Object.entries(made).every(([key, value]) => isAsMade((entry as Record<string, unknown>)[key], value))
  )
}
