/**
 * Writes docs/dependencies.md: everything that users install or run with the packages, with its licence. Fails where a
 * licence is not one we know, or where something would run a script when it is installed. `--check` writes nothing and
 * fails where the page is out of date.
 */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const page = join(root, "docs/dependencies.md")
const permissive = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"])
/** Bundled into the command line and the operator, so that their users never see them as packages. */
const bundling = new Set(["@holdfast/cli", "@holdfast/operator"])

const projects = JSON.parse(
  execFileSync("pnpm", ["--filter", "./packages/*", "list", "--prod", "--depth", "Infinity", "--json"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28
  })
)

const found = new Map()
const add = (dependencies, owner) => {
  for (const [name, { dependencies: further, path, version }] of Object.entries(dependencies ?? {})) {
    if (!name.startsWith("@holdfast/")) {
      const { license, scripts = {} } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"))
      const entry = found.get(`${name}@${version}`) ?? { name, version, license, scripts, owners: new Set() }
      entry.owners.add(owner)
      found.set(`${name}@${version}`, entry)
    }
    add(further, owner)
  }
}
for (const { dependencies, name, peers } of projects) {
  add(dependencies, name)
  add(peers, name)
}

const all = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
const fail = (text) => {
  console.error(text)
  process.exitCode = 1
}
for (const { license, name, scripts } of all) {
  if (!permissive.has(license)) fail(`${name}: the licence ${license} is not among ${[...permissive].join(", ")}`)
  const runs = ["preinstall", "install", "postinstall"].filter((script) => script in scripts)
  if (runs.length > 0) fail(`${name}: runs ${runs.join(" and ")} when it is installed`)
}

const rows = all.map(({ license, name, owners, version }) => {
  const users = [...owners]
    .sort()
    .map((owner) => owner.replace("@holdfast/", "") + (bundling.has(owner) ? " (bundled)" : ""))
  return `| [${name}](https://www.npmjs.com/package/${name}) | ${version} | ${license} | ${users.join(", ")} |`
})
const text = `# Dependencies

What the packages bring with them, written by \`node scripts/dependencies.mjs\`. Nothing of it runs a script when it is installed; versions are held by the lockfile, whose entries pnpm verifies against the registry's checksums.

\`effect\` is a peer dependency of every library, so that a program has it once.

| package | version | licence | used by |
| --- | --- | --- | --- |
${rows.join("\n")}
`
if (!existsSync(page) || readFileSync(page, "utf8") !== text) {
  if (process.argv.includes("--check")) fail("docs/dependencies.md is out of date: run node scripts/dependencies.mjs")
  else writeFileSync(page, text)
}
