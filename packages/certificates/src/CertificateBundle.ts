/**
 * A set of CA certificates to trust, as in the `caBundle` of a webhook.
 *
 * A bundle has one spelling: its certificates are sorted and none stands in it twice, so equal content means equal
 * bytes, and a controller that compares before it writes does not write without need.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import { dual } from "effect/Function"
import * as Result from "effect/Result"
import * as Certificate from "./Certificate.ts"
import * as pem from "./internal/pem.ts"

/**
 * Certificates without duplicates, in the order of their fingerprints. Make it with {@link fromCertificates} or
 * {@link parse}, which keep that order.
 *
 * @category models
 * @since 0.1.0
 */
export interface CertificateBundle {
  readonly certificates: ReadonlyArray<Certificate.Certificate>
}

/**
 * A block of a bundle that is not a certificate.
 *
 * @category models
 * @since 0.1.0
 */
export interface BadBlock {
  /** The line of the text, counted from 1, on which the block begins. */
  readonly line: number
  /** What is wrong with it. Holds nothing of the content, which may be a private key. */
  readonly problem: string
}

/**
 * A text that is not, or not only, a bundle.
 *
 * The API server passes over a block that it cannot decode without a word, as long as one block is good, and then
 * trusts less than was meant. So nothing is passed over here; who has to go on regardless finds in `usable` what the
 * API server would take.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidBundle extends Data.TaggedError("InvalidBundle")<{
  readonly badBlocks: ReadonlyArray<BadBlock>
  readonly usable: CertificateBundle
}> {
  override get message(): string {
    return this.badBlocks.length === 0
      ? "The CA bundle holds no certificate"
      : `The CA bundle is broken: ${this.badBlocks.map(({ line, problem }) => `the block on line ${line} ${problem}`).join("; ")}`
  }
}

/**
 * The bundle that trusts nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const empty: CertificateBundle = { certificates: [] }

/**
 * Makes a bundle of certificates in any order, with or without duplicates.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromCertificates = (certificates: Iterable<Certificate.Certificate>): CertificateBundle => ({
  certificates: Array.from(new Map(Array.from(certificates, (each) => [each.fingerprint256, each])).values()).sort(
    (a, b) => (a.fingerprint256 < b.fingerprint256 ? -1 : 1)
  )
})

/**
 * Reads a bundle from PEM. Text around the blocks is allowed; a block that is not a certificate, and a text without
 * one, are errors.
 *
 * **Example** (The placeholder of kubebuilder's manifests)
 *
 * ```ts import.meta.vitest
 * import { Result } from "effect"
 * import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
 *
 * const parsed = CertificateBundle.parse(atob("Cg=="))
 * Result.isFailure(parsed) && parsed.failure.message // => "The CA bundle holds no certificate"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const parse = (text: string): Result.Result<CertificateBundle, InvalidBundle> => {
  const good: Array<Certificate.Certificate> = []
  const badBlocks: Array<BadBlock> = []
  for (const { content, label, line } of pem.blocks(text)) {
    const bad = (problem: string) => badBlocks.push({ line, problem })
    if (label !== "CERTIFICATE") bad("is not a certificate")
    else if (!(content instanceof Uint8Array)) bad(`cannot be decoded: ${content.problem}`)
    else
      Result.match(Certificate.parse(content), {
        onFailure: (error) => bad(error.problem),
        onSuccess: (each) => good.push(each)
      })
  }
  const usable = fromCertificates(good)
  return badBlocks.length > 0 || good.length === 0
    ? Result.fail(new InvalidBundle({ badBlocks, usable }))
    : Result.succeed(usable)
}

/**
 * Trusts whatever either of two bundles trusts.
 *
 * @category combinators
 * @since 0.1.0
 */
export const union: {
  (that: CertificateBundle): (self: CertificateBundle) => CertificateBundle
  (self: CertificateBundle, that: CertificateBundle): CertificateBundle
} = dual(2, (self: CertificateBundle, that: CertificateBundle) =>
  fromCertificates([...self.certificates, ...that.certificates])
)

/**
 * Keeps the certificates that a predicate holds for.
 *
 * @category combinators
 * @since 0.1.0
 */
export const filter: {
  (predicate: (certificate: Certificate.Certificate) => boolean): (self: CertificateBundle) => CertificateBundle
  (self: CertificateBundle, predicate: (certificate: Certificate.Certificate) => boolean): CertificateBundle
} = dual(2, (self: CertificateBundle, predicate: (certificate: Certificate.Certificate) => boolean) => ({
  certificates: self.certificates.filter(predicate)
}))

/**
 * Tells whether this very certificate is in the bundle.
 *
 * @category predicates
 * @since 0.1.0
 */
export const has: {
  (certificate: Certificate.Certificate): (self: CertificateBundle) => boolean
  (self: CertificateBundle, certificate: Certificate.Certificate): boolean
} = dual(2, (self: CertificateBundle, certificate: Certificate.Certificate) =>
  self.certificates.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256)
)

/**
 * Tells whether two bundles hold the same certificates.
 *
 * @category predicates
 * @since 0.1.0
 */
export const equals: {
  (that: CertificateBundle): (self: CertificateBundle) => boolean
  (self: CertificateBundle, that: CertificateBundle): boolean
} = dual(2, (self: CertificateBundle, that: CertificateBundle) => self === that || toPem(self) === toPem(that))

/**
 * Writes the bundle as PEM: the same certificates always give the same bytes.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toPem = (self: CertificateBundle): string => self.certificates.map((each) => each.pem).join("")
