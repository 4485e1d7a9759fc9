/**
 * Sets of field paths, in the very form in which `managedFields[].fieldsV1` stores them: `{}` is a path that belongs to
 * the set, `{".": {}, "f:a": {}}` one that belongs to it and has others below, `{"f:a": {}}` one that has others below
 * and does not belong to it itself.
 */
import { isObject, type JsonObject, type Mutable } from "../Json.ts"

export type FieldSet = JsonObject

export const empty: FieldSet = {}
const leaf: FieldSet = {}

const child = (set: FieldSet | undefined, key: string): FieldSet | undefined => {
  const found = set?.[key]
  return isObject(found) ? found : undefined
}

const keysOf = (set: FieldSet): ReadonlyArray<string> => Object.keys(set).filter((key) => key !== ".")

/** Whether the path that leads to this node belongs to the set. */
export const isMember = (node: FieldSet | undefined): boolean =>
  node !== undefined && ("." in node || Object.keys(node).length === 0)

/** Whether this node has paths below it. */
export const hasChildren = (node: FieldSet | undefined): node is FieldSet =>
  node !== undefined && keysOf(node).length > 0

export const isEmpty = (set: FieldSet): boolean => keysOf(set).length === 0

export const get = child

const node = (member: boolean, children: FieldSet): FieldSet | undefined => {
  if (isEmpty(children)) return member ? leaf : undefined
  return member ? { ".": leaf, ...children } : children
}

const combine = (
  a: FieldSet,
  b: FieldSet,
  keys: ReadonlyArray<string>,
  member: (a: boolean, b: boolean) => boolean,
  below: (a: FieldSet, b: FieldSet) => FieldSet
): FieldSet => {
  const result: Mutable = {}
  for (const key of keys) {
    const left = child(a, key)
    const right = child(b, key)
    const made = node(
      member(isMember(left), isMember(right)),
      below(hasChildren(left) ? left : empty, hasChildren(right) ? right : empty)
    )
    if (made !== undefined) result[key] = made
  }
  return result
}

export const union = (a: FieldSet, b: FieldSet): FieldSet =>
  combine(a, b, [...new Set([...keysOf(a), ...keysOf(b)])], (x, y) => x || y, union)

export const intersection = (a: FieldSet, b: FieldSet): FieldSet =>
  combine(a, b, keysOf(a), (x, y) => x && y, intersection)

export const difference = (a: FieldSet, b: FieldSet): FieldSet =>
  combine(a, b, keysOf(a), (x, y) => x && !y, difference)

/** Takes a path and all below it out of the set. */
export const without = (set: FieldSet, path: ReadonlyArray<string>): FieldSet => {
  const [head, ...rest] = path
  if (head === undefined || !(head in set)) return set
  const result: Mutable = { ...set }
  if (rest.length > 0) {
    const below = without(child(set, head) ?? empty, rest)
    if (isEmpty(below) && !isMember(child(set, head))) delete result[head]
    else result[head] = below
  } else delete result[head]
  return result
}

/** Takes single paths out, and leaves what is below them. */
export const withoutMember = (set: FieldSet, path: ReadonlyArray<string>): FieldSet => {
  const [head, ...rest] = path
  const found = head === undefined ? undefined : child(set, head)
  if (head === undefined || found === undefined) return set
  const result: Mutable = { ...set }
  const made =
    rest.length > 0
      ? node(isMember(found), hasChildren(found) ? withoutMember(withoutDot(found), rest) : empty)
      : node(false, withoutDot(found))
  if (made === undefined) delete result[head]
  else result[head] = made
  return result
}

const withoutDot = (set: FieldSet): FieldSet => {
  const { ".": _, ...rest } = set
  return rest
}

interface Node {
  member: boolean
  readonly children: Map<string, Node>
}

/** Collects paths one by one. */
export class Collector {
  private readonly root: Node = { member: false, children: new Map() }

  add(path: ReadonlyArray<string>): void {
    let current = this.root
    for (const key of path) {
      let next = current.children.get(key)
      if (next === undefined) {
        next = { member: false, children: new Map() }
        current.children.set(key, next)
      }
      current = next
    }
    current.member = true
  }

  done(): FieldSet {
    const convert = (from: Node): FieldSet => {
      const result: Mutable = from.member && from.children.size > 0 ? { ".": leaf } : {}
      for (const [key, each] of from.children) result[key] = convert(each)
      return result
    }
    return convert({ member: false, children: this.root.children })
  }
}

const kinds = ["f:", "k:", "v:", "i:"]

const compareValues = (a: unknown, b: unknown): number =>
  typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0

/** Fields by name, list items by their keys, numbers as numbers. */
const compareElements = (a: string, b: string): number => {
  const kind = kinds.indexOf(a.slice(0, 2)) - kinds.indexOf(b.slice(0, 2))
  if (kind !== 0 || a.startsWith("f:")) return kind || compareValues(a, b)
  const [left, right] = [JSON.parse(a.slice(2)), JSON.parse(b.slice(2))]
  if (!a.startsWith("k:")) return compareValues(left, right)
  for (const key of [...new Set([...Object.keys(left), ...Object.keys(right)])].toSorted()) {
    const order = compareValues(left[key], right[key])
    if (order !== 0) return order
  }
  return 0
}

/** All member paths, depth first, in the order of their keys. */
export const paths = (set: FieldSet, prefix: ReadonlyArray<string> = []): ReadonlyArray<ReadonlyArray<string>> =>
  keysOf(set)
    .toSorted(compareElements)
    .flatMap((key) => {
      const found = child(set, key)
      const path = [...prefix, key]
      return [...(isMember(found) ? [path] : []), ...(hasChildren(found) ? paths(found, path) : [])]
    })

/** `.spec.containers[name="a"].image`, as conflicts name a path. */
export const pathText = (path: ReadonlyArray<string>): string =>
  path
    .map((element) => {
      const value = element.slice(2)
      if (element.startsWith("f:")) return `.${value}`
      if (element.startsWith("i:")) return `[${value}]`
      if (element.startsWith("v:")) return `[=${value}]`
      const keys = JSON.parse(value) as Record<string, unknown>
      return `[${Object.keys(keys)
        .sort()
        .map((key) => `${key}=${JSON.stringify(keys[key])}`)
        .join(",")}]`
    })
    .join("")
