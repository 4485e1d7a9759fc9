/**
 * Standard input that can be read again: the first attempt gets it as it comes, later ones get what was kept.
 *
 * @since 0.1.0
 */
import type { Writable } from "node:stream"

/**
 * Standard input that is kept while it is read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Replay {
  /** Feeds a stream from the beginning, until it closes or all is said; gives a function that stops feeding. */
  readonly feed: (stream: Writable) => () => void
}

/**
 * Begins to read.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (bytes: AsyncIterable<Uint8Array>): Replay => {
  const kept: Array<Uint8Array> = []
  let isDone = false
  let reader: { readonly chunk: (bytes: Uint8Array) => void; readonly end: () => void } | undefined
  const read = async () => {
    for await (const chunk of bytes) {
      kept.push(chunk)
      reader?.chunk(chunk)
    }
  }
  const end = () => {
    isDone = true
    reader?.end()
  }
  read().then(end, end)
  return {
    feed: (stream) => {
      // A command need not read its input, and may be gone before it is written.
      stream.on("error", () => {})
      for (const chunk of kept) stream.write(chunk)
      if (isDone) {
        stream.end()
        return () => {}
      }
      const mine = { chunk: (chunk: Uint8Array) => void stream.write(chunk), end: () => void stream.end() }
      reader = mine
      return () => {
        if (reader === mine) reader = undefined
      }
    }
  }
}
