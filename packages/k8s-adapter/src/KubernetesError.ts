/**
 * Everything that can go wrong between a program and the API server, as one union of tagged errors, and the ways to
 * make one of them out of an answer or a Node error.
 *
 * @since 0.1.0
 */
import * as ApiError from "./ApiError.ts"
import { CertificateError } from "./CertificateError.ts"
import { ConnectionError } from "./ConnectionError.ts"
import { apiServiceOf, ofReason } from "./internal/apiReasons.ts"
import { shorten } from "./internal/goTls.ts"
import { failures, type NodeFailure, wordsOf } from "./internal/nodeFailure.ts"
import { alertMeaning, connectionReason, isMaterialCode, verifyCodes } from "./internal/nodeTls.ts"
import { isLastingFailure, isSchemaError, readDenial, readServerCall } from "./internal/serverMessage.ts"
import { header, printable, property, readStatus, retryAfter, stringOf } from "./internal/status.ts"
import { KubeconfigError } from "./KubeconfigError.ts"
import { UnexpectedResponse } from "./UnexpectedResponse.ts"

/**
 * The errors of every call.
 *
 * @category errors
 * @since 0.1.0
 */
export type KubernetesError =
  | CertificateError
  | ApiError.ApiError
  | ConnectionError
  | KubeconfigError
  | UnexpectedResponse

const classes = [
  CertificateError,
  ConnectionError,
  KubeconfigError,
  UnexpectedResponse,
  ...Object.values(ApiError)
] as ReadonlyArray<new (...args: ReadonlyArray<never>) => unknown>

/**
 * Whether a caught value is one of this union's errors.
 *
 * @category guards
 * @since 0.1.0
 */
export const isKubernetesError = (value: unknown): value is KubernetesError =>
  classes.some((error) => value instanceof error)

/**
 * An answer with a status outside 200–299.
 *
 * @category models
 * @since 0.1.0
 */
export interface FailedResponse {
  readonly status: number
  /** A plain object, or anything with a `get`; names in any letters. */
  readonly headers?: unknown
  /** A parsed `Status`, its JSON as text, any other text, or nothing. */
  readonly body?: unknown
}

/**
 * The request that an error is about.
 *
 * @category models
 * @since 0.1.0
 */
export interface RequestInfo {
  readonly method: string
  readonly url: string
  /** The error of another client, kept as the cause. */
  readonly cause?: unknown
}

type Fields = ApiError.ApiErrorFields

/** The path of a proxied Service, Pod or Node: what is behind it is no aggregated API. */
const isProxyPath = (url: string): boolean => /\/proxy(?:[/?]|$)/.test(url.slice(0, 4000))

