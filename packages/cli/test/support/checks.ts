/** A check of the JSON that `check` and `status` print. */
export interface Check {
  readonly description: string
  readonly result: string
  readonly detail: string
  readonly hint?: string
}

/** The checks of all categories. */
export const checksOf = (stdout: string): ReadonlyArray<Check> =>
  JSON.parse(stdout).categories.flatMap((category: { readonly checks: ReadonlyArray<Check> }) => category.checks)
