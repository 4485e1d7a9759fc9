/**
 * The root scripts' entry: makes the tools ready, then runs one of the tasks below. It has to work on Node 20 and npm
 * alone, before anything is installed, so it uses Node's own modules and nothing newer than Node 20 has.
 *
 *     node scripts/run.mjs TASK [ARGUMENT ...]
 */
import { spawnSync } from "node:child_process"
import process from "node:process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

const build = (...filters) => [
  "turbo",
  "run",
  "build",
  "--output-logs=errors-only",
  ...filters.map((name) => `--filter=${name}`)
]

/** Each task is a list of commands; the first that fails ends it. `args` are the user's own. */
const tasks = {
  build: () => [build()],
  demo: (args) => [build("@holdfast/cli"), ["node", "packages/cli/dist/holdfast.mjs", "demo", ...args]],
  test: (args) => [build("@holdfast/cli", "@holdfast/operator"), ["vitest", "run", ...args]],
  "test:docs": (args) => [["vitest", "run", "--config", "vitest.docs.config.ts", ...args]],
  "test:apiserver": (args) => [
    build("@holdfast/cli", "@holdfast/operator"),
    ["vitest", "run", "--config", "vitest.apiserver.config.ts", ...args]
  ],
  "test:faults": (args) => [build("@holdfast/cli"), ["vitest", "run", "--config", "vitest.faults.config.ts", ...args]],
  bench: (args) => [build("@holdfast/cli", "@holdfast/operator"), ["node", "bench/run.ts", ...args]],
  profile: (args) => [["node", "--disable-warning=ExperimentalWarning", "bench/flame/run.ts", ...args]],
  hammer: (args) => [
    build("@holdfast/operator"),
    ["node", "--disable-warning=ExperimentalWarning", "packages/operator/test/hammer/run.ts", ...args]
  ],
  soak: (args) => [
    build("@holdfast/operator"),
    ["node", "--disable-warning=ExperimentalWarning", "packages/operator/test/soak/run.ts", ...args]
  ],
  fuzz: (args) => [["node", "reliability/fuzz.ts", ...args]],
  docs: () => [["node", "docs/build.mjs"]],
  "release:dry": () => [["node", "scripts/release-dry.mjs"]],
  check: () => [
    ["biome", "ci", "--error-on-warnings"],
    ["tsc", "-b"],
    ["knip"],
    ["vitest", "run", "--config", "vitest.docs.config.ts"],
    ["node", "scripts/api-report.mjs", "--check"],
    ["node", "scripts/dependencies.mjs", "--check"],
    ["node", "reliability/regular-expressions.ts", "--check"],
    ["node", "docs/links.mjs"],
    ["node", "scripts/check-packages.mjs"]
  ],
  /** The last step of `check` alone, for the other Nodes that the packages are for. */
  packages: () => [["node", "scripts/check-packages.mjs"]]
}

const [task = "", ...args] = process.argv.slice(2)
const commands = tasks[task]
if (commands === undefined) {
  console.error(`unknown task "${task}": choose one of ${Object.keys(tasks).join(", ")}`)
  process.exit(64)
}

/** Ends this process with the command's own exit code, or its signal, when it fails. */
const run = (command, options = {}) => {
  const [program = "", ...rest] = command
  const { status, signal, error } = spawnSync(program, rest, { cwd: root, stdio: "inherit", ...options })
  if (error !== undefined) console.error(`${program}: ${error.message}`)
  if (signal !== null) process.kill(process.pid, signal)
  if (status !== 0) process.exit(status ?? 1)
}

const works = (program, accept) => {
  const { status, stdout } = spawnSync(program, ["--version"], { cwd: root, encoding: "utf8" })
  return status === 0 && accept(stdout.trim().replace(/^v/, "").split(".").map(Number))
}
const nodeIsNew = works(process.execPath, ([major, minor]) => major > 22 || (major === 22 && minor >= 19))
const pnpmIsThere = works("pnpm", ([major]) => major === 12)

if (!nodeIsNew || !pnpmIsThere) {
  if (process.env.HOLDFAST_TOOLS !== undefined) {
    console.error("Node ≥ 22.19 and pnpm 12 could not be had from npm; install them and run this again")
    process.exit(69)
  }
  // A Node that is new enough is kept: it may be the one that something is to be tested on.
  const missing = [...(nodeIsNew ? [] : ["node@24"]), "pnpm@12"]
  console.error(`Fetching ${missing.join(" and ")} from npm (once; kept in npm's cache) …`)
  const tools = ["--yes", ...missing.map((name) => `--package=${name}`), "--", "node", fileURLToPath(import.meta.url)]
  run(["npx", ...tools, task, ...args], { env: { ...process.env, HOLDFAST_TOOLS: "npx" } })
} else {
  run(["pnpm", "install", "--frozen-lockfile", "--prefer-offline", "--reporter=silent"])
  for (const command of commands(args)) {
    // Node itself is started directly: pnpm would turn its exit codes into its own.
    run(command[0] === "node" ? command : ["pnpm", "exec", ...command], {
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" }
    })
  }
}
