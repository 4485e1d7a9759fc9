import { spawnSync } from "node:child_process"
import { mkdtempSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { run } from "./support/bundle.ts"
import { companions, present } from "./support/companions.ts"

const folder = companions()

/** Links as a package manager makes them. */
const links = mkdtempSync(join(tmpdir(), "holdfast-cli-"))
for (const name of ["kubectl-holdfast", "kubectl_complete-holdfast"]) {
  symlinkSync(join(folder, `${name}.mjs`), join(links, name))
}

const kubectl = (...words: ReadonlyArray<string>) =>
  spawnSync("kubectl", [...words], {
    encoding: "utf8",
    env: {
      HOME: links,
      PATH: [links, dirname(process.execPath), process.env["PATH"]].join(delimiter)
    }
  })

describe("as a plugin of kubectl", () => {
  it("calls itself kubectl holdfast, in help and in errors", async () => {
    for (const program of [join(folder, "kubectl-holdfast.mjs"), join(links, "kubectl-holdfast")]) {
      assert.include((await run(program, ["--help"])).stdout, "\n  kubectl holdfast COMMAND [flags]\n")
      const { stdout } = await run(program, ["certs", "rotate", "--help"])
      assert.include(stdout, "\n  kubectl holdfast certs rotate NAME… [flags]\n")
      assert.include(stdout, "\n  kubectl holdfast certs rotate holdfast-webhook -n holdfast-system --wait\n")
      const { code, stderr } = await run(program, ["certs", "rotat"])
      assert.deepStrictEqual(
        [code, stderr],
        [
          64,
          'error: unknown command: "certs rotat" (did you mean certs rotate?)\nSee "kubectl holdfast certs --help".\n'
        ]
      )
    }
  })

  it("tells kubectl what could stand at the cursor, and when files could", async () => {
    const program = join(links, "kubectl_complete-holdfast")
    assert.deepStrictEqual(await run(program, ["version", "-o", ""]), {
      code: 0,
      signal: null,
      stdout: "json\nyaml\n:4\n",
      stderr: ""
    })
    assert.strictEqual((await run(program, ["apply", "-f", ""])).stdout, ":0\n")
  })

  const there = present("kubectl", "the plugin is not tried with it")
  it.skipIf(!there)("is found, run and completed by a real kubectl", () => {
    assert.include(kubectl("plugin", "list").stdout, join(links, "kubectl-holdfast"))
    const version = kubectl("holdfast", "version", "--client")
    assert.strictEqual(version.status, 0, version.stderr)
    assert.match(version.stdout, /^Client version: \d/)
    assert.strictEqual(kubectl("holdfast", "versoin").status, 64)
    const completed = kubectl("__complete", "holdfast", "certs", "r")
    assert.strictEqual(completed.stdout.split("\t")[0], "rotate", completed.stderr)
    assert.match(completed.stdout, /\n:4\n$/)
  })
})
