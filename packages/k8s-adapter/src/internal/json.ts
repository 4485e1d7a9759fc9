/** Reading plain JSON whose shape nobody promised. */

export const field = (value: unknown, ...path: ReadonlyArray<string>): unknown => {
  let found = value
  for (const step of path) {
    if (typeof found !== "object" || found === null || Array.isArray(found)) return undefined
    found = (found as Record<string, unknown>)[step]
  }
  return found
}

export const text = (value: unknown, ...path: ReadonlyArray<string>): string => {
  const found = field(value, ...path)
  return typeof found === "string" ? found : ""
}

export const number = (value: unknown, ...path: ReadonlyArray<string>): number | undefined => {
  const found = field(value, ...path)
  return typeof found === "number" ? found : undefined
}

export const list = (value: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  const found = field(value, ...path)
  return Array.isArray(found) ? found : []
}

/** `metadata.labels` and its like: the entries that are text. */
export const texts = (value: unknown, ...path: ReadonlyArray<string>): Readonly<Record<string, string>> => {
  const found = field(value, ...path)
  if (typeof found !== "object" || found === null) return {}
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === "string")
  )
}

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
