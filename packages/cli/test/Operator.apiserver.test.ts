import * as http from "node:http"
import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { Effect, Fiber, Schedule } from "effect"
import { temporaryFile } from "./support/bundle.ts"
import { holdfast, type RunOptions } from "./support/holdfast.ts"
import { manifest, realOperator } from "./support/realOperator.ts"
import { namespaceController } from "./support/uninstalling.ts"

/** A package repository that only Ada may read; its address. */
const repository = Effect.acquireRelease(
  Effect.callback<http.Server>((resume) => {
    const allowed = `Basic ${Buffer.from("ada:hunter2").toString("base64")}`
    const server = http.createServer(({ headers }, response) => {
      if (headers.authorization === allowed) response.end("packages:\n  - name: one\n  - name: two\n")
      else response.writeHead(401).end()
    })
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) => Effect.sync(() => server.close())
).pipe(Effect.map((server) => `http://127.0.0.1:${(server.address() as { readonly port: number }).port}/`))

describe("the command line and the operator, on a real kube-apiserver", () => {
  it.live(
    "bootstrap, tell the status, add a repository, rotate without a failed request, and leave nothing",
    () =>
      Effect.gen(function* () {
        const { cluster } = yield* realOperator
        const client = yield* KubernetesClient.make({ text: cluster.kubeconfig })
        yield* Effect.forkScoped(namespaceController(client))
        const env = { KUBECONFIG: temporaryFile("kubeconfig", cluster.kubeconfig) }
        const run = (words: ReadonlyArray<string>, options: RunOptions = {}) =>
          Effect.promise(() => holdfast(words, { ...options, env }))
        const done = Effect.fnUntraced(function* (words: ReadonlyArray<string>, options: RunOptions = {}) {
          const ran = yield* run(words, options)
          assert.strictEqual(ran.code, 0, `${words.join(" ")}\n${ran.stderr}${ran.stdout}`)
          return ran
        })
        const kinds = [
          "Namespace",
          "ValidatingWebhookConfiguration",
          "ClusterRole",
          "CustomResourceDefinition"
        ] as const
        const apiVersions = {
          Namespace: "v1",
          ValidatingWebhookConfiguration: "admissionregistration.k8s.io/v1",
          ClusterRole: "rbac.authorization.k8s.io/v1",
          CustomResourceDefinition: "apiextensions.k8s.io/v1"
        }
        const everything = Effect.map(
          Effect.forEach(kinds, (kind) => client.list({ apiVersion: apiVersions[kind], kind })),
          (lists) => lists.flatMap(({ items }) => items.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).sort()
        )
        const before = yield* everything

        yield* done(["bootstrap", "-f", manifest, "--yes", "--no-create-default-repository"])
        const status = yield* done(["status"])
        assert.match(status.stdout, /√ rotation holdfast-system\/holdfast-webhook: STABLE, /)

        const url = yield* repository
        const add = ["repo", "add", "team", url, "--username", "ada", "--password-stdin"]
        const wrong = yield* run(add, { stdin: "wrong" })
        assert.strictEqual(wrong.code, 1, wrong.stderr)
        assert.match(wrong.stderr, /will not be Ready: SyncFailed: .*401.*check spec\.auth/)
        yield* done(["repo", "remove", "team"])
        yield* done(add, { stdin: "hunter2\n" })
        assert.match((yield* done(["repo", "list", "-o", "wide"])).stdout, /team +True .*repo has 2 packages/)

        let requests = 0
        const failures: Array<string> = []
        const probe = client
          .create(
            {
              apiVersion: "packages.glasskube.dev/v1alpha1",
              kind: "PackageRepository",
              metadata: { generateName: "load-" },
              spec: { url: "https://packages.example.org/" }
            },
            { dryRun: true }
          )
          .pipe(
            Effect.catch((error) => Effect.sync(() => void failures.push(error.message))),
            Effect.tap(() => Effect.sync(() => void requests++))
          )
        const load = yield* Effect.forkScoped(Effect.repeat(probe, Schedule.spaced("100 millis")))
        const own = ["holdfast-webhook", "-n", "holdfast-system"]
        const compromised = yield* done(["certs", "rotate", ...own, "--compromised", "--wait", "--timeout", "140s"])
        const rotated = yield* done(["certs", "rotate", ...own, "--wait", "--timeout", "100s"])
        yield* Fiber.interrupt(load)
        assert.deepStrictEqual(failures, [])
        assert.isAbove(requests, 100)
        assert.match(
          rotated.stdout,
          /^webhookcertificate\.certificates\.holdfast\.dev\/holdfast-webhook serves a new certificate after /
        )
        assert.match(compromised.stdout, /holdfast-webhook rotated in /)
        let at = 0
        for (const phase of ["PROVE", "DRAIN"]) {
          at = rotated.stderr.indexOf(`► ${phase}`, at)
          assert.isAtLeast(at, 0, `${phase} in ${rotated.stderr}`)
        }
        assert.match(rotated.stderr, /✔ pod \S+ presents certificate [0-9a-f]{8}, which is trusted/)
        assert.match(rotated.stderr, /✔ API server \S+ trusts the newest CA/)
        assert.match((yield* done(["certs", "watch", ...own, "--once"])).stdout, /holdfast-webhook: DRAIN/)

        const refused = yield* run(["uninstall", "--yes"])
        assert.strictEqual(refused.code, 1)
        assert.include(refused.stderr, "packagerepository.packages.glasskube.dev/team")
        yield* done(["uninstall", "--yes", "--delete-resources"])
        assert.deepStrictEqual(yield* everything, before)
        assert.strictEqual((yield* run(["status"])).code, 1)
      }).pipe(Effect.scoped),
    300_000
  )
})
