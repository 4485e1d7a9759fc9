/**
 * The error this project is about: somebody did not accept somebody's certificate. It says what is wrong with the
 * certificate (`reason`), between whom (`where`), and whether waiting can help (`transient`).
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import { toJson } from "./internal/errorJson.ts"

/**
 * Every `reason`, in the order of the documentation.
 *
 * @category models
 * @since 0.1.0
 */
export const reasons = [
  "unknown-authority",
  "self-signed",
  "bad-signature",
  "expired",
  "not-yet-valid",
  "expired-or-not-yet-valid",
  "hostname-mismatch",
  "revoked",
  "invalid-ca-bundle",
  "client-certificate-rejected",
  "malformed",
  "other"
] as const

/**
 * What is wrong with the certificate.
 *
 * - `unknown-authority`: no trusted authority has signed it
 * - `self-signed`: the certificate, or the root it came with, is its own issuer and is not trusted
 * - `bad-signature`: an authority of the right name is trusted, with another key: the mark of a re-created authority
 *   (Go calls the same `unknown-authority` and adds the signature as a possible cause)
 * - `expired`, `not-yet-valid`: the clock is outside its validity; `expired-or-not-yet-valid` where the text does not
 *   tell which
 * - `hostname-mismatch`: it belongs to another name or address
 * - `revoked`: its authority took it back
 * - `invalid-ca-bundle`: what should be trusted authorities cannot be read as certificates
 * - `client-certificate-rejected`: the other side did not accept *our* certificate, or asked for one in vain
 * - `malformed`: a certificate or key that cannot be read, or a key that belongs to another certificate
 * - `other`: certainly about a certificate: a wrong usage, a path too long, an algorithm too weak, …
 *
 * @category models
 * @since 0.1.0
 */
export type Reason = (typeof reasons)[number]

/**
 * Every `where`, in the order of the documentation.
 *
 * @category models
 * @since 0.1.0
 */
export const wheres = ["api-server", "webhook", "conversion-webhook", "aggregated-api", "kubeconfig", "other"] as const

/**
 * The connection on which the certificate was not accepted.
 *
 * - `api-server`: between us and the API server
 * - `webhook`, `conversion-webhook`, `aggregated-api`: between the API server and what it calls
 * - `kubeconfig`: before any connection, in the kubeconfig's own certificates and keys
 * - `other`: between any other two
 *
 * @category models
 * @since 0.1.0
 */
export type Where = (typeof wheres)[number]

/** The connections whose certificates the cluster's own automation re-issues while we wait. */
const calledByApiServer: ReadonlySet<Where> = new Set<Where>(["webhook", "conversion-webhook", "aggregated-api"])

/**
 * The reasons that a rotation in progress brings and takes away again by itself.
 *
 * - `unknown-authority`, `self-signed`, `bad-signature`: bundle and served certificate are of different generations
 * - `not-yet-valid`: the new certificate is younger than the API server's clock
 * - `expired`, `expired-or-not-yet-valid`: the rotation is due; its controller may be at it
 * - `invalid-ca-bundle`: a placeholder (`Cg==`) stands where an injector will put the bundle
 *
 * The others name a mistake in a configuration, or a decision (`revoked`): they look the same after five minutes.
 */
const healedByRotation: ReadonlySet<Reason> = new Set<Reason>([
  "unknown-authority",
  "self-signed",
  "bad-signature",
  "not-yet-valid",
  "expired",
  "expired-or-not-yet-valid",
  "invalid-ca-bundle"
])

/**
 * Whether the error can pass by itself: a rotation's reason on a connection that the cluster looks after.
 *
 * **Details**
 *
 * An error between us and the API server, or in the kubeconfig, is never transient here: the remedy is to read the
 * kubeconfig again, which the client does once and at once; when that does not help, waiting does not either.
 *
 * **Example** (Three errors, one of them worth waiting for)
 *
 * ```ts import.meta.vitest
 * import * as CertificateError from "@holdfast/k8s-adapter/CertificateError"
 *
 * CertificateError.isTransient("unknown-authority", "webhook") // => true
 * CertificateError.isTransient("hostname-mismatch", "webhook") // => false
 * CertificateError.isTransient("unknown-authority", "api-server") // => false
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const isTransient = (reason: Reason, where: Where): boolean =>
  healedByRotation.has(reason) && calledByApiServer.has(where)

/**
 * A certificate was not accepted.
 *
 * **When to use**
 *
 * Catch it by its tag to tell the certificate vacuum from every other failure; ask `transient` whether to hold on.
 *
 * @category errors
 * @since 0.1.0
 */
export class CertificateError extends Data.TaggedError("CertificateError")<{
  readonly reason: Reason
  readonly where: Where
  /** The part of the original text, or the Node code, that says so. */
  readonly detail: string
  /** The host that served, or refused, the certificate, with its port where known. */
  readonly host?: string
  /** The name of the admission webhook, as its configuration has it. */
  readonly webhook?: string
  /** The kind that a conversion webhook was to convert: `group/version, Kind=Name`. */
  readonly conversion?: string
  /** The API service, `version.group`, of an aggregated API. */
  readonly apiService?: string
  /** The start of the certificate's validity, where the error told it. */
  readonly notBefore?: Date
  /** The end of the certificate's validity, where the error told it. */
  readonly notAfter?: Date
  /** The answer's HTTP status, when an answer told the error. */
  readonly status?: number
  readonly method?: string
  readonly url?: string
  /** The original error. */
  readonly cause?: unknown
}> {
  /** Whether waiting can help: see {@link isTransient}. */
  get transient(): boolean {
    return isTransient(this.reason, this.where)
  }

  override get message(): string {
    return `${subject(this)}: ${what[this.reason]} (${this.detail}). ${this.hint}`
  }

  /** The next thing to do. */
  get hint(): string {
    return advice(this.reason, this.where, this.detail)
  }

  /** The error as plain JSON, its cause shortened to names, codes and messages. */
  override toJSON(): unknown {
    return toJson(this, { transient: this.transient })
  }
}

