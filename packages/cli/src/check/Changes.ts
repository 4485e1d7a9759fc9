/**
 * What became different between two audits.
 *
 * @since 0.1.0
 */
import type { Category, Finding } from "./Finding.ts"

/**
 * Findings that are new, and those that are gone.
 *
 * @category models
 * @since 0.1.0
 */
export interface Changes {
  readonly appeared: ReadonlyArray<Finding>
  readonly gone: ReadonlyArray<Finding>
}

/** A finding stays the same while only what was found changes its words, such as the days that are left. */
const keyOf = ({ hint, result, subject }: Finding) => `${result} ${subject} ${hint}`

const told = (categories: ReadonlyArray<Category>) =>
  categories.flatMap(({ findings }) => findings).filter(({ result }) => result !== "success")

/**
 * Compares two audits; what is sound does not count.
 *
 * @category queries
 * @since 0.1.0
 */
export const between = (before: ReadonlyArray<Category>, after: ReadonlyArray<Category>): Changes => {
  const [old, fresh] = [told(before), told(after)]
  const [oldKeys, freshKeys] = [new Set(old.map(keyOf)), new Set(fresh.map(keyOf))]
  return {
    appeared: fresh.filter((one) => !oldKeys.has(keyOf(one))),
    gone: old.filter((one) => !freshKeys.has(keyOf(one)))
  }
}
