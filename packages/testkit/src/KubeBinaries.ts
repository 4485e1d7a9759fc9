/**
 * Where the programs of a real control plane come from: `kube-apiserver`, `etcd` and `kubectl`.
 *
 * @since 0.1.0
 */
import { execFile } from "node:child_process"
import { accessSync, constants, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { build } from "./internal/kube-apiserver/goBuild.ts"

/**
 * The programs, as absolute paths.
 *
 * @category models
 * @since 0.1.0
 */
export interface KubeBinaries {
  readonly kubeApiserver: string
  readonly etcd: string
  /** Not there where `KUBEBUILDER_ASSETS` has none. */
  readonly kubectl: string | undefined
}

/**
 * The programs are nowhere, and cannot be built here.
 *
 * @category errors
 * @since 0.1.0
 */
export class KubeBinariesUnavailable extends Data.TaggedError("KubeBinariesUnavailable")<{
  readonly reason: "assets-incomplete" | "not-built" | "no-go" | "go-too-old" | "build-failed"
  readonly detail: string
}> {
  override get message(): string {
    return `No kube-apiserver: ${this.detail}`
  }
}

/**
 * Finds the programs without building anything: in `KUBEBUILDER_ASSETS`, the convention of the Go ecosystem's
 * `envtest`, else in the user's cache (`XDG_CACHE_HOME`, or `~/.cache`).
 *
 * **When to use**
 *
 * Use to decide whether a suite can run. A suite that cannot should say so and be skipped.
 *
 * @category constructors
 * @since 0.1.0
 */
export const find: Effect.Effect<KubeBinaries, KubeBinariesUnavailable> = Effect.suspend(() => {
  const assets = process.env["KUBEBUILDER_ASSETS"]
  if (assets !== undefined && assets !== "") {
    const found = inFolder(assets)
    return found === undefined
      ? unavailable("assets-incomplete", `KUBEBUILDER_ASSETS is ${assets}, which lacks kube-apiserver or etcd`)
      : Effect.succeed(found)
  }
  const found = inFolder(cacheFolder())
  return found === undefined
    ? unavailable("not-built", `KUBEBUILDER_ASSETS is not set, and ${cacheFolder()} is empty`)
    : Effect.succeed(found)
})

/**
 * Finds the programs, and builds them into the user's cache if they are nowhere and Go is here. That happens once,
 * takes about ten minutes on two cores, and tells of its progress on the console's error output. Two processes that
 * ask at the same time share one build.
 *
 * @category constructors
 * @since 0.1.0
 */
export const findOrBuild: Effect.Effect<KubeBinaries, KubeBinariesUnavailable> = Effect.catchIf(
  find,
  ({ reason }) => reason === "not-built",
  () =>
    Effect.gen(function* () {
      yield* goIsThere
      const folder = cacheFolder()
      yield* Effect.catchTag(
        build({
          module: module.folder,
          into: folder,
          version: module.kubernetes,
          isBuilt: () => inFolder(folder) !== undefined
        }),
        "BuildFailed",
        ({ message }) => unavailable("build-failed", message)
      )
      return yield* find
    })
)

const unavailable = (reason: KubeBinariesUnavailable["reason"], detail: string) =>
  Effect.fail(new KubeBinariesUnavailable({ reason, detail }))

/** The Go module beside this package's `src` (or `dist`), whose go.mod says which versions there are. */
const module = (() => {
  const folder = fileURLToPath(new URL("../go", import.meta.url))
  const goMod = readFileSync(join(folder, "go.mod"), "utf8")
  const version = (pattern: RegExp) => pattern.exec(goMod)?.[1] ?? ""
  return { folder, go: version(/^go (\S+)$/m), kubernetes: version(/^\s+k8s\.io\/kubernetes (v\S+)$/m) }
})()

const cacheFolder = (): string =>
  join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "holdfast", "kube-apiserver", module.kubernetes)

const inFolder = (folder: string): KubeBinaries | undefined => {
  const [kubeApiserver, etcd, kubectl] = ["kube-apiserver", "etcd", "kubectl"].map((name) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return join(folder, name)
    } catch {
      return undefined
    }
  })
  return kubeApiserver === undefined || etcd === undefined ? undefined : { kubeApiserver, etcd, kubectl }
}

const goIsThere: Effect.Effect<void, KubeBinariesUnavailable> = Effect.flatMap(
  Effect.option(
    // A newer toolchain, which Go would fetch by itself, is not asked for.
    Effect.tryPromise(() =>
      promisify(execFile)("go", ["env", "GOVERSION"], { env: { ...process.env, GOTOOLCHAIN: "local" } })
    )
  ),
  (found) => {
    const wanted = `KUBEBUILDER_ASSETS is not set, and building one takes Go ${module.go}`
    if (found._tag === "None") return unavailable("no-go", `${wanted}, which is not installed`)
    const version = found.value.stdout.trim().replace(/^go/, "")
    return atLeast(version, module.go) ? Effect.void : unavailable("go-too-old", `${wanted}; here is ${version}`)
  }
)

const atLeast = (version: string, wanted: string): boolean => {
  const numbers = (text: string) => text.split(/[^0-9]+/).map(Number)
  const [have, want] = [numbers(version), numbers(wanted)]
  const index = want.findIndex((number, i) => number !== (have[i] ?? 0))
  return index === -1 || (have[index] ?? 0) > (want[index] ?? 0)
}
