/**
 * Texts measured in terminal columns.
 *
 * @since 0.1.0
 */

/** Colour sequences, which take no column. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with the escape character
const sequences = /\u001b\[[0-9;]*m/g

/** What a terminal acts on rather than shows: a server's text must not move our cursor. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

const columnsOf = (point: number): number => {
  if (point === 0x200d || (point >= 0x300 && point <= 0x36f) || (point >= 0xfe00 && point <= 0xfe0f)) return 0
  const wide =
    (point >= 0x1100 && point <= 0x115f) ||
    (point >= 0x2e80 && point <= 0xa4cf) ||
    (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) ||
    (point >= 0xff00 && point <= 0xff60) ||
    (point >= 0x1f300 && point <= 0x1faff)
  return wide ? 2 : 1
}

/**
 * The columns a text takes.
 *
 * @category getters
 * @since 0.1.0
 */
export const width = (text: string): number => {
  let columns = 0
  for (const character of text.replace(sequences, "")) columns += columnsOf(character.codePointAt(0) as number)
  return columns
}

/**
 * Cuts a text without colours to at most `columns`, with an ellipsis where something is missing.
 *
 * @category combinators
 * @since 0.1.0
 */
export const truncate = (text: string, columns: number): string => {
  if (width(text) <= columns) return text
  let kept = ""
  let used = 0
  for (const character of text) {
    const next = columnsOf(character.codePointAt(0) as number)
    if (used + next > columns - 1) break
    kept += character
    used += next
  }
  return columns < 1 ? "" : `${kept}…`
}

/**
 * Breaks a text without colours into lines of at most `columns` at spaces; a longer word stands alone, whole.
 *
 * @category combinators
 * @since 0.1.0
 */
export const wrap = (text: string, columns: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && width(line) + 1 + width(word) > columns) {
      lines.push(line)
      line = word
    } else {
      line = line === "" ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

/**
 * Makes a text from elsewhere safe to show: one line, no control characters.
 *
 * @category combinators
 * @since 0.1.0
 */
export const clean = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ")
    .replace(controls, "")
