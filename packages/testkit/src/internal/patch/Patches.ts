/** JSON patch (RFC 6902), JSON merge patch (RFC 7386) and strategic merge patch. */
import { equals, isArray, isObject, type Json, type JsonObject, type Mutable } from "../Json.ts"
import { badRequest, StatusError } from "../Status.ts"
import type { ListShape, Shape } from "../schema/Shape.ts"

const pointer = (path: string): ReadonlyArray<string> =>
  path === ""
    ? []
    : path
        .slice(1)
        .split("/")
        .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))

/** What Go's error says is not passed on to the client. */
const unprocessable = () =>
  new StatusError(422, "Invalid", "the server rejected our request due to an error in our request", {})

const at = (document: Json | undefined, path: ReadonlyArray<string>): Json | undefined =>
  path.reduce<Json | undefined>(
    (value, key) => (isArray(value) ? value[Number(key)] : isObject(value) ? value[key] : undefined),
    document
  )

type Change = "add" | "replace" | "remove"

const change = (
  document: Json,
  path: ReadonlyArray<string>,
  how: Change,
  value: Json | undefined,
  text: string
): Json => {
  const [head, ...rest] = path
  if (head === undefined) return value ?? null
  if (isArray(document)) {
    const copy = [...document]
    const index = head === "-" ? copy.length : Number(head)
    if (!Number.isInteger(index) || index < 0 || index > copy.length) throw unprocessable()
    if (rest.length > 0) {
      const inner = copy[index]
      if (inner === undefined) throw unprocessable()
      copy[index] = change(inner, rest, how, value, text)
    } else if (how === "add") copy.splice(index, 0, value ?? null)
    else if (index >= copy.length) throw unprocessable()
    else if (how === "remove") copy.splice(index, 1)
    else copy[index] = value ?? null
    return copy
  }
  if (!isObject(document)) throw unprocessable()
  const copy: Mutable = { ...document }
  const inner = copy[head]
  if (rest.length > 0) {
    if (inner === undefined) throw unprocessable()
    copy[head] = change(inner, rest, how, value, text)
  } else if (how === "add") copy[head] = value ?? null
  else if (inner === undefined) throw unprocessable()
  else if (how === "remove") delete copy[head]
  else copy[head] = value ?? null
  return copy
}

export const jsonPatch = (document: JsonObject, patch: Json): JsonObject => {
  if (!isArray(patch)) throw badRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch")
  let current: Json = document
  for (const operation of patch) {
    if (!isObject(operation)) throw badRequest("invalid JSON patch operation")
    const op = operation["op"]
    const path = String(operation["path"] ?? "")
    const from = String(operation["from"] ?? "")
    const value = operation["value"]
    if (op === "add" || op === "replace" || op === "remove") {
      current = change(current, pointer(path), op, value, path)
    } else if (op === "move" || op === "copy") {
      const moved = at(current, pointer(from))
      if (moved === undefined) throw unprocessable()
      if (op === "move") current = change(current, pointer(from), "remove", undefined, from)
      current = change(current, pointer(path), "add", moved, path)
    } else if (op === "test") {
      const found = at(current, pointer(path))
      if (!equals(found ?? null, value ?? null)) {
        throw unprocessable()
      }
    } else throw unprocessable()
  }
  return current as JsonObject
}

export const mergePatch = (document: Json | undefined, patch: Json): Json => {
  if (!isObject(patch)) return patch
  const result: Mutable = isObject(document) ? { ...document } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else if (value !== undefined) result[key] = mergePatch(result[key], value)
  }
  return result
}