const subject = (error: {
  readonly where: Where
  readonly host?: string
  readonly webhook?: string
  readonly conversion?: string
  readonly apiService?: string
}): string => {
  const at = error.host === undefined ? "" : ` at ${error.host}`
  switch (error.where) {
    case "api-server":
      return `The API server${at}`
    case "webhook":
      return `The webhook ${error.webhook === undefined ? "" : `"${error.webhook}"`}${at}`.replace("  ", " ")
    case "conversion-webhook":
      return `The conversion webhook${error.conversion === undefined ? "" : ` for ${error.conversion}`}${at}`
    case "aggregated-api":
      return `The aggregated API${error.apiService === undefined ? "" : ` ${error.apiService}`}${at}`
    case "kubeconfig":
      return "The kubeconfig"
    case "other":
      return error.host === undefined ? "The server" : `The server ${error.host}`
  }
}

const what: { readonly [R in Reason]: string } = {
  "unknown-authority": "its certificate is signed by an authority that is not trusted",
  "self-signed": "its certificate is self-signed and not trusted",
  "bad-signature": "its certificate is signed with another key than the trusted authority of that name has",
  expired: "a certificate has expired",
  "not-yet-valid": "a certificate is not valid yet",
  "expired-or-not-yet-valid": "a certificate has expired or is not valid yet",
  "hostname-mismatch": "its certificate belongs to another name",
  revoked: "its certificate was revoked",
  "invalid-ca-bundle": "the bundle of trusted authorities cannot be read",
  "client-certificate-rejected": "the client certificate was not accepted",
  malformed: "a certificate or key cannot be read",
  other: "a certificate was not accepted"
}

/** What configures the trust of each connection: the thing to look at. */
const trustedBy: { readonly [W in Where]: string } = {
  "api-server": "certificate-authority of the kubeconfig's cluster",
  webhook: "caBundle of the webhook's configuration",
  "conversion-webhook": "spec.conversion.webhook.clientConfig.caBundle of the CustomResourceDefinition",
  "aggregated-api": "spec.caBundle of the APIService",
  kubeconfig: "certificate-authority of the kubeconfig's cluster",
  other: "client's CA bundle"
}

/** What carries the served certificate on each connection. */
const servedBy: { readonly [W in Where]: string } = {
  "api-server": "API server's serving certificate",
  webhook: "webhook's serving certificate (its Secret, or the pod that still serves the old one)",
  "conversion-webhook": "webhook's serving certificate (its Secret, or the pod that still serves the old one)",
  "aggregated-api": "serving certificate of the API's own pods",
  kubeconfig: "client certificate in the kubeconfig",
  other: "server's certificate"
}

/** Go's remark when an authority of the right name is trusted whose key is another. */
const isRecreated = (detail: string): boolean =>
  /\(possibly because of [^)]{0,120}verification (?:failure|error)/.test(detail)

/**
 * Says what to do about a certificate error, in one or two sentences.
 *
 * **Details**
 *
 * `detail`, the text that told the error, makes the advice more precise where it names a re-created authority.
 *
 * @category getters
 * @since 0.1.0
 */
export const advice = (reason: Reason, where: Where, detail = ""): string => {
  const waiting = isTransient(reason, where) ? "Hold on if a rotation is under way; otherwise " : ""
  const sentence = (text: string) => (waiting === "" ? text : waiting + text.charAt(0).toLowerCase() + text.slice(1))
  switch (reason === "unknown-authority" && isRecreated(detail) ? "bad-signature" : reason) {
    case "unknown-authority":
    case "self-signed":
      return sentence(`Put the authority that signed the ${servedBy[where]} into the ${trustedBy[where]}.`)
    case "bad-signature":
      return sentence(
        `The authority was re-created under the same name: bring the ${trustedBy[where]} and the ${servedBy[where]} to the same generation.`
      )
    case "expired":
      return where === "kubeconfig"
        ? "Get a new client certificate: log in again, or have kubeadm or the provider renew the kubeconfig."
        : sentence(`Renew the ${servedBy[where]}, and check the authority in the ${trustedBy[where]} for its end too.`)
    case "not-yet-valid":
      return sentence(
        "Compare the clocks of both machines (NTP); new certificates should be back-dated by some minutes."
      )
    case "expired-or-not-yet-valid":
      return sentence(`Check the clock first, then renew the ${servedBy[where]}.`)
    case "hostname-mismatch":
      return `Re-issue the ${servedBy[where]} with the name or address that is called among its subjectAltNames, or call it by a name that it has.`
    case "revoked":
      return `Replace the ${servedBy[where]}: its authority has withdrawn it.`
    case "invalid-ca-bundle":
      return sentence(`Put PEM certificates, and nothing else, into the ${trustedBy[where]}.`)
    case "client-certificate-rejected":
      return where === "webhook" || where === "conversion-webhook" || where === "aggregated-api"
        ? "Check which client authority the called server trusts, and the client certificate that the API server presents to it."
        : "Check the end of the client certificate and whether the server trusts its authority; then log in again or renew it."
    case "malformed":
      return where === "kubeconfig"
        ? "Check that certificate and key in the kubeconfig are whole PEM files that belong together; write the kubeconfig anew."
        : `Check that the ${servedBy[where]} and its key are whole PEM files that belong together.`
    case "other":
      return `Look at the ${servedBy[where]} (usages, chain, key size) and at the ${trustedBy[where]}.`
  }
}
