/** The example of a pipeline, as it stands, on a cluster whose webhook is not trusted for a while. */
import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { stringify } from "yaml"
import { bundle, type Ran, temporaryFolder } from "./support/bundle.ts"
import { servers, withOperator } from "./support/operator.ts"

const script = fileURLToPath(new URL("../../../examples/ci-pipeline/deploy.sh", import.meta.url))
const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0
if (!hasKubectl) console.log("skipped: the example of a pipeline, which takes kubectl")

/** A job's checkout, with the programs that the script calls. */
const checkout = (kubeconfig: string, repositories: ReadonlyArray<string>) => {
  const folder = temporaryFolder()
  const programs = join(folder, "bin")
  for (const made of [programs, join(folder, "manifests")]) mkdirSync(made)
  writeFileSync(join(programs, "holdfast"), `#!/bin/sh\nexec "${process.execPath}" "${bundle()}" "$@"\n`, {
    mode: 0o755
  })
  writeFileSync(join(folder, "kubeconfig"), kubeconfig)
  for (const name of repositories) {
    const repository = {
      apiVersion: "packages.glasskube.dev/v1alpha1",
      kind: "PackageRepository",
      metadata: { name },
      spec: { url: "https://packages.example.org/" }
    }
    writeFileSync(join(folder, "manifests", `${name}.yaml`), stringify(repository))
  }
  const env = {
    HOME: folder,
    KUBECONFIG: join(folder, "kubeconfig"),
    PATH: [programs, process.env["PATH"] ?? ""].join(delimiter)
  }
  const deploy = Effect.callback<Ran>((resume) => {
    const child = spawn("sh", [script, "manifests"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] })
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", (text) => {
      stdout += text
    })
    child.stderr.on("data", (text) => {
      stderr += text
    })
    child.on("close", (code, signal) => resume(Effect.succeed({ code, signal, stdout, stderr })))
  })
  return { folder, deploy }
}

describe.skipIf(!hasKubectl)("the example of a pipeline", () => {
  it.live(
    "deploys through a window in which the webhook is not trusted",
    () =>
      Effect.gen(function* () {
        const { bootstrap, cluster, simulation, startBootstrap } = yield* withOperator(yield* servers.embedded.make)
        const fresh = yield* bootstrap()
        assert.strictEqual(fresh.code, 0, fresh.stderr)
        // Longer than the first check takes, also on a busy machine.
        simulation.lag = 12_000
        const { opened } = simulation
        const rotating = yield* startBootstrap("--rotate", "--no-nudge")
        yield* Effect.repeat(Effect.sleep("20 millis"), { until: () => simulation.opened > opened })

        const { deploy, folder } = checkout(cluster.kubeconfig, ["team"])
        const { code, stderr, stdout } = yield* deploy
        assert.strictEqual(code, 0, `${stdout}${stderr}`)
        assert.match(stderr, /unknown-authority/)
        assert.isAtLeast(yield* Clock.currentTimeMillis, simulation.closed)
        assert.match(stdout, /packagerepository\.packages\.glasskube\.dev\/team serverside-applied/)
        assert.isTrue(existsSync(join(folder, "deployment.html")))
        assert.strictEqual((yield* Effect.promise(() => rotating.ended)).code, 0)
      }).pipe(Effect.scoped),
    120_000
  )

  it.live(
    "fails at once, and looks no further, where a webhook refuses",
    () =>
      Effect.gen(function* () {
        const review = ({ name }: { readonly name?: string }) => ({ allowed: name !== "refused" })
        const { bootstrap, cluster } = yield* withOperator(yield* servers.embedded.make, { review })
        const fresh = yield* bootstrap()
        assert.strictEqual(fresh.code, 0, fresh.stderr)
        const { deploy } = checkout(cluster.kubeconfig, ["refused"])
        const { code, stderr } = yield* deploy
        assert.strictEqual(code, 1, stderr)
        assert.match(stderr, /denied the request/)
        assert.notMatch(stderr, /next try/)
      }).pipe(Effect.scoped),
    60_000
  )
})
