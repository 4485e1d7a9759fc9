/**
 * The objects whose `caBundle` follows a rotation, as a WebhookCertificate names them, and as they are found.
 *
 * @since 0.1.0
 */
import type * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import type * as RotationView from "../rotation/RotationView.ts"

/**
 * The kinds that hold a `caBundle`.
 *
 * @category models
 * @since 0.1.0
 */
export type TargetKind =
  | "ValidatingWebhookConfiguration"
  | "MutatingWebhookConfiguration"
  | "CustomResourceDefinition"
  | "APIService"

/**
 * How each kind is asked for.
 *
 * @category models
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
 * @category models
 * @since 0.1.0
 */
export const fieldManager = "holdfast-operator"

/**
 * One entry of `spec.targets`: an object by its name, or all objects with some labels.
 *
 * @category models
 * @since 0.1.0
 */
export interface TargetSpec {
  readonly kind: TargetKind
  readonly name?: string | undefined
  readonly matchLabels?: Readonly<Record<string, string>> | undefined
  /** The entries of a webhook configuration that are meant; those that call the webhook's own address, unless given. */
  readonly webhooks?: ReadonlyArray<string> | undefined
}

/**
 * A namespaced object.
 *
 * @category models
 * @since 0.1.0
 */
export interface NamespacedName {
  readonly namespace: string
  readonly name: string
}

/**
 * The webhook whose certificate rotates.
 *
 * @category models
 * @since 0.1.0
 */
export interface RotatedWebhook {
  /** The WebhookCertificate; all names of canaries and barriers come from it. */
  readonly certificate: NamespacedName
  /** What API servers call; missing for a webhook that is called by URL alone. */
  readonly service?: NamespacedName | undefined
  /** Further names that the webhook is called by. */
  readonly dnsNames: ReadonlyArray<string>
  /** Where the operator's own pods answer canaries. */
  readonly operatorNamespace: string
}

/**
 * A `caBundle` within a target.
 *
 * @category models
 * @since 0.1.0
 */
export interface TargetEntry {
  /** The webhook's name; empty where the object has but one bundle. */
  readonly name: string
  /** Where its `clientConfig` is, as a JSON pointer into this version of the object. */
  readonly pointer: string
}

/**
 * A target that is there.
 *
 * @category models
 * @since 0.1.0
 */
export interface FoundTarget extends Omit<RotationView.Target, "writtenAt"> {
  /** `Kind/name`; no two targets of a rotation share it. */
  readonly name: string
  readonly kind: TargetKind
  readonly objectName: string
  readonly uid: string
  /** The entries that belong to this webhook; never none. */
  readonly entries: ReadonlyArray<TargetEntry>
  /** Where the object's own canary entry is, as a JSON pointer, when it has one. */
  readonly canary: string | undefined
  readonly hasAnnotations: boolean
  /** The names of the annotations that were written into it for this webhook. */
  readonly annotations: ReadonlyArray<string>
  /** What any of its entries trusts; `bundle` has the same in the engine's words. */
  readonly live: CertificateBundle.CertificateBundle
  /**
   * Whether all that belongs to a publication is in place: each entry has the whole bundle and nothing that cannot be
   * read, the canary entry is there with it, and the annotation says which epoch. Otherwise it has to be published anew.
   */
  readonly intact: boolean
  /** What is wrong with it, in words for people; none when it is intact. */
  readonly problems: ReadonlyArray<string>
}

/**
 * What a WebhookCertificate names and the cluster does not have.
 *
 * @category models
 * @since 0.1.0
 */
export interface MissingTarget {
  /** `Kind/name`, `Kind/name: entry`, or the kind with its labels. */
  readonly target: string
  readonly problem: string
}
