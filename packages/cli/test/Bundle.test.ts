import { mkdtempSync, readdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as DefaultRepository from "@holdfast/cli/bootstrap/DefaultRepository"
import * as DemoCluster from "@holdfast/cli/demo/DemoCluster"
import { objects } from "@holdfast/cli/demo/DemoManifest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { type KubernetesObject, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import { Effect, Random } from "effect"
import { bundle, run, start, temporaryFile } from "./support/bundle.ts"

const program = bundle()
const manifest = temporaryFile("operator.json", JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }))

/** What is different in every cluster, or at every run. */
const random: ReadonlySet<string> = new Set([
  "caBundle",
  "clusterIP",
  "clusterIPs",
  "controller-uid",
  "batch.kubernetes.io/controller-uid"
])

/** What a bootstrap leaves behind. */
const finalState = (kubeconfig: string) =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient.make({ text: kubeconfig })
    return yield* Effect.forEach([...objects, DefaultRepository.make(DefaultRepository.defaultUrl)], (object) =>
      Effect.map(client.get(toRef(object)), (live: KubernetesObject) => {
        const { metadata, status, apiVersion: _, ...rest } = live
        const said = JSON.stringify({ ...rest, labels: metadata.labels }, (key, value) =>
          random.has(key) ? undefined : value
        )
        return { said, name: metadata.name, complete: JSON.stringify(status ?? {}).includes('"Complete"') }
      })
    )
  }).pipe(Effect.scoped)

describe("the bundled program", () => {
  it("is one file that runs with nothing beside it", async () => {
    assert.deepStrictEqual(readdirSync(dirname(program)), ["holdfast.mjs"])
    const { code, stdout, stderr } = await run(program, ["--version"])
    assert.strictEqual(stderr, "")
    assert.strictEqual(code, 0)
    assert.match(stdout, /^holdfast \d/)
  })

  it("runs under another name, and through a link", async () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-cli-"))
    const { symlinkSync, copyFileSync } = await import("node:fs")
    copyFileSync(program, join(folder, "hf.mjs"))
    symlinkSync(join(folder, "hf.mjs"), join(folder, "link"))
    for (const name of ["hf.mjs", "link"]) {
      const { code, stdout, stderr } = await run(join(folder, name), ["version", "--client"])
      assert.strictEqual(code, 0, stderr)
      assert.match(stdout, /^Client version: /)
    }
  })

  it("drops what is written to a pipe that closes early, and finishes", async () => {
    const { child, ended } = start(program, ["explain", "-o", "jsonl"])
    child.stdout.destroy()
    child.stdin.on("error", () => {})
    for (let line = 0; line < 5000; line++) child.stdin.write(`line ${line}: x509: certificate has expired\n`)
    child.stdin.end()
    const { stderr, signal } = await ended
    assert.isNull(signal)
    assert.notInclude(stderr, "EPIPE")
  })

  it("plays the demo to its end, with no cluster, in under 30 seconds", { timeout: 60_000 }, async () => {
    const began = performance.now()
    const { code, stdout, stderr } = await run(program, ["demo"])
    assert.strictEqual(code, 0, stderr)
    assert.isBelow(performance.now() - began, 30_000)
    assert.match(stdout, /The window was open for \d/)
    assert.match(stdout, /The webhook was answered \d+ ms after its end/)
    assert.match(stdout, /Sleeping 2, 6, 18 and 54 s between attempts would have succeeded/)
    assert.match(stdout, /woken: /)
    assert.match(stderr, /attempt 1 failed/)
  })

  it.live(
    "leaves the same objects after being killed at any moment and run again",
    () =>
      Effect.gen(function* () {
        const moments = yield* Effect.forEach(Array.from({ length: 10 }), () => Random.nextIntBetween(60, 2600))
        const bootstrapped = (kill: number | undefined) =>
          Effect.gen(function* () {
            const cluster = yield* DemoCluster.make
            const env = { KUBECONFIG: temporaryFile("kubeconfig", cluster.server.kubeconfig) }
            const words = ["bootstrap", "-f", manifest, "--no-progress", "--rotate"]
            const [state] = yield* cluster.withKubelet(
              { lag: 400, nudged: true },
              Effect.gen(function* () {
                if (kill !== undefined) {
                  const { child, ended } = start(program, words, env)
                  yield* Effect.sleep(kill)
                  child.kill("SIGKILL")
                  yield* Effect.promise(() => ended)
                }
                const { code, stderr } = yield* Effect.promise(() => run(program, words, env))
                assert.strictEqual(code, 0, `killed after ${kill} ms: ${stderr}`)
                return yield* finalState(cluster.server.kubeconfig)
              })
            )
            return state
          }).pipe(Effect.scoped)
        const undisturbed = yield* bootstrapped(undefined)
        yield* Effect.forEach(
          moments,
          (moment) =>
            Effect.map(bootstrapped(moment), (state) =>
              assert.deepStrictEqual(state, undisturbed, `killed after ${moment} ms`)
            ),
          { concurrency: 3 }
        )
      }),
    120_000
  )
})
