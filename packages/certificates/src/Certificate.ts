/**
 * X.509 certificates as data: what they say about whom, from when to when, with which key.
 *
 * Parsing stands on `node:crypto` and loads nothing else, so that a command line tool which only looks at
 * certificates stays fast. Issuing is in `CertificateAuthority`.
 *
 * @since 0.1.0
 */

import { createHash, type KeyObject, X509Certificate } from "node:crypto"
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import { keyAlgorithmOf } from "./internal/keys.ts"
import * as pem from "./internal/pem.ts"

/**
 * A certificate, parsed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Certificate {
  /** The certificate alone as PEM, with a newline at its end: equal certificates have equal text. */
  readonly pem: string
  readonly der: Uint8Array<ArrayBuffer>
  /** The distinguished name on one line, as in `CN=holdfast, O=system:masters`. */
  readonly subject: string
  readonly issuer: string
  readonly commonName?: string
  /** Upper-case hexadecimal digits. */
  readonly serialNumber: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly dnsNames: ReadonlyArray<string>
  /** In the shortest spelling, IPv6 in lower case (`::1`). */
  readonly ipAddresses: ReadonlyArray<string>
  /** True when the certificate may sign others. */
  readonly isCA: boolean
  /** SHA-256 of the whole certificate, lower-case hexadecimal: the identity of this very certificate. */
  readonly fingerprint256: string
  /** SHA-256 of the public key (SubjectPublicKeyInfo), lower-case hexadecimal: the identity of the key. */
  readonly spkiSha256: string
  /** `ECDSA-P256`, `RSA-2048`, `Ed25519`, and so on. */
  readonly keyAlgorithm: string
}

/**
 * The bytes are not a certificate.
 *
 * @category errors
 * @since 0.1.0
 */
export class MalformedCertificate extends Data.TaggedError("MalformedCertificate")<{
  /** What is wrong, as the end of a sentence that begins with "the certificate". Holds nothing of the content. */
  readonly problem: string
  /** The line of the PEM text, counted from 1, where the offending block begins. */
  readonly line?: number
}> {
  override get message(): string {
    return `The certificate${this.line === undefined ? "" : ` that begins on line ${this.line}`} ${this.problem}`
  }
}

/**
 * Parses one certificate, from PEM or DER. A PEM text may hold more (a served chain has its leaf first): the first
 * certificate is the one that is read.
 *
 * **Example** (Looking at what is not a certificate)
 *
 * ```ts import.meta.vitest
 * import { Result } from "effect"
 * import * as Certificate from "@holdfast/certificates/Certificate"
 *
 * const parsed = Certificate.parse("a text")
 * Result.isFailure(parsed) && parsed.failure.message // => "The certificate has no BEGIN CERTIFICATE line"
 * ```
 *
 * @see {@link parseAll} for a whole chain
 * @category constructors
 * @since 0.1.0
 */
export const parse = (pemOrDer: string | Uint8Array): Result.Result<Certificate, MalformedCertificate> => {
  if (typeof pemOrDer !== "string") return fromDer(new Uint8Array(pemOrDer))
  const block = pem.blocks(pemOrDer).find(({ label }) => label === "CERTIFICATE")
  return block === undefined ? Result.fail(noCertificate) : fromBlock(block)
}

/**
 * Parses every certificate of a PEM text, in the order of the text, such as a leaf and the intermediates served with
 * it. Other kinds of blocks and the text between blocks are passed over; one certificate that cannot be read fails
 * the whole.
 *
 * @see {@link parse} for the first alone
 * @category constructors
 * @since 0.1.0
 */
export const parseAll = (
  text: string
): Result.Result<readonly [Certificate, ...Array<Certificate>], MalformedCertificate> => {
  const parsed = Result.all(
    pem
      .blocks(text)
      .filter(({ label }) => label === "CERTIFICATE")
      .map(fromBlock)
  )
  return Result.flatMap(parsed, ([first, ...rest]) =>
    first === undefined ? Result.fail(noCertificate) : Result.succeed([first, ...rest] as const)
  )
}

const noCertificate = new MalformedCertificate({ problem: "has no BEGIN CERTIFICATE line" })

const fromBlock = (block: pem.PemBlock): Result.Result<Certificate, MalformedCertificate> =>
  block.content instanceof Uint8Array
    ? Result.mapError(fromDer(block.content), ({ problem }) => new MalformedCertificate({ problem, line: block.line }))
    : Result.fail(
        new MalformedCertificate({ problem: `cannot be decoded: ${block.content.problem}`, line: block.line })
      )

const fromDer = (der: Uint8Array<ArrayBuffer>): Result.Result<Certificate, MalformedCertificate> =>
  Result.flatMap(
    Result.try({
      try: () => fromX509(new X509Certificate(der)),
      catch: () => new MalformedCertificate({ problem: "is not X.509" })
    }),
    (certificate) =>
      // OpenSSL ignores bytes behind the certificate, Go refuses them.
      certificate.der.length === der.length
        ? Result.succeed(certificate)
        : Result.fail(new MalformedCertificate({ problem: "has bytes behind its end" }))
  )

const fromX509 = (x509: X509Certificate): Certificate => {
  const der = new Uint8Array(x509.raw)
  const names = alternativeNames(x509.subjectAltName)
  const commonName = commonNameOf(x509.subject)
  return {
    pem: pem.encode("CERTIFICATE", der),
    der,
    subject: oneLine(x509.subject),
    issuer: oneLine(x509.issuer),
    ...(commonName === undefined ? {} : { commonName }),
    serialNumber: x509.serialNumber,
    notBefore: x509.validFromDate,
    notAfter: x509.validToDate,
    dnsNames: names.flatMap(([type, value]) => (type === "DNS" ? [value] : [])),
    ipAddresses: names.flatMap(([type, value]) => (type === "IP Address" ? [shortestIp(value)] : [])),
    isCA: x509.ca,
    fingerprint256: sha256(der),
    spkiSha256: spkiSha256(x509.publicKey),
    keyAlgorithm: keyAlgorithmOf(x509.publicKey)
  }
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const spkiSha256 = (key: KeyObject): string => sha256(key.export({ type: "spki", format: "der" }))

const oneLine = (name: string | undefined): string => (name ?? "").split("\n").join(", ")

/**
 * Node prints one attribute a line, escaped as RFC 2253 says. (Its `toLegacyObject` has the attributes apart, but ends
 * the process with a segmentation fault on a certificate whose public key is damaged; seen in Node 24.21.)
 */
const commonNameOf = (subject: string | undefined): string | undefined =>
  /^CN=(.*)$/m
    .exec(subject ?? "")?.[1]
    ?.replace(/\\(?:([0-9A-F]{2})|(.))/g, (_, hex?: string, char?: string) =>
      hex === undefined ? (char ?? "") : String.fromCharCode(Number.parseInt(hex, 16))
    )

/** Node prints `DNS:a, IP Address:10.0.0.1`, and quotes as JSON whatever could be mistaken for a separator. */
const alternativeNames = (text: string | undefined): ReadonlyArray<readonly [type: string, value: string]> =>
  Array.from((text ?? "").matchAll(/([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy), ([, type = "", value = ""]) => [
    type,
    value.startsWith('"') ? String(JSON.parse(value)) : value
  ])

const shortestIp = (ip: string): string => (ip.includes(":") ? new URL(`http://[${ip}]`).hostname.slice(1, -1) : ip)
