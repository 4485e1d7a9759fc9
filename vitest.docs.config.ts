/**
 * Runs the examples of doc comments and READMEs. Every fence marked `ts import.meta.vitest` becomes a test; in it a line
 * `expression // => value` asserts deep equality.
 *
 * An example's imports are turned into dynamic ones inside its own test, so that two examples of one file cannot see
 * each other's names, and what a reader copies is what was run.
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { dirname, join, resolve } from "node:path"
import { defineConfig } from "vitest/config"

const root = import.meta.dirname
const fence = /^(?: \* |)```ts import\.meta\.vitest[^\n]*\n([\s\S]*?)^ ?\*? ?```/gm
const title = /\*\*Example\*\* \(([^)]+)\)\s*$/
const importStatement = /^import (type )?(?:\* as (\w+)|\{([^}]*)\}) from ("[^"]+");?$/gm
const expectation = /^([^\n]*\S) *\/\/ => (.+)$/gm

const dynamicImport = (_: string, type: string | undefined, namespace: string, names: string, from: string) => {
  if (type !== undefined) return ""
  if (namespace !== undefined) return `const ${namespace} = await import(${from})`
  const values = names.split(",").filter((name) => !/^\s*type\s/.test(name))
  return `const {${values.map((name) => name.replace(" as ", ": ")).join(",")}} = await import(${from})`
}

/** Types go first, while comments are still there: an expectation is a comment until it becomes an assertion. */
const toTest = (name: string, example: string) => {
  const body = stripTypeScriptTypes(example.replace(importStatement, dynamicImport)).replace(
    expectation,
    (_, expression: string, value: string) => `assert.deepStrictEqual(${expression.replace(/;$/, "")}, ${value})`
  )
  return `test(${JSON.stringify(name)}, async () => {\n${body}\n})\n`
}

const examples = (text: string): ReadonlyArray<string> =>
  Array.from(text.matchAll(fence), (match) => {
    const before = text
      .slice(0, match.index)
      .replace(/^ \*\s*$/gm, "")
      .trimEnd()
    const line = text.slice(0, match.index).split("\n").length
    return toTest(`${title.exec(before)?.[1] ?? "example"}, line ${line}`, (match[1] ?? "").replace(/^ \* ?/gm, ""))
  })

for (const folder of globSync(["packages/*/build/doctest", "docs/build/doctest"], { cwd: root })) {
  rmSync(join(root, folder), { recursive: true })
}
const pages = ["packages/*/src/**/*.ts", "packages/*/README.md", "docs/*.md", "docs/guide/*.md"]
for (const page of globSync(pages, { cwd: root })) {
  const tests = examples(readFileSync(join(root, page), "utf8"))
  if (tests.length === 0) continue
  const [owner = ""] = /^packages\/[^/]+|^docs/.exec(page) ?? []
  const file = join(root, owner, "build", "doctest", `${page.slice(owner.length + 1)}.test.ts`)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `import { assert, test } from "vitest"\n\n${tests.join("\n")}`)
}

/** A package's own name does not resolve inside its folder without help, since it is no dependency of itself. */
const alias = globSync("packages/*/src/index.ts", { cwd: root }).flatMap((index) => {
  const name = index.split("/")[1]
  const source = resolve(root, dirname(index))
  return [
    { find: new RegExp(`^@holdfast/${name}$`), replacement: join(source, "index.ts") },
    { find: new RegExp(`^@holdfast/${name}/(.+)$`), replacement: join(source, "$1.ts") }
  ]
})

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["{packages/*,docs}/build/doctest/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    maxWorkers: "100%",
    // What an example imports is the same for all of them, and loaded once.
    isolate: false,
    testTimeout: 20_000
  }
})
