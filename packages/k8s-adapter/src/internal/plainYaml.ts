/**
 * The YAML that programs write and most people too: block mappings and lists of scalars on one line each. It is read
 * here in a tenth of the time that a whole YAML parser takes for its first document, which is most of what reading a
 * kubeconfig and a small manifest costs a command line.
 *
 * Whatever needs a second thought is left to the whole parser: flow collections, block scalars, anchors, tags, comments
 * behind a value, scalars over several lines, keys given twice, and everything malformed.
 */

/** One document. */
export interface PlainDocument {
  readonly value: unknown
  /** The line that it starts at, counted from 1; `undefined` for an empty one. */
  readonly line: number | undefined
}

interface Line {
  readonly number: number
  readonly indent: number
  readonly text: string
}

/** Says that a text is not plain. */
const notPlain = Symbol("not plain")

const entry = /^([A-Za-z_][\w./-]*):(?: +([^ ].*)?)?$/
/** Neither an indicator at its beginning, nor what could begin a comment or a mapping inside. */
const scalar = /^(?:[A-Za-z0-9_./+$~(<=^\\;]|-(?=[^\s-]))(?:[^\s:#]|:(?! |$)| )*$/
const quoted = /^(?:"([^"\\]*)"|'([^']*)')$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: a control character is nothing for a fast path
const unusual = /[^\S\n ]|[\u0000-\u0008\u000e-\u001f\u007f-\u009f\ufffe\uffff]|^(?:\.\.\.|--- +\S|%)/m

/**
 * Reads the documents of a text; `undefined` when it is not plain. What an unquoted scalar means, `plainScalar` says.
 */
export const read = (
  text: string,
  plainScalar: (text: string) => unknown
): ReadonlyArray<PlainDocument> | undefined => {
  if (unusual.test(text)) return undefined
  let lines: Array<Line> = []
  const documents = [lines]
  let begun = false
  for (const [index, raw] of text.split("\n").entries()) {
    const trimmed = raw.trimEnd()
    if (trimmed === "---") {
      // What stands before the first marker is a document only if it says something.
      if (begun || lines.length > 0) {
        lines = []
        documents.push(lines)
      }
      begun = true
      continue
    }
    const content = trimmed.trimStart()
    if (content === "" || content.startsWith("#")) continue
    lines.push({ number: index + 1, indent: trimmed.length - content.length, text: content })
  }
  if (lines.length === 0 && !begun) return undefined
  try {
    return documents.map((document) => {
      const line = document[0]?.number
      return { value: readDocument(document, plainScalar), line }
    })
  } catch (error) {
    // A stack that is full is the whole parser's to tell.
    if (error === notPlain || error instanceof RangeError) return undefined
    throw error
  }
}

const readDocument = (lines: Array<Line>, plainScalar: (text: string) => unknown): unknown => {
  let at = 0

  const value = (text: string): unknown => {
    if (text === "{}") return {}
    if (text === "[]") return []
    const match = quoted.exec(text)
    if (match !== null) return match[1] ?? match[2]
    if (!scalar.test(text)) throw notPlain
    const read = plainScalar(text)
    // The whole parser knows how to refuse it, with its place.
    if (typeof read === "number" && !Number.isFinite(read)) throw notPlain
    return read
  }

  /** What follows `key:` or `-` on lines of its own; a list may stand as far left as the key it belongs to. */
  const nested = (indent: number, listMayAlign: boolean): unknown => {
    const next = lines[at]
    if (next === undefined) return null
    if (next.indent > indent) return block(next.indent)
    return listMayAlign && next.indent === indent && isItem(next.text) ? list(indent) : null
  }

  const mapping = (indent: number): unknown => {
    const target: Record<string, unknown> = {}
    for (let line = lines[at]; line !== undefined && line.indent === indent && !isItem(line.text); line = lines[at]) {
      const match = entry.exec(line.text)
      const key = match?.[1]
      if (key === undefined || key === "__proto__" || Object.hasOwn(target, key) || plainScalar(key) !== key)
        throw notPlain
      at++
      const rest = match?.[2]
      target[key] = rest === undefined ? nested(indent, true) : value(rest)
      if ((lines[at]?.indent ?? 0) > indent) throw notPlain
    }
    return target
  }

  const list = (indent: number): unknown => {
    const items: Array<unknown> = []
    for (let line = lines[at]; line !== undefined && line.indent === indent && isItem(line.text); line = lines[at]) {
      const rest = line.text.slice(1).trimStart()
      if (rest === "") {
        at++
        items.push(nested(indent, false))
      } else if (isItem(rest)) {
        throw notPlain
      } else if (entry.test(rest)) {
        // `- name: a`: a mapping that begins behind the dash.
        const inner = indent + line.text.length - rest.length
        lines[at] = { ...line, indent: inner, text: rest }
        items.push(mapping(inner))
      } else {
        at++
        items.push(value(rest))
      }
      if ((lines[at]?.indent ?? 0) > indent) throw notPlain
    }
    return items
  }

  const block = (indent: number): unknown => (isItem(lines[at]?.text ?? "") ? list(indent) : mapping(indent))

  if (lines.length === 0) return null
  const root = block(lines[0]?.indent ?? 0)
  if (at < lines.length) throw notPlain
  return root
}

const isItem = (text: string): boolean => text === "-" || text.startsWith("- ")
