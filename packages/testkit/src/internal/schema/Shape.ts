/**
 * What the API machinery has to know of a type to merge, prune, default and check it: one view on the built-in types
 * and on the schemas of custom resources.
 */

import { kinds, types } from "../builtins/types.ts"
import type { Json } from "../Json.ts"

type ScalarType = "string" | "integer" | "number" | "boolean" | "int-or-string" | "quantity" | "time" | "bytes"

/** How an associative list or a set is merged. */
export type ListMerge =
  | { readonly type: "atomic" }
  | { readonly type: "set" }
  | { readonly type: "map"; readonly keys: ReadonlyArray<string> }

interface AnyShape {
  readonly _tag: "Any"
}
interface ScalarShape {
  readonly _tag: "Scalar"
  readonly type: ScalarType
  readonly default?: Json
}
export interface ListShape {
  readonly _tag: "List"
  readonly merge: ListMerge
  /** The merge key of strategic merge patches, `=` for a list of scalars that is merged. */
  readonly strategic?: string
  readonly items: Shape
  readonly default?: Json
}
export interface Field {
  readonly shape: Shape
  readonly required: boolean
  /** Whether it is a struct that is there, if empty, whenever its owner is: no pointer in Go. */
  readonly always?: boolean
  /** Whether Go leaves it out when it is empty. */
  readonly vanishes?: boolean
  /** Its number in protobuf, for built-in types. */
  readonly number?: number
}

export interface ObjectShape {
  readonly _tag: "Object"
  readonly name?: string
  readonly atomic: boolean
  /** The shape of a member, `undefined` when the type knows no such field. */
  readonly field: (name: string) => Shape | undefined
  readonly fields: () => ReadonlyMap<string, Field>
  /** Whether members outside of `fields` are kept (maps and free-form objects). */
  readonly open: boolean
  readonly default?: Json
}
export type Shape = AnyShape | ScalarShape | ListShape | ObjectShape

export const any: Shape = { _tag: "Any" }

const scalars: Record<string, ScalarType> = {
  s: "string",
  i: "integer",
  n: "number",
  b: "boolean",
  t: "int-or-string",
  q: "quantity",
  T: "time",
  B: "bytes"
}

const lines = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .trim()
      .split("\n")
      .map((line) => {
        const space = line.indexOf(" ")
        return space < 0 ? ([line, ""] as const) : ([line.slice(0, space), line.slice(space + 1)] as const)
      })
  )

const typeLines = lines(types)
const kindLines = lines(kinds)
const none: ReadonlyMap<string, Field> = new Map()

/** An object whose members all have one shape. */
export const mapOf = (values: Shape, atomic = false): ObjectShape => ({
  _tag: "Object",
  atomic,
  open: true,
  field: () => values,
  fields: () => none
})

const named = new Map<string, ObjectShape>()

const typeNamed = (name: string, atomic: boolean): ObjectShape => {
  const key = atomic ? `~${name}` : name
  const known = named.get(key)
  if (known !== undefined) return known
  let parsed: Map<string, Field> | undefined
  const fields = () => {
    if (parsed !== undefined) return parsed
    parsed = new Map()
    for (const each of (typeLines.get(name) ?? "").split(" ")) {
      const colon = each.indexOf(":")
      if (colon < 0) continue
      const vanishes = each[colon - 1] === "?"
      const marked = vanishes ? colon - 1 : colon
      const required = each[marked - 1] === "!"
      const [name = "", number] = each.slice(0, required ? marked - 1 : marked).split("#")
      const always = each[colon + 1] === "^"
      const shape = parse(each.slice(always ? colon + 2 : colon + 1))
      parsed.set(name, {
        shape,
        required,
        always,
        vanishes,
        ...(number === undefined ? {} : { number: Number(number) })
      })
    }
    return parsed
  }
  const shape: ObjectShape = {
    _tag: "Object",
    name,
    atomic,
    open: false,
    fields,
    field: (field) => fields().get(field)?.shape
  }
  named.set(key, shape)
  return shape
}

const parse = (text: string): Shape => {
  const atomic = text[0] === "~"
  const type = atomic ? text.slice(1) : text
  if (type[0] === "@") return typeNamed(type.slice(1), atomic)
  if (type[0] === "{") return mapOf(parse(type.slice(1, -1)), atomic)
  if (type[0] === "[") {
    const end = type.indexOf("]")
    const [merge = "", strategic] = type.slice(1, end).split("|")
    return {
      _tag: "List",
      items: parse(type.slice(end + 1)),
      merge:
        merge === "" ? { type: "atomic" } : merge === "=" ? { type: "set" } : { type: "map", keys: merge.split(",") },
      ...(strategic === undefined ? {} : { strategic })
    }
  }
  const [code = "", fallback] = type.split("=")
  const scalar = scalars[code]
  if (scalar === undefined) return any
  return { _tag: "Scalar", type: scalar, ...(fallback === undefined ? {} : { default: fallback }) }
}

/** The shape of a built-in kind; `Any` for those whose types are not carried. */
export const builtin = (group: string, version: string, kind: string): Shape => {
  const name = kindLines.get(`${group}/${version}/${kind}`)
  return name === undefined ? any : typeNamed(name, false)
}

export const objectMeta: ObjectShape = typeNamed("ObjectMeta", false)

/** The value that an absent key of an associative list stands for (`protocol` of a port is TCP). */
export const keyDefault = (items: Shape, key: string): Json | undefined => {
  const field = items._tag === "Object" ? items.field(key) : undefined
  if (field !== undefined && field._tag !== "Any" && field.default !== undefined) return field.default
  return key === "protocol" && items._tag === "Object" && items.name !== undefined ? "TCP" : undefined
}
