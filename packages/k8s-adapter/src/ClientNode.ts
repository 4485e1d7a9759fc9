/**
 * Typed errors for people who keep their `@kubernetes/client-node` calls. Nothing of that package is imported: its
 * errors are known by their shape, so any copy and version of it will do.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { property, stringOf } from "./internal/status.ts"
import { KubeconfigError } from "./KubeconfigError.ts"
import * as KubernetesError from "./KubernetesError.ts"
import { UnexpectedResponse } from "./UnexpectedResponse.ts"

/**
 * What a client-node error does not say itself. All of it is optional and makes messages better.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClientNodeContext {
  /** `kubeConfig.getCurrentCluster()?.server` */
  readonly server?: string
  readonly method?: string
  readonly url?: string
  /** The validity of the client certificate in use: with it, a 401 is not mistaken for a login problem. */
  readonly clientCertificate?: { readonly notBefore: Date; readonly notAfter: Date }
}

/**
 * A call that has been made, or one to make; a function is given a signal that aborts when the effect is interrupted.
 *
 * @category models
 * @since 0.1.0
 */
export type ClientNodeCall<A> = PromiseLike<A> | ((signal: AbortSignal) => PromiseLike<A>)

/**
 * Runs a client-node call and fails with a typed error.
 *
 * **When to use**
 *
 * Wrap any call of `CoreV1Api`, `CustomObjectsApi`, `KubernetesObjectApi` or `Watch.watch`; hand a function, not a
 * promise, where the effect is to be retried.
 *
 * **Gotchas**
 *
 * A mistake in the program (a missing parameter, a `TypeError` of its own) is a defect, not a typed error.
 *
 * **Example** (What client-node throws becomes a tagged error)
 *
 * ```ts import.meta.vitest
 * import { Effect } from "effect"
 * import * as ClientNode from "@holdfast/k8s-adapter/ClientNode"
 *
 * // What client-node throws when the API server answers 409.
 * const exception = Object.assign(new Error("HTTP-Code: 409 …"), {
 *   code: 409,
 *   headers: {},
 *   body: JSON.stringify({ kind: "Status", reason: "Conflict", message: "the object has been modified" })
 * })
 *
 * const error = await Effect.runPromise(Effect.flip(ClientNode.fromClientNode(() => Promise.reject(exception))))
 * error._tag // => "Conflict"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromClientNode = <A>(
  call: ClientNodeCall<A>,
  context: ClientNodeContext = {}
): Effect.Effect<A, KubernetesError.KubernetesError> =>
  Effect.tryPromise({
    try: (signal) => (typeof call === "function" ? call(signal) : call),
    catch: (error) => error
  }).pipe(Effect.catch((error) => fromClientNodeError(error, context)))

/**
 * The same for plain promises: rejects with the typed error.
 *
 * @category promises
 * @since 0.1.0
 */
export const typedRejection = <A>(call: ClientNodeCall<A>, context: ClientNodeContext = {}): Promise<A> =>
  Effect.runPromise(fromClientNode(call, context))

/**
 * Fails with the typed error of whatever client-node threw, or handed to a `done` or `error` callback of a watch.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromClientNodeError = (
  error: unknown,
  context: ClientNodeContext = {}
): Effect.Effect<never, KubernetesError.KubernetesError> =>
  isMistake(error)
    ? Effect.die(error)
    : Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const typed = typedError(error, context)
        return Effect.fail(
          context.clientCertificate === undefined
            ? typed
            : KubernetesError.withClientCertificate(typed, context.clientCertificate, new Date(now))
        )
      })

/** Errors of the calling program: client-node's `RequiredError`, and JavaScript's own but for fetch's. */
const isMistake = (error: unknown): boolean => {
  const name = property(error, "name")
  return (
    name === "RequiredError" ||
    name === "ReferenceError" ||
    name === "RangeError" ||
    (name === "TypeError" && property(error, "cause") === undefined && property(error, "code") === undefined)
  )
}

/** What client-node's `KubeConfig` throws as plain errors. */
const kubeconfigMessages =
  /^(?:No (?:currently )?active cluster|No cluster is defined|No active user|Duplicate (?:cluster|user|context): |HTTP protocol is not allowed|Unsupported proxy type|No command was specified for exec)/

const typedError = (error: unknown, context: ClientNodeContext): KubernetesError.KubernetesError => {
  const server = context.server ?? "the API server"
  const request = { method: context.method ?? "", url: context.url ?? context.server ?? "", cause: error }
  const status = statusOf(error)
  if (status !== undefined) return KubernetesError.fromStatus(status, request)
  const message = stringOf(property(error, "message")) ?? ""
  if (kubeconfigMessages.test(message)) {
    return new KubeconfigError({
      reason: message.startsWith("No ") ? "unknown-cluster" : "invalid-field",
      detail: message,
      hint: "Check the kubeconfig's current-context and the cluster and user that it names.",
      cause: error
    })
  }
  // The text of a JSON error quotes what was read, which may be an exec plugin's token: neither text nor cause is kept.
  if (property(error, "name") === "SyntaxError") {
    return new UnexpectedResponse({
      method: request.method,
      url: request.url,
      status: 200,
      detail: "an answer, or the output of an exec plugin, that is no JSON"
    })
  }
  return KubernetesError.fromNodeError(error, { server, ...context })
}

const isHttpStatus = (value: unknown): value is number => typeof value === "number" && value >= 100 && value <= 599

/** The three ways in which client-node tells a status: `ApiException`, `Watch`'s plain error, an `ERROR` event. */
const statusOf = (error: unknown): KubernetesError.FailedResponse | undefined => {
  const code = property(error, "code")
  if (property(error, "kind") === "Status") return { status: isHttpStatus(code) ? code : 500, body: error }
  if (isHttpStatus(code) && property(error, "headers") !== undefined) {
    return { status: code, headers: property(error, "headers"), body: property(error, "body") }
  }
  const statusCode = property(error, "statusCode")
  return isHttpStatus(statusCode) ? { status: statusCode, body: property(error, "message") } : undefined
}
