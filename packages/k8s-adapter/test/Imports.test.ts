import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"

describe("the package's modules", () => {
  it("load nothing of client-node, whose classes take most of a second and 60 MB", () => {
    const entry = new URL("../src/index.ts", import.meta.url)
    const script = `
      import { registerHooks } from "node:module"
      registerHooks({
        load: (url, context, next) => {
          if (url.includes("client-node")) console.log(url)
          return next(url, context)
        }
      })
      await import(${JSON.stringify(entry.href)})`
    const loaded = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      encoding: "utf8"
    })
    assert.strictEqual(loaded, "")
  })
})
