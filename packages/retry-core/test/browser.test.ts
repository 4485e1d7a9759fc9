/** The package in a browser: one bundle that asks for nothing of Node, run where there is nothing of Node. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createContext, runInContext } from "node:vm"
import { gzipSync } from "node:zlib"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { rolldown } from "rolldown"

const program = `
  import * as Classification from "@holdfast/retry-core/Classification"
  import { retry } from "@holdfast/retry-core/promise"
  import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"

  const policy = RetryPolicy.make({ baseDelay: "1 millis" })
  const classify = () => Classification.transient({ kind: "network" })
  const busy = ({ attempt }) => (attempt < 3 ? Promise.reject(new Error("busy")) : attempt)
  const never = () => Promise.reject(new Error("never"))

  globalThis.outcome = retry(busy, { classify, policy }).then(async (attempts) => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error("left the page")), 20)
    const stopped = await retry(never, { classify, policy, signal: stop.signal }).catch(({ message }) => message)
    return JSON.stringify({ attempts, stopped })
  })
`
const expected = { attempts: 3, stopped: "left the page" }

const bundle = async () => {
  const made = await rolldown({
    input: "entry",
    platform: "browser",
    logLevel: "silent",
    cwd: join(import.meta.dirname, ".."),
    plugins: [
      {
        name: "this-package",
        resolveId: (id) =>
          id === "entry"
            ? id
            : id.startsWith("@holdfast/retry-core/")
              ? join(import.meta.dirname, "../src", `${id.split("/")[2]}.ts`)
              : undefined,
        load: (id) => (id === "entry" ? program : undefined)
      }
    ]
  })
  const { output } = await made.generate({ format: "iife", minify: true })
  await made.close()
  return output
}

const browsers = [process.env["CHROME_PATH"] ?? "", "chromium", "chromium-browser", "google-chrome"]
const browser = browsers.find((name) => name !== "" && spawnSync(name, ["--version"]).status === 0)
if (browser === undefined) console.log("skipped: the bundle in a real browser, which takes Chromium")

describe("in a browser", () => {
  let output: Awaited<ReturnType<typeof bundle>>
  let code = ""
  beforeAll(async () => {
    output = await bundle()
    code = output[0].code
  })

  it("is one file that imports nothing", () => {
    assert.lengthOf(output, 1)
    assert.deepStrictEqual(output[0].imports, [])
    assert.deepStrictEqual(output[0].dynamicImports, [])
    assert.notMatch(code, /["'`]node:|\brequire\(/)
  })

  it("keeps to its size, with all that it takes of Effect", () => {
    const size = gzipSync(code).length
    assert.isAtMost(size, 16 * 1024)
  })

  it("works with the globals that browsers have, and no other", async () => {
    const web = { setTimeout, clearTimeout, queueMicrotask, AbortController, AbortSignal, performance, crypto, console }
    const context = createContext({ ...web })
    runInContext(code, context)
    assert.deepStrictEqual(JSON.parse(await runInContext("outcome", context)), expected)
  })

  it.skipIf(browser === undefined)(
    "works in a real one",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "retry-core-browser-"))
      try {
        const page = join(folder, "page.html")
        const script = `${code.replaceAll("</script", "<\\/script")};outcome.then((text) => { document.body.textContent = text })`
        writeFileSync(page, `<!doctype html><meta charset="utf-8"><body></body><script>${script}</script>`)
        const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        const { stdout } = spawnSync(
          browser ?? "",
          [
            ...flags,
            `--user-data-dir=${folder}/profile`,
            "--virtual-time-budget=10000",
            "--dump-dom",
            `file://${page}`
          ],
          { encoding: "utf8", timeout: 60_000 }
        )
        assert.deepStrictEqual(JSON.parse(/<body>(.*?)<\/body>/s.exec(stdout)?.[1] ?? "null"), expected)
      } finally {
        rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
      }
    },
    90_000
  )
})
