/**
 * Reads error messages as people see them: printed by kubectl, helm, Flux, Argo CD, curl, or any program in Go, Python,
 * Java, Node, Rust or .NET, alone or in the middle of a log. It answers what `CertificateError` would say, for texts
 * that never were an error object.
 *
 * @since 0.1.0
 */
import { advice as certificateAdvice, isTransient, type Reason, type Where } from "./CertificateError.ts"
import { certificateWords, type Vagueness } from "./internal/certificateWords.ts"
import { x509Verdict } from "./internal/goTls.ts"
import { isMaterialCode, verifyCodes } from "./internal/nodeTls.ts"
import { otherWords, unknownAdvice } from "./internal/otherWords.ts"
import { isLastingFailure } from "./internal/serverMessage.ts"
import { candidates, lastLines, linesOf, ownWords, unwrap } from "./internal/textLines.ts"
import { placeOf } from "./internal/textPlace.ts"

/**
 * A message, and what an error object or a Status said beside it.
 *
 * @category models
 * @since 0.1.0
 */
export interface ErrorText {
  readonly message: string
  /** Node's code, or an HTTP status. */
  readonly code?: string | number
  /** The API's reason, or OpenSSL's. */
  readonly reason?: string
  readonly errno?: string | number
}

/**
 * What the message is about.
 *
 * @category models
 * @since 0.1.0
 */
export interface Explanation {
  /** Whether a certificate was not accepted. */
  readonly certificate: boolean
  /** What is wrong with the certificate; `null` when it is about something else. */
  readonly reason: Reason | null
  /** Between whom; `null` when it is about something else. */
  readonly where: Where | null
  /** Whether it can pass by itself. */
  readonly transient: boolean
  /** What to do, in a sentence or two. */
  readonly advice: string
}

/**
 * Says what an error message is about.
 *
 * **When to use**
 *
 * Use where only a text is at hand. With an error object or an answer, `KubernetesError.fromNodeError` and `fromStatus`
 * know more.
 *
 * **Details**
 *
 * Words decide only where they stand as the speaker's own: what follows `denied the request:`, or stands as an
 * `Invalid value`, is a quotation. The time it takes grows with the length of the message, not with what is in it.
 *
 * **Example** (A webhook in the certificate vacuum)
 *
 * ```ts import.meta.vitest
 * import * as ErrorText from "@holdfast/k8s-adapter/ErrorText"
 *
 * const { certificate, reason, where, transient } = ErrorText.explain({
 *   message:
 *     'Error from server (InternalError): error when creating "repo.yaml": Internal error occurred: failed calling webhook "v.example.com": failed to call webhook: Post "https://hook.web.svc:443/v?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority'
 * })
 *
 * certificate // => true
 * reason // => "unknown-authority"
 * where // => "webhook"
 * transient // => true
 * ```
 *
 * **Example** (The same words, quoted)
 *
 * ```ts import.meta.vitest
 * import * as ErrorText from "@holdfast/k8s-adapter/ErrorText"
 *
 * const message = 'admission webhook "v.example.com" denied the request: x509: certificate signed by unknown authority'
 *
 * ErrorText.explain({ message }).certificate // => false
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const explain = (input: ErrorText): Explanation => {
  const lines = linesOf(input.message)
  const found = isRefusal(input) ? undefined : (byCode(input) ?? byWords(lines))
  return found === undefined ? somethingElse(input, lines) : certificateError(found, lines)
}

interface Found {
  readonly reason: Reason
  /** The line that decided; empty when a code did. */
  readonly line: string
}

/** Answers about the request itself: their message may quote anything. */
const refusals: ReadonlySet<string> = new Set([
  "Forbidden",
  "Invalid",
  "NotFound",
  "AlreadyExists",
  "Conflict",
  "BadRequest",
  "MethodNotAllowed",
  "UnsupportedMediaType",
  "TooManyRequests"
])

