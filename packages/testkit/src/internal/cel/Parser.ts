/** Parses the Common Expression Language, as far as rules of custom resources and match conditions use it. */

export type Expression =
  | { readonly _tag: "Literal"; readonly value: unknown }
  | { readonly _tag: "Name"; readonly name: string }
  | { readonly _tag: "Select"; readonly of: Expression; readonly field: string; readonly optional: boolean }
  | { readonly _tag: "Index"; readonly of: Expression; readonly index: Expression; readonly optional: boolean }
  | {
      readonly _tag: "Call"
      readonly target: Expression | undefined
      readonly name: string
      readonly args: ReadonlyArray<Expression>
    }
  | { readonly _tag: "Unary"; readonly operator: "!" | "-"; readonly of: Expression }
  | { readonly _tag: "Binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly _tag: "Conditional"; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly _tag: "List"; readonly items: ReadonlyArray<Expression> }
  | { readonly _tag: "Map"; readonly entries: ReadonlyArray<readonly [Expression, Expression]> }

class CelSyntaxError extends Error {}

interface Token {
  readonly type: "number" | "string" | "name" | "operator" | "end"
  readonly text: string
  readonly value?: unknown
}

const pattern =
  /\s*(?:(0x[0-9a-fA-F]+u?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?u?|\.\d+)|(r?(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))|([A-Za-z_]\w*)|(\|\||&&|[=!<>]=|\.\?|\[\?|[-+*/%!<>?:.,()[\]{}]))/y

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\u0007", b: "\b", f: "\f", v: "\v" }

const unquote = (text: string): string => {
  const raw = text.startsWith("r")
  const quoted = raw ? text.slice(1) : text
  const width = /^("""|''')/.test(quoted) ? 3 : 1
  const inner = quoted.slice(width, -width)
  return raw
    ? inner
    : inner.replace(
        /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/g,
        (_, unicode?: string, hex?: string, plain?: string) =>
          plain === undefined
            ? String.fromCharCode(Number.parseInt(unicode ?? hex ?? "0", 16))
            : (escapes[plain] ?? plain)
      )
}

const tokens = (text: string): ReadonlyArray<Token> => {
  const found: Array<Token> = []
  pattern.lastIndex = 0
  while (pattern.lastIndex < text.trimEnd().length) {
    const at = pattern.lastIndex
    const match = pattern.exec(text)
    if (match === null)
      throw new CelSyntaxError(`Syntax error: token recognition error at: '${text.slice(at).trim().slice(0, 10)}'`)
    const [, number, string, name, operator = ""] = match
    if (number !== undefined) found.push({ type: "number", text: number, value: Number(number.replace(/u$/, "")) })
    else if (string !== undefined) found.push({ type: "string", text: string, value: unquote(string) })
    else if (name !== undefined) found.push({ type: "name", text: name })
    else found.push({ type: "operator", text: operator })
  }
  return [...found, { type: "end", text: "<EOF>" }]
}

const levels: ReadonlyArray<ReadonlyArray<string>> = [
  ["||"],
  ["&&"],
  ["==", "!=", "<", "<=", ">", ">=", "in"],
  ["+", "-"],
  ["*", "/", "%"]
]

const literals: Readonly<Record<string, unknown>> = { true: true, false: false, null: null }

class Parser {
  private position = 0
  private readonly list: ReadonlyArray<Token>
  constructor(list: ReadonlyArray<Token>) {
    this.list = list
  }

  private get next(): Token {
    return this.list[this.position] as Token
  }

  private take(text: string): boolean {
    if (this.next.text !== text || this.next.type === "string") return false
    this.position++
    return true
  }

  private expect(text: string): void {
    if (!this.take(text))
      throw new CelSyntaxError(`Syntax error: mismatched input '${this.next.text}' expecting '${text}'`)
  }

  whole(): Expression {
    const expression = this.conditional()
    if (this.next.type !== "end") throw new CelSyntaxError(`Syntax error: extraneous input '${this.next.text}'`)
    return expression
  }

  private conditional(): Expression {
    const test = this.binary(0)
    if (!this.take("?")) return test
    const yes = this.conditional()
    this.expect(":")
    return { _tag: "Conditional", test, yes, no: this.conditional() }
  }

  private binary(level: number): Expression {
    const operators = levels[level]
    if (operators === undefined) return this.unary()
    let left = this.binary(level + 1)
    while (operators.includes(this.next.text) && this.next.type !== "string") {
      const operator = this.next.text
      this.position++
      left = { _tag: "Binary", operator, left, right: this.binary(level + 1) }
    }
    return left
  }

  private unary(): Expression {
    if (this.take("!")) return { _tag: "Unary", operator: "!", of: this.unary() }
    if (this.take("-")) return { _tag: "Unary", operator: "-", of: this.unary() }
    return this.members(this.primary())
  }

  private members(start: Expression): Expression {
    let of = start
    for (;;) {
      const optional = this.next.text === ".?" || this.next.text === "[?"
      if (this.take(".") || this.take(".?")) {
        const field = this.next.text
        this.position++
        of = this.take("(")
          ? { _tag: "Call", target: of, name: field, args: this.until(")") }
          : { _tag: "Select", of, field, optional }
      } else if (this.take("[") || this.take("[?")) {
        const index = this.conditional()
        this.expect("]")
        of = { _tag: "Index", of, index, optional }
      } else return of
    }
  }

  private primary(): Expression {
    const token = this.next
    this.position++
    if (token.type === "number" || token.type === "string") return { _tag: "Literal", value: token.value }
    if (token.type === "name") {
      if (token.text in literals) return { _tag: "Literal", value: literals[token.text] }
      return this.take("(")
        ? { _tag: "Call", target: undefined, name: token.text, args: this.until(")") }
        : { _tag: "Name", name: token.text }
    }
    if (token.text === "(") {
      const inner = this.conditional()
      this.expect(")")
      return inner
    }
    if (token.text === "[") return { _tag: "List", items: this.until("]") }
    if (token.text === "{") return this.map()
    throw new CelSyntaxError(`Syntax error: mismatched input '${token.text}'`)
  }

  private map(): Expression {
    const entries: Array<readonly [Expression, Expression]> = []
    while (!this.take("}")) {
      const key = this.conditional()
      this.expect(":")
      entries.push([key, this.conditional()])
      if (!this.take(",") && this.next.text !== "}") this.expect("}")
    }
    return { _tag: "Map", entries }
  }

  private until(close: string): ReadonlyArray<Expression> {
    const items: Array<Expression> = []
    while (!this.take(close)) {
      items.push(this.conditional())
      if (!this.take(",") && this.next.text !== close) this.expect(close)
    }
    return items
  }
}

const parsed = new Map<string, Expression>()

export const parse = (text: string): Expression => {
  let expression = parsed.get(text)
  if (expression === undefined) {
    expression = new Parser(tokens(text)).whole()
    parsed.set(text, expression)
  }
  return expression
}
