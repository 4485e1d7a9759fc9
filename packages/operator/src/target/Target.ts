/**
 * The objects whose `caBundle` follows a rotation, as they are found.
 *
 * @since 0.1.0
 */
import type * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import type { TargetKind, WebhookCertificate } from "../certificate/WebhookCertificate.ts"

/**
 * How each kind is asked for.
 *
 * @category constants
 * @since 0.1.0
 */
export const apiVersions: Readonly<Record<TargetKind, string>> = {
  ValidatingWebhookConfiguration: "admissionregistration.k8s.io/v1",
  MutatingWebhookConfiguration: "admissionregistration.k8s.io/v1",
  CustomResourceDefinition: "apiextensions.k8s.io/v1",
  APIService: "apiregistration.k8s.io/v1"
}

/**
 * Who writes, as `metadata.managedFields` has it.
 *
 * @category constants
 * @since 0.1.0
 */
export const fieldManager = "holdfast-operator"

/**
 * The webhook whose certificate rotates, and where the operator's own pods answer its canaries.
 *
 * @category models
 * @since 0.1.0
 */
export interface RotatedWebhook extends WebhookCertificate {
  readonly operatorNamespace: string
}

/**
 * A target that is there.
 *
 * @category models
 * @since 0.1.0
 */
export interface FoundTarget {
  /** Unique: `ValidatingWebhookConfiguration/shop`. */
  readonly name: string
  readonly kind: TargetKind
  readonly objectName: string
  readonly uid: string
  readonly resourceVersion: string
  /** The entries of a configuration that belong to the webhook; empty for other kinds. */
  readonly entries: ReadonlyArray<string>
  /** Where each of its bundles is, as JSON pointers to what holds it in this version of the object. */
  readonly pointers: ReadonlyArray<string>
  /** Whatever any of its entries trusts. */
  readonly bundle: CertificateBundle.CertificateBundle
  /** The epoch that was published with the bundle; 0 when anything is not as a publication leaves it. */
  readonly epoch: number
  /** What is not as a publication leaves it, in words for people; none when the epoch is another than 0. */
  readonly problems: ReadonlyArray<string>
  /** Hosts and ports that its entries call by URL. */
  readonly hosts: ReadonlyArray<{ readonly host: string; readonly port: number }>
  /** What is dangerous in it, in words for people. */
  readonly warnings: ReadonlyArray<string>
  readonly traces: Traces
}

/**
 * What a publication leaves in an object beside the bundle.
 *
 * @category models
 * @since 0.1.0
 */
export interface Traces {
  /** Where the canary entry is, as a JSON pointer into this version of the object. */
  readonly canary: string | undefined
  /** The names of annotations. */
  readonly annotations: ReadonlyArray<string>
  /** Whether the object has annotations at all, from whomever. */
  readonly hasAnnotations: boolean
}
