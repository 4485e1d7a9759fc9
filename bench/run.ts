/**
 * Runs benches, each in a process of its own, and prints one table: `npm run bench [-- NAME ... --json FILE]`.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import type { Row } from "./src/Row.ts"
import { table } from "./src/report.ts"

const folder = fileURLToPath(new URL(".", import.meta.url))
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".ts") && file !== "run.ts")
  .map((file) => file.slice(0, -3))

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: "string" } } })
const unknown = positionals.find((name) => !names.includes(name))
if (unknown !== undefined) {
  console.error(`there is no bench "${unknown}": choose of ${names.join(", ")}`)
  process.exit(64)
}

const scratch = mkdtempSync(join(tmpdir(), "holdfast-bench-"))
const rows: Array<Row & { readonly bench: string }> = []
const failed: Array<string> = []
for (const name of positionals.length === 0 ? names : positionals) {
  console.log(`\n── ${name}`)
  const json = join(scratch, `${name}.json`)
  const { status } = spawnSync(process.execPath, [join(folder, `${name}.ts`), "--json", json], { stdio: "inherit" })
  if (status === 0)
    rows.push(...(JSON.parse(readFileSync(json, "utf8")) as Array<Row>).map((row) => ({ bench: name, ...row })))
  else failed.push(name)
}
rmSync(scratch, { recursive: true })

if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`)
const missed = rows.filter(({ goal, ratio }) => goal !== undefined && !(ratio >= goal))
if (missed.length > 0) console.log(`\n── goals that were missed\n${table(missed)}`)
for (const name of failed) console.error(`the bench "${name}" failed`)
process.exit(failed.length > 0 ? 1 : 0)
