/** Decoding checks of built-in types: wrong JSON types fail, unknown fields are dropped and reported. */

import { canonical } from "../builtins/quantity.ts"
import { isArray, isObject, type Json, type JsonObject, type Mutable } from "../Json.ts"
import type { Shape } from "./Shape.ts"

export interface Decoded {
  readonly object: JsonObject
  /** `spec.template.spec.foo`, in the order in which they were met. */
  readonly unknown: ReadonlyArray<string>
  /** Go's text for the first value of a wrong type. */
  readonly typeError: string | undefined
}

interface State {
  readonly unknown: Array<string>
  typeError: string | undefined
}

const goTypes: Record<string, string> = {
  integer: "int32",
  number: "float64",
  boolean: "bool",
  time: "v1.Time",
  bytes: "[]uint8"
}

const jsonType = (value: Json): string =>
  isArray(value) ? "array" : isObject(value) ? "object" : value === true || value === false ? "bool" : typeof value

const fits = (value: Json, type: string): boolean => {
  if (type === "string" || type === "time" || type === "bytes") return typeof value === "string"
  if (type === "integer") return typeof value === "number" && Number.isInteger(value)
  if (type === "number") return typeof value === "number"
  if (type === "boolean") return typeof value === "boolean"
  return typeof value === "string" || typeof value === "number"
}

export const decode = (object: JsonObject, shape: Shape): Decoded => {
  if (shape._tag !== "Object") return { object, unknown: [], typeError: undefined }
  const state: State = { unknown: [], typeError: undefined }
  const result = walk(object, shape, "", shape.name?.split(".").at(-1) ?? "", "", state) as JsonObject
  return { object: result, unknown: state.unknown, typeError: state.typeError }
}

/** `owner` is the Go struct that holds the value, `go` the path as Go's decoder names it. */
const walk = (value: Json, shape: Shape, path: string, owner: string, go: string, state: State): Json => {
  if (shape._tag === "Any") return value
  if (shape._tag === "Scalar") {
    if (value !== null && !fits(value, shape.type)) {
      state.typeError ??= `json: cannot unmarshal ${jsonType(value)} into Go struct field ${owner}.${go} of type ${goTypes[shape.type] ?? shape.type}`
    } else if (shape.type === "bytes" && value !== null) {
      state.typeError ??= base64Error(value as string)
    }
    return shape.type === "quantity" ? canonical(value) : value
  }
  if (shape._tag === "List") {
    if (!isArray(value)) {
      if (value !== null)
        state.typeError ??= `json: cannot unmarshal ${jsonType(value)} into Go struct field ${owner}.${go} of type []v1.${owner}`
      return value
    }
    return value.map((item, index) => walk(item, shape.items, `${path}[${index}]`, owner, go, state))
  }
  if (!isObject(value)) {
    if (value !== null)
      state.typeError ??= `json: cannot unmarshal ${jsonType(value)} into Go struct field ${owner}.${go} of type v1.${shape.name?.split(".").at(-1) ?? "Object"}`
    return value
  }
  const struct = shape.name?.split(".").at(-1)
  const result: Mutable = {}
  for (const key of Object.keys(value)) {
    const member = value[key]
    if (member === undefined || (member === null && !shape.open)) continue
    const inner = shape.field(key)
    const below = path === "" ? key : `${path}.${key}`
    if (inner === undefined) {
      if (shape.open) result[key] = member
      else state.unknown.push(below)
      continue
    }
    const goPath = struct === undefined ? go : go === "" ? key : `${go}.${key}`
    const made = walk(member, inner, below, struct ?? owner, goPath, state)
    if (!(shape.fields().get(key)?.vanishes === true && isEmpty(made))) result[key] = made
  }
  return result
}

/** The words of Go's encoding/base64 for what it cannot decode. */
const base64Error = (text: string): string | undefined => {
  const packed = text.replace(/[\r\n]/g, "")
  const wrong = packed.search(/[^A-Za-z0-9+/=]/)
  const length = packed.length
  const at = wrong >= 0 ? wrong : length % 4 === 0 ? -1 : length - (length % 4)
  return at < 0 ? undefined : `illegal base64 data at input byte ${at}`
}

/** What Go's encoder takes for empty. */
export const isEmpty = (value: Json): boolean =>
  value === "" ||
  value === 0 ||
  value === false ||
  (typeof value === "object" && value !== null && Object.keys(value).length === 0)
