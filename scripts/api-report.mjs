/**
 * Writes `api.md` of every published package: every declaration that a package exports, without comments, so that a review shows each
 * change of the public surface. With `--check` it writes nothing and fails where a report is not what it should be.
 */
import { spawnSync } from "node:child_process"
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const isCheck = process.argv.includes("--check")
const scratch = mkdtempSync(join(tmpdir(), "holdfast-api-"))
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }))

const report = (folder) => {
  const { exports, name, private: isPrivate } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  if (isPrivate || exports?.["."] === undefined) return
  const out = join(scratch, name)
  const flags = ["--removeComments", "--declarationMap", "false", "--emitDeclarationOnly", "--noCheck"]
  const { status, stdout } = spawnSync(
    "pnpm",
    [
      "exec",
      "tsc",
      "-p",
      join(folder, "tsconfig.src.json"),
      "--outDir",
      out,
      ...flags,
      "--tsBuildInfoFile",
      join(out, "info")
    ],
    { cwd: root, encoding: "utf8" }
  )
  if (status !== 0) {
    console.error(stdout)
    process.exit(1)
  }
  const modules = globSync("**/*.d.ts", { cwd: out })
    .filter((file) => !file.startsWith("internal/"))
    .sort()
    .map(
      (file) =>
        `## ${file.slice(0, -".d.ts".length)}\n\n\`\`\`ts\n${readFileSync(join(out, file), "utf8").trim()}\n\`\`\`\n`
    )
  const text = `# The public surface of ${name}\n\nWritten by \`node scripts/api-report.mjs\`.\n\n${modules.join("\n")}`
  const file = join(folder, "api.md")
  const before = existsSync(file) ? readFileSync(file, "utf8") : ""
  if (before === text) return
  if (isCheck) {
    console.error(
      `${name}: its public surface is not what ${file.slice(root.length)} says; run: node scripts/api-report.mjs`
    )
    process.exitCode = 1
  } else writeFileSync(file, text)
}

for (const manifest of globSync("packages/*/package.json", { cwd: root }).sort()) report(join(root, manifest, ".."))
