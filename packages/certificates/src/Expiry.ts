/**
 * How much of a certificate's life is left. The moment to compare with is always given, so that one look at the clock
 * decides about all certificates alike.
 *
 * @since 0.1.0
 */
import type { Certificate } from "./Certificate.ts"

/**
 * Tells whether the certificate's end lies behind. At `notAfter` itself it is still valid, as Go sees it.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isExpired = (certificate: Certificate, at: Date): boolean => at > certificate.notAfter

/**
 * Tells whether the certificate's beginning has not come yet, by a clock that may be slow.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isNotYetValid = (certificate: Certificate, at: Date): boolean => at < certificate.notBefore

/**
 * The part of the certificate's life that is left: 1 at its beginning and before, 0 at its end and after.
 *
 * @see {@link renewalTime} for when a given part will be left
 * @category getters
 * @since 0.1.0
 */
export const fractionLeft = (certificate: Certificate, at: Date): number => {
  const life = certificate.notAfter.getTime() - certificate.notBefore.getTime()
  return life <= 0 ? 0 : Math.min(1, Math.max(0, (certificate.notAfter.getTime() - at.getTime()) / life))
}

/**
 * The moment from which at most `fraction` of the certificate's life is left; renewing at a third is what most of the
 * field does.
 *
 * @category getters
 * @since 0.1.0
 */
export const renewalTime = (certificate: Certificate, fraction = 1 / 3): Date => {
  const life = certificate.notAfter.getTime() - certificate.notBefore.getTime()
  return new Date(certificate.notAfter.getTime() - life * fraction)
}
