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
