/**
 * Bootstraps twice on a real node, the second time with new certificates, and proves that "ready" was true: 100 requests
 * through the webhook in the two minutes after it all have to succeed.
 *
 *     node packages/cli/test/cluster/run.ts [SCENARIO …]
 *
 * Needs root, Go, and the one-node cluster's commands (`../shared/cluster` beside the repository, or
 * `CLUSTER_HARNESS`); says so in one line and ends well where they are missing. The bundle has to be built.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { request } from "node:https"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { setTimeout } from "node:timers/promises"
import { parse } from "yaml"

interface Scenario {
  readonly name: string
  /** For the second bootstrap, besides `--rotate`. */
  readonly flags: ReadonlyArray<string>
  /** What the second bootstrap may take, in seconds. */
  readonly limit: number
  /** Whether requests after it succeed. */
  readonly succeeds: boolean
  /** Whether the webhook server keeps connections, as most do. Without, each request meets another pod. */
  readonly keepAlive: boolean
}

const scenarios: ReadonlyArray<Scenario> = [
  { name: "nudge", flags: [], limit: 15, succeeds: true, keepAlive: true },
  { name: "no-nudge", flags: ["--no-nudge"], limit: 120, succeeds: true, keepAlive: true },
  { name: "nudge, no kept connections", flags: [], limit: 15, succeeds: true, keepAlive: false },
  { name: "no-nudge, no kept connections", flags: ["--no-nudge"], limit: 120, succeeds: true, keepAlive: false },
  // The proof that this test can fail: the wait is what makes "ready" true.
  { name: "no-wait", flags: ["--no-wait", "--no-nudge"], limit: 120, succeeds: false, keepAlive: true }
]

const here = import.meta.dirname
const root = resolve(here, "../../../..")
const harness = process.env["CLUSTER_HARNESS"] ?? resolve(root, "../shared/cluster")
const bundle = join(root, "packages/cli/dist/holdfast.mjs")
const cluster = "holdfast-e2e"
const repository = "/apis/packages.glasskube.dev/v1alpha1/packagerepositories/glasskube"
/** So that the pods' kubelet syncs are spread as in a cluster that has been up for a while. */
const settle = Number(process.env["SETTLE_SECONDS"] ?? 30)

const run = (program: string, args: ReadonlyArray<string>, options: { readonly env?: Record<string, string> } = {}) => {
  const { status, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...options.env }
  })
  return { status, stdout }
}

