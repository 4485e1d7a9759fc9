/**
 * Checks what would be published: packs every public package, lints and weighs the tarballs, and installs them with npm
 * and with pnpm in an empty folder outside of the workspace. There the code of each README, pasted as it stands, and
 * the programs `with-*.ts` of `examples/` type-check and run on the Node that runs this.
 *
 *     node scripts/check-packages.mjs [--keep]     --keep leaves the folder there and prints its path
 */
import { execFile, spawnSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { publint } from "publint"
import { formatMessage } from "publint/utils"

/** Kilobytes, packed. */
const budgets = {
  "@holdfast/certificates": 48,
  "@holdfast/cli": 420,
  "@holdfast/k8s-adapter": 400,
  "@holdfast/retry-core": 84,
  "@holdfast/testkit": 560
}

const root = fileURLToPath(new URL("..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "holdfast-packages-"))
const keep = process.argv.includes("--keep")
process.on("exit", () => keep || rmSync(folder, { recursive: true, force: true }))

const run = (program, args, cwd = root) => {
  const { error, status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8" })
  if (status === 0) return stdout
  console.error(`${program} ${args.join(" ")}\n${stdout}${stderr}${error ?? ""}`)
  return process.exit(1)
}
/** The same beside others. */
const runBeside = (program, args, cwd) =>
  new Promise((resolve) => {
    execFile(program, args, { cwd, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error) fail(`${program} ${args.join(" ")}\n${stdout}${stderr}${error.message}`)
      resolve(stdout)
    })
  })
const fail = (text) => {
  console.error(text)
  process.exit(1)
}
const json = (...path) => JSON.parse(readFileSync(join(...path), "utf8"))
const writeJson = (value, ...path) => writeFileSync(join(...path), JSON.stringify(value, null, 2))
const versionOf = (name) =>
  json(root, globSync(`node_modules/.pnpm/*/node_modules/${name}/package.json`, { cwd: root })[0]).version

run("pnpm", ["exec", "turbo", "run", "build", "--output-logs=errors-only"])

/** The tarballs, by the names of their packages. */
const tarballs = {}
const libraries = []
for (const path of globSync("packages/*/package.json", { cwd: root }).sort()) {
  const { name, private: isPrivate } = json(root, path)
  if (isPrivate) continue
  const home = join(root, path, "..")
  const [{ filename }] = [JSON.parse(run("pnpm", ["pack", "--json", "--pack-destination", folder], home))].flat()
  const bytes = readFileSync(filename)
  // A Buffer may be a view on a larger pool; publint wants the bytes alone.
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
  if (messages.length > 0) fail(messages.map((message) => `${name}: ${formatMessage(message, pkg)}`).join("\n"))
  if (pkg.exports["."] !== undefined) {
    run("pnpm", ["exec", "attw", filename, "--profile", "esm-only", "--quiet"])
    libraries.push({ name, home })
  }
  const size = bytes.length / 1024
  console.log(`${name}: ${size.toFixed(1)} kB packed, clean`)
  if (!(size <= budgets[name]))
    fail(`${name}: its budget is ${budgets[name]} kB; see ${basename(import.meta.filename)}`)
  tarballs[name] = `file:${filename}`
}

const fences = /^```ts([^\n]*)\n([\s\S]*?)^```/gm
const imported = /from "((?:@[\w-]+\/)?[\w-]+)/g

/** A project for the code of a README: each fence a file. Those that only show a call to a cluster are not run. */
const pasteReadme = (projects, { home, name }) => {
  const project = join(projects, `readme-${basename(home)}`)
  mkdirSync(project)
  const needed = new Set([name])
  for (const [index, [, info, code]] of [...readFileSync(join(home, "README.md"), "utf8").matchAll(fences)].entries()) {
    for (const [, module] of code.matchAll(imported)) needed.add(module)
    const kind = code.includes('from "vitest"') ? "test." : info.includes("import.meta.vitest") ? "" : "shown."
    // A module of its own also where it awaits nothing and exports nothing.
    writeFileSync(join(project, `fence-${index + 1}.${kind}ts`), `${code}export {}\n`)
  }
  const names = [...needed, "@types/node", "typescript"]
  writeJson(
    { private: true, type: "module", dependencies: Object.fromEntries(names.map((each) => [each, "*"])) },
    project,
    "package.json"
  )
  const { compilerOptions, ...config } = json(root, "examples/tsconfig.json")
  // Every declaration is checked, ours and those that they stand on, but for client-node's, which want more types.
  const skipLibCheck = needed.has("@kubernetes/client-node")
  writeJson({ ...config, compilerOptions: { ...compilerOptions, skipLibCheck } }, project, "tsconfig.json")
}

/** Replaces `*` by what is to be checked: the tarballs, and for the rest the workspace's versions. */
const pin = (project) => {
  const { dependencies, devDependencies, ...manifest } = json(project, "package.json")
  const names = Object.keys({ ...dependencies, ...devDependencies })
  const versions = names.map((name) => [name, tarballs[name] ?? versionOf(name)])
  writeJson(
    { name: basename(project), ...manifest, dependencies: Object.fromEntries(versions) },
    project,
    "package.json"
  )
}

const managers = {
  npm: {
    prepare: (home) =>
      writeJson({ private: true, workspaces: ["projects/*"], overrides: tarballs }, home, "package.json"),
    install: ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]
  },
  pnpm: {
    // Each project sees what it names and nothing else, so that a dependency that is not declared shows.
    prepare: (home) => {
      writeJson({ private: true }, home, "package.json")
      writeJson({ packages: ["projects/*"], overrides: tarballs }, home, "pnpm-workspace.yaml")
    },
    install: ["install", "--prefer-offline", "--ignore-scripts", "--reporter=silent"]
  }
}

const checkWith = async (manager, { install, prepare }) => {
  const home = join(folder, manager)
  const projects = join(home, "projects")
  mkdirSync(projects, { recursive: true })
  for (const library of libraries) pasteReadme(projects, library)
  mkdirSync(join(projects, "command-line"))
  writeJson({ dependencies: { "@holdfast/cli": "*" } }, projects, "command-line/package.json")
  for (const example of readdirSync(join(root, "examples"), { withFileTypes: true })) {
    if (!existsSync(join(root, "examples", example.name, "package.json"))) continue
    const target = join(projects, example.name)
    cpSync(join(root, "examples", example.name), target, {
      recursive: true,
      filter: (source) => !source.endsWith("node_modules")
    })
    cpSync(join(root, "examples/tsconfig.json"), join(target, "tsconfig.json"))
  }
  for (const name of readdirSync(projects)) pin(join(projects, name))
  prepare(home)
  await runBeside(manager, install, home)
  let programs = 0

  for (const name of readdirSync(projects).sort()) {
    const project = join(projects, name)
    /** A program that was installed: for the project alone, or for all of them. */
    const installed = (program) => {
      const places = [project, home].map((place) => join(place, "node_modules/.bin", program))
      return places.find((place) => existsSync(place)) ?? fail(`${manager}: ${name}: there is no ${program}`)
    }
    if (name === "command-line") {
      await runBeside(
        installed("kubectl-holdfast"),
        ["explain", "x509: certificate signed by unknown authority"],
        project
      )
      console.log(`${manager}: ${(await runBeside(installed("holdfast"), ["--version"], project)).trim()}`)
      continue
    }
    await runBeside(installed("tsc"), ["--noEmit"], project)
    for (const file of globSync("{fence,with}-*.ts", { cwd: project }).sort()) {
      if (file.endsWith(".shown.ts")) continue
      const isTest = file.endsWith(".test.ts")
      await (isTest ? runBeside(installed("vitest"), ["run", file], project) : runBeside("node", [file], project))
      programs++
    }
  }
  console.log(
    `${manager}: ${libraries.length} READMEs as they stand and all examples type-check; ${programs} programs run`
  )
}
await Promise.all(Object.entries(managers).map(([manager, how]) => checkWith(manager, how)))

console.log(`${Object.keys(tarballs).length} packages checked outside of the workspace, on Node ${process.version}`)
if (keep) console.log(folder)
