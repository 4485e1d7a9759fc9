import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { type OutputOptions, rolldown } from "rolldown"

/** Issues only when asked to, and tells whether the library that issues is there. */
const program = `
  import * as Effect from "effect/Effect"
  import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
  const loaded = () => typeof Reflect.getMetadata === "function"
  const before = loaded()
  const { certificate } = await Effect.runPromise(
    CertificateAuthority.make({ commonName: "bundled", validity: "1 day" })
  )
  console.log(JSON.stringify({ subject: certificate.subject, before, after: loaded() }))
`

const bundleAndRun = async (output: OutputOptions) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-bundle-"))
  try {
    const entry = join(folder, "entry.ts")
    writeFileSync(entry, program)
    const bundle = await rolldown({
      input: entry,
      platform: "node",
      logLevel: "silent",
      resolve: { modules: [join(import.meta.dirname, "../node_modules")] },
      plugins: [
        {
          name: "this-package",
          resolveId: (id) =>
            id.startsWith("@holdfast/certificates/")
              ? join(import.meta.dirname, "../src", `${id.split("/")[2]}.ts`)
              : undefined
        }
      ]
    })
    await bundle.write({ dir: join(folder, "out"), format: "esm", entryFileNames: "[name].mjs", ...output })
    const run = spawnSync(process.execPath, [join(folder, "out", "entry.mjs")], { encoding: "utf8" })
    assert.strictEqual(run.stderr, "")
    return JSON.parse(run.stdout)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe("a bundled program", () => {
  const expected = { subject: "CN=bundled", before: false, after: true }

  it("issues, and loads its library only then", async () => {
    assert.deepStrictEqual(await bundleAndRun({ chunkFileNames: "[name].mjs" }), expected)
  })

  it("does so as one minified file too", async () => {
    assert.deepStrictEqual(await bundleAndRun({ codeSplitting: false, minify: true }), expected)
  })
})
