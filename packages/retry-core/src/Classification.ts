/**
 * The verdict on a failure: is it worth another attempt?
 *
 * The verdict is data, made by a {@link Classifier} that the caller supplies. The retry loop reads it and nothing else
 * of the error, so new kinds of transient faults are taught by composing classifiers, not by changing the loop.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"

/**
 * The failure will repeat however often the operation is tried: it is given to the caller unchanged and at once.
 *
 * @category models
 * @since 0.1.0
 */
export interface Permanent {
  readonly _tag: "Permanent"
}

/**
 * The failure may pass by itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface Transient {
  readonly _tag: "Transient"
  /** What kind of fault it is, in a few words that stay the same (`certificate`, `throttled`): it labels the metrics. */
  readonly kind: string
  /** How long the other side asked to be left alone: a lower bound on the next delay. */
  readonly retryAfter?: Duration.Duration
  /** What a person should know about this failure, for a progress line. */
  readonly note?: string
}

/**
 * What a classifier says of an error.
 *
 * @category models
 * @since 0.1.0
 */
export type Classification = Permanent | Transient

/**
 * Gives the verdict on every error of a type.
 *
 * @see {@link firstOf} for composing one
 * @category models
 * @since 0.1.0
 */
export type Classifier<in E> = (error: E) => Classification

/**
 * Gives the verdict on the errors it knows, `undefined` on the others.
 *
 * @category models
 * @since 0.1.0
 */
export type PartialClassifier<in E> = (error: E) => Classification | undefined

/**
 * The verdict that another attempt is pointless.
 *
 * @category constructors
 * @since 0.1.0
 */
export const permanent: Classification = { _tag: "Permanent" }

/**
 * Makes the verdict that another attempt may succeed.
 *
 * **Example** (Taking over a server's wish)
 *
 * ```ts import.meta.vitest
 * import { Duration } from "effect"
 * import * as Classification from "@holdfast/retry-core/Classification"
 *
 * const verdict = Classification.transient({ kind: "throttled", retryAfter: "2 seconds" })
 *
 * verdict._tag // => "Transient"
 * verdict.retryAfter && Duration.toMillis(verdict.retryAfter) // => 2000
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const transient = (options: {
  readonly kind: string
  readonly retryAfter?: Duration.Input | undefined
  readonly note?: string | undefined
}): Transient => ({
  _tag: "Transient",
  kind: options.kind,
  ...(options.retryAfter !== undefined && { retryAfter: Duration.fromInputUnsafe(options.retryAfter) }),
  ...(options.note !== undefined && { note: options.note })
})

/**
 * Asks the classifiers in turn; the first one with an opinion wins. An error that none of them knows is permanent.
 *
 * **When to use**
 *
 * Use to teach an existing classifier about one more fault.
 *
 * **Example** (Composing classifiers)
 *
 * ```ts import.meta.vitest
 * import * as Classification from "@holdfast/retry-core/Classification"
 *
 * const throttled = (status: number) => status === 429 ? Classification.transient({ kind: "throttled" }) : undefined
 * const unavailable = (status: number) => status === 503 ? Classification.transient({ kind: "unavailable" }) : undefined
 * const classify = Classification.firstOf(throttled, unavailable)
 *
 * classify(503)._tag // => "Transient"
 * classify(404)._tag // => "Permanent"
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const firstOf =
  <E>(...classifiers: ReadonlyArray<PartialClassifier<E>>): Classifier<E> =>
  (error) => {
    for (const classify of classifiers) {
      const verdict = classify(error)
      if (verdict !== undefined) return verdict
    }
    return permanent
  }
