/**
 * Whether the default package repository is Ready, where a controller serves it.
 *
 * @since 0.1.0
 */
import type { ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { format, type ObjectRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Readiness from "@holdfast/k8s-adapter/Readiness"
import * as Wait from "@holdfast/k8s-adapter/Wait"
import * as Effect from "effect/Effect"
import { type Progress, tell } from "../output/Progress.ts"
import * as WaitTelling from "../output/WaitTelling.ts"

/** How long a controller may take to say its first word, before none is believed to serve it. */
const firstWord = "3 seconds"

const hasConditions: Readiness.Rule = {
  name: "be looked at by a controller",
  check: (object) => {
    const { conditions } = (object?.["status"] ?? {}) as { readonly conditions?: ReadonlyArray<unknown> }
    return conditions !== undefined && conditions.length > 0
      ? { _tag: "Ready" }
      : { _tag: "NotReady", reason: "no controller has reported on it yet" }
  }
}

/**
 * Waits until the repository is Ready, or until another rule holds for it, and says so in words. Where no controller
 * reports on it, it does not wait.
 *
 * @category operations
 * @since 0.1.0
 */
export const awaitRepository = Effect.fnUntraced(function* (
  ref: ObjectRef,
  timeout: number,
  rule: Readiness.Rule = Readiness.hasCondition("Ready")
): Effect.fn.Return<string, ClientError | Wait.WaitTimeout | Wait.WillNeverBeReady, KubernetesClient | Progress> {
  const onProgress = yield* WaitTelling.onProgress
  const served = yield* Wait.until(ref, hasConditions, { deadline: firstWord }).pipe(
    Effect.as(true),
    Effect.catchTag("WaitTimeout", () => Effect.succeed(false))
  )
  if (!served) {
    yield* tell({ type: "Note", text: `no controller has reported on ${format(ref)} yet` })
    return "no controller reports on it"
  }
  yield* Wait.until(ref, rule, { deadline: timeout, onProgress })
  yield* tell({ type: "Waiting", key: format(ref), text: undefined })
  yield* tell({ type: "Done", text: `${format(ref)} is Ready` })
  return "ready"
})
