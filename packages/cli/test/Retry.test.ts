import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as DemoCluster from "@holdfast/cli/demo/DemoCluster"
import { objects } from "@holdfast/cli/demo/DemoManifest"
import { Clock, Effect } from "effect"
import { bundle, start, temporaryFile } from "./support/bundle.ts"
import { holdfast, type RunOptions } from "./support/holdfast.ts"

const vacuum =
  'Internal error occurred: failed calling webhook "a.example.org": failed to call webhook: Post "https://a.b.svc:443/x?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority'

/** A command that fails some times, with some words, and then succeeds. */
const failing = (times: number, words: string, exitCode = 1) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-cli-"))
  const counter = join(folder, "runs")
  writeFileSync(counter, "0")
  const script = `
    const fs = require("node:fs")
    const run = Number(fs.readFileSync(${JSON.stringify(counter)}, "utf8")) + 1
    fs.writeFileSync(${JSON.stringify(counter)}, String(run))
    const input = process.argv[1] === "read" ? fs.readFileSync(0, "utf8") : ""
    console.log("run " + run + " " + input)
    if (run <= ${times}) { console.error(${JSON.stringify(words)}); process.exit(${exitCode}) }
  `
  return { command: [process.execPath, "-e", script], runs: () => Number(readFileSync(counter, "utf8")) }
}

const env = { PATH: process.env["PATH"] ?? "", HOME: tmpdir() }
const retry = (flags: ReadonlyArray<string>, command: ReadonlyArray<string>, options: RunOptions = {}) =>
  holdfast(["retry", "--retry-base-delay", "10ms", ...flags, "--", ...command], { ...options, env })

describe("holdfast retry", () => {
  it("runs a command again while its error passes by itself", async () => {
    const { command, runs } = failing(2, vacuum)
    const { code, stdout, stderr } = await retry([], command)
    assert.strictEqual(code, 0, stderr)
    assert.strictEqual(runs(), 3)
    assert.match(stdout, /run 1 \nrun 2 \nrun 3 \n/)
    assert.match(stderr, /attempt 2 failed after .*: webhook a\.example\.org: unknown-authority/)
  })

  it("lets any other failure through at once, with the command's own exit code", async () => {
    for (const [words, code] of [
      ["error: the object is invalid", 3],
      ['admission webhook "a.example.org" denied the request: x509: certificate signed by unknown authority', 7]
    ] as const) {
      const { command, runs } = failing(1, words, code)
      const ran = await retry([], command)
      assert.strictEqual(ran.code, code, ran.stderr)
      assert.strictEqual(runs(), 1)
      assert.strictEqual(ran.stderr, `${words}\n`)
    }
  })

  it("gives every attempt the same standard input", async () => {
    const { command } = failing(1, vacuum)
    const { code, stdout, stderr } = await retry([], [...command, "read"], { stdin: "hello" })
    assert.strictEqual(code, 0, stderr)
    assert.strictEqual(stdout, "run 1 hello\nrun 2 hello\n")
  })

  it("gives up with the command's own exit code", async () => {
    const { command, runs } = failing(99, vacuum, 5)
    const { code } = await retry(["--retry-max-attempts", "3"], command)
    assert.strictEqual(code, 5)
    assert.strictEqual(runs(), 3)
    const slow = failing(99, vacuum, 6)
    assert.strictEqual((await retry(["--deadline", "300ms"], slow.command)).code, 6)
  })

  it("names a command that is not there, and a missing one", async () => {
    const missing = await retry([], ["no-such-command-here"])
    assert.strictEqual(missing.code, 127)
    assert.match(missing.stderr, /^error: there is no command no-such-command-here/)
    assert.strictEqual((await holdfast(["retry"], { env })).code, 64)
  })

  it("passes Ctrl-C on to the command and waits for its end", async () => {
    const script =
      'process.on("SIGINT", () => setTimeout(() => { console.log("tidied up"); process.exit(0) }, 100)); setInterval(() => {}, 1000); console.log("ready")'
    const { child, ended } = start(bundle(), ["retry", "--", process.execPath, "-e", script])
    await new Promise<void>((resolve) => {
      child.stdout.on("data", (text: string) => text.includes("ready") && resolve())
    })
    child.kill("SIGINT")
    const { code, stdout } = await ended
    assert.strictEqual(code, 130)
    assert.include(stdout, "tidied up")
  })

  it.live(
    "is woken by the cluster when the vacuum ends",
    () =>
      Effect.gen(function* () {
        const cluster = yield* DemoCluster.make
        const kubeconfig = temporaryFile("kubeconfig", cluster.server.kubeconfig)
        const manifest = temporaryFile(
          "operator.json",
          JSON.stringify({ apiVersion: "v1", kind: "List", items: objects })
        )
        const run = (words: ReadonlyArray<string>) =>
          Effect.promise(() => holdfast(words, { env: { ...env, KUBECONFIG: kubeconfig } }))
        const kubelet = { lag: 6000, nudged: false }
        const [result, window] = yield* cluster.withKubelet(
          kubelet,
          Effect.gen(function* () {
            yield* run(["bootstrap", "-f", manifest])
            yield* run(["bootstrap", "-f", manifest, "--rotate", "--no-wait", "--create-default-repository=false"])
            yield* Effect.sleep("300 millis")
            const repository = temporaryFile(
              "repository.json",
              JSON.stringify({
                apiVersion: "packages.glasskube.dev/v1alpha1",
                kind: "PackageRepository",
                metadata: { name: "glasskube" },
                spec: { url: "https://example.org/other/" }
              })
            )
            // A tool that knows no patience, in the words of kubectl.
            const apply = `${process.execPath} ${bundle()} apply -f ${repository} --retry-max-attempts=1 --force-conflicts`
            const words = vacuum.replace("a.example.org", "repositories.packages.glasskube.dev")
            const inner = ["sh", "-c", `${apply} 2>/dev/null || { echo '${words}' >&2; exit 1; }`]
            const ran = yield* run(["retry", "--retry-max-delay", "20s", "--retry-base-delay", "20s", "--", ...inner])
            return { ...ran, ended: yield* Clock.currentTimeMillis }
          })
        )
        assert.strictEqual(result.code, 0, result.stderr)
        assert.include(result.stderr, "woken: ")
        // By the clock alone it would have been 20 s.
        assert.isBelow(result.ended - (window?.closed ?? 0), 10_000)
      }).pipe(Effect.scoped),
    30_000
  )
})
