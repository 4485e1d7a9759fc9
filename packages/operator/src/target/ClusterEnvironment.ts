/**
 * The API servers and targets of a cluster, as a rotation needs them.
 *
 * @since 0.1.0
 */
import type { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Effect from "effect/Effect"
import type { RotationEnvironment } from "../certificate/RotationEnvironment.ts"
import type { WebhookCertificate } from "../certificate/WebhookCertificate.ts"
import * as ApiServers from "./ApiServers.ts"
import * as Barrier from "./Barrier.ts"
import * as CanaryProbe from "./CanaryProbe.ts"
import type { RotatedWebhook } from "./Target.ts"
import type { TargetCaches } from "./TargetCaches.ts"
import * as Targets from "./Targets.ts"

/**
 * What it takes.
 *
 * @category options
 * @since 0.1.0
 */
export interface ClusterEnvironmentOptions extends ApiServers.ApiServersOptions {
  readonly caches: TargetCaches
  /** Where the canary Services are. */
  readonly operatorNamespace: string
}

/**
 * Joins what this folder offers.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({
  caches,
  operatorNamespace,
  ...options
}: ClusterEnvironmentOptions): Effect.Effect<RotationEnvironment, never, KubernetesClient> =>
  Effect.map(ApiServers.make(options), (apiServers): RotationEnvironment => {
    const rotated = (webhook: WebhookCertificate): RotatedWebhook => ({ ...webhook, operatorNamespace })
    return {
      targets: (webhook) => Targets.find(caches, rotated(webhook)),
      managers: Targets.managers,
      publish: (webhook, target, content) => Targets.publish(rotated(webhook), target, content),
      touch: (webhook, target) => Targets.touch(rotated(webhook), target),
      release: (webhook, keep) =>
        Effect.andThen(
          Targets.release(caches, webhook, keep),
          // An APIService's barrier stands for one proof; the other one is cheaper to keep than to make again.
          Barrier.sweep(
            webhook,
            keep.some(({ kind }) => kind === "CustomResourceDefinition")
          )
        ),
      apiServers: apiServers.discover,
      probe: (webhook, pairs, leaf) => CanaryProbe.probe({ webhook: rotated(webhook), pairs, leaf, apiServers })
    }
  })
