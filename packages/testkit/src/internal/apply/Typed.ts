/**
 * Structured merge of typed values: what server-side apply does to two objects when it knows which lists are keyed,
 * which are sets, and what is taken as a whole. Follows the rules of sigs.k8s.io/structured-merge-diff.
 */
import { equals, isArray, isObject, type Json, type JsonObject, type Mutable } from "../Json.ts"
import { any, type Field, keyDefault, type ListShape, type ObjectShape, type Shape } from "../schema/Shape.ts"
import { Collector, type FieldSet, get, hasChildren, isMember, pathText } from "./FieldSet.ts"

const untypedMap: ObjectShape = {
  _tag: "Object",
  atomic: false,
  open: true,
  field: () => undefined,
  fields: () => new Map()
}
const untypedList: ListShape = { _tag: "List", merge: { type: "atomic" }, items: any }

/** The shape to use for a value: untyped values are deduced, maps being granular and lists atomic. */
const deduce = (shape: Shape | undefined, value: Json | undefined): Shape => {
  if (shape !== undefined && shape._tag !== "Any") return shape
  if (isArray(value)) return untypedList
  return isObject(value) ? untypedMap : any
}

/** Whether a field is declared by the type, rather than a key of a map. */
const declared = (shape: ObjectShape, key: string): boolean => shape.fields().has(key)

/** The path element of a list item: `k:{"name":"a"}` or `v:"x"`. */
const element = (list: ListShape, item: Json): string => {
  if (list.merge.type !== "map") return `v:${JSON.stringify(item)}`
  const keys: Mutable = {}
  for (const key of list.merge.keys) {
    const value = (isObject(item) ? item[key] : undefined) ?? keyDefault(list.items, key)
    if (value !== undefined) keys[key] = value
  }
  return `k:${JSON.stringify(keys)}`
}

const byElement = (list: ListShape, items: ReadonlyArray<Json>): Map<string, Json> =>
  new Map(items.map((item) => [element(list, item), item]))

/** The paths that a configuration sets. */
export const fieldSet = (value: JsonObject, shape: Shape): FieldSet => {
  const collector = new Collector()
  walkSet(value, deduce(shape, value), [], collector)
  return collector.done()
}

const walkSet = (value: Json | undefined, shape: Shape, path: ReadonlyArray<string>, out: Collector): void => {
  if (shape._tag === "List") {
    if (shape.merge.type === "atomic") out.add(path)
    if (shape.merge.type === "atomic" || !isArray(value)) return
    for (const item of value) {
      const below = [...path, element(shape, item)]
      walkSet(item, deduce(shape.items, item), below, out)
      out.add(below)
    }
    return
  }
  if (shape._tag === "Object") {
    if (shape.atomic) out.add(path)
    if (shape.atomic || !isObject(value)) return
    for (const key of Object.keys(value)) {
      const member = value[key]
      if (member === undefined) continue
      const below = [...path, `f:${key}`]
      walkSet(member, deduce(shape.field(key), member), below, out)
      const hollow = member === null || (isObject(member) && Object.keys(member).length === 0)
      if (hollow || !declared(shape, key)) out.add(below)
    }
    return
  }
  out.add(path)
}

export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

/** The paths in which two objects differ. */
export const compare = (before: JsonObject, after: JsonObject, shape: Shape): Comparison => {
  const out = { added: new Collector(), modified: new Collector(), removed: new Collector() }
  walkCompare(before, after, shape, [], out)
  return { added: out.added.done(), modified: out.modified.done(), removed: out.removed.done() }
}

type Out = { readonly added: Collector; readonly modified: Collector; readonly removed: Collector }

const size = (value: Json | undefined): number =>
  isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0

const walkCompare = (
  a: Json | undefined,
  b: Json | undefined,
  shape: Shape | undefined,
  path: ReadonlyArray<string>,
  out: Out
): void => {
  if (a === b) return
  const actual = deduce(shape, b ?? a)
  const keyed =
    (actual._tag === "List" && actual.merge.type !== "atomic" && (isArray(a) || isArray(b))) ||
    (actual._tag === "Object" && !actual.atomic && (isObject(a) || isObject(b)))
  if (!keyed || (size(a) === 0 && size(b) === 0)) {
    if (a === undefined) out.added.add(path)
    else if (b === undefined) out.removed.add(path)
    else if (!equals(a, b)) out.modified.add(path)
    return
  }
  if (actual._tag === "List") {
    const left = byElement(actual, isArray(a) ? a : [])
    const right = byElement(actual, isArray(b) ? b : [])
    for (const key of new Set([...left.keys(), ...right.keys()])) {
      walkCompare(left.get(key), right.get(key), actual.items, [...path, key], out)
    }
  } else if (actual._tag === "Object") {
    const left = isObject(a) ? a : {}
    const right = isObject(b) ? b : {}
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const none = absent(actual.fields().get(key))
      const [from, to] = [left[key] ?? (isObject(a) ? none : undefined), right[key] ?? (isObject(b) ? none : undefined)]
      walkCompare(from, to, actual.field(key), [...path, `f:${key}`], out)
    }
  }
  if (path.length === 0) return
  if (a === undefined) out.added.add(path)
  else if (b === undefined) out.removed.add(path)
}

