/**
 * Where Helm comes from: `HELM`, else the version that helm/go.mod pins, built once into the user's cache.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join } from "node:path"

const module = join(import.meta.dirname, "helm")
const version = /^\s*(?:require )?helm\.sh\/helm\/v4 (v\S+)/m.exec(readFileSync(join(module, "go.mod"), "utf8"))?.[1]

const cached = join(
  process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"),
  "holdfast",
  "helm",
  version ?? "",
  "helm"
)

/** The path of Helm; `undefined` where there is none yet. */
export const find = (): string | undefined => process.env["HELM"] || (existsSync(cached) ? cached : undefined)

/** The path of Helm, which is built where there is none yet; `undefined` where there is no Go to build it with. */
export const findOrBuild = (): string | undefined => {
  const found = find()
  if (found !== undefined) return found
  console.error(`holdfast: building Helm ${version} into ${dirname(cached)}, once; about two minutes on two cores`)
  mkdirSync(dirname(cached), { recursive: true })
  // Built aside and moved: what an interrupted build leaves is never taken for Helm, and two builds do not mix.
  const unfinished = `${cached}.${process.pid}`
  const { error, status } = spawnSync(
    "go",
    ["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", unfinished, "helm.sh/helm/v4/cmd/helm"],
    { cwd: module, stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, GOTOOLCHAIN: "local" } }
  )
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return undefined
  if (status !== 0) throw new Error(`building Helm ${version} failed`)
  renameSync(unfinished, cached)
  return cached
}

/** Runs Helm; gives what it printed and how it ended. */
export const run = (
  helm: string,
  args: ReadonlyArray<string>
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } =>
  spawnSync(helm, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
