const { isRawJSON } = JSON as unknown as { readonly isRawJSON: (value: unknown) => boolean }

/** A mapping: not a list, and not a number that is kept as its digits. */
export const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isRawJSON(value)

/** A deep copy that may be changed. */
export const copy = <A>(value: A): A =>
  (Array.isArray(value)
    ? value.map(copy)
    : isFields(value)
      ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copy(inner)]))
      : value) as A
