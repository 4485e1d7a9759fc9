/**
 * YAML with the values that Kubernetes gives it. `kubectl` reads YAML 1.1 by its own rules and turns it into JSON:
 * `0644` is octal, `yes` is true, `<<` merges, keys are strings, dates stay strings. A reader with YAML 1.2 rules
 * applies `defaultMode: 0644` as 644 and says nothing.
 *
 * The grammar is the `yaml` package's, but for texts so plain that their lines say it all; what a plain scalar means is
 * decided here.
 *
 * @see https://github.com/kubernetes-sigs/yaml for the reader whose rules these are
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import type { Alias, Document, Node, Pair, ParsedNode, Scalar, YAMLMap, YAMLSeq } from "yaml"
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from "yaml"
import * as PlainYaml from "./internal/plainYaml.ts"

/**
 * One document of a YAML text.
 *
 * @category models
 * @since 0.1.0
 */
export interface YamlDocument {
  /** Plain JSON; `null` for an empty document. */
  readonly value: unknown
  /** Counted from 1 within the text. */
  readonly document: number
  /** The line that a path of the document starts at, counted from 1; a path that is not there gives its parent's. */
  readonly lineOf: (path: ReadonlyArray<string | number>) => number
}

/**
 * Why a text is not the YAML that Kubernetes takes.
 *
 * @category models
 * @since 0.1.0
 */
export interface YamlProblem {
  readonly reason: "malformed" | "duplicate-key" | "too-many-aliases"
  /** What is wrong, without the place. */
  readonly detail: string
  /** Counted from 1. */
  readonly document: number
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1. */
  readonly column: number
}

/** Values that aliases and merges may add to one text; what a person writes stays far below. */
const aliasBudget = 100_000

const words: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word) => [word, false] as const),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const)
])

const integer = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/
const notFinite = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/

/** JSON's way to write a number that a JavaScript number cannot hold; in Node since 21. */
const rawNumber = (JSON as unknown as { readonly rawJSON: (text: string) => unknown }).rawJSON

const integerValue = (sign: string, digits: string): unknown => {
  const octal = /^0[oO]?([0-7]+)$/.exec(digits)
  const exact = BigInt(octal === null ? digits : `0o${octal[1]}`) * (sign === "-" ? -1n : 1n)
  const value = Number(exact)
  if (String(value) === String(exact)) return value
  // Beyond 64 bits the number becomes a float for Kubernetes too.
  return exact < 2n ** 64n && exact >= -(2n ** 63n) ? rawNumber(String(exact)) : value
}

/**
 * Gives a plain (unquoted) scalar the value that Kubernetes gives it.
 *
 * An integer that a JavaScript number cannot hold exactly comes as `JSON.rawJSON`, so that it reaches the API server
 * with all its digits.
 *
 * **Example** (YAML 1.1 values)
 *
 * ```ts import.meta.vitest
 * import * as KubernetesYaml from "@holdfast/k8s-adapter/KubernetesYaml"
 *
 * const texts = ["0644", "yes", "1_000", "12:30:45", "2026-11-23", "v1.0"]
 * texts.map(KubernetesYaml.plainScalar) // => [420, true, 1000, "12:30:45", "2026-11-23", "v1.0"]
 * ```
 *
 * @category parsing
 * @since 0.1.0
 */
export const plainScalar = (text: string): unknown => {
  const word = words.get(text)
  if (word !== undefined) return word
  if (notFinite.test(text)) return text.endsWith("f") || text.endsWith("F") ? Number.POSITIVE_INFINITY : Number.NaN
  const first = text.charCodeAt(0)
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46
  if (!numeric) return text
  const plain = first === 46 ? text : text.replaceAll("_", "")
  const whole = integer.exec(plain)
  if (whole !== null) return integerValue(whole[1] ?? "", whole[2] ?? "")
  if (!float.test(plain)) return text
  const value = Number(plain)
  return Number.isFinite(value) ? value : text
}

