/**
 * Tells what an apply does: its waves, what is waited for, every retry, and kubelets that were nudged.
 *
 * @since 0.1.0
 */
import type { ApplyEvent } from "@holdfast/k8s-adapter/Apply"
import type { HoldOnNotice } from "@holdfast/k8s-adapter/HoldOn"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { format } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Effect from "effect/Effect"
import type { Progress } from "./Progress.ts"
import { tell } from "./Progress.ts"
import type { ProgressEvent } from "./ProgressEvent.ts"
import type { RetryTelling } from "./RetryTelling.ts"

/**
 * Tells reports which cluster it is about.
 *
 * @category telling
 * @since 0.1.0
 */
export const tellCluster: Effect.Effect<void, never, KubernetesClient | Progress> = Effect.gen(function* () {
  const { server, context } = yield* KubernetesClient
  yield* tell({ type: "Fact", name: "Cluster", value: server })
  if (context !== undefined) yield* tell({ type: "Fact", name: "Context", value: context })
})

const noticeEvent = (notice: HoldOnNotice): ProgressEvent => {
  switch (notice._tag) {
    case "Nudged": {
      const { namespace, pods, secrets } = notice
      const names = (all: ReadonlyArray<string>) => all.join(", ")
      return {
        type: "Note",
        text: `had the kubelet refresh Secret ${names(secrets)} of pod ${names(pods)} in ${namespace}`
      }
    }
    case "CannotNudge":
      return {
        type: "Warning",
        text: `cannot have the kubelet refresh the Secret, so waiting it out: ${notice.error.message}`
      }
    case "CannotWatch":
      return { type: "Warning", text: `cannot watch ${notice.what}, so trying at intervals: ${notice.error.message}` }
  }
}

/**
 * Tells something that happened beside the attempts.
 *
 * @category telling
 * @since 0.1.0
 */
export const tellNotice = (notice: HoldOnNotice): Effect.Effect<void, never, Progress> => tell(noticeEvent(notice))

/**
 * Tells the events of one apply: a line for each object, or only what goes beyond the objects' own lines on standard
 * output.
 *
 * @category telling
 * @since 0.1.0
 */
export const tellApply =
  (retries: RetryTelling, each: "each" | "retries") =>
  (event: ApplyEvent): Effect.Effect<void, never, Progress> => {
    switch (event._tag) {
      case "WaveStarted":
        return Effect.void
      case "Started":
        return Effect.andThen(
          tell({ type: "Began", subject: format(event.ref) }),
          tell({ type: "Waiting", key: format(event.ref), text: `applying ${format(event.ref)}` })
        )
      case "Applied":
        return Effect.all(
          [
            tell({ type: "Ended", subject: format(event.ref), outcome: event.outcome, failed: false }),
            tell({ type: "Waiting", key: format(event.ref), text: undefined }),
            each === "each" ? tell({ type: "Done", text: `${format(event.ref)} ${event.outcome}` }) : Effect.void
          ],
          { discard: true }
        )
      case "Failed":
        return Effect.andThen(
          tell({ type: "Ended", subject: format(event.ref), outcome: `failed: ${event.error.message}`, failed: true }),
          tell({ type: "Waiting", key: format(event.ref), text: undefined })
        )
      case "Attempt":
        return retries.onEvent(format(event.ref))(event.event)
      case "Waiting": {
        const blockers = event.blockers.length === 0 ? "" : `; ${event.blockers.join("; ")}`
        const text = `${format(event.ref)} to ${event.waitingFor}: ${event.reason}${blockers}`
        return tell({ type: "Waiting", key: format(event.ref), text })
      }
      case "Notice":
        return tellNotice(event.notice)
    }
  }
