/** The examples of every `--help`, typed as they stand into a shell, in a folder and a cluster that have what they name. */
import { spawn, spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { mkdir, mkdtemp, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import { commands } from "@holdfast/cli/Commands"
import { objects as operatorObjects } from "@holdfast/cli/demo/DemoManifest"
import { make } from "@holdfast/k8s-adapter/KubernetesClient"
import { Effect, Redacted } from "effect"
import { stringify } from "yaml"
import { bundle } from "./support/bundle.ts"
import { servers, withOperator } from "./support/operator.ts"
import { playRotations, statusOf, webhookCertificate } from "./support/rotations.ts"

/** Why an example cannot be run here as it stands; what is run in its place is its `--help`, which reads the line. */
const elsewhere = (line: string): string | undefined =>
  line === "holdfast bootstrap" || line.includes("--type")
    ? "needs images and a manifest of the internet"
    : line.includes("kubernetes.default.svc")
      ? "needs the cluster's own names"
      : undefined

const isEndless = (line: string) => line.includes("--watch") || (/certs watch/.test(line) && !line.includes("--once"))

/** What an operator says of a rotation, the end of it alone. */
const rotation: Parameters<typeof playRotations>[1] = (observed) => [statusOf("STABLE", { epoch: 2, ...observed })]

const team = { apiVersion: "packages.glasskube.dev/v1alpha1", kind: "PackageRepository", name: "team" }

const application = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "app", namespace: "default" },
  data: { key: "value" }
}

/** A folder with the files that the examples name, and the programs beside holdfast. */
const makeFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-examples-"))
  const put = (name: string, text: string, mode = 0o644) => writeFile(join(folder, name), text, { mode })
  const ca = await Effect.runPromise(CertificateAuthority.make({ commonName: "shop", validity: "90 days" }))
  const leaf = await Effect.runPromise(
    CertificateAuthority.issue(ca, { dnsNames: ["checks.shop.svc"], validity: "60 days" })
  )
  await put("app.yaml", stringify(application))
  await put("kustomization.yaml", "resources: [app.yaml]\n")
  await put("operator.yaml", operatorObjects.map((object) => stringify(object)).join("---\n"))
  await put("errors.jsonl", '{"id": 1, "message": "x509: certificate signed by unknown authority"}\n')
  await put("tls.crt", leaf.chainPem)
  await put("password.txt", "secret\n")
  await mkdir(join(folder, "bin"))
  await mkdir(join(folder, ".config/fish/completions"), { recursive: true })
  await put("bin/holdfast", `#!/bin/sh\nexec "${process.execPath}" "${bundle()}" "$@"\n`, 0o755)
  await put("bin/helm", "#!/bin/sh\necho 'Release \"app\" has been upgraded'\n", 0o755)
  return { folder, ca, leaf }
}

describe("the examples of --help", () => {
  const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0

  it.live(
    "work as they stand",
    () =>
      Effect.gen(function* () {
        const { ca, folder, leaf } = yield* Effect.promise(makeFolder)
        const operator = yield* withOperator(yield* servers.embedded.make)
        const { cluster } = operator
        const client = yield* make({ text: cluster.kubeconfig })
        const base64 = (text: string) => Buffer.from(text).toString("base64")
        const named = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })
        yield* client.apply(named("shop"), { fieldManager: "test" })
        yield* client.apply(named("holdfast-system"), { fieldManager: "test" })
        yield* client.create({
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "web-tls", namespace: "shop" },
          type: "kubernetes.io/tls",
          data: { "tls.crt": base64(leaf.chainPem), "tls.key": base64(Redacted.value(leaf.privateKeyPem)) }
        })
        yield* client.create({
          apiVersion: "admissionregistration.k8s.io/v1",
          kind: "ValidatingWebhookConfiguration",
          metadata: { name: "checks" },
          webhooks: [
            {
              name: "checks.shop.example",
              clientConfig: { url: "https://checks.shop.example/", caBundle: base64(ca.certificate.pem) },
              failurePolicy: "Ignore",
              rules: [
                { apiGroups: ["shop.example"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["carts"] }
              ],
              sideEffects: "None",
              admissionReviewVersions: ["v1"]
            }
          ]
        })
        const bootstrapped = yield* operator.bootstrap()
        assert.strictEqual(bootstrapped.code, 0, bootstrapped.stderr)
        yield* playRotations(cluster, rotation)
        yield* client.create(webhookCertificate("holdfast-webhook", "holdfast-system"))

        const env = {
          HOME: folder,
          KUBECONFIG: join(folder, "kubeconfig"),
          TOKEN: "secret",
          PATH: [join(folder, "bin"), process.env["PATH"] ?? ""].join(delimiter)
        }
        writeFileSync(env.KUBECONFIG, cluster.kubeconfig)
        const shell = (line: string) =>
          Effect.promise(
            () =>
              new Promise<{ readonly status: number | null; readonly stderr: string }>((resolve) => {
                const child = spawn("bash", ["-c", line], { cwd: folder, env, detached: true })
                let stderr = ""
                child.stdout.resume()
                child.stderr.on("data", (text) => {
                  stderr += text
                })
                // As Ctrl-C does: to all that the shell has started.
                const timer = setTimeout(
                  () => process.kill(-(child.pid ?? 0), "SIGINT"),
                  isEndless(line) ? 4000 : 60_000
                )
                child.on("close", (status) => {
                  clearTimeout(timer)
                  resolve({ status, stderr })
                })
              })
          )

        const lines = commands.flatMap(({ examples, name }) => examples.map(({ line }) => ({ line, name })))
        // What is removed is needed by the others before.
        const ordered = lines.toSorted((a, b) => Number(a.name === "uninstall") - Number(b.name === "uninstall"))
        for (const { line } of ordered) {
          const why = elsewhere(line) ?? (/kubectl/.test(line) && !hasKubectl ? "needs kubectl" : undefined)
          if (why !== undefined) console.log(`only read, ${why}: ${line}`)
          // Each adds the same one, in another way.
          if (line.includes("repo add")) yield* Effect.ignore(client.delete(team))
          const { status, stderr } = yield* shell(why === undefined ? line : `${line.replace(/.*\|/, "")} --help`)
          assert.strictEqual(status, isEndless(line) ? 130 : 0, `${line}: ${stderr}`)
        }
      }).pipe(Effect.scoped),
    300_000
  )

  it("has one for every command", () => {
    for (const { examples, name } of commands) assert.isAtLeast(examples.length, 1, name)
  })
})
