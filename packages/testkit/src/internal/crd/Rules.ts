/** `x-kubernetes-validations`: rules in CEL on custom objects. */
import { evaluate } from "../cel/Evaluate.ts"
import { arrayAt, isArray, isObject, type Json, type JsonObject, stringAt, stringsAt } from "../Json.ts"
import type { FieldError } from "../Status.ts"
import { properties } from "./Structural.ts"

const usesOldSelf = (rule: string) => /\boldSelf\b/.test(rule)

const types: Readonly<Record<string, FieldError["type"]>> = {
  FieldValueRequired: "Required",
  FieldValueForbidden: "Forbidden",
  FieldValueDuplicate: "Duplicate"
}

/** Complaints of the rules about a value and all below it. */
export const ruleErrors = (
  value: Json,
  old: Json | undefined,
  schema: Json | undefined,
  path: string
): ReadonlyArray<FieldError> => {
  if (!isObject(schema)) return []
  const own = arrayAt(schema, "x-kubernetes-validations").flatMap((each) =>
    isObject(each) ? complain(each, value, old, path) : []
  )
  if (isArray(value)) {
    const keys = stringsAt(schema, "x-kubernetes-list-map-keys")
    const before = (item: Json): Json | undefined =>
      keys.length === 0 || !isArray(old)
        ? undefined
        : old.find((each) => isObject(each) && isObject(item) && keys.every((key) => each[key] === item[key]))
    return [
      ...own,
      ...value.flatMap((item, index) => ruleErrors(item, before(item), schema["items"], `${path}[${index}]`))
    ]
  }
  if (!isObject(value)) return own
  const declared = properties(schema)
  const additional = schema["additionalProperties"]
  const below = Object.entries(value).flatMap(([key, member]) =>
    member === undefined
      ? []
      : ruleErrors(
          member,
          isObject(old) ? old[key] : undefined,
          declared[key] ?? (isObject(additional) ? additional : undefined),
          path === "" ? key : `${path}.${key}`
        )
  )
  return [...own, ...below]
}

const complain = (each: JsonObject, value: Json, old: Json | undefined, path: string): ReadonlyArray<FieldError> => {
  const rule = stringAt(each, "rule") ?? ""
  const optional = each["optionalOldSelf"] === true
  if (usesOldSelf(rule) && old === undefined && !optional) return []
  const scope = { self: value, ...(old === undefined ? {} : { oldSelf: old }) }
  const field = `${path}${stringAt(each, "fieldPath") ?? ""}`.replace(/^\./, "") || "<nil>"
  const shown = isObject(value) || isArray(value) ? {} : { value }
  try {
    if (evaluate(rule, scope) === true) return []
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [{ type: "Invalid", field, ...shown, detail: `rule evaluation error: ${why}` }]
  }
  const type = types[stringAt(each, "reason") ?? ""] ?? "Invalid"
  return [{ type, field, ...shown, detail: message(each, rule, scope) }]
}

const message = (each: JsonObject, rule: string, scope: Readonly<Record<string, unknown>>): string => {
  const expression = stringAt(each, "messageExpression")
  if (expression !== undefined) {
    try {
      return String(evaluate(expression, scope))
    } catch {
      // A message that cannot be made falls back to the plain one.
    }
  }
  return stringAt(each, "message") ?? `failed rule: ${rule}`
}
