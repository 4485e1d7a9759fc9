/**
 * Which of the API server's errors are worth another attempt. Each rule is a partial classifier of its own, so that a
 * program can leave one out, or put its own in front.
 *
 * @since 0.1.0
 */
import * as Classification from "@holdfast/retry-core/Classification"
import * as rules from "./internal/transient/all.ts"
import type { Rule } from "./internal/transient/Rule.ts"
import type { KubernetesError } from "./KubernetesError.ts"

export * from "./internal/transient/all.ts"
export type { Rule } from "./internal/transient/Rule.ts"

/**
 * An object that changed between reading and writing. It is not part of {@link classify}: repeating the same write would
 * fail for ever, so only a program that reads again inside its attempt asks for it.
 *
 * **Example** (A read-modify-write that may be repeated)
 *
 * ```ts import.meta.vitest
 * import * as Classification from "@holdfast/retry-core/Classification"
 * import * as Classify from "@holdfast/k8s-adapter/Classify"
 * import * as KubernetesError from "@holdfast/k8s-adapter/KubernetesError"
 *
 * const classify = Classification.firstOf(Classify.optimisticLock, Classify.classify)
 * const error = KubernetesError.fromStatus(
 *   { status: 409, body: { kind: "Status", reason: "Conflict", message: "the object has been modified" } },
 *   { method: "PUT", url: "https://127.0.0.1:6443/api/v1/namespaces/web/configmaps/a" }
 * )
 *
 * Classify.classify(error)._tag // => "Permanent"
 * classify(error)._tag // => "Transient"
 * ```
 *
 * @category rules
 * @since 0.1.0
 */
export const optimisticLock: Rule = (error) =>
  error._tag === "Conflict" && error.details?.causes?.some((cause) => cause.reason === "FieldManagerConflict") !== true
    ? Classification.transient({ kind: "conflict", retryAfter: error.retryAfter, note: error.detail })
    : undefined

/**
 * The verdict on every error of the API server: transient are certificate errors that a rotation brings and takes away,
 * webhooks that are not up, a busy server, a broken connection, and a server that is catching up with itself.
 *
 * **When to use**
 *
 * Hand it to `retry` of retry-core as `classify`.
 *
 * @category classifiers
 * @since 0.1.0
 */
export const classify: Classification.Classifier<KubernetesError> = Classification.firstOf<KubernetesError>(
  ...Object.values(rules)
)
