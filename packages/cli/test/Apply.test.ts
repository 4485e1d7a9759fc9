import { assert, describe, it } from "@effect/vitest"
import { ApiServer, Webhook } from "@holdfast/testkit"
import { Effect } from "effect"
import { temporaryFile } from "./support/bundle.ts"
import { holdfast, type RunOptions } from "./support/holdfast.ts"

const configMap = (value: string, name = "one") => `
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: default}
data: {key: "${value}"}
`

const connect = Effect.gen(function* () {
  const server = yield* ApiServer.make()
  const kubeconfig = temporaryFile("kubeconfig", server.kubeconfig)
  const run = (words: ReadonlyArray<string>, options: RunOptions = {}) =>
    Effect.promise(() => holdfast(words, { ...options, env: { KUBECONFIG: kubeconfig, ...options.env } }))
  return { server, run }
})

describe("holdfast apply", () => {
  it.live("creates, finds unchanged and configures, and says so in kubectl's words", () =>
    Effect.gen(function* () {
      const { run } = yield* connect
      const apply = (value: string, ...flags: ReadonlyArray<string>) =>
        Effect.map(run(["apply", "-f", "-", ...flags], { stdin: configMap(value) }), ({ code, stdout, stderr }) => {
          assert.strictEqual(code, 0, stderr)
          assert.strictEqual(stderr, "")
          return stdout
        })
      assert.strictEqual(yield* apply("a"), "configmap/one created\n")
      assert.strictEqual(yield* apply("a"), "configmap/one unchanged\n")
      assert.strictEqual(yield* apply("b"), "configmap/one configured\n")
      assert.strictEqual(yield* apply("b", "-o", "name"), "configmap/one\n")
      assert.strictEqual(JSON.parse(yield* apply("b", "-o", "json")).data.key, "b")
      assert.match(yield* apply("b", "-o", "yaml"), /^apiVersion: v1\n/)
      assert.match(yield* apply("b", "-o", "wide"), /^NAMESPACE +KIND +NAME +RESULT +API VERSION +ATTEMPTS\n/)
    }).pipe(Effect.scoped)
  )

  it.live("changes nothing in a dry run, and shows what would change", () =>
    Effect.gen(function* () {
      const { server, run } = yield* connect
      const client = yield* run(["apply", "-f", "-", "--dry-run"], { stdin: configMap("a") })
      assert.include(client.stdout, "client dry run")
      assert.strictEqual(yield* server.stats.count(), 0)
      const dry = yield* run(["apply", "-f", "-", "--dry-run=server"], { stdin: configMap("a") })
      assert.strictEqual(dry.stdout, "configmap/one created (server dry run)\n", dry.stderr)
      const after = yield* run(["apply", "-f", "-"], { stdin: configMap("a") })
      assert.strictEqual(after.stdout, "configmap/one created\n")
    }).pipe(Effect.scoped)
  )

  it.live("names the other manager and the field of a conflict, and takes it over only when asked to", () =>
    Effect.gen(function* () {
      const { run } = yield* connect
      yield* run(["apply", "-f", "-", "--field-manager", "someone"], { stdin: configMap("a") })
      const conflict = yield* run(["apply", "-f", "-"], { stdin: configMap("b") })
      assert.strictEqual(conflict.code, 1)
      assert.include(conflict.stderr, 'conflict with "someone": .data.key')
      assert.include(conflict.stderr, "--force-conflicts")
      const forced = yield* run(["apply", "-f", "-", "--force-conflicts"], { stdin: configMap("b") })
      assert.strictEqual(forced.code, 0, forced.stderr)
    }).pipe(Effect.scoped)
  )

  it.live("tells what cannot be mended by waiting at once, each with its exit code", () =>
    Effect.gen(function* () {
      const { server, run } = yield* connect
      const broken = (from: RegExp, to: string) => temporaryFile("kubeconfig", server.kubeconfig.replace(from, to))
      const cases: ReadonlyArray<
        readonly [code: number, message: RegExp, words: ReadonlyArray<string>, stdin?: string]
      > = [
        [65, /missing\.yaml: there is no such file/, ["-f", "missing.yaml"]],
        [65, /standard input: there is no Kubernetes object/, ["-f", "-"], ""],
        [65, /standard input:\d+/, ["-f", "-"], "a: ["],
        [65, /has no apiVersion/, ["-f", "-"], "hello: world"],
        [65, /serves no kind "Thing"/, ["-f", "-"], "{apiVersion: x.io/v1, kind: Thing, metadata: {name: a}}"],
        [65, /does not belong to the namespace "other"/, ["-f", "-", "-n", "other"]],
        [65, /kubeconfig nowhere: there is no such file/, ["-f", "-", "--kubeconfig", "nowhere"]],
        [65, /it has no context "other"/, ["-f", "-", "--context", "other"]],
        [65, /it is empty/, ["-f", "-", "--kubeconfig", temporaryFile("kubeconfig", "")]],
        [
          76,
          /certificate-authority-data/,
          ["-f", "-", "--kubeconfig", broken(/(certificate-authority-data:).*/, "$1 AAAA")]
        ],
        [76, /client-key-data/, ["-f", "-", "--kubeconfig", broken(/(client-key-data:).*/, "$1 AAAA")]],
        [69, /ECONNREFUSED/, ["-f", "-", "--kubeconfig", broken(/(server:).*/, "$1 https://127.0.0.1:1")]],
        [77, /cannot patch resource "configmaps"/, ["-f", "-", "--as", "nobody"]],
        [64, /"-1" for --retry-max-attempts/, ["-f", "-", "--retry-max-attempts=-1"]],
        [64, /nothing to apply/, []],
        [65, /RFC 1123/, ["-f", "-"], configMap("a", "NOT_A_NAME")]
      ]
      for (const [code, message, words, stdin] of cases) {
        const ran = yield* run(["apply", ...words], {
          stdin: stdin ?? configMap("a")
        })
        const told = `${words.join(" ")}: ${ran.stderr}`
        assert.strictEqual(ran.code, code, told)
        assert.match(ran.stderr, message, told)
        assert.strictEqual(ran.stderr.trim().split("\n").length, 1, told)
        assert.notMatch(ran.stderr, /\n {4}at |undefined|\[object/, told)
        assert.strictEqual(ran.stdout, "", told)
      }
    }).pipe(Effect.scoped)
  )

  it.live("does not hold on to a webhook's own refusal, whatever words it quotes", () =>
    Effect.gen(function* () {
      const { server, run } = yield* connect
      const { ApiServer: _, ...testkit } = yield* Effect.promise(() => import("@holdfast/testkit"))
      const service = { namespace: "default", name: "hook" }
      const webhook = yield* Webhook.make({
        review: () => ({
          allowed: false,
          message: "tls: failed to verify certificate: x509: certificate signed by unknown authority"
        })
      })
      yield* server.route(service, webhook.target)
      const secret = { namespace: "default", name: "hook-tls" }
      const configurations = [{ kind: "ValidatingWebhookConfiguration" as const, name: "hook" }]
      const job = yield* testkit.CertificateJob.make(server, { secret, service, configurations })
      yield* Webhook.mount(webhook, server, { secret, delay: 0 })
      const setup = yield* run(["apply", "-f", "-"], {
        stdin: `
apiVersion: v1
kind: Service
metadata: {name: hook, namespace: default}
spec: {ports: [{port: 443}]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: hook}
webhooks:
- name: hook.example.org
  admissionReviewVersions: [v1]
  sideEffects: None
  clientConfig: {service: {name: hook, namespace: default}}
  rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
`
      })
      assert.strictEqual(setup.code, 0, setup.stderr)
      yield* Effect.orDie(job)
      yield* Effect.sleep("200 millis")
      const before = (yield* webhook.reviews).length
      const refused = yield* run(["apply", "-f", "-"], { stdin: configMap("a") })
      assert.strictEqual(refused.code, 1, refused.stderr)
      assert.include(refused.stderr, "x509: certificate signed by unknown authority")
      assert.notInclude(refused.stderr, "attempt")
      assert.strictEqual((yield* webhook.reviews).length - before, 1)
    }).pipe(Effect.scoped)
  )
})
