/**
 * Renders deploy/holdfast.yaml, the manifest in one file, from the chart, and gives the chart the package's version:
 *
 *     node scripts/render.ts [--check]     --check writes nothing and fails where something is out of date
 *
 * The kustomize base is this file with a kustomization beside it, and `holdfast bootstrap` has it built in.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Helm from "./helm.ts"

const folder = join(import.meta.dirname, "..")
const chart = join(folder, "chart")
const check = process.argv.includes("--check")

const read = (path: string): string => readFileSync(path, "utf8")

/** Writes a file, or only looks whether it would change. */
const put = (path: string, text: string): void => {
  if (read(path) === text) return
  if (check) {
    console.error(`${path} is not what the chart gives: run node packages/operator/scripts/render.ts`)
    process.exitCode = 1
  } else writeFileSync(path, text)
}

const helm = Helm.findOrBuild()
if (helm === undefined) {
  console.error("Helm is built with Go, which is not here: install Go, or set HELM to the path of Helm 4")
  process.exit(69)
}

const { version } = JSON.parse(read(join(folder, "package.json"))) as { readonly version: string }
put(
  join(chart, "Chart.yaml"),
  read(join(chart, "Chart.yaml")).replace(/^(version|appVersion): .*$/gm, (_, key: string) => `${key}: ${version}`)
)

const args = ["holdfast", chart, "--namespace=holdfast-system", "--include-crds", "--set=createNamespace=true"]
const { status, stderr, stdout } = Helm.run(helm, ["template", ...args])
if (status !== 0) {
  console.error(stderr)
  process.exit(1)
}
put(
  join(folder, "deploy", "holdfast.yaml"),
  `# Holdfast's operator, rendered from packages/operator/chart: change it there.\n${stdout}`
)
