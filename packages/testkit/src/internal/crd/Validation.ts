/** Validation of custom objects against their schema, with the messages of a real API server. */
import { equals, isArray, isObject, type Json, type JsonObject, numberAt, stringAt, stringsAt } from "../Json.ts"
import type { FieldError } from "../Status.ts"
import { flag, properties } from "./Structural.ts"

const typeOf = (value: Json): string => {
  if (value === null) return "null"
  if (isArray(value)) return "array"
  return typeof value === "number" ? (Number.isInteger(value) ? "integer" : "number") : typeof value
}

const hasType = (value: Json, type: string): boolean => {
  const found = typeOf(value)
  return found === type || (type === "number" && found === "integer")
}

const formats: Readonly<Record<string, RegExp>> = {
  "date-time": /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uuid: /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  email: /^[^@\s]+@[^@\s]+$/,
  ipv4: /^(\d{1,3}\.){3}\d{1,3}$/,
  hostname: /^[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*$/,
  uri: /^[A-Za-z][A-Za-z0-9+.-]*:|^\//,
  byte: /^[A-Za-z0-9+/\s]*={0,2}$/
}

const nowhere = "<nil>"
const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`

/** All complaints about a value. */
export const validate = (value: Json, schema: Json | undefined, path: string): ReadonlyArray<FieldError> => {
  if (!isObject(schema)) return []
  if (value === null) {
    if (schema["nullable"] === true) return []
    const type = stringAt(schema, "type")
    return type === undefined ? [] : [typeError(value, type, path)]
  }
  const errors: Array<FieldError> = []
  const type = stringAt(schema, "type")
  if (flag(schema, "int-or-string")) {
    if (typeof value !== "string" && !Number.isInteger(value)) errors.push(typeError(value, "integer,string", path))
  } else if (type !== undefined && !hasType(value, type)) {
    errors.push(typeError(value, type, path))
    if (type !== "integer" || typeof value !== "number") return errors
    errors.push({
      type: "Invalid",
      field: nowhere,
      value: "",
      detail: `Checked value must be of type integer (default format) in ${path}`
    })
  }
  if (typeof value === "string") errors.push(...ofString(value, schema, path))
  if (typeof value === "number") errors.push(...ofNumber(value, schema, path))
  const allowed = schema["enum"]
  if (isArray(allowed) && !allowed.some((each) => equals(each, value))) {
    errors.push({
      type: "NotSupported",
      field: path,
      value,
      detail: `supported values: ${allowed.map((each) => JSON.stringify(each)).join(", ")}`
    })
  }
  if (isArray(value)) errors.push(...ofArray(value, schema, path))
  if (isObject(value)) errors.push(...ofObject(value, schema, path))
  errors.push(...ofAlternatives(value, schema, path))
  return errors
}

const typeError = (value: Json, type: string, path: string): FieldError => ({
  type: "TypeInvalid",
  field: path === "" ? nowhere : path,
  value: typeOf(value),
  detail: `${path} in body must be of type ${type}: ${JSON.stringify(typeOf(value))}`
})

/** The first complaint about a string; a real server looks no further either, but for the format. */
const ofString = (value: string, schema: JsonObject, path: string): ReadonlyArray<FieldError> => {
  const first = limitError(value, schema, path)
  const format = formats[stringAt(schema, "format") ?? ""]
  if (format === undefined || format.test(value)) return first === undefined ? [] : [first]
  const detail = `${path} in body must be of type ${stringAt(schema, "format")}: ${JSON.stringify(value)}`
  return [...(first === undefined ? [] : [first]), { type: "TypeInvalid", field: path, value, detail }]
}

const limitError = (value: string, schema: JsonObject, path: string): FieldError | undefined => {
  const length = [...value].length
  const max = numberAt(schema, "maxLength")
  const min = numberAt(schema, "minLength")
  const pattern = stringAt(schema, "pattern")
  if (max !== undefined && length > max) {
    return { type: "TooLong", field: path, value, detail: `may not be more than ${plural(max, "byte", "bytes")}` }
  }
  if (min !== undefined && length < min) {
    return { type: "Invalid", field: path, value, detail: `${path} in body should be at least ${min} chars long` }
  }
  return pattern === undefined || new RegExp(pattern, "u").test(value)
    ? undefined
    : { type: "Invalid", field: path, value, detail: `${path} in body should match '${pattern}'` }
}

const ofNumber = (value: number, schema: JsonObject, path: string): ReadonlyArray<FieldError> => {
  const errors: Array<FieldError> = []
  const complain = (detail: string) =>
    errors.push({ type: "Invalid", field: path, value, detail: `${path} in body should be ${detail}` })
  const max = numberAt(schema, "maximum")
  const min = numberAt(schema, "minimum")
  const multiple = numberAt(schema, "multipleOf")
  if (max !== undefined && (schema["exclusiveMaximum"] === true ? value >= max : value > max)) {
    complain(`less than ${schema["exclusiveMaximum"] === true ? "" : "or equal to "}${max}`)
  }
  if (min !== undefined && (schema["exclusiveMinimum"] === true ? value <= min : value < min)) {
    complain(`greater than ${schema["exclusiveMinimum"] === true ? "" : "or equal to "}${min}`)
  }
  if (multiple !== undefined && !Number.isInteger(value / multiple)) complain(`a multiple of ${multiple}`)
  return errors
}

const ofArray = (value: ReadonlyArray<Json>, schema: JsonObject, path: string): ReadonlyArray<FieldError> => {
  const errors: Array<FieldError> = []
  const max = numberAt(schema, "maxItems")
  const min = numberAt(schema, "minItems")
  if (max !== undefined && value.length > max) {
    errors.push({
      type: "TooMany",
      field: path,
      value: value.length,
      detail: `must have at most ${plural(max, "item", "items")}`
    })
  }
  if (min !== undefined && value.length < min) {
    errors.push({
      type: "Invalid",
      field: path,
      value: value.length,
      detail: `${path} in body should have at least ${min} items`
    })
  }
  return [...errors, ...value.flatMap((each, index) => validate(each, schema["items"], `${path}[${index}]`))]
}

const ofObject = (value: JsonObject, schema: JsonObject, path: string): ReadonlyArray<FieldError> => {
  const errors: Array<FieldError> = []
  const declared = properties(schema)
  const at = (key: string) => (path === "" ? key : `${path}.${key}`)
  for (const key of stringsAt(schema, "required")) {
    if (value[key] === undefined) errors.push({ type: "Required", field: at(key), detail: "" })
  }
  const count = Object.keys(value).length
  const max = numberAt(schema, "maxProperties")
  const min = numberAt(schema, "minProperties")
  if (max !== undefined && count > max) {
    errors.push({
      type: "TooMany",
      field: path,
      value: count,
      detail: `must have at most ${plural(max, "item", "items")}`
    })
  }
  if (min !== undefined && count < min) {
    errors.push({
      type: "Invalid",
      field: path,
      value: count,
      detail: `${path} in body should have at least ${min} properties`
    })
  }
  const additional = schema["additionalProperties"]
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue
    const inner = declared[key] ?? (isObject(additional) ? additional : undefined)
    errors.push(...validate(member, inner, at(key)))
  }
  return errors
}

const ofAlternatives = (value: Json, schema: JsonObject, path: string): ReadonlyArray<FieldError> => {
  const errors: Array<FieldError> = []
  const complain = (detail: string) =>
    errors.push({ type: "Invalid", field: nowhere, value: "", detail: `"${path}" ${detail}` })
  const branches = (name: string) => {
    const list = schema[name]
    return isArray(list) ? list.map((each) => validate(value, each, path)) : []
  }
  const anyOf = branches("anyOf")
  if (anyOf.length > 0 && anyOf.every((each) => each.length > 0)) {
    complain("must validate at least one schema (anyOf)")
    errors.push(...(anyOf[0] ?? []))
  }
  const oneOf = branches("oneOf")
  const valid = oneOf.filter((each) => each.length === 0).length
  if (oneOf.length > 0 && valid !== 1) {
    complain(
      `must validate one and only one schema (oneOf). Found ${valid === 0 ? "none valid" : `${valid} valid alternatives`}`
    )
    if (valid === 0) errors.push(...(oneOf[0] ?? []))
  }
  const allOf = branches("allOf")
  if (allOf.some((each) => each.length > 0)) {
    complain("must validate all the schemas (allOf)")
    errors.push(...allOf.flat())
  }
  const not = schema["not"]
  if (isObject(not) && validate(value, not, path).length === 0) complain("must not validate the schema (not)")
  return errors
}

/** Duplicates in sets and associative lists, at every depth. */
export const duplicates = (value: Json, schema: Json | undefined, path: string): ReadonlyArray<FieldError> => {
  if (!isObject(schema)) return []
  if (isArray(value)) {
    const type = stringAt(schema, "x-kubernetes-list-type")
    const keys = stringsAt(schema, "x-kubernetes-list-map-keys")
    const seen: Array<Json> = []
    const errors: Array<FieldError> = []
    value.forEach((each, index) => {
      errors.push(...duplicates(each, schema["items"], `${path}[${index}]`))
      if (type !== "set" && type !== "map") return
      const id: Json =
        type === "set" || !isObject(each) ? each : Object.fromEntries(keys.map((key) => [key, each[key]]))
      if (seen.some((other) => equals(other, id)))
        errors.push({ type: "Duplicate", field: `${path}[${index}]`, value: id, detail: "" })
      seen.push(id)
    })
    return errors
  }
  if (!isObject(value)) return []
  const declared = properties(schema)
  const additional = schema["additionalProperties"]
  return Object.entries(value).flatMap(([key, member]) =>
    member === undefined
      ? []
      : duplicates(
          member,
          declared[key] ?? (isObject(additional) ? additional : undefined),
          path === "" ? key : `${path}.${key}`
        )
  )
}