/**
 * Makes the typed error of an answer.
 *
 * **Details**
 *
 * Only a 500, 502 or 503 can tell of a certificate, and only where the API server puts what happened on a call of its own:
 * behind `failed calling webhook "…":`, `conversion webhook for … failed:`, `error trying to reach service:`. The
 * same words in a denial, a name or a validation message are somebody's text.
 *
 * **Example** (A webhook in the certificate vacuum)
 *
 * ```ts import.meta.vitest
 * import * as KubernetesError from "@holdfast/k8s-adapter/KubernetesError"
 *
 * const error = KubernetesError.fromStatus(
 *   {
 *     status: 500,
 *     body: {
 *       kind: "Status",
 *       reason: "InternalError",
 *       message:
 *         'Internal error occurred: failed calling webhook "v.example.com": failed to call webhook: Post "https://hook.web.svc:443/v?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority'
 *     }
 *   },
 *   { method: "PATCH", url: "https://127.0.0.1:6443/api/v1/namespaces/web/configmaps/a" }
 * )
 *
 * const { reason, where, webhook, host } = error._tag === "CertificateError" ? error : ({} as Record<string, undefined>)
 *
 * reason // => "unknown-authority"
 * where // => "webhook"
 * webhook // => "v.example.com"
 * host // => "hook.web.svc:443"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromStatus = (response: FailedResponse, request: RequestInfo): KubernetesError => {
  const { status } = response
  const url = printable(request.url)
  const text = readStatus(response.body)
  const context = { method: request.method, url, ...(request.cause === undefined ? {} : { cause: request.cause }) }
  const wait = retryAfter(response.headers, text.details)
  const contentType = header(response.headers, "content-type")
  const isHtml = !text.structured && (/^\s*</.test(text.message.slice(0, 200)) || /html/i.test(contentType ?? ""))
  const fields: Fields = {
    status,
    reason: text.reason,
    detail: isHtml ? "" : shorten(text.message, 4000),
    ...context,
    ...(text.details === undefined ? {} : { details: text.details }),
    ...(wait === undefined ? {} : { retryAfter: wait })
  }
  // A load balancer says in HTML that nothing is behind it; other pages are no answer to our question.
  if (status < 400 || status > 599 || (isHtml && status < 500)) {
    return new UnexpectedResponse({
      ...context,
      status,
      detail: text.message === "" ? "an empty body" : shorten(text.message, 200),
      ...(contentType === undefined ? {} : { contentType })
    })
  }
  const denial = readDenial(text.message)
  if (denial !== undefined) return new ApiError.AdmissionDenied({ ...fields, ...denial })
  if (status === 500 || status === 502 || status === 503) {
    const called = fromServerCall(text.message, fields)
    if (called !== undefined) return called
    if (isSchemaError(text.message)) return new ApiError.Invalid(fields)
  }
  return ofReason(fields)
}

const fromServerCall = (message: string, fields: Fields): KubernetesError | undefined => {
  const call = readServerCall(message)
  if (call === undefined) return undefined
  const where = call.where === "aggregated-api" && isProxyPath(fields.url) ? "other" : call.where
  const named = {
    ...(call.host === undefined ? {} : { host: call.host }),
    ...(call.webhook === undefined ? {} : { webhook: call.webhook }),
    ...(call.conversion === undefined ? {} : { conversion: call.conversion })
  }
  const { status, method, url, cause } = fields
  if (call.verdict !== undefined) {
    return new CertificateError({
      where,
      ...call.verdict,
      ...named,
      ...(where === "aggregated-api" ? apiServiceOf(url) : {}),
      status,
      method,
      url,
      ...(cause === undefined ? {} : { cause })
    })
  }
  return where === "webhook" || where === "conversion-webhook"
    ? new ApiError.WebhookUnavailable({
        ...fields,
        ...named,
        where,
        explanation: shorten(call.cause),
        transient: !isLastingFailure(call.cause)
      })
    : undefined
}

/**
 * What is known when no answer came.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConnectionContext {
  /** The API server's address. */
  readonly server: string
  readonly method?: string
  readonly url?: string
}

