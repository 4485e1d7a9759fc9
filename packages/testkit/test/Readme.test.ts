import { readFileSync } from "node:fs"
import { expect, test } from "vitest"

test("the README's example is the one that is run", () => {
  const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8")
  expect(read("../README.md")).toContain(read("Example.test.ts"))
})
