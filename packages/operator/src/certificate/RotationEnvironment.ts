/**
 * What a rotation reads of API servers and of the objects that tell them whom to trust, and what it writes there: the seam
 * between deciding and doing. Nothing behind it decides anything.
 *
 * @since 0.1.0
 */
import type { CertificateBundle } from "@holdfast/certificates/CertificateBundle"
import type { ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type * as Effect from "effect/Effect"
import type { Outcome } from "../rotation/RotationMemory.ts"
import type { RotationView } from "../rotation/RotationView.ts"
import type { TargetKind, WebhookCertificate } from "./WebhookCertificate.ts"

/**
 * An object whose `caBundle` a WebhookCertificate keeps, as it is now.
 *
 * @category models
 * @since 0.1.0
 */
export interface FoundTarget {
  /** Unique: `ValidatingWebhookConfiguration/shop`. */
  readonly name: string
  readonly kind: TargetKind
  readonly objectName: string
  readonly resourceVersion: string
  /** The entries of a configuration that are chosen; empty for other kinds. */
  readonly entries: ReadonlyArray<string>
  /** Whatever any chosen entry trusts. */
  readonly bundle: CertificateBundle
  /**
   * The epoch that was published with the bundle. 0 when anything is not as a publication leaves it: another wrote it,
   * entries differ, a block cannot be read, the canary's entry is gone.
   */
  readonly epoch: number
  /** Hosts and ports that chosen entries call by URL. */
  readonly hosts: ReadonlyArray<{ readonly host: string; readonly port: number }>
  /** Who wrote the `caBundle` last, by field manager; empty where nobody can tell. */
  readonly managers: ReadonlyArray<string>
  /** Sentences about what is dangerous in it: an entry that guards what the rotation itself has to write. */
  readonly warnings: ReadonlyArray<string>
}

/**
 * The targets that are there, and those that are asked for by name and are not. They are never created.
 *
 * @category models
 * @since 0.1.0
 */
export interface FoundTargets {
  readonly found: ReadonlyArray<FoundTarget>
  /** `ValidatingWebhookConfiguration/shop`, or `ValidatingWebhookConfiguration/shop entry x.shop.example`. */
  readonly missing: ReadonlyArray<string>
}

/**
 * Whether a write was made, or the object was no longer the one that had been looked at.
 *
 * @category models
 * @since 0.1.0
 */
export type Written = "done" | "conflict"

type Call<A> = Effect.Effect<A, ClientError, KubernetesClient>

/**
 * The API servers and the targets, as a rotation needs them.
 *
 * @category models
 * @since 0.1.0
 */
export interface RotationEnvironment {
  /** Finds the targets, from caches. */
  readonly targets: (webhook: WebhookCertificate) => Call<FoundTargets>
  /** Writes the bundle into the chosen entries and the canary's, with the epoch: one write, and reads it back. */
  readonly publish: (
    webhook: WebhookCertificate,
    target: FoundTarget,
    content: { readonly bundle: CertificateBundle; readonly epoch: number }
  ) => Call<Written>
  /** Changes the target in no way that matters, so that API servers look at it again. */
  readonly touch: (webhook: WebhookCertificate, target: FoundTarget) => Call<Written>
  /**
   * Takes out of the cluster what {@link publish} and {@link probe} put there, in all targets that are not among those
   * to keep. The bundles stay.
   */
  readonly release: (
    webhook: Pick<WebhookCertificate, "id" | "name" | "namespace">,
    keep: ReadonlyArray<FoundTarget>
  ) => Call<void>
  /** The API servers that answer, whether those are all, and how far this process's clock is ahead of theirs (ms). */
  readonly apiServers: Call<Pick<RotationView, "apiServers" | "reach" | "skew">>
  /** Asks each API server for the canary of a target; what counts is an answer by the leaf with this fingerprint. */
  readonly probe: (
    webhook: WebhookCertificate,
    pairs: ReadonlyArray<{ readonly apiServer: string; readonly target: FoundTarget }>,
    leaf: string
  ) => Call<NonNullable<Outcome["answers"]>>
}
