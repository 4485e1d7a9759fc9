/**
 * Which of the API server's errors are worth another attempt. Each rule is a partial classifier of its own, so that a
 * program can leave one out, or put its own in front.
 *
 * @since 0.1.0
 */
import * as Classification from "@holdfast/retry-core/Classification"
import type { KubernetesError } from "./KubernetesError.ts"

/**
 * A rule about some of the errors.
 *
 * @category models
 * @since 0.1.0
 */
export type Rule = Classification.PartialClassifier<KubernetesError>

/**
 * Certificate errors, by the table of `CertificateError.isTransient`: a rotation's reason on a connection that the
 * cluster looks after is transient, every other one is permanent.
 *
 * @category rules
 * @since 0.1.0
 */
export const certificate: Rule = (error) =>
  error._tag !== "CertificateError"
    ? undefined
    : error.transient
      ? Classification.transient({ kind: "certificate", note: error.detail })
      : Classification.permanent

/**
 * Webhooks that cannot be reached: no endpoints yet, refused, reset, timed out, no certificate yet. What answers but is
 * no webhook stays so: permanent.
 *
 * @category rules
 * @since 0.1.0
 */
export const webhookUnavailable: Rule = (error) =>
  error._tag !== "WebhookUnavailable"
    ? undefined
    : error.transient
      ? Classification.transient({ kind: "webhook-unavailable", retryAfter: error.retryAfter, note: error.explanation })
      : Classification.permanent

/**
 * 429: waits at least as long as the server asks.
 *
 * @category rules
 * @since 0.1.0
 */
export const throttled: Rule = (error) =>
  error._tag === "TooManyRequests"
    ? Classification.transient({ kind: "throttled", retryAfter: error.retryAfter, note: error.detail })
    : undefined

/** What a 500 says when it is etcd, or the server on its way up or down, and not the request. */
const passingInternalError =
  /etcdserver: (?:leader changed|request timed out|too many requests|no leader|server stopped|not leader)|etcd(?:client|server)?: no (?:available endpoint|leader)|context deadline exceeded|http2: (?:server|client) connection|connection refused|connection reset by peer|rpc error: code = (?:Unavailable|DeadlineExceeded)|transport is closing|unexpected EOF|not yet ready to handle request|apiserver is (?:not ready|shutting down)/

/**
 * The server has no time now: 503, timeouts, and the 500s of etcd changing its leader.
 *
 * @category rules
 * @since 0.1.0
 */
export const serverBusy: Rule = (error) => {
  switch (error._tag) {
    case "ServiceUnavailable":
      return Classification.transient({ kind: "unavailable", retryAfter: error.retryAfter, note: error.detail })
    case "Timeout":
      return Classification.transient({ kind: "timeout", retryAfter: error.retryAfter, note: error.detail })
    case "InternalError":
      return error.retryAfter !== undefined || passingInternalError.test(error.detail)
        ? Classification.transient({ kind: "internal", retryAfter: error.retryAfter, note: error.detail })
        : undefined
    default:
      return undefined
  }
}

/**
 * No answer at all: refused, reset, timed out, no name, no route. A port that speaks another protocol is permanent.
 *
 * @category rules
 * @since 0.1.0
 */
export const connection: Rule = (error) =>
  error._tag !== "ConnectionError"
    ? undefined
    : error.transient
      ? Classification.transient({ kind: "connection", note: error.detail })
      : Classification.permanent

/**
 * The server has not caught up with itself: a namespace whose service account is still to be made, an object of the same
 * name that is still being deleted, two requests that counted against a quota at once.
 *
 * @category rules
 * @since 0.1.0
 */
export const catchingUp: Rule = (error) => {
  const settling = Classification.transient({ kind: "settling", note: error.detail })
  switch (error._tag) {
    case "Forbidden":
      return /error looking up service account [^:]{1,600}: serviceaccount "[^"]{1,300}" not found/.test(error.detail)
        ? settling
        : undefined
    case "AlreadyExists":
    case "Conflict":
      return error.detail.startsWith("object is being deleted: ") || error.details?.kind === "resourcequotas"
        ? settling
        : undefined
    default:
      return undefined
  }
}

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
  certificate,
  webhookUnavailable,
  throttled,
  connection,
  serverBusy,
  catchingUp
)
