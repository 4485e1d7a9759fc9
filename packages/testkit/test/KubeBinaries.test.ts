import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, it } from "@effect/vitest"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import * as Effect from "effect/Effect"
import { afterEach, beforeEach, describe, vi } from "vitest"

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-binaries-"))
  vi.stubEnv("KUBEBUILDER_ASSETS", "")
  vi.stubEnv("XDG_CACHE_HOME", folder)
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const put = (directory: string, name: string, mode = 0o755): void => {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, name), "#!/bin/sh\n")
  chmodSync(join(directory, name), mode)
}

const inCache = (): string => {
  const [, version] = /kube-apiserver\/(v[\d.]+)/.exec(Effect.runSync(Effect.flip(KubeBinaries.find)).message) ?? []
  return join(folder, "holdfast", "kube-apiserver", version ?? "")
}

describe("KubeBinaries", () => {
  it.effect("takes them from KUBEBUILDER_ASSETS", () =>
    Effect.gen(function* () {
      const assets = join(folder, "assets")
      put(assets, "kube-apiserver")
      put(assets, "etcd")
      vi.stubEnv("KUBEBUILDER_ASSETS", assets)
      assert.deepStrictEqual(yield* KubeBinaries.find, {
        kubeApiserver: join(assets, "kube-apiserver"),
        etcd: join(assets, "etcd"),
        kubectl: undefined
      })
    })
  )

  it.effect("does not look elsewhere when KUBEBUILDER_ASSETS lacks one", () =>
    Effect.gen(function* () {
      put(inCache(), "kube-apiserver")
      put(inCache(), "etcd")
      vi.stubEnv("KUBEBUILDER_ASSETS", join(folder, "assets"))
      const error = yield* Effect.flip(KubeBinaries.find)
      assert.strictEqual(error.reason, "assets-incomplete")
      assert.strictEqual(
        error.message,
        `No kube-apiserver: KUBEBUILDER_ASSETS is ${join(folder, "assets")}, which lacks kube-apiserver or etcd`
      )
    })
  )

  it.effect("takes them from the user's cache, each version from its own folder", () =>
    Effect.gen(function* () {
      const cache = inCache()
      assert.match(cache, /\/v1\.\d+\.\d+$/)
      for (const name of ["kube-apiserver", "etcd", "kubectl"]) put(cache, name)
      assert.deepStrictEqual(yield* KubeBinaries.find, {
        kubeApiserver: join(cache, "kube-apiserver"),
        etcd: join(cache, "etcd"),
        kubectl: join(cache, "kubectl")
      })
    })
  )

  it.effect("does not take a file that cannot be run", () =>
    Effect.gen(function* () {
      const cache = inCache()
      put(cache, "kube-apiserver", 0o644)
      put(cache, "etcd")
      assert.strictEqual((yield* Effect.flip(KubeBinaries.find)).reason, "not-built")
    })
  )

  it.live("says in one line that Go is missing", () =>
    Effect.gen(function* () {
      vi.stubEnv("PATH", folder)
      const error = yield* Effect.flip(KubeBinaries.findOrBuild)
      assert.strictEqual(error.reason, "no-go")
      assert.match(
        error.message,
        /^No kube-apiserver: KUBEBUILDER_ASSETS is not set, and building one takes Go \d+\.\d+\.\d+, which is not installed$/
      )
    })
  )

  it.live("says in one line that Go is too old", () =>
    Effect.gen(function* () {
      writeFileSync(join(folder, "go"), "#!/bin/sh\necho go1.21.3\n", { mode: 0o755 })
      vi.stubEnv("PATH", folder)
      const error = yield* Effect.flip(KubeBinaries.findOrBuild)
      assert.strictEqual(error.reason, "go-too-old")
      assert.match(error.message, /building one takes Go \d+\.\d+\.\d+; here is 1\.21\.3$/)
    })
  )

  it.live("builds once for all who ask at the same time, and takes nothing that is half built", () =>
    Effect.gen(function* () {
      // Stands for Go: it "compiles" by writing what -o names, and says that it was asked.
      const log = join(folder, "asked")
      const script = `#!/bin/sh
case "$1" in
env) echo go99.0.0 ;;
build) while [ "$1" != -o ]; do shift; done; echo "$2" >>${log}; sleep 0.1; mkdir -p "$(dirname "$2")"; printf '#!/bin/sh\\n' >"$2"; chmod 755 "$2" ;;
esac
`
      writeFileSync(join(folder, "go"), script, { mode: 0o755 })
      vi.stubEnv("PATH", `${folder}:${process.env["PATH"]}`)
      const all = yield* Effect.all([KubeBinaries.findOrBuild, KubeBinaries.findOrBuild], { concurrency: 2 })
      assert.deepStrictEqual(all[0], all[1])
      assert.strictEqual(all[0].kubeApiserver, join(dirname(all[0].etcd), "kube-apiserver"))
      assert.strictEqual(readFileSync(log, "utf8").trim().split("\n").length, 3)
    })
  )

  it.live("tells what the compiler said when the build fails, and leaves nothing in the cache", () =>
    Effect.gen(function* () {
      const script = '#!/bin/sh\n[ "$1" = env ] && echo go99.0.0 && exit\necho "main.go:1: no" >&2\nexit 1\n'
      writeFileSync(join(folder, "go"), script, { mode: 0o755 })
      vi.stubEnv("PATH", `${folder}:${process.env["PATH"]}`)
      const error = yield* Effect.flip(KubeBinaries.findOrBuild)
      assert.strictEqual(error.reason, "build-failed")
      assert.strictEqual(error.message, "No kube-apiserver: building etcd failed: main.go:1: no")
      assert.strictEqual((yield* Effect.flip(KubeBinaries.find)).reason, "not-built")
    })
  )
})
