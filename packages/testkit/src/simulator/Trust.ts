/**
 * Certificates reduced to what decides about trust: who signed, and from when to when. No keys and no bytes, so that
 * ten thousand rotations take seconds.
 *
 * @since 0.1.0
 */

/**
 * A span of validity in milliseconds, both ends included.
 *
 * @category models
 * @since 0.1.0
 */
export interface Validity {
  readonly notBefore: number
  readonly notAfter: number
}

/**
 * A cross-signature of one authority's key by another.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bridge extends Validity {
  readonly by: string
}

/**
 * An authority, as it stands in a bundle.
 *
 * @category models
 * @since 0.1.0
 */
export interface Trusted extends Validity {
  readonly id: string
}

/**
 * An authority with the bridges that were made for it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Authority extends Trusted {
  readonly bridges: ReadonlyArray<Bridge>
}

/**
 * A serving certificate with the bridges presented behind it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Leaf extends Validity {
  readonly id: string
  readonly issuer: string
  readonly bridges: ReadonlyArray<Bridge>
}

const running = (span: Validity, at: number): boolean => span.notBefore <= at && at <= span.notAfter

/**
 * Says why a client whose clock shows `at` and who trusts `bundle` refuses a leaf; nothing when it accepts.
 *
 * @category verifying
 * @since 0.1.0
 */
export const refusal = (leaf: Leaf, bundle: ReadonlyArray<Trusted>, at: number): string | undefined => {
  if (!running(leaf, at)) return at < leaf.notBefore ? "not valid yet" : "expired"
  let isKnown = false
  for (const each of bundle) {
    const leadsThere = each.id === leaf.issuer || leaf.bridges.some((way) => way.by === each.id && running(way, at))
    if (leadsThere && running(each, at)) return undefined
    isKnown ||= leadsThere
  }
  return isKnown ? "authority expired" : "unknown authority"
}
