/** Structural schemas of custom resources: the shape for merging, pruning, and defaults. */
import { isArray, isObject, type Json, type JsonObject, type Mutable, stringAt, stringsAt } from "../Json.ts"
import { any, type ListMerge, mapOf, type ObjectShape, objectMeta, type Shape } from "../schema/Shape.ts"

export const flag = (schema: JsonObject, name: string): boolean => schema[`x-kubernetes-${name}`] === true

export const properties = (schema: JsonObject): JsonObject =>
  isObject(schema["properties"]) ? schema["properties"] : {}

const shapes = new WeakMap<JsonObject, Shape>()

/** The shape that a schema describes; `root` adds what every object has. */
export const shapeOf = (schema: Json | undefined, root = false): Shape => {
  if (!isObject(schema)) return any
  const known = root ? undefined : shapes.get(schema)
  if (known !== undefined) return known
  const made = makeShape(schema, root)
  if (!root) shapes.set(schema, made)
  return made
}

const scalar = (schema: JsonObject): Shape => {
  const type = schema["type"]
  const fallback = schema["default"] === undefined ? {} : { default: schema["default"] }
  if (type === "string" || type === "integer" || type === "number" || type === "boolean") {
    return { _tag: "Scalar", type, ...fallback }
  }
  return any
}

const mergeOf = (schema: JsonObject): ListMerge => {
  const type = stringAt(schema, "x-kubernetes-list-type")
  if (type === "set") return { type: "set" }
  return type === "map" ? { type: "map", keys: stringsAt(schema, "x-kubernetes-list-map-keys") } : { type: "atomic" }
}

const makeShape = (schema: JsonObject, root: boolean): Shape => {
  if (flag(schema, "int-or-string")) return { _tag: "Scalar", type: "int-or-string" }
  const type = schema["type"]
  if (type === "array") return { _tag: "List", merge: mergeOf(schema), items: shapeOf(schema["items"]) }
  if (type !== "object" && !root) return scalar(schema)
  const declared = properties(schema)
  const additional = schema["additionalProperties"]
  const atomic = stringAt(schema, "x-kubernetes-map-type") === "atomic"
  if (isObject(additional)) return mapOf(shapeOf(additional), atomic)
  const embedded = root || flag(schema, "embedded-resource")
  if (!embedded && Object.keys(declared).length === 0) return atomic ? mapOf(any, true) : any
  const string: Shape = { _tag: "Scalar", type: "string" }
  const meta: Readonly<Record<string, Shape>> = embedded
    ? { apiVersion: string, kind: string, metadata: objectMeta }
    : {}
  const field = (name: string): Shape | undefined =>
    meta[name] ?? (declared[name] === undefined ? undefined : shapeOf(declared[name]))
  let fields: ReadonlyMap<string, { readonly shape: Shape; readonly required: boolean }> | undefined
  const shape: ObjectShape = {
    _tag: "Object",
    atomic,
    open: flag(schema, "preserve-unknown-fields") || additional === true,
    field,
    fields: () => {
      const required = stringsAt(schema, "required")
      fields ??= new Map(
        [...new Set([...Object.keys(meta), ...Object.keys(declared)])].map((name) => [
          name,
          { shape: field(name) ?? any, required: required.includes(name) }
        ])
      )
      return fields
    }
  }
  return shape
}

const metaNames = new Set(["apiVersion", "kind", "metadata"])

/** Drops what the schema does not know; adds the paths dropped to `unknown`. */
export const prune = (
  value: Json,
  schema: Json | undefined,
  path: string,
  unknown: Array<string>,
  root = false
): Json => {
  if (!isObject(schema)) return value
  if (isArray(value)) {
    const items = schema["items"]
    return isObject(items) ? value.map((each, index) => prune(each, items, `${path}[${index}]`, unknown)) : value
  }
  if (!isObject(value)) return value
  const declared = properties(schema)
  const additional = schema["additionalProperties"]
  const embedded = root || flag(schema, "embedded-resource")
  const keep = flag(schema, "preserve-unknown-fields")
  const result: Mutable = {}
  for (const key of Object.keys(value)) {
    const member = value[key]
    if (member === undefined) continue
    const below = path === "" ? key : `${path}.${key}`
    if (embedded && metaNames.has(key)) result[key] = member
    else if (isObject(declared[key])) result[key] = prune(member, declared[key], below, unknown)
    else if (isObject(additional)) result[key] = prune(member, additional, below, unknown)
    else if (keep || additional === true) result[key] = member
    else unknown.push(below)
  }
  return result
}

/** Sets the defaults of absent fields, and of nulls where null is not allowed. */
export const withDefaults = (value: Json, schema: Json | undefined): Json => {
  if (!isObject(schema)) return value
  if (isArray(value)) {
    const items = schema["items"]
    if (!isObject(items)) return value
    let list: Array<Json> | undefined
    value.forEach((each, index) => {
      const filled = withDefaults(each, items)
      if (filled !== each) {
        list ??= [...value]
        list[index] = filled
      }
    })
    return list ?? value
  }
  if (!isObject(value)) return value
  let copy: Mutable | undefined
  const set = (key: string, to: Json | undefined) => {
    copy ??= { ...value }
    if (to === undefined) delete copy[key]
    else copy[key] = to
  }
  for (const [key, inner] of Object.entries(properties(schema))) {
    if (!isObject(inner)) continue
    const member = value[key]
    const absent = member === undefined || (member === null && inner["nullable"] !== true)
    if (absent && inner["default"] !== undefined) set(key, withDefaults(inner["default"], inner))
    else if (member === null && inner["nullable"] !== true) set(key, undefined)
    else if (member !== undefined) {
      const filled = withDefaults(member, inner)
      if (filled !== member) set(key, filled)
    }
  }
  const additional = schema["additionalProperties"]
  if (isObject(additional)) {
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue
      const filled = withDefaults(member, additional)
      if (filled !== member) set(key, filled)
    }
  }
  return copy ?? value
}