/** Thrown inside of one conversion, caught at its edge. */
class Problem extends Error {
  readonly reason: YamlProblem["reason"]
  readonly offset: number
  constructor(reason: YamlProblem["reason"], detail: string, node: { readonly range?: unknown } | null | undefined) {
    super(detail)
    this.reason = reason
    this.offset = Array.isArray(node?.range) ? Number(node.range[0]) : 0
  }
}

const coreTag = "tag:yaml.org,2002:"

const binary = (text: string): string => Buffer.from(text.replace(/\s/g, ""), "base64").toString("utf8")

const scalarValue = (node: Scalar): unknown => {
  const text = typeof node.value === "string" ? node.value : ""
  const value = (() => {
    switch (node.tag) {
      case undefined:
        return node.type === "PLAIN" || node.type === undefined ? plainScalar(text) : text
      case "!":
      case `${coreTag}str`:
        return text
      case `${coreTag}binary`:
        return binary(text)
      case `${coreTag}null`:
      case `${coreTag}bool`:
      case `${coreTag}int`:
      case `${coreTag}float`:
        return plainScalar(text)
      default:
        throw new Problem("malformed", `the tag ${node.tag} has no meaning to Kubernetes`, node)
    }
  })()
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new Problem("malformed", `${text} is a number that JSON cannot hold; quote it if it is text`, node)
  }
  return value
}

const keyOf = (node: unknown): string => {
  if (!isScalar(node)) throw new Problem("malformed", "a key must be a scalar", node as Node | null)
  const value = scalarValue(node)
  if (value === null) throw new Problem("malformed", "a key is empty", node)
  return typeof value === "object" ? String((value as { readonly rawJSON: string }).rawJSON) : String(value)
}

/** `__proto__` is a key like any other. */
const set = (target: Record<string, unknown>, key: string, value: unknown): void => {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}

const isMerge = (key: unknown): boolean => isScalar(key) && key.value === "<<" && key.type === "PLAIN"

const toJson = (document: Document.Parsed): unknown => {
  const open = new Set<Node>()
  let inAlias = 0
  let fromAliases = 0

  const resolve = (alias: Alias): Node => {
    const target = alias.resolve(document) as Node | undefined
    if (target === undefined)
      throw new Problem("malformed", `there is no anchor &${alias.source} before this alias`, alias)
    if (open.has(target)) throw new Problem("too-many-aliases", `the alias *${alias.source} contains itself`, alias)
    return target
  }

  const aliased = <A>(node: Node, convert: () => A): A => {
    open.add(node)
    inAlias++
    const value = convert()
    inAlias--
    open.delete(node)
    return value
  }

  const mapping = (node: YAMLMap, target: Record<string, unknown>): Record<string, unknown> => {
    const own = new Set<string>()
    for (const { key, value } of node.items as ReadonlyArray<Pair<unknown, unknown>>) {
      if (isMerge(key)) continue
      const name = keyOf(isAlias(key) ? resolve(key) : key)
      if (own.has(name)) {
        throw new Problem("duplicate-key", `the key "${name}" is given twice in one mapping`, key as Node)
      }
      own.add(name)
      set(target, name, convert(value))
    }
    for (const { key, value } of node.items as ReadonlyArray<Pair<unknown, unknown>>) {
      if (isMerge(key)) merge(value, target, key as Node)
    }
    return target
  }

  // Own keys win over merged ones, and an earlier source over a later one.
  const merge = (value: unknown, target: Record<string, unknown>, key: Node): void => {
    const source = isAlias(value) ? resolve(value) : value
    if (isMap(source)) {
      const merged = aliased(source, () => mapping(source, {}))
      for (const name of Object.keys(merged)) if (!Object.hasOwn(target, name)) set(target, name, merged[name])
    } else if (isSeq(source)) {
      for (const item of (source as YAMLSeq).items) merge(item, target, key)
    } else {
      throw new Problem("malformed", "<< takes a mapping or a list of mappings", key)
    }
  }

  const convert = (node: unknown): unknown => {
    if (inAlias > 0 && ++fromAliases > aliasBudget) {
      throw new Problem("too-many-aliases", `its aliases stand for more than ${aliasBudget} values`, node as Node)
    }
    if (node === null || node === undefined) return null
    if (isScalar(node)) return scalarValue(node)
    if (isAlias(node)) {
      const target = resolve(node)
      return aliased(target, () => convert(target))
    }
    const tag = (node as Node & { readonly tag?: string }).tag
    if (tag !== undefined && tag !== `${coreTag}map` && tag !== `${coreTag}seq`) {
      throw new Problem("malformed", `the tag ${tag} has no meaning to Kubernetes`, node as Node)
    }
    open.add(node as Node)
    const value = isMap(node) ? mapping(node, {}) : (node as YAMLSeq).items.map(convert)
    open.delete(node as Node)
    return value
  }

  return convert(document.contents)
}

