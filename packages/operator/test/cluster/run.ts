/**
 * The operator on a real node: its image, `holdfast bootstrap`, rotations under load of its own webhook and of one that
 * reads a mounted Secret, with and without the nudge, and `holdfast uninstall`, after which nothing is left.
 *
 *     node packages/operator/test/cluster/run.ts
 *
 * Needs root, Go, and the one-node cluster's commands (`../shared/cluster` beside the repository, or
 * `CLUSTER_HARNESS`); says so in one line and ends well where they are missing. The bundles have to be built.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { inside } from "./inside.ts"
import { must } from "./must.ts"

const here = import.meta.dirname
const root = resolve(here, "../../../..")
const harness = process.env["CLUSTER_HARNESS"] ?? resolve(root, "../shared/cluster")
const cluster = "holdfast-operator"
const manifest = join(root, "packages/operator/deploy/holdfast.yaml")

const bringUp = (image: string): void => {
  const rootfs = mkdtempSync(join(tmpdir(), "holdfast-image-"))
  try {
    must(process.execPath, [join(root, "packages/operator/image/rootfs.mjs"), rootfs])
    must(join(harness, "up"), ["--name", cluster])
    const recipe = readFileSync(join(root, "packages/operator/image/Containerfile"), "utf8")
    const entrypoint: ReadonlyArray<string> = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(recipe)?.[1] ?? "")
    must(join(harness, "image"), ["--name", cluster, image, rootfs, ...entrypoint])
  } finally {
    rmSync(rootfs, { recursive: true })
  }
}

const main = async (): Promise<number> => {
  const image = /image: "(\S+)"/.exec(readFileSync(manifest, "utf8"))?.[1] ?? ""
  if (process.argv[2] === "--inside") return inside({ root, image })
  const missing = !existsSync(join(harness, "up"))
    ? "the one-node cluster's commands are not here"
    : process.getuid?.() !== 0
      ? "the one-node cluster needs root"
      : undefined
  if (missing !== undefined) {
    console.log(`skipped: ${missing}`)
    return 0
  }
  bringUp(image)
  const played = spawnSync(
    join(harness, "exec"),
    ["--name", cluster, process.execPath, import.meta.filename, "--inside"],
    { stdio: "inherit" }
  )
  must(join(harness, "down"), ["--name", cluster])
  return played.status ?? 1
}

process.exitCode = await main()
