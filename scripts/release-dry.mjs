/**
 * Shows what a release would publish, without publishing or changing anything: versions, changelogs, files and sizes of
 * the packages, tags of the image, version of the chart. Works on a copy of the last commit.
 */
import { execFileSync } from "node:child_process"
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), "holdfast-release-"))
const copy = join(scratch, "holdfast")
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }))

const run = (program, ...args) =>
  execFileSync(program, args, {
    cwd: existsSync(copy) ? copy : root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" }
  })
const json = (file) => JSON.parse(readFileSync(file, "utf8"))
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} kB`

run("git", "clone", "--quiet", root, copy)
run("pnpm", "install", "--frozen-lockfile", "--prefer-offline", "--reporter=silent")
const before = new Map(
  globSync("packages/*/package.json", { cwd: copy }).map((file) => [file, json(join(copy, file)).version])
)
run("node", "scripts/version.mjs")
run("pnpm", "exec", "turbo", "run", "build", "--output-logs=errors-only")

let version = ""
for (const file of [...before.keys()].sort()) {
  const manifest = json(join(copy, file))
  if (manifest.private) {
    console.log(
      `\n${manifest.name}  ${before.get(file)} → ${manifest.version}  not on npm: it is in the image and the chart`
    )
    continue
  }
  version = manifest.version
  const folder = dirname(join(copy, file))
  const [packed] = [
    JSON.parse(
      execFileSync("pnpm", ["pack", "--json", "--pack-destination", scratch], { cwd: folder, encoding: "utf8" })
    )
  ].flat()
  const files = packed.files.map(({ path }) => path)
  const size = readFileSync(packed.filename).length
  console.log(
    `\n${manifest.name}  ${before.get(file)} → ${manifest.version}  ${files.length} files, ${kilobytes(size)} packed`
  )
  const folders = Map.groupBy(files, (path) => (path.includes("/") ? `${path.split("/")[0]}/` : path))
  console.log(`  ${[...folders].map(([name, all]) => (all.length > 1 ? `${name} (${all.length})` : name)).join("  ")}`)
  const changelog = join(folder, "CHANGELOG.md")
  const latest = existsSync(changelog) ? (readFileSync(changelog, "utf8").split(/^## /m)[1] ?? "") : ""
  console.log(latest.split("\n").slice(1).join("\n").trim().replace(/^/gm, "  | "))
}

const chart = readFileSync(join(copy, "packages/operator/chart/Chart.yaml"), "utf8")
const [, chartVersion] = /^version: (.+)$/m.exec(chart) ?? []
const [, repository] =
  /^\s+repository: (\S+)/m.exec(readFileSync(join(copy, "packages/operator/chart/values.yaml"), "utf8")) ?? []
const [major, minor] = version.split(".")
console.log(`\nimage  ${repository}: ${[version, `${major}.${minor}`, "latest"].join(", ")}`)
console.log(`chart  holdfast ${chartVersion}`)
