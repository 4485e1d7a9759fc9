/**
 * Parts of objects whose shape nobody promised.
 *
 * @since 0.1.0
 */

/**
 * A part of a value, by keys.
 *
 * @category getters
 * @since 0.1.0
 */
export const part = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    value
  )

/**
 * A list, empty for anything else.
 *
 * @category getters
 * @since 0.1.0
 */
export const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/**
 * A text, empty for anything else.
 *
 * @category getters
 * @since 0.1.0
 */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "")

/**
 * The text behind base64, empty for anything else.
 *
 * @category conversions
 * @since 0.1.0
 */
export const decoded = (base64: unknown): string => Buffer.from(textOf(base64), "base64").toString("utf8")
