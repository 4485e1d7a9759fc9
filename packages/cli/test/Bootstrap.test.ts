import { assert, describe, it } from "@effect/vitest"
import * as DemoCluster from "@holdfast/cli/demo/DemoCluster"
import { objects } from "@holdfast/cli/demo/DemoManifest"
import { Clock, Effect } from "effect"
import { temporaryFile } from "./support/bundle.ts"
import { holdfast, type RunOptions } from "./support/holdfast.ts"

const manifest = temporaryFile("operator.json", JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }))
const prompt: DemoCluster.Kubelet = { lag: 0, nudged: false }
const late = (seconds: number): DemoCluster.Kubelet => ({ lag: seconds * 1000, nudged: false })

const connect = Effect.gen(function* () {
  const cluster = yield* DemoCluster.make
  const env = { KUBECONFIG: temporaryFile("kubeconfig", cluster.server.kubeconfig) }
  const run = (flags: ReadonlyArray<string> = [], options: RunOptions = {}) =>
    Effect.promise(() => holdfast(["bootstrap", "-f", manifest, ...flags], { ...options, env }))
  const report = (kubelet: DemoCluster.Kubelet, ...flags: ReadonlyArray<string>) =>
    Effect.map(cluster.withKubelet(kubelet, run(["-o", "json", ...flags])), ([{ code, stdout, stderr }, window]) => ({
      code,
      stderr,
      window,
      report: JSON.parse(stdout)
    }))
  return { cluster, run, report }
})

