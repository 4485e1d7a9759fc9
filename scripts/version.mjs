/**
 * Turns the changesets into versions and changelogs, and writes the version where else it stands. All packages and the
 * chart have one version, since an operator, its chart and the command line that installs it are released together.
 */
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const run = (program, ...args) => execFileSync(program, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] })

run("pnpm", "exec", "changeset", "version")

const { version } = JSON.parse(readFileSync(join(root, "packages/k8s-adapter/package.json"), "utf8"))
const constant = join(root, "packages/k8s-adapter/src/internal/version.ts")
writeFileSync(constant, readFileSync(constant, "utf8").replace(/version = "[^"]+"/, `version = "${version}"`))
// The chart, and the manifests that are rendered from it.
run(process.execPath, "packages/operator/scripts/render.ts")
