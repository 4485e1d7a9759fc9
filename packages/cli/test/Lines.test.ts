import { assert, describe, it } from "@effect/vitest"
import { lines } from "@holdfast/cli/input/Lines"
import * as fc from "fast-check"

async function* chunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}
const collect = async (bytes: Uint8Array, size = 7) => {
  const found: Array<string> = []
  for await (const line of lines(chunks(bytes, size))) found.push(line)
  return found
}
const utf8 = (text: string) => new TextEncoder().encode(text)

describe("Lines", () => {
  it("gives the same lines however the bytes are cut", () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 9 }), async (text, size) => {
        const clean = text.replace(/[\r\uFEFF]/g, "")
        const expected = clean.split("\n")
        if (expected.at(-1) === "") expected.pop()
        assert.deepStrictEqual(await collect(utf8(clean), size), expected)
      })
    ))

  it("takes bytes that are not UTF-8, and Windows line ends", async () => {
    assert.deepStrictEqual(await collect(Uint8Array.from([0x61, 0xff, 0x0d, 0x0a, 0x62])), ["a\uFFFD", "b"])
  })

  it("reads a line of a megabyte", async () => {
    const [line] = await collect(utf8(`${"x".repeat(1_000_000)}\n`), 65_536)
    assert.strictEqual(line?.length, 1_000_000)
  })
})
