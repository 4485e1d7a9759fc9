/**
 * Decides whether a presented chain is to be trusted, and if not, why not: the same question that a TLS client asks,
 * answered before anybody has to fail on it.
 *
 * @since 0.1.0
 */

import { X509Certificate } from "node:crypto"
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Certificate from "./Certificate.ts"
import * as CertificateBundle from "./CertificateBundle.ts"
import * as Expiry from "./Expiry.ts"

/**
 * Why a chain is not trusted, in the words of `CertificateError` of `@holdfast/k8s-adapter`.
 *
 * - `unknown-authority`: no certificate of the bundle signed it. `candidate` names one that has the issuer's name and
 *   another key, which is what a re-created CA looks like.
 * - `self-signed`: the leaf signed itself, and is not in the bundle.
 * - `bad-signature`: the bundle has what by name and key identifier is the issuer, and the signature is not its own.
 *   A CA re-created under its old name looks like this too when leaves carry no authority key identifier.
 * - `expired`, `not-yet-valid`: the leaf, or an authority above it.
 * - `hostname-mismatch`: trusted, but for other names.
 * - `invalid-ca-bundle`: the bundle has no certificate that can be read.
 * - `malformed`: the presented chain cannot be read.
 * - `other`: it is not meant for this use (extended key usage), or its issuer may not issue.
 *
 * @category models
 * @since 0.1.0
 */
export type Reason =
  | "unknown-authority"
  | "self-signed"
  | "bad-signature"
  | "expired"
  | "not-yet-valid"
  | "hostname-mismatch"
  | "invalid-ca-bundle"
  | "malformed"
  | "other"

/**
 * A chain that is not to be trusted.
 *
 * @category errors
 * @since 0.1.0
 */
export class ChainError extends Data.TaggedError("ChainError")<{
  readonly reason: Reason
  /** What is wrong, as a sentence. */
  readonly message: string
  /** The certificate that is at fault: the leaf or one above it. */
  readonly certificate?: Certificate.Certificate | undefined
  /** A certificate that has the issuer's name, but another key. */
  readonly candidate?: Certificate.Certificate | undefined
}> {}

/**
 * What {@link verify} is asked.
 *
 * @category models
 * @since 0.1.0
 */
export interface VerifyOptions {
  /** What the server presents: its leaf first, then intermediates in any order. */
  readonly chain: string | readonly [Certificate.Certificate, ...Array<Certificate.Certificate>]
  /** What the client trusts. Of a PEM text with broken blocks the good ones count, as they do for the API server. */
  readonly roots: string | CertificateBundle.CertificateBundle
  /** The moment to verify for. */
  readonly at: Date
  readonly dnsName?: string | undefined
  readonly ipAddress?: string | undefined
  /** `server`, unless given. */
  readonly usage?: "server" | "client" | undefined
}

/**
 * Verifies a chain as Go's `x509.Verify` does, and in its order: the leaf's time, its names, the way to a root, the
 * usages. Any certificate of the bundle is a root, a leaf included; the common name is never taken for a host name.
 *
 * **Gotchas**
 *
 * Name constraints, path lengths and revocation are not looked at. A TLS connection has the last word.
 *
 * **Example** (Asking whether a webhook would be trusted)
 *
 * ```ts import.meta.vitest
 * import { Effect, Result } from "effect"
 * import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
 * import * as CertificateChain from "@holdfast/certificates/CertificateChain"
 *
 * const program = Effect.gen(function*() {
 *   const old = yield* CertificateAuthority.make({ commonName: "old", validity: "90 days" })
 *   const next = yield* CertificateAuthority.make({ commonName: "next", validity: "90 days" })
 *   const leaf = yield* CertificateAuthority.issue(next, { dnsNames: ["hook.default.svc"], validity: "30 days" })
 *   return CertificateChain.verify({
 *     chain: leaf.chainPem,
 *     roots: old.certificate.pem,
 *     dnsName: "hook.default.svc",
 *     at: new Date()
 *   })
 * })
 * const verified = await Effect.runPromise(program)
 * Result.isFailure(verified) && verified.failure.reason // => "unknown-authority"
 * ```
 *
 * @category verifying
 * @since 0.1.0
 */
export const verify = (options: VerifyOptions): Result.Result<void, ChainError> =>
  Result.gen(function* () {
    const [leaf, ...intermediates] = (yield* readChain(options.chain)).map(link)
    const roots = (yield* readRoots(options.roots)).certificates.map(link)
    // A chain has at least one certificate; the type of `map` forgets it.
    if (leaf === undefined) return
    yield* checkTime(leaf, options.at)
    yield* checkName(leaf, options)
    const path = yield* findPath([leaf], { roots, intermediates, at: options.at })
    yield* checkUsage(path, options.usage ?? "server")
  })

/** A certificate in both forms: ours for what it says, Node's for what has to be computed. */
interface Link {
  readonly certificate: Certificate.Certificate
  readonly x509: X509Certificate
}

const link = (certificate: Certificate.Certificate): Link => ({
  certificate,
  x509: new X509Certificate(certificate.der)
})

const readChain = (chain: VerifyOptions["chain"]) =>
  typeof chain === "string"
    ? Result.mapError(Certificate.parseAll(chain), ({ message }) => new ChainError({ reason: "malformed", message }))
    : Result.succeed(chain)

const readRoots = (roots: VerifyOptions["roots"]) =>
  typeof roots === "string"
    ? Result.orElse(CertificateBundle.parse(roots), ({ message, usable }) =>
        usable.certificates.length > 0
          ? Result.succeed(usable)
          : Result.fail(new ChainError({ reason: "invalid-ca-bundle", message }))
      )
    : Result.succeed(roots)