const isRefusal = ({ code, reason }: ErrorText): boolean => {
  const status = Number(code)
  return (reason !== undefined && refusals.has(reason)) || (status >= 402 && status < 500)
}

const byCode = ({ code, reason, errno }: ErrorText): Found | undefined => {
  for (const candidate of [code, reason, errno]) {
    if (typeof candidate !== "string") continue
    const verdict = Object.hasOwn(verifyCodes, candidate) ? verifyCodes[candidate] : undefined
    if (verdict !== undefined) return { reason: verdict, line: "" }
    if (isMaterialCode(candidate)) return { reason: "malformed", line: "" }
    const worded = judge(candidate.slice(0, 200))
    if (worded !== undefined && /^[A-Z_/0-9]+$/.test(candidate)) return { ...worded, line: "" }
  }
  return undefined
}

interface Judged {
  readonly reason: Reason
  readonly vagueness: Vagueness
}

/** Go's texts carry their own mark, and what follows it says it all. */
const judge = (own: string): Judged | undefined => {
  const at = own.indexOf("x509: ")
  if (at >= 0) {
    const { reason } = x509Verdict(own.slice(at + 6))
    if (reason !== "other") return { reason, vagueness: reason === "expired-or-not-yet-valid" ? 1 : 0 }
  }
  const worded = certificateWords.find(({ pattern }) => pattern.test(own))
  return worded ?? (at >= 0 ? { reason: "other", vagueness: 2 } : undefined)
}

const byWords = (lines: ReadonlyArray<string>): Found | undefined => {
  const own = ownWords(lines)
  let best: (Judged & { readonly line: string }) | undefined
  for (const line of candidates(own)) {
    const judged = judge(line)
    if (judged !== undefined && (best === undefined || judged.vagueness < best.vagueness)) best = { ...judged, line }
    if (best?.vagueness === 0) break
  }
  if (best?.vagueness === 0 || own.length < 2) return best
  for (const line of unwrap(own)) {
    const judged = judge(line)
    if (judged !== undefined && (best === undefined || judged.vagueness < best.vagueness)) best = { ...judged, line }
  }
  return best
}

const contextLength = 20_000

/** A server's own log: the certificate that the caller did not accept is the server's. */
const serverLog = /TLS handshake error from |rejected connection from /

const callerAdvice =
  "The caller did not accept this server's certificate: put its authority into the caller's CA bundle (for a webhook, the caBundle of its configuration), or serve a certificate that the bundle trusts."

const ownMaterial: ReadonlySet<Reason> = new Set<Reason>(["malformed", "invalid-ca-bundle"])

const certificateError = ({ reason, line }: Found, lines: ReadonlyArray<string>): Explanation => {
  const near = placeOf(line)
  const place = near === "other" ? placeOf(lines.join("\n").slice(0, contextLength)) : near
  // Material that cannot be read is our own: it fails before anything is said to the API server.
  const where = place === "api-server" && ownMaterial.has(reason) ? "kubeconfig" : place
  return {
    certificate: true,
    reason,
    where,
    // A bundle that the API server refuses to store does not get better by itself.
    transient: isTransient(reason, where) && !/\bInvalid value: /.test(line),
    advice:
      reason === "client-certificate-rejected" && serverLog.test(line)
        ? callerAdvice
        : certificateAdvice(reason, where, line)
  }
}

const somethingElse = (input: ErrorText, lines: ReadonlyArray<string>): Explanation => {
  const beside = [input.code, input.reason, input.errno].filter((value) => value !== undefined).join(" ")
  for (const line of [...lastLines(lines), ...unwrap(lines).slice(0, 1), beside]) {
    const worded = otherWords.find(({ pattern }) => pattern.test(line))
    if (worded !== undefined) {
      return {
        certificate: false,
        reason: null,
        where: null,
        transient: worded.transient && !isLastingFailure(line),
        advice: worded.advice
      }
    }
  }
  return { certificate: false, reason: null, where: null, transient: false, advice: unknownAdvice }
}
