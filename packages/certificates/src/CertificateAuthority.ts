/**
 * A certificate authority in memory: a CA certificate with its key, which issues leaves for servers and clients and
 * cross-signs its successor.
 *
 * What it issues is accepted by Go's verifier, so by kube-apiserver, and by OpenSSL, so by Node.
 *
 * @since 0.1.0
 */

import { isIP } from "node:net"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Certificate from "./Certificate.ts"
import { backdated, lifetime, pathLengthOf, sign } from "./internal/sign.ts"
import * as KeyPair from "./KeyPair.ts"

/**
 * A CA certificate and the key that signs for it.
 *
 * @category models
 * @since 0.1.0
 */
export interface CertificateAuthority {
  readonly certificate: Certificate.Certificate
  readonly key: KeyPair.KeyPair
}

/**
 * A leaf with all that a server or client needs to present it.
 *
 * @category models
 * @since 0.1.0
 */
export interface IssuedCertificate {
  readonly certificate: Certificate.Certificate
  /** The leaf alone. */
  readonly certificatePem: string
  /** The leaf and the intermediates behind it, as `tls.crt` has them. */
  readonly chainPem: string
  /** PKCS#8, as `tls.key` has it. */
  readonly privateKeyPem: Redacted.Redacted
}

/**
 * A name or lifetime that no certificate can carry.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidCertificateRequest extends Data.TaggedError("InvalidCertificateRequest")<{
  readonly field: "commonName" | "organization" | "dnsNames" | "ipAddresses" | "validity"
  readonly value: string
  readonly problem: string
}> {
  override get message(): string {
    return `Cannot issue a certificate: ${this.field} ${JSON.stringify(this.value)} ${this.problem}`
  }
}

/**
 * A key that does not belong to the certificate beside it, as after a Secret was written in two steps.
 *
 * @category errors
 * @since 0.1.0
 */
export class KeyMismatch extends Data.TaggedError("KeyMismatch")<{
  /** The certificate's subject. */
  readonly subject: string
}> {
  override get message(): string {
    return `The private key does not belong to the certificate of ${this.subject}`
  }
}

/**
 * What a CA is made from.
 *
 * @category models
 * @since 0.1.0
 */
export interface MakeOptions {
  readonly commonName: string
  /** Counted from now, or from `notBefore` where that is given. */
  readonly validity: Duration.Input
  /** An hour ago, unless given. */
  readonly notBefore?: Date | undefined
  readonly algorithm?: KeyPair.KeyAlgorithm | undefined
  /** A key to use instead of a new one: two CAs with one name and one key verify the same leaves. */
  readonly key?: KeyPair.KeyPair | undefined
  /** How many CAs may stand between it and a leaf; any number unless given. */
  readonly pathLength?: number | undefined
}

/**
 * What a leaf is made from.
 *
 * @category models
 * @since 0.1.0
 */
export interface IssueOptions {
  /** Left out, the certificate has an empty subject and stands on its alternative names alone. */
  readonly commonName?: string | undefined
  /** For a client of Kubernetes: its groups. */
  readonly organization?: ReadonlyArray<string> | undefined
  readonly dnsNames?: ReadonlyArray<string> | undefined
  readonly ipAddresses?: ReadonlyArray<string> | undefined
  /** Counted from now, or from `notBefore` where that is given. */
  readonly validity: Duration.Input
  /** An hour ago, unless given. */
  readonly notBefore?: Date | undefined
  /** `server`, unless given. */
  readonly usages?: ReadonlyArray<"server" | "client"> | undefined
  readonly algorithm?: KeyPair.KeyAlgorithm | undefined
  /** A key to use instead of a new one. */
  readonly key?: KeyPair.KeyPair | undefined
  /** Certificates to present behind the leaf, such as the bridge that {@link crossSign} makes. */
  readonly intermediates?: ReadonlyArray<Certificate.Certificate> | undefined
  /**
   * `false` leaves the authority key identifier out, as some certificate Jobs do: OpenSSL then reports a re-created CA
   * of the same name as a bad signature instead of an unknown authority.
   */
  readonly authorityKeyIdentifier?: boolean | undefined
}

/**
 * Makes a self-signed CA with a new key.
 *
 * **Example** (A CA and a webhook's leaf)
 *
 * ```ts import.meta.vitest
 * import { Effect } from "effect"
 * import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
 *
 * const program = Effect.gen(function*() {
 *   const ca = yield* CertificateAuthority.make({ commonName: "hooks", validity: "90 days" })
 *   return yield* CertificateAuthority.issue(ca, { dnsNames: ["hook.default.svc"], validity: "30 days" })
 * })
 * const leaf = await Effect.runPromise(program)
 * leaf.certificate.issuer // => "CN=hooks"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: (options: MakeOptions) => Effect.Effect<CertificateAuthority, InvalidCertificateRequest> =
  Effect.fnUntraced(function* (options: MakeOptions) {
    yield* check(options)
    const key = options.key ?? (yield* KeyPair.generate(options))
    const certificate = yield* sign({
      ...(yield* lifetime(options)),
      subject: { commonName: options.commonName },
      publicKeyPem: key.publicKeyPem,
      issuer: { key },
      isCA: true,
      pathLength: options.pathLength,
      usages: [],
      dnsNames: [],
      ipAddresses: [],
      authorityKeyIdentifier: true
    })
    return { certificate, key }
  })

/**
 * Restores a CA from where it was kept, such as a Secret, and makes sure that the two halves belong together.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromPem = (options: {
  readonly certificatePem: string
  readonly privateKeyPem: string | Redacted.Redacted
}): Result.Result<CertificateAuthority, Certificate.MalformedCertificate | KeyPair.MalformedKey | KeyMismatch> =>
  Result.gen(function* () {
    const certificate = yield* Certificate.parse(options.certificatePem)
    const key = yield* KeyPair.parse(options.privateKeyPem)
    if (!KeyPair.matches(certificate, key.privateKeyPem)) {
      return yield* Result.fail(new KeyMismatch({ subject: certificate.subject }))
    }
    return { certificate, key }
  })

/**
 * Issues a leaf.
 *
 * @category issuing
 * @since 0.1.0
 */