const must = (
  program: string,
  args: ReadonlyArray<string>,
  options: { readonly env?: Record<string, string> } = {}
) => {
  const { status, stdout } = run(program, args, options)
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}\n${stdout}`)
  return stdout
}

const inCluster = (...args: ReadonlyArray<string>) => run(join(harness, "exec"), ["--name", cluster, ...args])

const bringUp = (): void => {
  const rootfs = mkdtempSync(join(tmpdir(), "holdfast-image-"))
  try {
    must("go", ["build", "-C", join(here, "image"), "-trimpath", "-o", join(rootfs, "repository-operator"), "."], {
      env: { CGO_ENABLED: "0" }
    })
    must(join(harness, "up"), ["--name", cluster])
    must(join(harness, "image"), ["--name", cluster, "repository-operator:1", rootfs, "/repository-operator"])
  } finally {
    rmSync(rootfs, { recursive: true })
  }
}

/** Runs the bundled CLI, with its output in sight; returns what it took in seconds. */
const bootstrap = (
  manifest: string,
  ...flags: ReadonlyArray<string>
): { readonly seconds: number; readonly code: number } => {
  const began = performance.now()
  const { status, stdout } = inCluster(process.execPath, bundle, "bootstrap", "-f", manifest, "--yes", ...flags)
  process.stdout.write(stdout)
  return { seconds: (performance.now() - began) / 1000, code: status ?? -1 }
}

/** Sends 100 updates as dry runs in two minutes, each over a connection of its own; returns the failures' messages. */
const requests = async (): Promise<ReadonlyArray<string>> => {
  const failures: Array<string> = []
  const began = performance.now()
  for (let i = 0; i < 100; i++) {
    await setTimeout(Math.max(0, began + i * 1200 - performance.now()))
    const { message, status } = await update(`try-${i}`)
    if (status !== 200)
      failures.push(`after ${((performance.now() - began) / 1000).toFixed(1)} s: ${status} ${message}`)
  }
  return failures
}

const update = (value: string): Promise<{ readonly status: number; readonly message: string }> => {
  const config = parse(readFileSync(process.env["KUBECONFIG"] ?? "", "utf8"))
  const data = (text: string) => Buffer.from(text, "base64")
  const { user } = config.users[0]
  return new Promise((done, fail) => {
    request(
      `${config.clusters[0].cluster.server}${repository}?dryRun=All`,
      {
        method: "PATCH",
        agent: false,
        ca: data(config.clusters[0].cluster["certificate-authority-data"]),
        cert: data(user["client-certificate-data"]),
        key: data(user["client-key-data"]),
        headers: { "content-type": "application/merge-patch+json" }
      },
      (response) => {
        let text = ""
        response.on("data", (chunk) => {
          text += chunk
        })
        response.once("end", () => done({ status: response.statusCode ?? 0, message: JSON.parse(text).message ?? "" }))
      }
    )
      .once("error", fail)
      .end(JSON.stringify({ metadata: { annotations: { "holdfast.test/try": value } } }))
  })
}

const play = async (scenario: Scenario): Promise<boolean> => {
  console.log(`\n=== ${scenario.name}`)
  const folder = mkdtempSync(join(tmpdir(), "holdfast-manifest-"))
  const manifest = join(folder, "operator.yaml")
  const text = readFileSync(join(here, "operator.yaml"), "utf8")
  writeFileSync(
    manifest,
    scenario.keepAlive ? text : text.replace('{ name: KEEP_ALIVE, value: "yes" }', '{ name: KEEP_ALIVE, value: "no" }')
  )
  const first = bootstrap(manifest)
  console.log(`first bootstrap: exit code ${first.code}, ${first.seconds.toFixed(1)} s; settling ${settle} s`)
  await setTimeout(settle * 1000)
  const second = bootstrap(manifest, "--rotate", ...scenario.flags)
  rmSync(folder, { recursive: true })
  const { stdout } = inCluster(process.execPath, import.meta.filename, "--requests")
  const failures: ReadonlyArray<string> = JSON.parse(stdout)
  const asExpected =
    first.code === 0 &&
    second.code === 0 &&
    second.seconds < scenario.limit &&
    (failures.length === 0) === scenario.succeeds
  const summary = `${scenario.name}: second bootstrap ${second.seconds.toFixed(1)} s (exit code ${second.code}, limit ${scenario.limit} s), ${100 - failures.length} of 100 requests succeeded`
  console.log(`${asExpected ? "ok  " : "FAIL"} ${summary}${scenario.succeeds ? "" : " (failures expected)"}`)
  for (const failure of failures.slice(0, 3)) console.log(`     ${failure}`)
  return asExpected
}

const main = async (): Promise<void> => {
  if (process.argv[2] === "--requests") return console.log(JSON.stringify(await requests()))
  if (!existsSync(join(harness, "up"))) return console.log("skipped: the one-node cluster's commands are not here")
  if (process.getuid?.() !== 0) return console.log("skipped: the one-node cluster needs root")
  if (!existsSync(bundle)) throw new Error(`${bundle} is not there: build it first`)
  const wanted = process.argv.slice(2)
  const chosen = wanted.length === 0 ? scenarios : scenarios.filter(({ name }) => wanted.includes(name))
  if (chosen.length === 0) throw new Error(`scenarios: ${scenarios.map(({ name }) => name).join(" | ")}`)
  bringUp()
  let good = true
  for (const scenario of chosen) good = (await play(scenario)) && good
  must(join(harness, "down"), ["--name", cluster])
  if (!good) process.exitCode = 1
}

await main()
