/**
 * A server that has never answered is most likely the wrong one, or down: that is told at once. One that has answered
 * before and is silent now is held on to.
 *
 * @since 0.1.0
 */
import type { ApplyEvent } from "@holdfast/k8s-adapter/Apply"
import type { ClientError } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Classification from "@holdfast/retry-core/Classification"
import * as Effect from "effect/Effect"

/**
 * Remembers whether the server has answered.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reachability {
  readonly classify: Classification.PartialClassifier<ClientError>
  readonly observe: (event: ApplyEvent) => Effect.Effect<void>
}

/**
 * Makes the memory of one command.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Reachability => {
  let answered = false
  return {
    classify: (error) => {
      if (error._tag !== "ConnectionError") {
        answered = true
        return undefined
      }
      return answered ? undefined : Classification.permanent
    },
    observe: (event) =>
      Effect.sync(() => {
        if (event._tag === "Applied") answered = true
      })
  }
}
