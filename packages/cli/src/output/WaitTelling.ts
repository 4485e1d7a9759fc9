/**
 * Tells what a wait is at.
 *
 * @since 0.1.0
 */
import { format } from "@holdfast/k8s-adapter/KubernetesObject"
import type { WaitProgress } from "@holdfast/k8s-adapter/Wait"
import * as Effect from "effect/Effect"
import { Progress } from "./Progress.ts"

/**
 * The words for a wait: what for, why not yet, and what its pods complain about.
 *
 * @category rendering
 * @since 0.1.0
 */
export const describe = ({ ref, waitingFor, reason, blockers }: WaitProgress): string =>
  `${format(ref)} to ${waitingFor}: ${[reason, ...blockers].join("; ")}`

/**
 * A callback for the waits of the adapter that tells progress under the object's name.
 *
 * @category telling
 * @since 0.1.0
 */
export const onProgress: Effect.Effect<(progress: WaitProgress) => Effect.Effect<void>, never, Progress> = Effect.map(
  Progress,
  (progress) => (wait: WaitProgress) => progress.tell({ type: "Waiting", key: format(wait.ref), text: describe(wait) })
)
