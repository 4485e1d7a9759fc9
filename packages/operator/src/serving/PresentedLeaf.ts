/**
 * How a chain that a pod presents looks to the rotation engine.
 *
 * @since 0.1.0
 */
import { X509Certificate } from "node:crypto"
import type * as Certificate from "@holdfast/certificates/Certificate"
import type { Bridge, Leaf, Validity } from "../rotation/RotationState.ts"
import type { Chain } from "./Handshake.ts"

/**
 * The issuer of a leaf whose authority nobody knows. No bundle has it, so nothing trusts the leaf.
 *
 * @category constants
 * @since 0.1.0
 */
export const unknownIssuer = "unknown"

/**
 * Makes the engine's view of a chain. Signatures are verified: the names of a re-created authority are those of the one
 * before.
 *
 * @category conversions
 * @since 0.1.0
 */
export const of = (
  [leaf, ...intermediates]: Chain,
  /** The authorities that may have signed it: those of the live bundles and of the state. */
  known: ReadonlyArray<Certificate.Certificate>
): Leaf => {
  const authorities = [...intermediates, ...known]
  // A bundle may hold the leaf itself, which then needs no authority.
  const signer = signerOf(leaf, authorities) ?? known.find(({ spkiSha256 }) => spkiSha256 === leaf.spkiSha256)
  return {
    ...span(leaf),
    id: leaf.fingerprint256,
    issuer: signer?.spkiSha256 ?? unknownIssuer,
    bridges: signer === undefined ? [] : bridges(signer.spkiSha256, intermediates, authorities)
  }
}

/** The ways from an authority down to older ones, by the cross-signatures that were presented. */
const bridges = (
  from: string,
  intermediates: ReadonlyArray<Certificate.Certificate>,
  authorities: ReadonlyArray<Certificate.Certificate>
): ReadonlyArray<Bridge> =>
  intermediates
    .filter(({ spkiSha256 }) => spkiSha256 === from)
    .flatMap((cross) => {
      const signer = signerOf(cross, authorities)
      if (signer === undefined || signer.spkiSha256 === from) return []
      const way: Bridge = { ...span(cross), by: signer.spkiSha256 }
      const unused = intermediates.filter((each) => each !== cross)
      const onward = bridges(signer.spkiSha256, unused, authorities).map((older) => ({
        by: older.by,
        notBefore: Math.max(way.notBefore, older.notBefore),
        notAfter: Math.min(way.notAfter, older.notAfter)
      }))
      return [way, ...onward]
    })

const signerOf = (
  certificate: Certificate.Certificate,
  candidates: ReadonlyArray<Certificate.Certificate>
): Certificate.Certificate | undefined => {
  const x509 = new X509Certificate(certificate.der)
  return candidates.find(({ der, subject }) => {
    if (subject !== certificate.issuer) return false
    const issuer = new X509Certificate(der)
    return x509.checkIssued(issuer) && x509.verify(issuer.publicKey)
  })
}

const span = ({ notAfter, notBefore }: Certificate.Certificate): Validity => ({
  notBefore: notBefore.getTime(),
  notAfter: notAfter.getTime()
})
