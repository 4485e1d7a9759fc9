/**
 * Reads PEM the way Go's `encoding/pem` does (RFC 7468 with text allowed around the blocks), because the API server
 * is the reader that counts. Unlike Go it tells of every block it could not decode.
 */

/** A block between `-----BEGIN label-----` and `-----END label-----`. */
export interface PemBlock {
  readonly label: string
  /** The line of the text, counted from 1, on which the block begins. */
  readonly line: number
  /** The decoded bytes, or what keeps the block from being decoded. Never the content itself: it may be a key. */
  readonly content: Uint8Array<ArrayBuffer> | { readonly problem: string }
}

const begin = /^-----BEGIN ([^\r\n]*?)-----[ \t\r]*$/
const end = /^-----END ([^\r\n]*?)-----[ \t\r]*$/
const base64 = /^[A-Za-z0-9+/]*={0,2}$/

const decode = (lines: ReadonlyArray<string>): PemBlock["content"] => {
  if (lines.some((line) => line.includes(":"))) return { problem: "it has headers, which the API server does not take" }
  const body = lines.join("").replace(/[ \t\r]/g, "")
  if (body.length === 0) return { problem: "it is empty" }
  if (body.length % 4 !== 0 || !base64.test(body)) return { problem: "it is not base64" }
  return new Uint8Array(Buffer.from(body, "base64"))
}

/** Finds all blocks of a text in order, good and bad. */
export const blocks = (text: string): ReadonlyArray<PemBlock> => {
  const found: Array<PemBlock> = []
  const lines = text.split("\n")
  let open: { readonly label: string; readonly index: number } | undefined
  const close = (content: PemBlock["content"]) => {
    if (open !== undefined) found.push({ label: open.label, line: open.index + 1, content })
    open = undefined
  }
  lines.forEach((line, index) => {
    const label = begin.exec(line)?.[1]
    if (label !== undefined) {
      close({ problem: "it has no end" })
      open = { label, index }
      return
    }
    const endLabel = end.exec(line)?.[1]
    if (endLabel !== undefined && open !== undefined) {
      close(
        endLabel === open.label
          ? decode(lines.slice(open.index + 1, index))
          : { problem: `it ends as another kind of block, ${JSON.stringify(endLabel)}` }
      )
    }
  })
  close({ problem: "it has no end" })
  return found
}

/** Writes one block with lines of 64 characters. */
export const encode = (label: string, der: Uint8Array): string =>
  [
    `-----BEGIN ${label}-----`,
    ...(Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? []),
    `-----END ${label}-----`,
    ""
  ].join("\n")
