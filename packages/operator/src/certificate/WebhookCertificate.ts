/**
 * A WebhookCertificate of `certificates.holdfast.dev/v1alpha1`: which certificate a webhook is to serve with, from which
 * Secret it reads it, and which objects tell the API servers to trust it.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import type { KeyAlgorithm } from "@holdfast/certificates/KeyPair"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Result from "effect/Result"
import {
  type InvalidWebhookCertificate,
  readAuthority,
  readDnsNames,
  readDuration,
  readKeyAlgorithm,
  readLeaf,
  readSecretName,
  readService,
  readTargets,
  refuse
} from "../internal/certificate/readSpec.ts"

export type { InvalidWebhookCertificate } from "../internal/certificate/readSpec.ts"

/**
 * The kind.
 *
 * @category constants
 * @since 0.1.0
 */
export const kind = { apiVersion: "certificates.holdfast.dev/v1alpha1", kind: "WebhookCertificate" } as const

/**
 * The annotation whose every new text is a request to rotate now.
 *
 * @category constants
 * @since 0.1.0
 */
export const rotateAnnotation = "certificates.holdfast.dev/rotate"

/**
 * The annotation whose every new text says that the key of the present CA is known to others.
 *
 * @category constants
 * @since 0.1.0
 */
export const compromisedAnnotation = "certificates.holdfast.dev/compromised"

/**
 * The label by which a rotation's Secret names its canary Service.
 *
 * @category constants
 * @since 0.1.0
 */
export const canaryLabel = "certificates.holdfast.dev/canary"

/**
 * The annotation by which a canary Service names its WebhookCertificate.
 *
 * @category constants
 * @since 0.1.0
 */
export const ownerAnnotation = "certificates.holdfast.dev/webhook-certificate"

/**
 * The kinds of objects that hold a `caBundle`.
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
 * Objects whose `caBundle` is to be kept: one by its name, or all that have these labels.
 *
 * @category models
 * @since 0.1.0
 */
export interface TargetSpec {
  readonly kind: TargetKind
  readonly name?: string
  readonly matchLabels?: Readonly<Record<string, string>>
  /** Entries of a configuration by name. Left out: all that call the Service, or an address of the names. */
  readonly webhooks?: ReadonlyArray<string>
}

/**
 * How long a certificate lives, in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lifetime {
  readonly validity: number
  /** How long before its end it is replaced; a third of the validity unless given. */
  readonly renewBefore: number
}

/**
 * What is wanted. Times are in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Spec {
  /** The Secret that the webhook reads, in the same namespace. */
  readonly secretName: string
  /** The Service in front of the webhook's pods, in the same namespace. */
  readonly service?: { readonly name: string; readonly port: number }
  /** Further names, or all of them where there is no Service. */
  readonly dnsNames: ReadonlyArray<string>
  readonly targets: ReadonlyArray<TargetSpec>
  readonly keyAlgorithm: KeyAlgorithm
  /** `secretName`: a CA that the user brings, in the same namespace. */
  readonly authority: Lifetime & { readonly secretName?: string }
  readonly leaf: Lifetime
  /** How long the next CA is published before it signs what is served, unless somebody is in a hurry. */
  readonly minPublish: number
  /** How long the CA of before stays trusted, for a Deployment that is rolled back. */
  readonly rollback: number
}

/**
 * A WebhookCertificate, read.
 *
 * @category models
 * @since 0.1.0
 */
export interface WebhookCertificate {
  readonly name: string
  readonly namespace: string
  /** Names it where a name of its own has to be short: ten hexadecimal digits, the same for ever. */
  readonly id: string
  readonly spec: Spec
  /** All names that its leaf has to be good for, as API servers call them. */
  readonly dnsNames: ReadonlyArray<string>
  /** The text of {@link rotateAnnotation}. */
  readonly rotate?: string
  /** The text of {@link compromisedAnnotation}. */
  readonly compromised?: string
}

