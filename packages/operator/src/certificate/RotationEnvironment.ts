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
import type { FoundTarget } from "../target/Target.ts"
import type { BundleNotKept, FoundTargets, Written } from "../target/Targets.ts"
import type { WebhookCertificate } from "./WebhookCertificate.ts"

type Call<A, E = never> = Effect.Effect<A, ClientError | E, KubernetesClient>

/**
 * The API servers and the targets, as a rotation needs them.
 *
 * @category models
 * @since 0.1.0
 */
export interface RotationEnvironment {
  /** Finds the targets, from caches. */
  readonly targets: (webhook: WebhookCertificate) => Call<FoundTargets>
  /** The field managers, but for ours, that wrote a bundle of the target, the newest first. */
  readonly managers: (target: FoundTarget) => Call<ReadonlyArray<string>>
  /** Writes the bundle into the chosen entries and the canary's, with the epoch: one write, and reads it back. */
  readonly publish: (
    webhook: WebhookCertificate,
    target: FoundTarget,
    content: { readonly bundle: CertificateBundle; readonly epoch: number }
  ) => Call<Written, BundleNotKept>
  /** Changes the target in no way that matters, so that API servers look at it again. */
  readonly touch: (webhook: WebhookCertificate, target: FoundTarget) => Call<Written>
  /**
   * Takes out of the cluster what {@link publish} and {@link probe} put there, in all targets that are not among those
   * to keep. The bundles stay. To be called when nothing is being proven.
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
