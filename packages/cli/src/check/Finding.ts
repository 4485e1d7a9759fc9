/**
 * What a check looked at, what it found, and the next thing to do.
 *
 * @since 0.1.0
 */

/**
 * One thing that was looked at.
 *
 * @category models
 * @since 0.1.0
 */
export interface Finding {
  /** What was looked at: `webhook a.example.org in ValidatingWebhookConfiguration checks`. */
  readonly subject: string
  readonly result: "success" | "warning" | "error" | "skipped"
  /** What was found. */
  readonly detail: string
  /** What mends it. */
  readonly hint?: string
}

/**
 * Findings about one kind of thing.
 *
 * @category models
 * @since 0.1.0
 */
export interface Category {
  readonly name: string
  readonly findings: ReadonlyArray<Finding>
}

/**
 * Whether nothing is broken; warnings are not.
 *
 * @category queries
 * @since 0.1.0
 */
export const isSound = (categories: ReadonlyArray<Category>): boolean =>
  categories.every(({ findings }) => findings.every(({ result }) => result !== "error"))
