import { assert, describe, it } from "@effect/vitest"
import * as DemoCluster from "@holdfast/cli/demo/DemoCluster"
import { objects } from "@holdfast/cli/demo/DemoManifest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { ApiServer } from "@holdfast/testkit"
import { Effect } from "effect"
import { temporaryFile } from "./support/bundle.ts"
import { checksOf } from "./support/checks.ts"
import { holdfast, type RunOptions } from "./support/holdfast.ts"
import { playRotations, statusOf, webhookCertificate } from "./support/rotations.ts"

describe("holdfast status", () => {
  it.live(
    "is well after a bootstrap, and tells what is not when something is taken away",
    () =>
      Effect.gen(function* () {
        const cluster = yield* DemoCluster.make
        const client = yield* KubernetesClient.make({ text: cluster.server.kubeconfig })
        const env = { KUBECONFIG: temporaryFile("kubeconfig", cluster.server.kubeconfig), NO_COLOR: "1" }
        const manifest = temporaryFile(
          "operator.json",
          JSON.stringify({ apiVersion: "v1", kind: "List", items: objects })
        )
        const run = (words: ReadonlyArray<string>, options: RunOptions = {}) =>
          Effect.promise(() => holdfast(words, { env, ...options }))
        yield* cluster.withKubelet(
          { lag: 0, nudged: false },
          Effect.gen(function* () {
            const bare = yield* run(["status"])
            assert.strictEqual(bare.code, 1)
            assert.match(
              bare.stdout,
              /× what bootstrap has installed: nothing is installed\n +hint: Install it with "holdfast bootstrap"/
            )
            const bootstrapped = yield* run(["bootstrap", "-f", manifest])
            assert.strictEqual(bootstrapped.code, 0, bootstrapped.stderr)

            const { code, stdout, stderr } = yield* run(["status"])
            assert.strictEqual(code, 0, `${stderr}${stdout}`)
            assert.include(stdout, `all ${objects.length + 1} objects are there`)
            assert.match(stdout, /√ package-operator\/deployment\.apps\/package-operator: ready \(/)
            assert.match(stdout, /√ webhook repositories\.packages\.glasskube\.dev of .*: it answers/)
            assert.match(stdout, /√ package repository glasskube: ready \(https:/)
            const short = yield* run(["status", "-o", "short"])
            assert.match(short.stdout, /^\d+ sound, 0 warnings, 0 errors, 0 left out\n$/)
            const narrow = yield* run(["status"], { terminal: { columns: 40 } })
            for (const line of narrow.stdout.split("\n"))
              assert.isTrue(line.length <= 42 || !line.trim().slice(2).includes(" "), line)

            yield* client.delete({ apiVersion: "v1", kind: "Service", namespace: "package-operator", name: "webhook" })
            yield* client.patch(
              {
                apiVersion: "admissionregistration.k8s.io/v1",
                kind: "ValidatingWebhookConfiguration",
                name: "package-operator"
              },
              {
                type: "json",
                body: [{ op: "replace", path: "/webhooks/0/clientConfig/service/name", value: "nowhere" }]
              }
            )
            yield* client.patch(
              { apiVersion: "packages.glasskube.dev/v1alpha1", kind: "PackageRepository", name: "glasskube" },
              {
                type: "merge",
                subresource: "status",
                body: {
                  status: { conditions: [{ type: "Ready", status: "False", reason: "SyncFailed", message: "401" }] }
                }
              }
            )
            yield* Effect.sleep("300 millis")
            const broken = yield* run(["status", "-o", "json"])
            assert.strictEqual(broken.code, 1)
            const errors = checksOf(broken.stdout).filter(({ result }) => result === "error")
            assert.deepStrictEqual(
              errors.map(({ description }) => description.split(" of ")[0]),
              [
                "what bootstrap has installed",
                "webhook repositories.packages.glasskube.dev",
                "package repository glasskube"
              ]
            )
            assert.include(errors[0]?.detail ?? "", "package-operator/service/webhook")
            for (const { hint } of errors) assert.isString(hint)
          })
        )
      }).pipe(Effect.scoped),
    30_000
  )

  it.live("tells how the rotations are", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make()
      const { client, write } = yield* playRotations(server, () => [])
      const env = { KUBECONFIG: temporaryFile("kubeconfig", server.kubeconfig) }
      yield* write(yield* client.apply(webhookCertificate("well")), statusOf("STABLE"))
      yield* write(yield* client.apply(webhookCertificate("ill")), statusOf("DRAIN", { ready: "a pod is astray" }))
      yield* client.apply(webhookCertificate("silent"))
      const { code, stdout } = yield* Effect.promise(() => holdfast(["status", "-o", "json"], { env }))
      assert.strictEqual(code, 1)
      const of = (name: string) =>
        checksOf(stdout).find(({ description }) => description === `rotation default/${name}`)
      assert.strictEqual(of("well")?.result, "success")
      assert.match(of("well")?.detail ?? "", /^STABLE, certificate ends .*, targets 1\/1, API servers 1\/1$/)
      assert.deepStrictEqual([of("ill")?.result, of("ill")?.detail], ["error", "a pod is astray"])
      assert.strictEqual(of("silent")?.result, "warning")
    }).pipe(Effect.scoped)
  )

  it.live("says what it may not read, and where nobody answers", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make()
      const kubeconfig = temporaryFile("kubeconfig", yield* server.kubeconfigFor({ user: "nobody", groups: [] }))
      const run = (...words: ReadonlyArray<string>) =>
        Effect.promise(() => holdfast(["status", ...words], { env: { KUBECONFIG: kubeconfig } }))
      const ran = yield* run()
      assert.strictEqual(ran.code, 0, ran.stderr)
      assert.match(ran.stdout, /· what bootstrap has recorded: .*cannot get resource "configmaps"/)
      assert.match(ran.stdout, /[1-9] left out/)
      const unreachable = yield* run("--server", "https://127.0.0.1:1")
      assert.strictEqual(unreachable.code, 69)
      assert.match(unreachable.stderr, /ECONNREFUSED/)
      assert.strictEqual((yield* run("-o", "yaml")).code, 64)
    }).pipe(Effect.scoped)
  )
})