const checkTime = ({ certificate }: Link, at: Date): Result.Result<void, ChainError> => {
  const fail = (reason: Reason, message: string) => Result.fail(new ChainError({ reason, message, certificate }))
  if (Expiry.isNotYetValid(certificate, at)) {
    return fail("not-yet-valid", `${named(certificate)} is not valid before ${certificate.notBefore.toISOString()}`)
  }
  return Expiry.isExpired(certificate, at)
    ? fail("expired", `${named(certificate)} expired on ${certificate.notAfter.toISOString()}`)
    : Result.void
}

const checkName = ({ certificate, x509 }: Link, options: VerifyOptions): Result.Result<void, ChainError> => {
  const { dnsName, ipAddress } = options
  const matches =
    (dnsName === undefined || x509.checkHost(dnsName, { subject: "never", partialWildcards: false }) !== undefined) &&
    (ipAddress === undefined || x509.checkIP(ipAddress) !== undefined)
  if (matches) return Result.void
  const names = [...certificate.dnsNames, ...certificate.ipAddresses]
  return Result.fail(
    new ChainError({
      reason: "hostname-mismatch",
      message: `${named(certificate)} is valid for ${names.length === 0 ? "no name" : names.join(", ")}, not for ${dnsName ?? ipAddress}`,
      certificate
    })
  )
}

const findPath = (
  path: readonly [Link, ...Array<Link>],
  given: { readonly roots: ReadonlyArray<Link>; readonly intermediates: ReadonlyArray<Link>; readonly at: Date }
): Result.Result<ReadonlyArray<Link>, ChainError> => {
  const top = path.at(-1) ?? path[0]
  if (given.roots.some((root) => same(root, top))) return Result.succeed(path)
  const issuers = [...given.roots, ...given.intermediates].filter(
    (each) => each.x509.subject === top.x509.issuer && !path.some((link) => same(link, each))
  )
  const failures: Array<ChainError> = []
  for (const issuer of issuers) {
    const found = Result.flatMap(Result.andThen(checkSignature(top, issuer), checkTime(issuer, given.at)), () =>
      findPath([...path, issuer], given)
    )
    if (Result.isSuccess(found)) return found
    failures.push(found.failure)
  }
  // The way that came furthest says most: a root that expired more than a namesake that never signed.
  const furthest = failures.find(({ reason }) => reason !== "unknown-authority")
  if (furthest !== undefined) return Result.fail(furthest)
  return Result.fail(
    path.length === 1 && isSignedBy(top, top)
      ? new ChainError({
          reason: "self-signed",
          message: `${named(top.certificate)} is signed by itself and not in the bundle`,
          certificate: top.certificate
        })
      : (failures[0] ?? unknownAuthority(top))
  )
}

const same = (a: Link, b: Link): boolean => a.certificate.fingerprint256 === b.certificate.fingerprint256

/** A key of another kind than the signature's makes Node throw. */
const isSignedBy = (subject: Link, issuer: Link): boolean =>
  Result.getOrElse(
    Result.try(() => subject.x509.verify(issuer.x509.publicKey)),
    () => false
  )

const checkSignature = (subject: Link, issuer: Link): Result.Result<void, ChainError> => {
  if (isSignedBy(subject, issuer)) {
    return issuer.certificate.isCA
      ? Result.void
      : Result.fail(
          new ChainError({
            reason: "other",
            message: `${named(issuer.certificate)} signed a certificate, but is no certificate authority`,
            certificate: issuer.certificate
          })
        )
  }
  // True when the name and, where there is one, the authority key identifier point at this issuer.
  if (!subject.x509.checkIssued(issuer.x509)) return Result.fail(unknownAuthority(subject, issuer))
  return Result.fail(
    new ChainError({
      reason: "bad-signature",
      message: `The signature on ${named(subject.certificate)} was not made with the key of ${issuer.certificate.subject}`,
      certificate: subject.certificate,
      candidate: issuer.certificate
    })
  )
}

const unknownAuthority = ({ certificate }: Link, candidate?: Link): ChainError => {
  const issuer = certificate.issuer || "an authority without a name"
  return new ChainError({
    reason: "unknown-authority",
    message:
      candidate === undefined
        ? `${named(certificate)} is signed by ${issuer}, which is not in the bundle`
        : `${named(certificate)} is signed by ${issuer} with a key that the bundle does not have: it has another CA of that name`,
    certificate,
    candidate: candidate?.certificate
  })
}

/** id-kp-serverAuth, id-kp-clientAuth and anyExtendedKeyUsage, RFC 5280 §4.2.1.12. */
const usageOids = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2", any: "2.5.29.37.0" }

const checkUsage = (path: ReadonlyArray<Link>, usage: "server" | "client"): Result.Result<void, ChainError> => {
  const unfit = path.find(
    // Node declares an array, and gives undefined where the extension is missing.
    ({ x509 }) =>
      (x509.keyUsage as ReadonlyArray<string> | undefined)?.every(
        (oid) => oid !== usageOids[usage] && oid !== usageOids.any
      )
  )
  return unfit === undefined
    ? Result.void
    : Result.fail(
        new ChainError({
          reason: "other",
          message: `${named(unfit.certificate)} is not meant for a TLS ${usage} (extended key usage)`,
          certificate: unfit.certificate
        })
      )
}

const named = ({ dnsNames, isCA, subject }: Certificate.Certificate): string =>
  `The ${isCA ? "CA certificate" : "certificate"} of ${subject || dnsNames[0] || "an empty subject"}`
