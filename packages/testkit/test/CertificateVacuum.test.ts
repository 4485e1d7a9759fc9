import { execFile } from "node:child_process"
import { existsSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { ApiServer, CertificateJob, Controllers, Webhook } from "@holdfast/testkit"
import * as Effect from "effect/Effect"

const manifests = new URL("../../../../shared/manifests/", import.meta.url)
const slim = new URL("glasskube-slim.yaml", manifests)
const kubectlIsThere = process.env["PATH"]?.split(":").some((folder) => existsSync(join(folder, "kubectl"))) === true

const kubectl = (kubeconfig: string, ...args: ReadonlyArray<string>) =>
  Effect.callback<{ readonly code: number; readonly output: string }>((resume) => {
    const file = join(mkdtempSync(join(tmpdir(), "testkit-")), "kubeconfig")
    writeFileSync(file, kubeconfig)
    execFile("kubectl", [...args], { env: { ...process.env, KUBECONFIG: file } }, (error, stdout, stderr) => {
      resume(Effect.succeed({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }))
    })
  })

const glasskube = Effect.fnUntraced(function* (options: { readonly delay: string; readonly nudge: boolean }) {
  const server = yield* ApiServer.make()
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
  const switches: Array<{ readonly millis: number; readonly by: string }> = []
  yield* Webhook.mount(webhook, server, {
    secret,
    delay: options.delay as "1 second",
    ...(options.nudge
      ? { nudge: { podLabels: { "control-plane": "controller-manager" }, delay: "200 millis", deaf: "50 millis" } }
      : {}),
    onSwitched: (lag) => switches.push(lag)
  })
  return { server, webhook, job, switches }
})

const repository = {
  apiVersion: "packages.glasskube.dev/v1alpha1",
  kind: "PackageRepository",
  metadata: { name: "glasskube" },
  spec: { url: "https://packages.dl.glasskube.dev/packages" }
}

describe.runIf(existsSync(slim) && kubectlIsThere)(
  "a certificate vacuum as Glasskube makes it (needs kubectl and the shared manifests)",
  () => {
    it.live(
      "opens at the second run of the job, and is over when the pod has switched",
      () =>
        Effect.gen(function* () {
          const { server, job, switches } = yield* glasskube({ delay: "1 second", nudge: true })
          const run = (...args: ReadonlyArray<string>) => kubectl(server.kubeconfig, ...args)
          const file = join(mkdtempSync(join(tmpdir(), "testkit-")), "repository.json")
          writeFileSync(file, JSON.stringify(repository))
          assert.strictEqual((yield* run("apply", "-f", slim.pathname)).code, 0)
          const complete = yield* run(
            "wait",
            "-n",
            "glasskube-system",
            "--for=condition=complete",
            "job",
            "--all",
            "--timeout=10s"
          )
          assert.strictEqual(complete.code, 0, complete.output)
          const available = yield* run(
            "wait",
            "-n",
            "glasskube-system",
            "--for=condition=available",
            "deploy",
            "--all",
            "--timeout=10s"
          )
          assert.strictEqual(available.code, 0, available.output)
          const created = yield* run("apply", "--server-side", "-f", file)
          assert.strictEqual(created.code, 0, created.output)
          const open = yield* run("label", "packagerepository", "glasskube", "a=1")
          assert.strictEqual(open.code, 0, open.output)

          yield* job
          const failed = yield* run("label", "packagerepository", "glasskube", "b=1")
          assert.strictEqual(failed.code, 1)
          assert.include(
            failed.output,
            'Internal error occurred: failed calling webhook "vpackagerepository.kb.io": failed to call webhook: Post "https://glasskube-webhook-service.glasskube-system.svc:443/validate-packages-glasskube-dev-v1alpha1-packagerepository?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "glasskube-webhook-service-ca")'
          )
          yield* run(
            "annotate",
            "pods",
            "-n",
            "glasskube-system",
            "-l",
            "control-plane=controller-manager",
            "holdfast.dev/nudge=1"
          )
          yield* Effect.sleep("600 millis")
          const over = yield* run("label", "packagerepository", "glasskube", "b=1")
          assert.strictEqual(over.code, 0, over.output)
          assert.deepStrictEqual(
            switches.map(({ by }) => by),
            ["start", "nudge"]
          )
        }).pipe(Effect.scoped),
      30_000
    )
  }
)
