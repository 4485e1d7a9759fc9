/**
 * Runs benches, each in a process of its own, and prints one table of all:
 *
 *     npm run bench [-- NAME ...] [--json FILE] [--write]
 *
 * `--write` puts the figures into docs/performance.md.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { writeFigures } from "./src/page.ts"
import type { Row } from "./src/Row.ts"
import { json, machine, table } from "./src/report.ts"

const folder = fileURLToPath(new URL(".", import.meta.url))
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".ts") && file !== "run.ts")
  .map((file) => file.slice(0, -3))

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "string" }, write: { type: "boolean" } }
})
const unknown = positionals.find((name) => !names.includes(name))
if (unknown !== undefined) {
  console.error(`there is no bench "${unknown}": choose of ${names.join(", ")}`)
  process.exit(64)
}

const scratch = mkdtempSync(join(tmpdir(), "holdfast-bench-"))
const rows: Array<Row> = []
const leftOut: Array<string> = []
const failed: Array<string> = []
for (const name of positionals.length === 0 ? names : positionals) {
  console.log(`\n── ${name}`)
  const said = { rows: join(scratch, `${name}.json`), leftOut: join(scratch, `${name}.left-out.json`) }
  const words = [join(folder, `${name}.ts`), "--json", said.rows, "--left-out", said.leftOut]
  const { status } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", ...words], {
    stdio: "inherit"
  })
  const read = <A>(file: string): ReadonlyArray<A> => JSON.parse(readFileSync(file, "utf8"))
  if (status === 0) {
    const found = read<Row>(said.rows)
    if (values.write === true) writeFigures(name, found)
    rows.push(...found.map((row) => ({ ...row, name: `${name}: ${row.name}` })))
    leftOut.push(...read<string>(said.leftOut))
  } else failed.push(name)
}
rmSync(scratch, { recursive: true })

if (values.json !== undefined) writeFileSync(values.json, json(rows))
console.log(`\n── all, on ${machine()}\n${table(rows)}`)
for (const what of leftOut) console.log(`left out: ${what}`)
for (const name of failed) console.error(`failed: the bench "${name}"`)
const missed = rows.filter(({ goal, ratio }) => goal !== undefined && !(ratio >= goal))
console.log(missed.length === 0 ? "Every goal is met." : `Goals missed:\n${table(missed)}`)
process.exit(failed.length > 0 ? 1 : 0)
