import type { IncomingMessage } from "node:http"
import { Readable } from "node:stream"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { lines } from "../src/internal/exchange.ts"

/** Cuts bytes into pieces of the given sizes, over and over. */
const pieces = (bytes: Buffer, sizes: ReadonlyArray<number>): Array<Buffer> => {
  const cut: Array<Buffer> = []
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const size = (sizes[index % Math.max(1, sizes.length)] ?? 0) + 1
    cut.push(bytes.subarray(at, at + size))
    at += size
  }
  return cut
}

const read = (bytes: Buffer, sizes: ReadonlyArray<number>, limit = 1e6) =>
  Effect.map(
    Stream.runCollect(lines(Readable.from(pieces(bytes, sizes), { objectMode: false }) as IncomingMessage, limit)),
    (found) => Array.from(found)
  )

const Size = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))

describe("the lines of an answer", () => {
  it.effect.prop(
    "are the same however the bytes are cut, characters in the middle included",
    [Schema.Array(Schema.String), Schema.Array(Size)],
    ([given, sizes]) =>
      Effect.gen(function* () {
        const texts = given.map((text) => text.toWellFormed().replaceAll("\n", ""))
        const whole = texts.map((text) => `${text}\n`).join("")
        // A byte order mark at the very beginning belongs to the encoding, not to the text.
        if (whole.startsWith("\uFEFF")) return
        assert.deepStrictEqual(yield* read(Buffer.from(whole), sizes), texts)
      })
  )

  it.effect("one that is longer than the limit fails instead of filling the memory", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(Buffer.from("x".repeat(5000)), [99], 1000))
      assert.include(error.message, "longer than 1000 bytes")
    })
  )
})
