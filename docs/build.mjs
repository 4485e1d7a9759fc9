/**
 * Builds the site: a page for each public module from its doc comments, then everything into `docs/dist`. Dead links
 * end it.
 */
import { spawnSync } from "node:child_process"
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const docs = fileURLToPath(new URL(".", import.meta.url))
const packages = ["retry-core", "certificates", "k8s-adapter", "testkit", "operator"]

const run = (...command) => {
  const { status } = spawnSync("pnpm", ["exec", ...command], { cwd: docs, stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}

rmSync(`${docs}api`, { recursive: true, force: true })
for (const name of packages) run("typedoc", "--options", "typedoc.json", ...entry(name))
writeFileSync(`${docs}api/index.md`, index())
run("vitepress", "build", ".")
run("node", "site-links.mjs")

/** Where the reference begins: the packages, and what each is for. */
function index() {
  const rows = packages.map((name) => {
    const manifest = JSON.parse(readFileSync(new URL(`../packages/${name}/package.json`, import.meta.url), "utf8"))
    return `| [${manifest.name}](./${name}/index.md) | ${manifest.description} |`
  })
  return `# Reference

Every public module, from its doc comments. Examples are run as tests.

| package | |
| --- | --- |
${rows.join("\n")}

The command line explains itself: \`holdfast --help\`, \`man holdfast\`.
`
}

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