export const issue = (
  self: CertificateAuthority,
  options: IssueOptions
): Effect.Effect<IssuedCertificate, InvalidCertificateRequest> => leaf(options, self)

/**
 * Issues a leaf that signs itself. No CA stands behind it: whoever is to trust it needs the leaf itself in its bundle.
 *
 * @category issuing
 * @since 0.1.0
 */
export const selfSigned = (options: IssueOptions): Effect.Effect<IssuedCertificate, InvalidCertificateRequest> =>
  leaf(options)

/**
 * Tells whether a CA may sign other CAs, and so a bridge: one with the path length 0 may sign leaves alone.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.9
 * @category predicates
 * @since 0.1.0
 */
export const maySignAuthorities = ({
  certificate
}: Pick<CertificateAuthority, "certificate">): Effect.Effect<boolean> =>
  Effect.map(
    Effect.promise(() => pathLengthOf(certificate)),
    (pathLength) => pathLength !== 0
  )

/**
 * Makes the bridge between two CAs: the name and key of the new one, signed by the old one. A server that presents it
 * behind a leaf of the new CA is trusted by those who know the old CA alone. It ends with whichever CA ends first.
 *
 * Not to be made after the old key was compromised, for then the bridge proves nothing.
 *
 * @category issuing
 * @since 0.1.0
 */
export const crossSign = (
  self: CertificateAuthority,
  options: {
    readonly by: CertificateAuthority
    /** An hour ago, unless given; never before the old CA's own beginning. */
    readonly notBefore?: Date | undefined
  }
): Effect.Effect<Certificate.Certificate> =>
  Effect.flatMap(options.notBefore === undefined ? backdated : Effect.succeed(options.notBefore), (notBefore) =>
    sign({
      subject: self.certificate,
      publicKeyPem: self.key.publicKeyPem,
      issuer: options.by,
      notBefore: later(notBefore, options.by.certificate.notBefore),
      notAfter: earlier(self.certificate.notAfter, options.by.certificate.notAfter),
      isCA: true,
      usages: [],
      dnsNames: [],
      ipAddresses: [],
      authorityKeyIdentifier: true
    })
  )

const leaf = Effect.fnUntraced(function* (options: IssueOptions, ca?: CertificateAuthority) {
  yield* check(options)
  const key = options.key ?? (yield* KeyPair.generate(options))
  const certificate = yield* sign({
    ...(yield* lifetime(options)),
    subject: options,
    publicKeyPem: key.publicKeyPem,
    issuer: ca ?? { key },
    isCA: false,
    usages: options.usages ?? ["server"],
    dnsNames: options.dnsNames ?? [],
    ipAddresses: options.ipAddresses ?? [],
    authorityKeyIdentifier: options.authorityKeyIdentifier ?? true
  })
  return {
    certificate,
    certificatePem: certificate.pem,
    chainPem: [certificate, ...(options.intermediates ?? [])].map(({ pem }) => pem).join(""),
    privateKeyPem: key.privateKeyPem
  }
})

const later = (a: Date, b: Date): Date => (a > b ? a : b)
const earlier = (a: Date, b: Date): Date => (a < b ? a : b)

const dnsName = /^(\*\.)?[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*$/i

const check = (options: IssueOptions): Effect.Effect<void, InvalidCertificateRequest> => {
  const problems: ReadonlyArray<readonly [InvalidCertificateRequest["field"], string | undefined, string]> = [
    ["commonName", [options.commonName ?? "-"].find(badLength), "needs 1 to 64 characters"],
    ["organization", options.organization?.find(badLength), "needs 1 to 64 characters"],
    ["dnsNames", options.dnsNames?.find((name) => name.length > 253 || !dnsName.test(name)), "is not a DNS name"],
    ["ipAddresses", options.ipAddresses?.find((ip) => isIP(ip) === 0), "is not an IP address"],
    ["validity", [options.validity].filter(badValidity).map(String)[0], "is not a time that a certificate can live"]
  ]
  const found = problems.find(([, value]) => value !== undefined)
  return found === undefined
    ? Effect.void
    : Effect.fail(new InvalidCertificateRequest({ field: found[0], value: found[1] ?? "", problem: found[2] }))
}

/** The bounds of a name's attributes, RFC 5280 appendix A. */
const badLength = (name: string): boolean => name.length === 0 || name.length > 64

const badValidity = (validity: Duration.Input): boolean => {
  const duration = Duration.fromInputUnsafe(validity)
  return !Duration.isFinite(duration) || Duration.toMillis(duration) <= 0
}
