/** Evaluates the Common Expression Language over JSON values. */
import { equals, isArray, isObject, type Json } from "../Json.ts"
import { type Expression, parse } from "./Parser.ts"

/** Evaluation failed, in the words of cel-go. */
class CelError extends Error {}

type Value = unknown
type Scope = Readonly<Record<string, Value>>

/** A value that may be absent, as `?.` makes it. */
class Optional {
  readonly value: Value
  constructor(value: Value) {
    this.value = value
  }
}

/** A point in time or a span, in milliseconds. */
class Time {
  readonly kind: "timestamp" | "duration"
  readonly millis: number
  constructor(kind: "timestamp" | "duration", millis: number) {
    this.kind = kind
    this.millis = millis
  }
}

/** The value of an expression whose names stand for the values of `scope`. */
export const evaluate = (text: string, scope: Scope): Value => run(parse(text), scope)

const overload = (name: string) => new CelError(`no such overload: ${name}`)

const run = (expression: Expression, scope: Scope): Value => {
  switch (expression._tag) {
    case "Literal":
      return expression.value
    case "Name":
      if (!(expression.name in scope))
        throw new CelError(`undeclared reference to '${expression.name}' (in container '')`)
      return scope[expression.name]
    case "Select":
      return select(run(expression.of, scope), expression.field, expression.optional)
    case "Index":
      return select(run(expression.of, scope), run(expression.index, scope), expression.optional)
    case "Conditional":
      return run(run(expression.test, scope) === true ? expression.yes : expression.no, scope)
    case "List":
      return expression.items.map((item) => run(item, scope))
    case "Map":
      return Object.fromEntries(expression.entries.map(([key, value]) => [String(run(key, scope)), run(value, scope)]))
    case "Unary": {
      const value = run(expression.of, scope)
      if (expression.operator === "!" && typeof value === "boolean") return !value
      if (expression.operator === "-" && typeof value === "number") return -value
      throw overload(expression.operator)
    }
    case "Binary":
      return binary(expression.operator, expression.left, expression.right, scope)
    case "Call":
      return call(expression.target, expression.name, expression.args, scope)
  }
}

const select = (of: Value, key: Value, optional: boolean): Value => {
  if (of instanceof Optional) return of.value === undefined ? of : select(of.value, key, true)
  const found = isArray(of as Json)
    ? (of as ReadonlyArray<Value>)[Number(key)]
    : isObject(of)
      ? of[String(key)]
      : undefined
  if (optional) return new Optional(found)
  if (found !== undefined) return found
  throw new CelError(isArray(of as Json) ? `index out of bounds: ${String(key)}` : `no such key: ${String(key)}`)
}

/** `&&` and `||` give their answer when either side decides it, whatever becomes of the other. */
const logical = (decisive: boolean, left: Expression, right: Expression, scope: Scope): boolean => {
  let failure: unknown
  for (const side of [left, right]) {
    try {
      if (run(side, scope) === decisive) return decisive
    } catch (error) {
      failure ??= error
    }
  }
  if (failure !== undefined) throw failure
  return !decisive
}

const same = (a: Value, b: Value): boolean =>
  a instanceof Time && b instanceof Time ? a.millis === b.millis : equals(a as Json, b as Json)

const compare = (a: Value, b: Value): number => {
  if (a instanceof Time && b instanceof Time) return a.millis - b.millis
  if (typeof a === "number" && typeof b === "number") return a - b
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0
  throw overload("_<_")
}

const binary = (operator: string, left: Expression, right: Expression, scope: Scope): Value => {
  if (operator === "&&") return logical(false, left, right, scope)
  if (operator === "||") return logical(true, left, right, scope)
  const a = run(left, scope)
  const b = run(right, scope)
  switch (operator) {
    case "==":
      return same(a, b)
    case "!=":
      return !same(a, b)
    case "<":
      return compare(a, b) < 0
    case "<=":
      return compare(a, b) <= 0
    case ">":
      return compare(a, b) > 0
    case ">=":
      return compare(a, b) >= 0
    case "in":
      return Array.isArray(b) ? b.some((each) => same(each, a)) : isObject(b) && b[String(a)] !== undefined
    case "+":
      if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b]
      if (typeof a === "string" && typeof b === "string") return a + b
      if (a instanceof Time && b instanceof Time) return new Time(a.kind, a.millis + b.millis)
      break
    case "-":
      if (a instanceof Time && b instanceof Time)
        return new Time(a.kind === b.kind ? "duration" : "timestamp", a.millis - b.millis)
      break
  }
  if (typeof a !== "number" || typeof b !== "number") throw overload(`_${operator}_`)
  const whole = Number.isInteger(a) && Number.isInteger(b)
  if ((operator === "/" || operator === "%") && b === 0)
    throw new CelError(operator === "/" ? "division by zero" : "modulus by zero")
  if (operator === "+") return a + b
  if (operator === "-") return a - b
  if (operator === "*") return a * b
  return operator === "/" ? (whole ? Math.trunc(a / b) : a / b) : a % b
}

const macros = new Set(["all", "exists", "exists_one", "map", "filter"])

