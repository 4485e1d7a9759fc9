import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { bundle, run, start } from "./support/bundle.ts"

const program = bundle()

describe("the bundled program", () => {
  it("is one file that runs with nothing beside it", async () => {
    assert.deepStrictEqual(readdirSync(dirname(program)), ["holdfast.mjs"])
    const { code, stdout, stderr } = await run(program, ["--version"])
    assert.strictEqual(stderr, "")
    assert.strictEqual(code, 0)
    assert.match(stdout, /^holdfast \d/)
  })

  it("runs under another name, and through a link", async () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-cli-"))
    const { symlinkSync, copyFileSync } = await import("node:fs")
    copyFileSync(program, join(folder, "hf.mjs"))
    symlinkSync(join(folder, "hf.mjs"), join(folder, "link"))
    for (const name of ["hf.mjs", "link"]) {
      const { code, stdout, stderr } = await run(join(folder, name), ["version", "--client"])
      assert.strictEqual(code, 0, stderr)
      assert.match(stdout, /^Client version: /)
    }
  })

  it("drops what is written to a pipe that closes early, and finishes", async () => {
    const { child, ended } = start(program, ["explain", "-o", "jsonl"])
    child.stdout.destroy()
    child.stdin.on("error", () => {})
    for (let line = 0; line < 5000; line++) child.stdin.write(`line ${line}: x509: certificate has expired\n`)
    child.stdin.end()
    const { stderr, signal } = await ended
    assert.isNull(signal)
    assert.notInclude(stderr, "EPIPE")
  })

  it.skipIf(!existsSync("/dev/full"))("says that its output cannot be written, and fails", () => {
    for (const words of ["--version", "--help", "completion bash"]) {
      const line = `'${process.execPath}' '${program}' ${words} > /dev/full`
      const { status, stderr } = spawnSync("sh", ["-c", line], { encoding: "utf8" })
      assert.strictEqual(stderr, "error: standard output cannot be written (ENOSPC)\n")
      assert.strictEqual(status, 73)
    }
  })

  it("plays the demo to its end, with no cluster, in under 30 seconds", { timeout: 60_000 }, async () => {
    const began = performance.now()
    const { code, stdout, stderr } = await run(program, ["demo"])
    assert.strictEqual(code, 0, stderr)
    assert.isBelow(performance.now() - began, 30_000)
    assert.match(stdout, /The window was open for \d/)
    assert.match(stdout, /The webhook was answered \d+ ms after its end/)
    assert.match(stdout, /Sleeping 2, 6, 18 and 54 s between attempts would have succeeded/)
    assert.match(stdout, /woken: /)
    assert.match(stderr, /attempt 1 failed/)
  })
})