/** A strategic merge patch, with the directives `$patch`, `$setElementOrder`, `$deleteFromPrimitiveList`, `$retainKeys`. */
export const strategicMergePatch = (document: Json | undefined, patch: Json, shape: Shape | undefined): Json => {
  if (!isObject(patch)) return patch
  if (patch["$patch"] === "replace") return withoutDirectives(patch)
  if (patch["$patch"] === "delete") return {}
  let result: Mutable = isObject(document) ? { ...document } : {}
  const retain = patch["$retainKeys"]
  if (isArray(retain)) result = Object.fromEntries(Object.entries(result).filter(([key]) => retain.includes(key)))
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith("$deleteFromPrimitiveList/")) {
      const field = key.slice(key.indexOf("/") + 1)
      const list = result[field]
      if (isArray(list) && isArray(value)) result[field] = list.filter((each) => !value.includes(each))
      continue
    }
    if (key.startsWith("$") || value === undefined) continue
    const inner = shape?._tag === "Object" ? shape.field(key) : undefined
    if (value === null) delete result[key]
    else if (isArray(value) && inner?._tag === "List" && inner.strategic !== undefined) {
      const order = patch[`$setElementOrder/${key}`]
      const list = result[key]
      result[key] = mergeList(isArray(list) ? list : [], value, inner, isArray(order) ? order : undefined)
    } else if (isObject(value)) {
      const merged = strategicMergePatch(result[key], value, inner)
      result[key] = merged
    } else result[key] = value
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith("$setElementOrder/") || !isArray(order)) continue
    const field = key.slice("$setElementOrder/".length)
    if (patch[field] !== undefined) continue
    const inner = shape?._tag === "Object" ? shape.field(field) : undefined
    const list = result[field]
    if (isArray(list) && inner?._tag === "List") result[field] = inOrder(list, order, list, inner.strategic)
  }
  return result
}

const withoutDirectives = (patch: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith("$")))

const keyOf = (item: Json | undefined, key: string | undefined): Json | undefined =>
  key === "=" || key === undefined ? item : isObject(item) ? item[key] : undefined

/** Merges the items of a patch into a list; `order` says how all of them are to be ordered. */
const mergeList = (
  live: ReadonlyArray<Json>,
  patch: ReadonlyArray<Json>,
  shape: ListShape,
  order: ReadonlyArray<Json> | undefined
): ReadonlyArray<Json> => {
  const key = shape.strategic
  if (key === "=") {
    const added = patch.filter(
      (item, index) => !live.some((each) => equals(each, item)) && patch.indexOf(item) === index
    )
    return inOrder([...live, ...added], order ?? patch, live, key)
  }
  if (patch.some((item) => isObject(item) && item["$patch"] === "replace" && Object.keys(item).length === 1)) {
    return patch.filter((item) => !(isObject(item) && item["$patch"] === "replace"))
  }
  let result = [...live]
  const kept: Array<Json> = []
  for (const item of patch) {
    if (!isObject(item)) continue
    const id = keyOf(item, key)
    if (id === undefined) throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`)
    if (item["$patch"] === "delete") {
      result = result.filter((each) => !equals(keyOf(each, key), id))
      continue
    }
    kept.push(item)
    const index = result.findIndex((each) => equals(keyOf(each, key), id))
    if (index < 0) result.push(strategicMergePatch({}, withoutDirectives(item), shape.items))
    else result[index] = strategicMergePatch(result[index], item, shape.items)
  }
  return inOrder(result, order ?? kept, live, key)
}

/**
 * Puts a merged list into order: items that the patch speaks of as it lists them, the others as they were, each of them
 * before the first of the patch's that it preceded.
 */
const inOrder = (
  merged: ReadonlyArray<Json>,
  wanted: ReadonlyArray<Json>,
  original: ReadonlyArray<Json>,
  key: string | undefined
): ReadonlyArray<Json> => {
  const rank = (list: ReadonlyArray<Json>, item: Json) =>
    list.findIndex((each) => equals(keyOf(each, key), keyOf(item, key)))
  const sorted = (list: ReadonlyArray<Json>, by: ReadonlyArray<Json>) =>
    list.toSorted((a, b) => rank(by, a) - rank(by, b))
  const spoken = sorted(
    merged.filter((item) => rank(wanted, item) >= 0),
    wanted
  )
  const rest = sorted(
    merged.filter((item) => rank(wanted, item) < 0),
    original
  )
  const result: Array<Json> = []
  for (const item of spoken) {
    const at = rank(original, item)
    while (rest[0] !== undefined && at >= 0 && rank(original, rest[0]) >= 0 && rank(original, rest[0]) < at) {
      result.push(rest.shift() as Json)
    }
    result.push(item)
  }
  return [...result, ...rest]
}
