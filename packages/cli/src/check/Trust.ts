/**
 * Whether a bundle is sound, and whether what is served, or stored to be served, verifies under it, now and later.
 *
 * @since 0.1.0
 */
import { X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import { rootCertificates } from "node:tls"
import * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import * as CertificateChain from "@holdfast/certificates/CertificateChain"
import * as KeyPair from "@holdfast/certificates/KeyPair"
import * as Result from "effect/Result"
import * as Moments from "../output/Moments.ts"
import { type Callee, hostOf } from "./Callee.ts"
import type { Outlook, Problem } from "./Finding.ts"
import type { Material } from "./Material.ts"
import * as Mend from "./Mend.ts"

/**
 * What there is to say about the time that a certificate has; nothing when there is plenty.
 *
 * @category checks
 * @since 0.1.0
 */
export const lifeOf = (
  what: string,
  { notBefore, notAfter }: Pick<Certificate.Certificate, "notBefore" | "notAfter">,
  { now, warnBefore }: Outlook,
  mend: Mend.Mend
): Problem | undefined => {
  const told = (at: Date) => `${Moments.format(at)} (${Moments.fromNow(at, now)})`
  if (now > notAfter) return { result: "error", detail: `${what} expired on ${told(notAfter)}`, ...mend }
  if (now < notBefore) {
    return {
      result: "error",
      detail: `${what} is not valid before ${told(notBefore)}`,
      ...mend,
      hint: `Compare the clocks of who issued it and of the API server. ${mend.hint}`
    }
  }
  return notAfter.getTime() - now.getTime() < warnBefore
    ? { result: "warning", detail: `${what} ends on ${told(notAfter)}`, ...mend }
    : undefined
}

const newAuthority: Mend.Mend = {
  hint: "Make a new authority, add its certificate to the bundle beside the old one, and only then serve a leaf of it"
}

/**
 * Looks at the bundle of a callee.
 *
 * @category checks
 * @since 0.1.0
 */
export const bundle = (callee: Callee, materials: ReadonlyArray<Material>, outlook: Outlook): Problem | undefined => {
  const mend = Mend.bundle(callee, materials, outlook)
  if (callee.insecure) {
    return { result: "warning", detail: "its certificate is not verified (insecureSkipTLSVerify)", ...mend }
  }
  if (callee.caBundle === "") {
    return callee.service === undefined
      ? undefined
      : { result: "error", detail: "it has no caBundle, so only public authorities are trusted", ...mend }
  }
  const parsed = CertificateBundle.parse(callee.caBundle)
  if (Result.isFailure(parsed)) {
    const { message, usable } = parsed.failure
    // Go passes over what it cannot read, as long as something is left.
    return { result: usable.certificates.length > 0 ? "warning" : "error", detail: message, ...mend }
  }
  const { certificates } = parsed.success
  const last = certificates.reduce((latest, one) => (one.notAfter > latest.notAfter ? one : latest))
  return lifeOf(`the authority in its caBundle (${last.subject})`, last, outlook, newAuthority)
}

const namesOf = (certificates: ReadonlyArray<Certificate.Certificate>) =>
  certificates.map(({ subject }) => subject).join("; ")

const untrusted = (
  { failure, leaf }: { readonly failure: CertificateChain.ChainError; readonly leaf: Certificate.Certificate },
  callee: Callee,
  material: Material,
  outlook: Outlook
): Problem => {
  const dnsName = hostOf(callee)
  const detail = `${material.where}: ${failure.message}`
  switch (failure.reason) {
    case "hostname-mismatch":
      return { result: "error", detail, ...Mend.renew(material, dnsName) }
    case "expired":
    case "not-yet-valid": {
      const { certificate = leaf } = failure
      const own = certificate.fingerprint256 === leaf.fingerprint256
      const what = own ? `the certificate in ${material.where}` : `the authority ${certificate.subject}`
      const mend = own ? Mend.renew(material, dnsName) : newAuthority
      return lifeOf(what, certificate, outlook, mend) ?? { result: "error", detail, ...mend }
    }
    case "unknown-authority":
    case "self-signed":
    case "bad-signature": {
      const trusted = CertificateBundle.parse(callee.caBundle)
      const roots = Result.isSuccess(trusted) ? ` (it holds ${namesOf(trusted.success.certificates)})` : ""
      return {
        result: "error",
        detail: `${material.where} does not verify under its caBundle${roots}: ${failure.message}`,
        ...Mend.bundle(callee, [material], outlook)
      }
    }
    default:
      return { result: "error", detail, ...Mend.renew(material, dnsName) }
  }
}

/**
 * What there is to say about what a Secret holds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Verdict {
  readonly material: Material
  readonly problem: Problem | undefined
  /** The end of its leaf, where that can be read. */
  readonly until: Date | undefined
}

/**
 * Looks at what a Secret holds to be served by a callee, under the callee's bundle: now, and until it is time to warn.
 *
 * @category checks
 * @since 0.1.0
 */
export const stored = (callee: Callee, material: Material, outlook: Outlook): Verdict => {
  const problem = problemOf(callee, material, outlook)
  const leaf = Certificate.parse(material.chain)
  return { material, problem, until: Result.isSuccess(leaf) ? leaf.success.notAfter : undefined }
}

const problemOf = (callee: Callee, material: Material, outlook: Outlook): Problem | undefined => {
  const dnsName = hostOf(callee)
  const parsed = Certificate.parseAll(material.chain)
  if (Result.isFailure(parsed)) {
    return {
      result: "error",
      detail: `${material.names.chain} of ${material.where} cannot be read: ${parsed.failure.message}`,
      ...Mend.renew(material, dnsName)
    }
  }
  const [leaf] = parsed.success
  if (material.key !== "" && !KeyPair.matches(leaf, material.key)) {
    return {
      result: "error",
      detail: `the key in ${material.where} does not belong to its certificate`,
      ...Mend.renew(material, dnsName)
    }
  }
  // Without a bundle of its own, the API server trusts what its system does.
  const roots = callee.caBundle === "" ? rootCertificates.join("\n") : callee.caBundle
  const name = isIP(dnsName) > 0 ? { ipAddress: dnsName } : { dnsName }
  const verify = (at: Date) => CertificateChain.verify({ chain: parsed.success, roots, ...name, at })
  const today = verify(outlook.now)
  if (Result.isFailure(today)) return untrusted({ failure: today.failure, leaf }, callee, material, outlook)
  // Whichever certificate on the way ends first: the leaf, an intermediate, or the authority.
  const later = verify(new Date(outlook.now.getTime() + outlook.warnBefore))
  return Result.isFailure(later) ? untrusted({ failure: later.failure, leaf }, callee, material, outlook) : undefined
}

/**
 * Whether the certificate of some material names a host, whatever else is wrong with it.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isFor = (material: Material, dnsName: string): boolean => {
  const leaf = Certificate.parse(material.chain)
  return (
    Result.isSuccess(leaf) &&
    new X509Certificate(leaf.success.der).checkHost(dnsName, { subject: "never" }) !== undefined
  )
}