const lineOf =
  (document: Document.Parsed, lines: LineCounter) =>
  (path: ReadonlyArray<string | number>): number => {
    let found: ParsedNode | null = document.contents
    for (const step of path) {
      const next: unknown = isMap(found) || isSeq(found) ? found.get(step, true) : undefined
      if (next === undefined || next === null) break
      found = next as ParsedNode
    }
    return lines.linePos(found?.range[0] ?? document.range[0]).line
  }

/**
 * Reads a YAML text of any number of documents. JSON is read too.
 *
 * Refused are: malformed YAML, a key given twice, keys that are not scalars, tags that Kubernetes does not know, numbers
 * that JSON cannot hold, aliases that contain themselves or stand for more than 100,000 values.
 *
 * **Example** (Reading as Kubernetes does)
 *
 * ```ts import.meta.vitest
 * import { Result } from "effect"
 * import * as KubernetesYaml from "@holdfast/k8s-adapter/KubernetesYaml"
 *
 * const documents = Result.getOrThrow(KubernetesYaml.parse("mode: 0644\nenabled: yes\n---\n8080: http\n"))
 * documents.map((document) => document.value) // => [{ mode: 420, enabled: true }, { "8080": "http" }]
 * ```
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (text: string): Result.Result<ReadonlyArray<YamlDocument>, YamlProblem> => {
  const plain = PlainYaml.read(text, plainScalar)
  if (plain === undefined) return parseWhole(text)
  let whole: ReadonlyArray<YamlDocument> | undefined
  const wholeLineOf = (index: number, path: ReadonlyArray<string | number>) => {
    whole ??= Result.getOrElse(parseWhole(text), () => [])
    return whole[index]?.lineOf(path) ?? 1
  }
  return Result.succeed(
    plain.map(({ value, line }, index) => ({
      value,
      document: index + 1,
      lineOf: (path) => (path.length === 0 && line !== undefined ? line : wholeLineOf(index, path))
    }))
  )
}

const parseWhole = (text: string): Result.Result<ReadonlyArray<YamlDocument>, YamlProblem> => {
  const lines = new LineCounter()
  const problem = (reason: YamlProblem["reason"], detail: string, document: number, offset: number): YamlProblem => {
    const { line, col } = lines.linePos(offset)
    return { reason, detail, document, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const tooDeep = (document: number) => problem("malformed", "it is nested too deeply to be read", document, 0)
  return Result.gen(function* () {
    const parsed = yield* Result.try({
      try: () =>
        parseAllDocuments(text, {
          schema: "failsafe",
          version: "1.1",
          resolveKnownTags: false,
          uniqueKeys: false,
          prettyErrors: false,
          logLevel: "error",
          lineCounter: lines
        }) as ReadonlyArray<Document.Parsed>,
      // The parser recurses; its only exception is a full stack.
      catch: () => tooDeep(1)
    })
    const documents: Array<YamlDocument> = []
    for (const [index, document] of parsed.entries()) {
      const number = index + 1
      const malformed = document.errors[0]
      if (malformed !== undefined) {
        return yield* Result.fail(problem("malformed", malformed.message, number, malformed.pos[0]))
      }
      const value = yield* Result.try({
        try: () => toJson(document),
        catch: (error) =>
          error instanceof Problem ? problem(error.reason, error.message, number, error.offset) : tooDeep(number)
      })
      documents.push({ value, document: number, lineOf: lineOf(document, lines) })
    }
    return documents
  })
}
