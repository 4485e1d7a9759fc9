/**
 * A client whose reads hold on. Writes and waits have a patience of their own; what a bootstrap looks up in between must
 * not end it because a connection broke.
 *
 * @since 0.1.0
 */
import * as Classify from "@holdfast/k8s-adapter/Classify"
import type { ClientError, Shape } from "@holdfast/k8s-adapter/KubernetesClient"
import { format } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Classification from "@holdfast/retry-core/Classification"
import * as Retry from "@holdfast/retry-core/Retry"
import type { RetryPolicy } from "@holdfast/retry-core/RetryPolicy"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { RetryTelling } from "../output/RetryTelling.ts"

const classify = (error: ClientError) =>
  error._tag === "UnknownKind" ? Classification.permanent : Classify.classify(error)

/**
 * Makes it of a client.
 *
 * @category combinators
 * @since 0.1.0
 */
export const of = (client: Shape, policy: RetryPolicy, retries: RetryTelling): Shape => {
  const patiently = <A>(name: string, read: Effect.Effect<A, ClientError>): Effect.Effect<A, ClientError> =>
    Retry.retry(read, {
      name,
      classify,
      // The transport bounds a request itself.
      policy: { ...policy, attemptTimeout: Duration.infinity },
      logLevel: "None",
      onEvent: retries.onEvent(name)
    }).pipe(
      // Told already; what counts in the end is what stood in the way.
      Effect.mapError((error) =>
        error._tag === "AttemptsExhausted" || error._tag === "DeadlineExceeded" ? (error.cause as ClientError) : error
      )
    )
  return { ...client, get: (ref) => patiently(`reading ${format(ref)}`, client.get(ref)) }
}
