/**
 * What a retried operation tells while it goes on: enough to print a progress line for each attempt, its reason, its
 * wait and what ended the wait. A first attempt that succeeds tells nothing. All times are milliseconds.
 *
 * @since 0.1.0
 */
import type { Attempt, AttemptHistory, DelayEnd } from "./Attempt.ts"
import type { Transient } from "./Classification.ts"
import type { AttemptTimeout } from "./RetryErrors.ts"

/**
 * An attempt has failed and another one will follow after `delay`.
 *
 * @category models
 * @since 0.1.0
 */
export interface AttemptFailed<E> {
  readonly _tag: "AttemptFailed"
  readonly name: string | undefined
  readonly attempt: Attempt
  readonly error: E | AttemptTimeout
  readonly classification: Transient
  /** The wait that begins now, in milliseconds, unless a hint cuts it short. */
  readonly delay: number
  /** Milliseconds since the first attempt began. */
  readonly elapsed: number
  /** Milliseconds until the deadline; `Infinity` without one. */
  readonly remaining: number
}

/**
 * The wait is over and the next attempt begins now.
 *
 * @category models
 * @since 0.1.0
 */
export interface Retrying {
  readonly _tag: "Retrying"
  readonly name: string | undefined
  /** The number of the attempt that begins: 2 or more. */
  readonly attempt: number
  /** How long the wait really was, in milliseconds. */
  readonly waited: number
  readonly endedBy: DelayEnd
  /** The reason of the hint, when a hint ended the wait. */
  readonly hint: string | undefined
  readonly elapsed: number
}

/**
 * An attempt after the first has succeeded.
 *
 * @category models
 * @since 0.1.0
 */
export interface Recovered {
  readonly _tag: "Recovered"
  readonly name: string | undefined
  /** The number of the attempt that succeeded. */
  readonly attempt: number
  /** Milliseconds since the first attempt began. */
  readonly elapsed: number
  readonly history: AttemptHistory
}

/**
 * An attempt has failed and none will follow: the error is permanent, the attempts or the schedule are used up, or the
 * deadline is reached.
 *
 * @category models
 * @since 0.1.0
 */
export interface GaveUp<E> {
  readonly _tag: "GaveUp"
  readonly name: string | undefined
  readonly reason: "permanent" | "attempts" | "deadline"
  readonly error: E | AttemptTimeout
  readonly elapsed: number
  readonly history: AttemptHistory
}

/**
 * What a retried operation tells while it goes on.
 *
 * @category models
 * @since 0.1.0
 */
export type RetryEvent<E> = AttemptFailed<E> | Retrying | Recovered | GaveUp<E>
