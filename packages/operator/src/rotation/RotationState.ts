/**
 * What a rotation remembers, and nothing else: everything that is written into the cluster follows from it.
 *
 * The engine never holds a key or a certificate. It speaks of them by their ids, so that the very same code decides in
 * the operator, where material lies beside the state in one Secret, and in the simulator, where there is none.
 *
 * @since 0.1.0
 */

/**
 * A span of validity in milliseconds since the epoch, both ends included.
 *
 * @category models
 * @since 0.1.0
 */
export interface Validity {
  readonly notBefore: number
  readonly notAfter: number
}

/**
 * What can be trusted: a certificate of a bundle.
 *
 * @category models
 * @since 0.1.0
 */
export interface Trusted extends Validity {
  /** SHA-256 of its public key. */
  readonly id: string
}

/**
 * A way from an authority down to an older one, by one cross-signature or several in a row, which makes its leaves
 * trusted by those who know the older one alone. It ends with the first authority on the way that ends.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bridge extends Validity {
  /** The id of the authority that signed last, where the way arrives. */
  readonly by: string
}

/**
 * A certificate authority.
 *
 * @category models
 * @since 0.1.0
 */
export interface Authority extends Trusted {
  readonly bridges: ReadonlyArray<Bridge>
}

/**
 * A serving certificate with the bridges that are presented behind it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Leaf extends Validity {
  /** SHA-256 of the certificate. */
  readonly id: string
  /** The id of the authority that signed it. */
  readonly issuer: string
  readonly bridges: ReadonlyArray<Bridge>
}

/**
 * Where a rotation stands.
 *
 * | phase | does | leaves when |
 * | --- | --- | --- |
 * | `STABLE` | watches | a certificate is due, or a rotation is asked for |
 * | `LEAF` | serves a new leaf of the same authority | every pod presents it |
 * | `STAGE` | makes the next authority, and a leaf under it | both are persisted |
 * | `TRUST` | publishes the next authority | every target has it, for long enough |
 * | `PROVE` | probes every API server | all verified a leaf under the next authority, twice |
 * | `SERVE` | the staged leaf becomes the leaf | it is written where pods read it |
 * | `DRAIN` | looks at what pods present | none needs the previous authority any longer |
 * | `RETIRE` | takes the previous authority out of every target | none has it |
 *
 * @category models
 * @since 0.1.0
 */
export type Phase = "STABLE" | "LEAF" | "STAGE" | "TRUST" | "PROVE" | "SERVE" | "DRAIN" | "RETIRE"

/**
 * Why an authority changes.
 *
 * - `age`: it is past two thirds of its life;
 * - `forced`: somebody asked, or brought another, so nothing waits that is not proof;
 * - `compromised`: its key is known to others, so it must not vouch for its successor;
 * - `adopted`: there is no state, and what is served comes from elsewhere.
 *
 * @category models
 * @since 0.1.0
 */
export type Cause = "age" | "forced" | "compromised" | "adopted"

/**
 * The state, kept in one Secret and changed only by compare-and-swap.
 *
 * @category models
 * @since 0.1.0
 */
export interface RotationState {
  /** Grows with every change and never falls, not even when the state is lost: it is at least the time in seconds. */
  readonly epoch: number
  readonly phase: Phase
  /** When the phase began, in milliseconds since the epoch. */
  readonly since: number
  /** Why the present rotation goes on; kept until it is over. */
  readonly cause?: Cause
  /** Signs leaves. Missing only until the first rotation has served one. */
  readonly current?: Authority
  /** Trusted already, and signs leaves next. */
  readonly next?: Authority
  /** When every target had `next` for the first time. */
  readonly nextPublishedAt?: number
  /** Signs no longer, and is trusted until no pod needs it. */
  readonly previous?: Authority
  /** The id of the last authority that every API server was seen to trust. Bridges reach back to it. */
  readonly proven?: string
  /** Authorities of unknown origin that stay trusted until no pod needs them. */
  readonly adopted?: ReadonlyArray<Trusted>
  /** What pods are to present. Missing while they present what comes from elsewhere. */
  readonly leaf?: Leaf
  /** Signed by `next`, presented to probes. */
  readonly staged?: Leaf
  /** The last request for a rotation that was taken up. */
  readonly request?: string
}

/**
 * Tells whether a clock that shows `at` finds the span running.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isValid = (span: Validity, at: number): boolean => span.notBefore <= at && at <= span.notAfter

/**
 * Tells whether a client that trusts `bundle` accepts the leaf with the bridges it is presented with.
 *
 * @category predicates
 * @since 0.1.0
 */
export const verifies = (leaf: Leaf, bundle: ReadonlyArray<Trusted>, at: number): boolean => {
  const trusts = (id: string) => bundle.some((each) => each.id === id && isValid(each, at))
  return isValid(leaf, at) && (trusts(leaf.issuer) || leaf.bridges.some((each) => isValid(each, at) && trusts(each.by)))
}

/**
 * The authorities that the state wants trusted, the oldest first.
 *
 * @category getters
 * @since 0.1.0
 */
export const authorities = (state: RotationState): ReadonlyArray<Trusted> => [
  ...(state.adopted ?? []),
  ...[state.previous, state.current, state.next].filter((each) => each !== undefined)
]

/**
 * The authorities that are trusted when the rotation is over.
 *
 * @category getters
 * @since 0.1.0
 */
export const settled = ({ current, next }: RotationState): ReadonlyArray<Authority> =>
  [current, next].filter((each) => each !== undefined)
