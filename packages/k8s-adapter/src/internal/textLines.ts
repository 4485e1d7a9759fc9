/**
 * From a pasted text or a log to the lines that can decide, in time that grows with the text's length only.
 */
import { mayMatch } from "./certificateWords.ts"

/** A line longer than this is read in pieces, each overlapping the last by a tenth. */
const pieceLength = 4000

/** What is looked at closely: the first and the last candidates of a long log. */
const candidateLimit = 200

/** Control sequences of terminals (ECMA-48 CSI): colours and cursor movements. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const ansi = /\u001b\[[0-9;?]{0,20}[A-Za-z]/g

/** Three layers of quoting are undone: a Status in a log line in a JSON string is three. */
const unquote = (text: string): string => {
  let plain = text
  for (let layer = 0; layer < 3 && plain.includes("\\"); layer++) {
    plain = plain.replaceAll('\\"', '"').replaceAll("\\'", "'")
  }
  return plain
    .replaceAll("\\r", "")
    .replaceAll("\\n", "\n")
    .replaceAll("\\t", " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("\\u003c", "<")
    .replaceAll("\\u003e", ">")
    .replaceAll("\\u0026", "&")
    .replaceAll("’", "'")
}

/** Lines that begin a record of their own: after one, an earlier denial has ended. */
const newRecord =
  /^\s{0,8}(?:\d{4}-\d\d-\d\d|\[?\d\d:\d\d:\d\d|[EWIF]\d{4} |time=|ts=|level=|\{"|Error|error:|Warning|Unable to|curl:|fatal:|helm\.go|Traceback|Caused by:)/

/**
 * Where other people's words begin in a line: a denial, an invalid value, the answer of a webhook. What follows decides nothing.
 */
const quotations: ReadonlyArray<RegExp> = [
  /denied (?:the )?request|blocked due to the following policies/,
  /failed calling webhook "[^"]{1,300}": (?:failed to call webhook: )?(?:an error on the server \(|received invalid webhook response|expected webhook response)/
]

/** What a line says when it went well in spite of all. */
const passed = /continuing anyway|certificate verify ok|Verify return code: 0 \(ok\)/i

/** A line that is not about an error, though it may hold the words of one; unless it quotes an error too. */
const harmless =
  /successfully (?:renewed|issued|rotated|updated|verified|created)|(?:renewed|rotated|issued|verified) successfully|\b(?:generat|creat|us|issu|serv|add|install|accept|allow|ignor|provid)(?:e|ed|es|ing) (?:an? |the |new )?(?:[a-z]{1,15} )?self[- ]signed|(?:has been|was) (?:renewed|rotated|issued)(?! by)|(?:has|is|have) not expired|not (?:yet )?expired\b/i

const quotedError =
  /x509: |remote error: |certificate verify failed|verify error|SSL certificate problem|PKIX|Exception: /

const isGoodNews = (words: string): boolean => passed.test(words) || (harmless.test(words) && !quotedError.test(words))

const invalidValue = /Invalid value: "/

/** Drops the quoted value that a validation message complains of. */
const withoutInvalidValue = (line: string): string => {
  const found = invalidValue.exec(line)
  if (found === null) return line
  const end = line.indexOf('"', found.index + found[0].length)
  return end < 0 ? line.slice(0, found.index) : `${line.slice(0, found.index)}${line.slice(end + 1)}`
}

const pieces = (line: string): ReadonlyArray<string> => {
  if (line.length <= pieceLength) return [line]
  const cut: Array<string> = []
  const step = pieceLength - pieceLength / 10
  for (let at = 0; at < line.length; at += step) cut.push(line.slice(at, at + pieceLength))
  return cut
}

/** The first and last entries of a long list. */
const ends = <A>(list: ReadonlyArray<A>): ReadonlyArray<A> =>
  list.length <= candidateLimit ? list : [...list.slice(0, candidateLimit / 2), ...list.slice(-candidateLimit / 2)]

/** Takes the mark of a mail's quotation, or a table's borders, off a line. */
const unframed = (line: string): string => {
  const inner = line.trimEnd()
  const end = inner.endsWith("│") || inner.endsWith("|") ? inner.slice(0, -1).trimEnd() : line
  return end.replace(/^(?:> ?){1,3}|^\s{0,8}[│|] ?/, "")
}

/** The text in lines, as it would be printed. */
export const linesOf = (message: string): ReadonlyArray<string> =>
  unquote(message.replace(ansi, ""))
    .split(/[\n\r]/)
    .map(unframed)
    .flatMap(pieces)
    .filter((line) => line.trim() !== "")

/** What the lines say in their own words: without quotations, and without lines that are about no error. */
export const ownWords = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const own: Array<string> = []
  let quoting = false
  for (const line of lines) {
    if (quoting && newRecord.test(line)) quoting = false
    if (quoting) continue
    const starts = quotations.map((pattern) => pattern.exec(line)?.index ?? -1).filter((index) => index >= 0)
    if (starts.length > 0) quoting = true
    const words = withoutInvalidValue(starts.length > 0 ? line.slice(0, Math.min(...starts)) : line)
    if (!isGoodNews(words)) own.push(words)
  }
  return own
}

/** The lines that may speak of a certificate. */
export const candidates = (own: ReadonlyArray<string>): ReadonlyArray<string> =>
  ends(own.filter((line) => mayMatch.test(line)))

const unwrappedLength = 20_000

/**
 * The lines as one: a mail or a narrow page may have broken them between the decisive words, a terminal in the middle
 * of one.
 */
export const unwrap = (own: ReadonlyArray<string>): ReadonlyArray<string> =>
  [" ", ""].map((between) => ends(own).join(between).slice(0, unwrappedLength).replace(/\s+/g, " "))

export const lastLines = (lines: ReadonlyArray<string>): ReadonlyArray<string> => ends(lines).toReversed()
