/**
 * How long things last in a rotation.
 *
 * @since 0.1.0
 */

/**
 * The times a rotation keeps, in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface RotationSettings {
  /** How long an authority is good for from the moment it is to serve. */
  readonly authorityValidity: number
  /** How long before its end an authority is replaced. */
  readonly authorityRenewBefore: number
  /** How long a leaf is good for. */
  readonly leafValidity: number
  /** How long before its end a leaf is renewed; as large a part of its life where that had to be shorter. */
  readonly leafRenewBefore: number
  /** How long the next authority is published before it serves, unless somebody is in a hurry. */
  readonly minPublish: number
  /** How long an API server keeps an idle connection. */
  readonly keepAlive: number
  /** How long the previous authority stays trusted after it served, for a Deployment that is rolled back. */
  readonly rollback: number
}

/**
 * The settings of a webhook that nobody has configured.
 *
 * @category constructors
 * @since 0.1.0
 */
export const defaults: RotationSettings = {
  authorityValidity: 365 * 86_400_000,
  authorityRenewBefore: (365 / 3) * 86_400_000,
  leafValidity: 30 * 86_400_000,
  leafRenewBefore: 10 * 86_400_000,
  minPublish: 86_400_000,
  keepAlive: 90_000,
  rollback: 3_600_000
}
