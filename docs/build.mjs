/**
 * Builds the site: a page for each public module from its doc comments, then everything into `docs/dist`. Dead links
 * between pages end it.
 */
import { spawnSync } from "node:child_process"
import { globSync, rmSync } from "node:fs"
import { fileURLToPath } from "node:url"

const docs = fileURLToPath(new URL(".", import.meta.url))
const packages = ["retry-core", "certificates", "k8s-adapter", "testkit", "operator"]

const run = (...command) => {
  const { status } = spawnSync("pnpm", ["exec", ...command], { cwd: docs, stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}

rmSync(`${docs}api`, { recursive: true, force: true })
for (const name of packages) run("typedoc", "--options", "typedoc.json", ...entry(name))
run("vitepress", "build", ".")

function entry(name) {
  const folder = fileURLToPath(new URL(`../packages/${name}/`, import.meta.url))
  return [
    ...["--tsconfig", `${folder}tsconfig.src.json`, "--basePath", `${folder}src`, "--out", `${docs}api/${name}`],
    ...globSync("{*,!(internal)/*}.ts", { cwd: `${folder}src` }).flatMap((file) => [
      "--entryPoints",
      `${folder}src/${file}`
    ])
  ]
}
