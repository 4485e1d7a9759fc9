/**
 * Lines of text out of bytes, as they arrive.
 *
 * @since 0.1.0
 */

/** Longer lines are cut here: no message is that long, and memory stays bounded. */
const longest = 16 * 1024 * 1024

/**
 * Reads lines, without their line breaks. Bytes that are not UTF-8 become the replacement character; a last line
 * without a line break counts.
 *
 * @category reading
 * @since 0.1.0
 */
export async function* lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: false })
  let parts: Array<string> = []
  let held = 0
  const take = (text: string) => {
    const room = longest - held
    if (room <= 0) return
    parts.push(text.length > room ? text.slice(0, room) : text)
    held += text.length
  }
  for await (const chunk of bytes) {
    const text = decoder.decode(chunk, { stream: true })
    let start = 0
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      take(text.slice(start, end))
      yield parts.join("").replace(/\r$/, "")
      parts = []
      held = 0
      start = end + 1
    }
    take(text.slice(start))
  }
  take(decoder.decode())
  const last = parts.join("")
  if (last !== "") yield last
}