/**
 * Makes the typed error of a request that got no answer: whatever `fetch`, `node:https` or `@kubernetes/client-node`
 * throw.
 *
 * **Details**
 *
 * The code that matters is looked for in the error, its causes and, for several addresses, its `errors`. Certificates
 * come first: they are the more telling half of a mixed failure.
 *
 * **Example** (fetch hides the code in the cause)
 *
 * ```ts import.meta.vitest
 * import * as KubernetesError from "@holdfast/k8s-adapter/KubernetesError"
 *
 * const thrown = new TypeError("fetch failed", { cause: Object.assign(new Error("…"), { code: "CERT_HAS_EXPIRED" }) })
 * const error = KubernetesError.fromNodeError(thrown, { server: "https://127.0.0.1:6443" })
 *
 * error._tag === "CertificateError" && [error.reason, error.where] // => ["expired", "api-server"]
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromNodeError = (error: unknown, context: ConnectionContext): KubernetesError => {
  if (isKubernetesError(error)) return error
  const found = failures(error)
  const server = printable(context.server)
  const request = {
    ...(context.method === undefined ? {} : { method: context.method }),
    ...(context.url === undefined ? {} : { url: printable(context.url) }),
    cause: error
  }
  for (const failure of found) {
    const verdict = certificateVerdict(failure)
    if (verdict !== undefined) {
      const host = /^https?:\/\/([^/]{1,300})/.exec(server)?.[1]
      const peer = property(failure.error, "cert")
      return new CertificateError({
        ...verdict,
        detail: detailOf(failure),
        ...(host === undefined || verdict.where === "kubeconfig" ? {} : { host }),
        ...dateField("notBefore", property(peer, "valid_from")),
        ...dateField("notAfter", property(peer, "valid_to")),
        ...request
      })
    }
  }
  for (const failure of found) {
    const path = stringOf(property(failure.error, "path"))
    if (property(failure.error, "syscall") === "open" && path !== undefined) {
      return new KubeconfigError({
        reason: failure.code === "ENOENT" ? "missing" : "unreadable",
        detail: detailOf(failure),
        hint: "Restore the file, or correct its path in the kubeconfig.",
        path,
        cause: error
      })
    }
    const reason =
      alertMeaning(failure.code, failure.message, failure.reason) === "not-ready"
        ? "reset"
        : (connectionReason(failure.code, failure.message) ?? byName[failure.name])
    if (reason !== undefined) {
      const code = failure.code === "" ? {} : { code: failure.code }
      return new ConnectionError({ reason, server, detail: detailOf(failure), ...code, ...request })
    }
  }
  const detail = found.at(-1) === undefined ? "" : detailOf(found.at(-1) as NodeFailure)
  return new ConnectionError({
    reason: "other",
    server,
    detail: detail === "" ? "an unknown error" : detail,
    ...request
  })
}

const byName: { readonly [name: string]: "timeout" | undefined } = { TimeoutError: "timeout" }

const certificateVerdict = (failure: NodeFailure): Pick<CertificateError, "reason" | "where"> | undefined => {
  const { code, message, reason } = failure
  const verify = Object.hasOwn(verifyCodes, code) ? verifyCodes[code] : undefined
  if (verify !== undefined) return { reason: verify, where: "api-server" }
  if (alertMeaning(code, message, reason) === "client-certificate-rejected") {
    return { reason: "client-certificate-rejected", where: "api-server" }
  }
  return isMaterialCode(code) ? { reason: "malformed", where: "kubeconfig" } : undefined
}

const detailOf = (failure: NodeFailure): string => {
  const line = shorten(wordsOf(failure).replaceAll("\n", " ").trim())
  return failure.code === "" || line.includes(failure.code)
    ? line
    : line === ""
      ? failure.code
      : `${failure.code}: ${line}`
}

const dateField = <K extends string>(key: K, value: unknown): { readonly [P in K]?: Date } => {
  const date = typeof value === "string" ? new Date(value) : undefined
  return (date === undefined || Number.isNaN(date.getTime()) ? {} : { [key]: date }) as { readonly [P in K]?: Date }
}

/**
 * Looks at the client certificate before a 401 is called a login problem: the API server lets a connection with an
 * expired certificate come to pass, and then does not know who is asking.
 *
 * **Example** (A 401 and a certificate that has expired)
 *
 * ```ts import.meta.vitest
 * import * as KubernetesError from "@holdfast/k8s-adapter/KubernetesError"
 *
 * const unauthorized = KubernetesError.fromStatus({ status: 401 }, { method: "GET", url: "https://127.0.0.1:6443/api" })
 * const certificate = { notBefore: new Date("2025-01-01"), notAfter: new Date("2026-01-01") }
 *
 * KubernetesError.withClientCertificate(unauthorized, certificate, new Date("2026-06-01"))._tag // => "CertificateError"
 * KubernetesError.withClientCertificate(unauthorized, certificate, new Date("2025-06-01"))._tag // => "Unauthorized"
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const withClientCertificate = <E extends KubernetesError>(
  error: E,
  certificate: { readonly notBefore: Date; readonly notAfter: Date },
  now: Date
): E | CertificateError => {
  if (error._tag !== "Unauthorized") return error
  const { notBefore, notAfter } = certificate
  const state =
    now > notAfter
      ? `it expired at ${notAfter.toISOString()}`
      : now < notBefore
        ? `it is not valid before ${notBefore.toISOString()}`
        : undefined
  if (state === undefined) return error
  const { status, method, url } = error
  return new CertificateError({
    reason: "client-certificate-rejected",
    where: "api-server",
    detail: `the API server answered 401, and the kubeconfig's client certificate explains it: ${state}`,
    notBefore,
    notAfter,
    status,
    method,
    url,
    cause: error
  })
}
