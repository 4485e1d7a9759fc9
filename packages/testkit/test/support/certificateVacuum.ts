/** A certificate vacuum with a product's own manifests and `kubectl`, whichever API server they meet. */
import { execFile } from "node:child_process"
import { existsSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { CertificateJob, Controllers, type TestCluster, Webhook } from "@holdfast/testkit"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

const manifests = new URL("../../../../../shared/manifests/", import.meta.url)
const slim = new URL("glasskube-slim.yaml", manifests)
const kubectlIsThere = process.env["PATH"]?.split(":").some((folder) => existsSync(join(folder, "kubectl"))) === true

const fileOf = (name: string, content: string): string => {
  const file = join(mkdtempSync(join(tmpdir(), "testkit-")), name)
  writeFileSync(file, content)
  return file
}

const kubectl = (kubeconfig: string) => {
  const env = { ...process.env, KUBECONFIG: fileOf("kubeconfig", kubeconfig) }
  /** Words are separated by one space. */
  return (words: string) =>
    Effect.callback<{ readonly code: number; readonly output: string }>((resume) => {
      execFile("kubectl", words.split(" "), { env }, (error, stdout, stderr) => {
        resume(Effect.succeed({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }))
      })
    })
}

const glasskube = Effect.fnUntraced(function* (server: TestCluster.TestCluster) {
  const webhook = yield* Webhook.make()
  const service = { namespace: "glasskube-system", name: "glasskube-webhook-service" }
  const secret = { namespace: "glasskube-system", name: "glasskube-webhook-tls" }
  yield* server.route(service, webhook.target)
  const job = yield* CertificateJob.make(server, {
    secret,
    service,
    configurations: [{ kind: "ValidatingWebhookConfiguration", name: "glasskube-validating-webhook-configuration" }]
  })
  yield* Controllers.run(server, { jobs: { "glasskube-system/glasskube-webhook-cert-init": () => job } })
  const switches: Array<string> = []
  yield* Webhook.mount(webhook, server, {
    secret,
    delay: "1 minute",
    nudge: { podLabels: { "control-plane": "controller-manager" }, delay: "200 millis", deaf: "50 millis" },
    onSwitched: ({ by }) => switches.push(by)
  })
  return { job, switches }
})

const repository = {
  apiVersion: "packages.glasskube.dev/v1alpha1",
  kind: "PackageRepository",
  metadata: { name: "glasskube" },
  spec: { url: "https://packages.dl.glasskube.dev/packages" }
}

const vacuum =
  'Internal error occurred: failed calling webhook "vpackagerepository.kb.io": failed to call webhook: Post "https://glasskube-webhook-service.glasskube-system.svc:443/validate-packages-glasskube-dev-v1alpha1-packagerepository?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "glasskube-webhook-service-ca")'

/** Tests a vacuum on a server that has nothing in it. */
export const run = (make: Effect.Effect<TestCluster.TestCluster, unknown, Scope.Scope>): void => {
  describe.runIf(existsSync(slim) && kubectlIsThere)(
    "a certificate vacuum as Glasskube makes it (needs kubectl and the shared manifests)",
    () => {
      it.live(
        "opens at the second run of the job, and is over when the pod has switched",
        () =>
          Effect.gen(function* () {
            const server = yield* make
            const { job, switches } = yield* glasskube(server)
            const run = kubectl(server.kubeconfig)
            const succeed = Effect.fnUntraced(function* (words: string) {
              const { code, output } = yield* run(words)
              assert.strictEqual(code, 0, output)
            })
            const wait = "wait -n glasskube-system --timeout=30s --all --for=condition"
            yield* succeed(`apply -f ${slim.pathname}`)
            yield* succeed(`${wait}=complete job`)
            yield* succeed(`${wait}=available deploy`)
            yield* succeed(`apply --server-side -f ${fileOf("repository.json", JSON.stringify(repository))}`)

            yield* job
            let count = 0
            /** Changes the object until the answer is as wanted: an API server hears of a caBundle a little later. */
            const change = (wanted: number) =>
              Effect.timeout(
                Effect.repeat(
                  Effect.suspend(() => run(`label --overwrite packagerepository glasskube count=${++count}`)),
                  { until: ({ code }) => code === wanted }
                ),
                "10 seconds"
              )
            const failed = yield* change(1)
            assert.include(failed.output, vacuum)
            const again = yield* run(`label --overwrite packagerepository glasskube count=${++count}`)
            assert.include(again.output, vacuum, "it lasts as long as the pod serves the old certificate")

            yield* succeed("annotate pods -n glasskube-system -l control-plane=controller-manager holdfast.dev/nudge=1")
            yield* change(0)
            assert.deepStrictEqual(switches, ["start", "nudge"])
          }).pipe(Effect.scoped),
        120_000
      )
    }
  )
}