/**
 * Reads the object, or says which field is wrong and how it has to be. Everything that a default can be given for may be
 * left out, though the API server fills it in.
 *
 * **Example** (A field that is wrong)
 *
 * ```ts import.meta.vitest
 * import { Result } from "effect"
 * import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
 *
 * const object = {
 *   ...WebhookCertificate.kind,
 *   metadata: { name: "hook", namespace: "shop" },
 *   spec: {
 *     secretName: "hook-tls",
 *     service: { name: "hook" },
 *     targets: [{ kind: "ValidatingWebhookConfiguration", name: "hook" }],
 *     leaf: { validity: "30d" }
 *   }
 * }
 * const read = WebhookCertificate.decode(object)
 *
 * Result.isFailure(read) && read.failure.field // => "spec.leaf.validity"
 * ```
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (object: KubernetesObject): Result.Result<WebhookCertificate, InvalidWebhookCertificate> =>
  Result.gen(function* () {
    const { name = "", namespace = "" } = object.metadata
    if (name.length > 63) return yield* refuse("metadata.name", "it may have 63 characters at most")
    const fields = (object["spec"] ?? {}) as Readonly<Record<string, unknown>>
    const service = yield* readService(fields["service"])
    const spec: Spec = {
      secretName: yield* readSecretName("spec.secretName", fields["secretName"]),
      ...(service !== undefined && { service }),
      dnsNames: yield* readDnsNames(fields["dnsNames"]),
      targets: yield* readTargets(fields["targets"]),
      keyAlgorithm: yield* readKeyAlgorithm(fields["keyAlgorithm"]),
      authority: yield* readAuthority(fields["authority"]),
      leaf: yield* readLeaf(fields["leaf"]),
      minPublish: yield* readDuration("spec.minPublish", fields["minPublish"], "24h"),
      rollback: yield* readDuration("spec.rollback", fields["rollback"], "1h")
    }
    yield* checkTogether(spec)
    return {
      name,
      namespace,
      id: idOf(namespace, name),
      spec,
      dnsNames: [
        ...(service === undefined
          ? []
          : [`${service.name}.${namespace}.svc`, `${service.name}.${namespace}.svc.cluster.local`]),
        ...spec.dnsNames
      ],
      ...requests(object)
    }
  })

/**
 * The texts by which a rotation is asked for.
 *
 * @category getters
 * @since 0.1.0
 */
export const requests = ({
  metadata: { annotations = {} }
}: KubernetesObject): Pick<WebhookCertificate, "rotate" | "compromised"> => {
  const rotate = annotations[rotateAnnotation]
  const compromised = annotations[compromisedAnnotation]
  return { ...(rotate !== undefined && { rotate }), ...(compromised !== undefined && { compromised }) }
}

/**
 * The `id` of the WebhookCertificate of a name.
 *
 * @category getters
 * @since 0.1.0
 */
export const idOf = (namespace: string, name: string): string =>
  createHash("sha256").update(`${namespace}/${name}`).digest("hex").slice(0, 10)

const checkTogether = (spec: Spec): Result.Result<void, InvalidWebhookCertificate> => {
  if (spec.service === undefined && spec.dnsNames.length === 0) {
    return refuse("spec.service", "give the Service of the webhook, or its names in spec.dnsNames")
  }
  const { authority, leaf, minPublish } = spec
  // The dates of a CA that was brought are its owner's.
  if (authority.secretName !== undefined) return Result.void
  if (authority.validity < leaf.validity) {
    return refuse("spec.authority.validity", "it must not be shorter than spec.leaf.validity")
  }
  // A margin for clocks that disagree, and the time that the rotation itself takes.
  return minPublish > authority.renewBefore - 3_600_000
    ? refuse(
        "spec.minPublish",
        "it must be an hour shorter than spec.authority.renewBefore (a third of the validity unless given), or a CA would end before the next one may serve"
      )
    : Result.void
}

/**
 * The WebhookCertificate that a state Secret belongs to; `undefined` for other names.
 *
 * @category getters
 * @since 0.1.0
 */
export const ownerOfState = (secretName: string): Pick<WebhookCertificate, "id" | "name" | "namespace"> | undefined => {
  const [, namespace, name] = /^([^.]+)\.(.+)\.pki$/.exec(secretName) ?? []
  return namespace === undefined || name === undefined ? undefined : { namespace, name, id: idOf(namespace, name) }
}

/**
 * The Service through which API servers reach the canary of a WebhookCertificate: the operator's own pods, which answer
 * to this name with the leaf that is to be served next.
 *
 * @category getters
 * @since 0.1.0
 */
export const canaryService = (
  { id }: Pick<WebhookCertificate, "id">,
  operatorNamespace: string
): { readonly name: string; readonly namespace: string; readonly host: string } => ({
  name: `canary-${id}`,
  namespace: operatorNamespace,
  host: `canary-${id}.${operatorNamespace}.svc`
})

/**
 * Where the state of its rotation is kept: a Secret in the operator's namespace, so that no key of a CA lies elsewhere.
 *
 * @category getters
 * @since 0.1.0
 */
export const stateSecret = (
  { name, namespace }: Pick<WebhookCertificate, "name" | "namespace">,
  operatorNamespace: string
): { readonly name: string; readonly namespace: string } => ({
  name: `${namespace}.${name}.pki`,
  namespace: operatorNamespace
})
