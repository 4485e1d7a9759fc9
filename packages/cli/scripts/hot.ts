/**
 * Writes `hot.json`, the functions that `apply` calls, for `eager.ts`: builds the program with a note at the beginning
 * of each function, and applies an object that is new, changed and unchanged.
 *
 *     node scripts/hot.ts
 */
import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { ApiServer } from "@holdfast/testkit"
import * as Effect from "effect/Effect"
import { type Plugin, rolldown } from "rolldown"
import config from "../rolldown.config.ts"
import { type Profile, profileFile } from "./eager.ts"
import { functionsOf, insert, labelOf } from "./functions.ts"

/** Has each function note its first call in `globalThis.holdfastCalled`. */
const noting: Plugin = {
  name: "noting",
  transform: (code, id) =>
    insert(
      code,
      functionsOf(id, code).flatMap(({ body, key }) => {
        const note = `globalThis.holdfastCalled?.add(${JSON.stringify(`${labelOf(id)} ${key}`)})`
        return body.type === "BlockStatement" || body.type === "FunctionBody"
          ? [[body.start + 1, `${note};`] as const]
          : [[body.start, `(${note},`] as const, [body.end, ")"] as const]
      })
    )
}

const folder = mkdtempSync(join(tmpdir(), "holdfast-hot-"))
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const plugins = config.plugins as ReadonlyArray<Plugin>
const build = await rolldown({ ...config, plugins: [noting, ...plugins.filter(({ name }) => name !== "eager")] })
await build.write({ ...config.output, dir: folder })

const notes = join(folder, "notes")
const preload = file(
  "preload.mjs",
  `import { appendFileSync } from "node:fs"
   globalThis.holdfastCalled = new Set()
   process.on("exit", () => appendFileSync(${JSON.stringify(notes)}, [...globalThis.holdfastCalled, ""].join("\\n")))`
)
const configMap = (value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n  namespace: default\ndata:\n  key: ${value}\n`

const applies = (program: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { kubeconfig } = yield* ApiServer.make()
      const env = { ...process.env, KUBECONFIG: file("kubeconfig", kubeconfig) }
      for (const value of ["first", "second", "second"]) {
        const words = ["--import", preload, program, "apply", "-f", file("one.yaml", configMap(value))]
        // Not waited for as a whole: the server that it asks lives in this process.
        const { stdout } = yield* Effect.promise(() => promisify(execFile)(process.execPath, words, { env }))
        process.stdout.write(stdout)
      }
    })
  )

await Effect.runPromise(applies(join(folder, "holdfast.mjs")))
const called = [...new Set(readFileSync(notes, "utf8").trim().split("\n"))].map((line) => line.split(" "))
const profile: Profile = Object.fromEntries(
  [...Map.groupBy(called.toSorted(), ([label = ""]) => label)].map(([label, keys]) => [
    label,
    keys.map(([, key = ""]) => key)
  ])
)
writeFileSync(profileFile, `${JSON.stringify(profile, undefined, 1)}\n`)
process.stdout.write(`${called.length} functions of ${Object.keys(profile).length} modules\n`)
rmSync(folder, { recursive: true })
process.exit()
