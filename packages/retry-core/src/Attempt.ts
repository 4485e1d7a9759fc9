/**
 * The record of one failed attempt, as it is kept in the history that {@link "./RetryErrors.ts"} carry.
 *
 * A record is plain data without the error object itself: a history of a thousand attempts must stay small, and must
 * print as JSON.
 *
 * @since 0.1.0
 */
import type { Classification } from "./Classification.ts"

/**
 * What ended the wait before the next attempt: its time was over, a hint came, or it was cut so that one final attempt
 * still fits before the deadline.
 *
 * @category models
 * @since 0.1.0
 */
export type DelayEnd = "timer" | "wake" | "deadline"

/**
 * One failed attempt. All times are milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Attempt {
  /** 1 for the first one. */
  readonly number: number
  /** When it began, in milliseconds since the first attempt began. */
  readonly startedAt: number
  /** How long it ran, in milliseconds. */
  readonly duration: number
  /** The failure: its tag (`_tag`, `name` or type) and its message, shortened to 1,000 characters. */
  readonly error: { readonly tag: string; readonly message: string }
  readonly classification: Classification
  /** The delay that was chosen, in milliseconds; absent on the last attempt. */
  readonly delay?: number
  /** What ended that delay; absent while it lasts and on the last attempt. */
  readonly delayEndedBy?: DelayEnd
  /** The reason of the hint that ended the delay. */
  readonly hint?: string
}

/**
 * The failed attempts of one operation: the first few and the last few of them, so that its memory stays bounded
 * however long it is tried.
 *
 * @category models
 * @since 0.1.0
 */
export interface AttemptHistory {
  /** The attempts that were kept, oldest first. */
  readonly attempts: ReadonlyArray<Attempt>
  /** How many attempts failed in all. */
  readonly total: number
  /** How many from the middle were dropped: `total - attempts.length`. */
  readonly dropped: number
}
