/**
 * Writes what the package holds beside the program: the man pages, and the program under the names by which kubectl
 * finds its plugins. These are files of their own since package managers may start a program by a script in place of a
 * link, and then its file's name is all that is left of the name it was called by.
 *
 *     node scripts/companions.ts [FOLDER]     dist by default, where holdfast.mjs is
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as program from "../src/Commands.ts"
import { pages } from "./manual.ts"

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
const folder = process.argv[2] ?? fileURLToPath(new URL("../dist", import.meta.url))

for (const name of ["kubectl-holdfast", "kubectl_complete-holdfast"]) {
  writeFileSync(join(folder, `${name}.mjs`), '#!/usr/bin/env node\nimport "./holdfast.mjs"\n', { mode: 0o755 })
}

const manual = join(folder, "man")
rmSync(manual, { recursive: true, force: true })
mkdirSync(manual)
for (const { file, text } of pages(program, version)) writeFileSync(join(manual, file), text)