/** What Go makes of a field that is not set: empty structs that are no pointers, null for lists that must be there. */
const absent = (field: Field | undefined): Json | undefined => {
  // Custom objects have no Go type: what is absent is absent.
  if (field?.always === undefined) return undefined
  if (field.always) return {}
  return field.required && field.shape._tag === "List" ? null : undefined
}

/** Lays a configuration over an object. */
export const merge = (live: Json | undefined, config: Json | undefined, shape: Shape | undefined): Json | undefined => {
  if (config === undefined) return live
  if (live === undefined || live === null || config === null) return config
  const actual = deduce(shape, config)
  if (actual._tag === "Object" && !actual.atomic && isObject(live) && isObject(config)) {
    const result: Mutable = { ...live }
    for (const key of Object.keys(config)) {
      const merged = merge(live[key], config[key], actual.field(key))
      if (merged !== undefined) result[key] = merged
    }
    return result
  }
  if (actual._tag === "List" && actual.merge.type !== "atomic" && isArray(live) && isArray(config)) {
    return mergeLists(live, config, actual)
  }
  return config
}

/** Keeps the order of the configuration; items that only the live list has stay before those they preceded. */
const mergeLists = (live: ReadonlyArray<Json>, config: ReadonlyArray<Json>, shape: ListShape): ReadonlyArray<Json> => {
  const left = byElement(shape, live)
  const right = byElement(shape, config)
  const result: Array<Json> = []
  const done = new Set<string>()
  const rest = [...left.keys()]
  const flush = () => {
    while (rest[0] !== undefined && (!right.has(rest[0]) || done.has(rest[0]))) {
      const key = rest.shift() as string
      if (!right.has(key)) result.push(left.get(key) as Json)
    }
  }
  for (const [key, item] of right) {
    flush()
    result.push(merge(left.get(key), item, shape.items) as Json)
    done.add(key)
  }
  flush()
  return result
}

/** Removes what `last` owned and `owned` owns no more. */
export const prune = (value: Json, shape: Shape, last: FieldSet, owned: FieldSet): Json => {
  const actual = deduce(shape, value)
  if (actual._tag === "Object" && !actual.atomic && isObject(value)) {
    const result: Mutable = {}
    for (const key of Object.keys(value)) {
      const member = value[key]
      if (member === undefined) continue
      const before = get(last, `f:${key}`)
      const now = get(owned, `f:${key}`)
      const named = declared(actual, key)
      if (isGone(before, now, named)) continue
      result[key] = hasChildren(before) ? prune(member, deduce(actual.field(key), member), before, now ?? {}) : member
    }
    return result
  }
  if (actual._tag === "List" && actual.merge.type !== "atomic" && isArray(value)) {
    return value.flatMap((item) => {
      const key = element(actual, item)
      const before = get(last, key)
      const now = get(owned, key)
      if (isGone(before, now, false)) return []
      return [hasChildren(before) ? prune(item, deduce(actual.items, item), before, now ?? {}) : item]
    })
  }
  return value
}

const isGone = (before: FieldSet | undefined, now: FieldSet | undefined, named: boolean): boolean =>
  before !== undefined && (isMember(before) || named) && !(now !== undefined && (isMember(now) || named))

const goValue = (value: Json): string =>
  typeof value === "object" && value !== null ? `map[${Object.keys(value).join(" ")}]` : String(value)

const scalarNames: Readonly<Record<string, string>> = {
  string: "string",
  integer: "numeric (int or float)",
  number: "numeric (int or float)",
  boolean: "boolean"
}

/** The first key that two items share. */
const duplicate = (list: ReadonlyArray<Json>, shape: ListShape): string | undefined => {
  if (shape.merge.type === "atomic") return undefined
  const keys = list.map((item) => element(shape, item))
  return keys.find((key, index) => keys.indexOf(key) !== index)
}

/** What in a configuration its type has no place for, as structured-merge-diff words it. */
export const undeclared = (value: Json, shape: Shape, path = ""): ReadonlyArray<string> => {
  const at = path === "" ? "." : path
  if (value === null || shape._tag === "Any") return []
  if (shape._tag === "Scalar") {
    const wanted = scalarNames[shape.type]
    const is = typeof value
    const fits =
      shape.type === "string" ? is === "string" : shape.type === "boolean" ? is === "boolean" : is === "number"
    return wanted === undefined || fits
      ? []
      : [`${at}: expected ${wanted}, got &value.valueUnstructured{Value:${goValue(value)}}`]
  }
  if (shape._tag === "List") {
    if (!isArray(value)) return [`${at}: expected list, got &{${goValue(value)}}`]
    const twice = duplicate(value, shape)
    if (twice !== undefined) return [`${at}: duplicate entries for key ${pathText([twice])}`]
    return value.flatMap((item, index) => {
      const id = shape.merge.type === "atomic" ? `i:${index}` : element(shape, item)
      return undeclared(item, shape.items, `${path}${pathText([id])}`)
    })
  }
  if (!isObject(value)) return [`${at}: expected map, got &{${goValue(value)}}`]
  return Object.entries(value).flatMap(([key, member]) => {
    if (member === undefined) return []
    const inner = shape.field(key)
    if (inner === undefined) return shape.open ? [] : [`${path}.${key}: field not declared in schema`]
    return undeclared(member, inner, `${path}.${key}`)
  })
}
