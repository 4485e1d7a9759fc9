/**
 * Checks what would be published: packs every public package, lints the tarballs, and installs them in an empty folder
 * outside of the workspace, where the programs of `examples/` must type-check and run as their readers would run them.
 *
 *     node scripts/check-packages.mjs [--keep]     --keep leaves the folder there and prints its path
 */
import { spawnSync } from "node:child_process"
import { cpSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { publint } from "publint"
import { formatMessage } from "publint/utils"

const root = fileURLToPath(new URL("..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "holdfast-packages-"))
const keep = process.argv.includes("--keep")
process.on("exit", () => keep || rmSync(folder, { recursive: true, force: true }))

const run = (program, args, cwd = root) => {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8" })
  if (status === 0) return stdout
  console.error(`${program} ${args.join(" ")}\n${stdout}${stderr}`)
  return process.exit(1)
}

const manifest = (path) => JSON.parse(readFileSync(path, "utf8"))
const workspace = manifest(join(root, "package.json"))
const versionOf = (name) =>
  manifest(
    globSync(`node_modules/.pnpm/*/node_modules/${name}/package.json`, { cwd: root }).map((p) => join(root, p))[0]
  ).version

run("pnpm", ["exec", "turbo", "run", "build", "--output-logs=errors-only"])

const tarballs = []
for (const path of globSync("packages/*/package.json", { cwd: root }).sort()) {
  const { name, private: isPrivate } = manifest(join(root, path))
  if (isPrivate) continue
  const [packed] = [
    JSON.parse(run("pnpm", ["pack", "--json", "--pack-destination", folder], join(root, path, "..")))
  ].flat()
  const { messages, pkg } = await publint({
    pack: { tarball: toArrayBuffer(readFileSync(packed.filename)) },
    strict: true
  })
  for (const message of messages) console.error(`${name}: ${formatMessage(message, pkg)}`)
  if (messages.length > 0) process.exit(1)
  if (pkg.exports["."] !== undefined) run("pnpm", ["exec", "attw", packed.filename, "--profile", "esm-only", "--quiet"])
  tarballs.push({ name, file: packed.filename })
  console.log(
    `${name}: ${(packed.size / 1024 || readFileSync(packed.filename).length / 1024).toFixed(1)} kB packed, clean`
  )
}

/** A Buffer may be a view on a larger pool; publint wants the bytes alone. */
function toArrayBuffer(buffer) {
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength)
}

for (const example of readdirSync(join(root, "examples"), { withFileTypes: true })) {
  if (!example.isDirectory()) continue
  const target = join(folder, example.name)
  mkdirSync(target)
  cpSync(join(root, "examples", example.name), target, { recursive: true })
  const own = manifest(join(target, "package.json"))
  const wanted = { ...own.dependencies, ...own.devDependencies }
  // What the registry would resolve among our own packages comes from the tarballs; the rest at the workspace's versions.
  const overrides = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]))
  const versions = Object.fromEntries(Object.keys(wanted).map((name) => [name, overrides[name] ?? versionOf(name)]))
  writeFileSync(
    join(target, "package.json"),
    JSON.stringify({ ...own, dependencies: versions, devDependencies: {}, overrides })
  )
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], target)
  run("npx", ["tsc", "--noEmit"], target)
  for (const program of globSync("*.ts", { cwd: target }).sort()) {
    process.stdout.write(
      `examples/${example.name}/${program}: ${run("node", [program], target).trim().split("\n").at(-1)}\n`
    )
  }
}
console.log(`${tarballs.length} packages checked outside of the workspace, ${workspace.name}`)
if (keep) console.log(folder)