describe("holdfast bootstrap", () => {
  it.live("ends when admission works, and finds everything in place the second time", () =>
    Effect.gen(function* () {
      const { report } = yield* connect
      const first = yield* report(prompt)
      assert.strictEqual(first.code, 0, first.stderr)
      assert.strictEqual(first.report.result, "ready")
      assert.deepStrictEqual(first.report.repository.ready, "ready")
      assert.match(first.report.webhooks[0].result, /^answered/)
      assert.strictEqual(first.report.objects.length, objects.length + 1)

      const second = yield* report(prompt)
      assert.strictEqual(second.code, 0, second.stderr)
      assert.deepStrictEqual(second.report.attempts, [])
      assert.strictEqual(second.report.certificateJobs[0].action, "keep")
      const results = second.report.objects.map((one: { result: string }) => one.result)
      assert.notInclude(results, "created")
      assert.include(results, "unchanged")
    }).pipe(Effect.scoped)
  )

  it.live(
    "holds on through a vacuum, tells every attempt, and is woken by its end",
    () =>
      Effect.gen(function* () {
        const { report } = yield* connect
        yield* report(prompt)
        const rotated = yield* report(late(3), "--rotate", "--no-nudge")
        assert.strictEqual(rotated.code, 0, rotated.stderr)
        const failed = rotated.report.attempts.filter((one: { outcome: string }) => one.outcome === "failed")
        assert.isAtLeast(failed.length, 2)
        for (const { webhook, reason, waited, endedBy } of failed) {
          assert.strictEqual(webhook, "repositories.packages.glasskube.dev")
          assert.include(["bad-signature", "unknown-authority"], reason)
          assert.isNumber(waited)
          assert.include(["timer", "wake"], endedBy)
        }
        assert.match(rotated.stderr, /attempt 1 failed after .*: webhook repositories\.packages\.glasskube\.dev: /)
        assert.match(rotated.stderr, /attempt \d+ after .* \((timer|woken: .*)\)/)
      }).pipe(Effect.scoped),
    30_000
  )

  it.live(
    "fails at a deadline that is shorter than the window, not later, with every attempt listed; a second run finishes",
    () =>
      Effect.gen(function* () {
        const { report } = yield* connect
        yield* report(prompt)
        const began = yield* Clock.currentTimeMillis
        const failed = yield* report(late(6), "--rotate", "--no-nudge", "--deadline", "2s")
        const took = (yield* Clock.currentTimeMillis) - began
        assert.strictEqual(failed.code, 75, failed.stderr)
        assert.isBelow(took, 4500)
        assert.strictEqual(failed.report.result, "failed")
        assert.isAtLeast(failed.report.attempts.length, 2)
        assert.strictEqual(failed.report.attempts.at(-1).outcome, "gave-up")
        assert.include(failed.stderr, "within its deadline of 2s")
        const again = yield* report(prompt)
        assert.strictEqual(again.code, 0, again.stderr)
        assert.strictEqual(again.report.result, "ready")
      }).pipe(Effect.scoped),
    30_000
  )

  it.live("stops at Ctrl-C with 130, and a second run finishes", () =>
    Effect.gen(function* () {
      const { cluster, run, report } = yield* connect
      const controller = new AbortController()
      const stop = Effect.delay(
        Effect.sync(() => controller.abort("SIGINT")),
        "150 millis"
      )
      yield* Effect.forkChild(stop)
      const [stopped] = yield* cluster.withKubelet(prompt, run([], { signal: controller.signal }))
      assert.strictEqual(stopped.code, 130, stopped.stderr)
      assert.include(stopped.stderr, "run it again to finish")
      const again = yield* report(prompt)
      assert.strictEqual(again.code, 0, again.stderr)
    }).pipe(Effect.scoped)
  )

  it.live("refuses flags that contradict each other, and tells what it lacks permission for", () =>
    Effect.gen(function* () {
      const { run } = yield* connect
      assert.strictEqual((yield* run(["--url", "https://example.org/x.yaml"])).code, 64)
      assert.strictEqual((yield* run(["--type", "slim"])).code, 64)
      assert.strictEqual((yield* run(["--default-repository-url", "nonsense"])).code, 64)
      const forbidden = yield* run(["--as", "nobody"])
      assert.strictEqual(forbidden.code, 77)
      assert.include(forbidden.stderr, "deployments.apps in package-operator")
      assert.strictEqual(forbidden.stdout, "")
    }).pipe(Effect.scoped)
  )

  it.live("prints the manifests of a client dry run for another tool to apply", () =>
    Effect.gen(function* () {
      const { cluster, run } = yield* connect
      yield* cluster.server.stats.reset
      const { stdout } = yield* run(["--dry-run=client", "-o", "yaml"])
      assert.strictEqual(stdout.split("\n---\n").length, objects.length + 1)
      assert.include(stdout, "kind: PackageRepository")
      const asked = (yield* cluster.server.stats.requests).filter(({ userAgent }) =>
        userAgent.startsWith("holdfast-cli")
      )
      assert.deepStrictEqual(asked, [])
    }).pipe(Effect.scoped)
  )

  it.live("has the manifest of Holdfast's own operator built in", () =>
    Effect.gen(function* () {
      const { cluster } = yield* connect
      const env = { KUBECONFIG: temporaryFile("kubeconfig", cluster.server.kubeconfig) }
      const planned = (...flags: ReadonlyArray<string>) =>
        Effect.promise(() => holdfast(["bootstrap", "--dry-run=client", "-o", "name", ...flags], { env }))
      const { code, stdout, stderr } = yield* planned()
      assert.strictEqual(code, 0, stderr)
      for (const name of [
        "deployment.apps/holdfast-operator",
        "webhookcertificate.certificates.holdfast.dev/holdfast-webhook",
        "packagerepository.packages.glasskube.dev/glasskube"
      ]) {
        assert.include(stdout.split("\n"), name)
      }
      const latest = yield* planned("--latest")
      assert.strictEqual(latest.code, 64)
      assert.include(latest.stderr, "--latest goes with --type slim or --type aio")
    }).pipe(Effect.scoped)
  )

  it.live("tells a kind that nobody knows before anything is written", () =>
    Effect.gen(function* () {
      const { cluster } = yield* connect
      const env = { KUBECONFIG: temporaryFile("kubeconfig", cluster.server.kubeconfig) }
      const bootstrap = (text: string, ...flags: ReadonlyArray<string>) =>
        Effect.promise(() => holdfast(["bootstrap", "-f", "-", ...flags], { env, stdin: text }))
      const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: fresh}\n"
      const unknown = "---\napiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a}\n"
      yield* cluster.server.stats.reset
      const refused = yield* bootstrap(namespace + unknown)
      assert.strictEqual(refused.code, 65)
      assert.include(refused.stderr, 'serves no kind "Thing"')
      assert.strictEqual(yield* cluster.server.stats.count({ method: "PATCH" }), 0)

      const without = yield* bootstrap(namespace)
      assert.strictEqual(without.code, 0, without.stderr)
      assert.include(without.stderr, "no default package repository")
      const wanted = yield* bootstrap(namespace, "--create-default-repository")
      assert.strictEqual(wanted.code, 65)
    }).pipe(Effect.scoped)
  )
})
