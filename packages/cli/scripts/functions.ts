/** The functions of a module's source, as far as parentheses can be put around them. */
import { createHash } from "node:crypto"
import { parseAst } from "rolldown/parseAst"

/** A function expression or arrow function. */
export interface FoundFunction {
  readonly start: number
  readonly end: number
  readonly body: { readonly type: string; readonly start: number; readonly end: number }
  /** Names it by its text, so that it keeps its name wherever else the module changes. */
  readonly key: string
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly body?: unknown
  readonly method?: boolean
  readonly kind?: string
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string"

/** A method is written without `function`: `{ f() {} }` and `class { f() {} }` hold function expressions all the same. */
const isMethodOf = (parent: Node | undefined): boolean =>
  parent?.type === "MethodDefinition" || (parent?.type === "Property" && (parent.method || parent.kind !== "init"))

/** A module's name in the profile: what stands behind `node_modules/` or `packages/`. */
export const labelOf = (id: string): string => id.replace(/^.*\/(?:node_modules|packages)\//, "")

export const functionsOf = (id: string, code: string): ReadonlyArray<FoundFunction> => {
  const found: Array<FoundFunction> = []
  // The bundler's own modules have a zero byte for their beginning, and change with it.
  if (id.startsWith("\0")) return found
  const visit = (value: unknown, parent: Node | undefined): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, parent)
    if (!isNode(value)) return
    const { type, start, end, body } = value
    const isExpression = type === "ArrowFunctionExpression" || (type === "FunctionExpression" && !isMethodOf(parent))
    if (isExpression && isNode(body)) {
      const key = createHash("sha256").update(code.slice(start, end)).digest("hex").slice(0, 8)
      found.push({ start, end, body, key })
    }
    for (const child of Object.values(value)) visit(child, value)
  }
  visit(parseAst(code, { lang: id.endsWith(".ts") ? "ts" : "js" }), undefined)
  return found
}

/** Inserts texts at places of a source, each given once. */
export const insert = (code: string, at: ReadonlyArray<readonly [place: number, text: string]>): string => {
  let [result, from] = ["", 0]
  for (const [place, text] of at.toSorted(([a], [b]) => a - b)) {
    result += code.slice(from, place) + text
    from = place
  }
  return result + code.slice(from)
}
