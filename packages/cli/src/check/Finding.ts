/**
 * What a check looked at, what it found, and the next thing to do.
 *
 * @since 0.1.0
 */

/**
 * What is wrong, and what mends it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Problem {
  readonly result: "warning" | "error" | "skipped"
  readonly detail: string
  readonly hint?: string
  /** A command line that does what the hint says, or shows where to look. */
  readonly command?: string
}

/**
 * One thing that was looked at.
 *
 * @category models
 * @since 0.1.0
 */
export interface Finding extends Omit<Problem, "result"> {
  /** What was looked at: `webhook a.example.org of validatingwebhookconfiguration…/checks`. */
  readonly subject: string
  readonly result: Problem["result"] | "success"
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
 * How an audit looks at things.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outlook {
  readonly now: Date
  /** How long before its end a certificate is told of, in milliseconds. */
  readonly warnBefore: number
  /** `kubectl`, with the flags that lead it to the cluster that was audited. */
  readonly kubectl: string
}

/**
 * Whether nothing is broken; warnings are not.
 *
 * @category queries
 * @since 0.1.0
 */
export const isSound = (categories: ReadonlyArray<Category>): boolean =>
  categories.every(({ findings }) => findings.every(({ result }) => result !== "error"))