const macro = (name: string, target: Value, args: ReadonlyArray<Expression>, scope: Scope): Value => {
  const items = Array.isArray(target) ? target : isObject(target) ? Object.keys(target) : []
  const [variable, body, mapped] = args
  if (variable?._tag !== "Name" || body === undefined) throw new CelError(`invalid argument of ${name}`)
  const of = (expression: Expression, item: Value) => run(expression, { ...scope, [variable.name]: item })
  if (name === "all") return items.every((item) => of(body, item) === true)
  if (name === "exists") return items.some((item) => of(body, item) === true)
  if (name === "exists_one") return items.filter((item) => of(body, item) === true).length === 1
  if (name === "filter") return items.filter((item) => of(body, item) === true)
  return mapped === undefined
    ? items.map((item) => of(body, item))
    : items.filter((item) => of(body, item) === true).map((item) => of(mapped, item))
}

const has = (args: ReadonlyArray<Expression>, scope: Scope): boolean => {
  const [field] = args
  if (field?._tag !== "Select") throw new CelError("invalid argument to has() macro")
  const of = run(field.of, scope)
  return isObject(of) && of[field.field] !== undefined
}

const sizeOf = (value: Value): number =>
  typeof value === "string"
    ? [...value].length
    : Array.isArray(value)
      ? value.length
      : isObject(value)
        ? Object.keys(value).length
        : 0

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

const duration = (text: string): Time => {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== text)
    throw new CelError(`invalid duration: ${text}`)
  return new Time(
    "duration",
    parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ""] ?? 0), 0)
  )
}

type Method = (target: Value, ...args: ReadonlyArray<Value>) => Value

const onStrings =
  (run: (text: string, ...args: ReadonlyArray<string>) => Value): Method =>
  (target, ...args) => {
    if (typeof target !== "string") throw overload("string function")
    return run(target, ...(args as ReadonlyArray<string>))
  }

/** Functions, as `f(x, …)` and as `x.f(…)` alike. */
const functions: Readonly<Record<string, Method>> = {
  size: sizeOf,
  string: (value) => String(value),
  int: (value) => Math.trunc(Number(value)),
  uint: (value) => Math.trunc(Number(value)),
  double: (value) => Number(value),
  bool: (value) => value === true || value === "true",
  dyn: (value) => value,
  type: (value) =>
    value === null ? "null_type" : Array.isArray(value) ? "list" : isObject(value) ? "map" : typeof value,
  duration: (text) => duration(String(text)),
  timestamp: (text) => new Time("timestamp", Date.parse(String(text))),
  startsWith: onStrings((text, start = "") => text.startsWith(start)),
  endsWith: onStrings((text, end = "") => text.endsWith(end)),
  contains: onStrings((text, part = "") => text.includes(part)),
  matches: onStrings((text, pattern = "") => new RegExp(pattern, "u").test(text)),
  lowerAscii: onStrings((text) => text.toLowerCase()),
  upperAscii: onStrings((text) => text.toUpperCase()),
  trim: onStrings((text) => text.trim()),
  split: onStrings((text, separator = "") => text.split(separator)),
  replace: onStrings((text, from = "", to = "") => text.replaceAll(from, to)),
  indexOf: onStrings((text, part = "") => text.indexOf(part)),
  substring: onStrings((text, from, to) => text.slice(Number(from), to === undefined ? undefined : Number(to))),
  join: (list, separator = "") => (list as ReadonlyArray<string>).join(String(separator)),
  isSorted: (list) =>
    (list as ReadonlyArray<Value>).every((each, index, all) => index === 0 || compare(all[index - 1], each) <= 0),
  sum: (list) => (list as ReadonlyArray<number>).reduce((sum, each) => sum + each, 0),
  min: (list) => (list as ReadonlyArray<Value>).reduce((least, each) => (compare(each, least) < 0 ? each : least)),
  max: (list) => (list as ReadonlyArray<Value>).reduce((most, each) => (compare(each, most) > 0 ? each : most)),
  isURL: (text) => URL.canParse(String(text)),
  url: (text) => String(text),
  getScheme: onStrings((text) => new URL(text).protocol.replace(":", "")),
  getHost: onStrings((text) => new URL(text).host),
  getHostname: onStrings((text) => new URL(text).hostname),
  hasValue: (value) => value instanceof Optional && value.value !== undefined,
  orValue: (value, fallback) =>
    value instanceof Optional ? (value.value === undefined ? fallback : value.value) : value,
  value: (value) => (value instanceof Optional ? value.value : value)
}

const call = (target: Expression | undefined, name: string, args: ReadonlyArray<Expression>, scope: Scope): Value => {
  if (target === undefined && name === "has") return has(args, scope)
  if (target?._tag === "Name" && target.name === "optional" && !("optional" in scope)) {
    return new Optional(name === "of" && args[0] !== undefined ? run(args[0], scope) : undefined)
  }
  const own = target === undefined ? [] : [run(target, scope)]
  if (own.length === 1 && macros.has(name) && args.length >= 2) return macro(name, own[0], args, scope)
  const known = functions[name]
  if (known === undefined) throw new CelError(`undeclared reference to '${name}' (in container '')`)
  const [first, ...rest] = [...own, ...args.map((each) => run(each, scope))]
  return known(first, ...rest)
}
