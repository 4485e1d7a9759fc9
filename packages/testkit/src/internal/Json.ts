/** JSON values as the API server handles them, and the few helpers that every other module needs. */

export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject
export interface JsonObject {
  readonly [key: string]: Json | undefined
}
export type Mutable = { [key: string]: Json | undefined }

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const isArray = (value: unknown): value is ReadonlyArray<Json> => Array.isArray(value)

/** The object at a path, `{}` when there is none. */
export const objectAt = (value: Json | undefined, ...path: ReadonlyArray<string>): JsonObject => {
  let current: Json | undefined = value
  for (const key of path) current = isObject(current) ? current[key] : undefined
  return isObject(current) ? current : {}
}

export const stringAt = (value: Json | undefined, ...path: ReadonlyArray<string>): string | undefined => {
  const last = path[path.length - 1]
  const found = last === undefined ? value : objectAt(value, ...path.slice(0, -1))[last]
  return typeof found === "string" ? found : undefined
}

export const numberAt = (value: Json | undefined, ...path: ReadonlyArray<string>): number | undefined => {
  const found = objectAt(value, ...path.slice(0, -1))[path[path.length - 1] ?? ""]
  return typeof found === "number" ? found : undefined
}

export const arrayAt = (value: Json | undefined, ...path: ReadonlyArray<string>): ReadonlyArray<Json> => {
  const found = objectAt(value, ...path.slice(0, -1))[path[path.length - 1] ?? ""]
  return isArray(found) ? found : []
}

export const stringsAt = (value: Json | undefined, ...path: ReadonlyArray<string>): ReadonlyArray<string> =>
  arrayAt(value, ...path).filter((each) => typeof each === "string")

/** Structural equality; an absent key and `undefined` are the same. */
export const equals = (a: Json | undefined, b: Json | undefined): boolean => {
  if (a === b) return true
  if (isArray(a)) return isArray(b) && a.length === b.length && a.every((each, index) => equals(each, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  for (const key of Object.keys(a)) if (!equals(a[key], b[key])) return false
  for (const key of Object.keys(b)) if (b[key] !== undefined && a[key] === undefined) return false
  return true
}

/** A copy with one value set deep inside; the objects on the way are copied, the rest is shared. `undefined` removes. */
export const setAt = (value: JsonObject, path: ReadonlyArray<string>, to: Json | undefined): JsonObject => {
  const [head, ...rest] = path
  if (head === undefined) return value
  const copy: Mutable = { ...value }
  if (rest.length > 0) {
    const inner = copy[head]
    copy[head] = setAt(isObject(inner) ? inner : {}, rest, to)
  } else if (to === undefined) delete copy[head]
  else copy[head] = to
  return copy
}
