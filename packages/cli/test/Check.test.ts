import { assert, describe, it } from "@effect/vitest"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as DemoCluster from "@holdfast/cli/demo/DemoCluster"
import { objects } from "@holdfast/cli/demo/DemoManifest"
import * as TextWidth from "@holdfast/cli/output/TextWidth"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import { ApiServer, Webhook } from "@holdfast/testkit"
import { Clock, Effect, Redacted } from "effect"
import { bundle, start, temporaryFile } from "./support/bundle.ts"
import { checksOf } from "./support/checks.ts"
import { holdfast } from "./support/holdfast.ts"

const day = 86_400_000
const base64 = (text: string) => Buffer.from(text).toString("base64")

interface Planted {
  readonly name: string
  readonly caBundle?: string
  readonly leaf?: { readonly dnsNames?: ReadonlyArray<string>; readonly notBefore?: Date; readonly validity?: number }
  readonly otherAuthority?: boolean
  readonly endpoints?: boolean
  readonly rules?: ReadonlyArray<unknown>
  /** The Secret's name; the Service's with `-tls` unless given. */
  readonly secret?: string
}

/** A webhook with its Service, its endpoints and its Secret; sound, but for what is planted. */
const plant = Effect.fnUntraced(function* (fault: Planted) {
  const { name } = fault
  const namespace = "default"
  const ca = yield* CertificateAuthority.make({
    commonName: `${name}-ca`,
    validity: "3650 days",
    notBefore: new Date(Date.now() - 30 * day)
  })
  const other = yield* CertificateAuthority.make({ commonName: `${name}-ca`, validity: "3650 days" })
  const leaf = yield* CertificateAuthority.issue(ca, {
    dnsNames: fault.leaf?.dnsNames ?? [`${name}.${namespace}.svc`],
    validity: fault.leaf?.validity ?? 365 * day,
    notBefore: fault.leaf?.notBefore
  })
  const trusted = fault.otherAuthority === true ? other : ca
  const service = { metadata: { name, namespace }, spec: { ports: [{ port: 443 }] } }
  const made: ReadonlyArray<KubernetesObject> = [
    { apiVersion: "v1", kind: "Service", ...service },
    {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/tls",
      metadata: { name: fault.secret ?? `${name}-tls`, namespace },
      data: { "tls.crt": base64(leaf.chainPem), "tls.key": base64(Redacted.value(leaf.privateKeyPem)) }
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name },
      webhooks: [
        {
          name: `${name}.example.org`,
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          failurePolicy: "Fail",
          clientConfig: {
            service: { name, namespace },
            ...(fault.caBundle === "" ? {} : { caBundle: fault.caBundle ?? base64(trusted.certificate.pem) })
          },
          rules: fault.rules ?? [
            { apiGroups: ["example.org"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["things"] }
          ]
        }
      ]
    }
  ]
  const slice: KubernetesObject = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${name}-1`, namespace, labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    endpoints: [{ addresses: ["10.0.0.1"], conditions: { ready: true } }],
    ports: [{ port: 443 }]
  }
  return fault.endpoints === false ? made : [...made, slice]
})

describe("holdfast check", () => {
  it.live(
    "finds what is broken and what will be, each with a hint",
    () =>
      Effect.gen(function* () {
        const server = yield* ApiServer.make({ controllerManager: false })
        const now = yield* Clock.currentTimeMillis
        const faults: ReadonlyArray<readonly [planted: Planted, result: string, detail: RegExp]> = [
          [{ name: "sound" }, "success", /verifies until/],
          [{ name: "expired", leaf: { notBefore: new Date(now - 9 * day), validity: day } }, "error", /expired/],
          [{ name: "wrong-ca", otherAuthority: true }, "error", /another key|signed|signature|authority/],
          [{ name: "empty-bundle", caBundle: "" }, "error", /no caBundle/],
          [{ name: "placeholder", caBundle: "Cg==" }, "error", /no certificate/],
          [
            { name: "wrong-host", leaf: { dnsNames: ["else.default.svc"] } },
            "error",
            /not for wrong-host\.default\.svc/
          ],
          [{ name: "no-endpoints", endpoints: false }, "error", /no ready endpoints/],
          [{ name: "ends-soon", leaf: { validity: 5 * day } }, "warning", /ends on/],
          [
            { name: "unmounted", secret: "serving", leaf: { notBefore: new Date(now - 9 * day), validity: day } },
            "error",
            /certificate in Secret default\/serving expired/
          ],
          [{ name: "too-early", leaf: { notBefore: new Date(now + day) } }, "error", /not valid before/],
          [
            {
              name: "lockout",
              rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["secrets"] }]
            },
            "warning",
            /nobody can change secrets/
          ]
        ]
        const admin = yield* KubernetesClient.make({ text: server.kubeconfig })
        for (const [planted] of faults.toSorted(
          ([a], [b]) => Number(a.name === "lockout") - Number(b.name === "lockout")
        )) {
          for (const object of yield* plant(planted)) yield* admin.apply(object, { fieldManager: "test" })
        }
        const kubeconfig = temporaryFile(
          "kubeconfig",
          yield* server.kubeconfigFor({ user: "admin", groups: ["system:masters"], validity: "7 days" })
        )
        const { code, stdout, stderr } = yield* Effect.promise(() =>
          holdfast(["check", "--no-probe", "-o", "json"], { env: { KUBECONFIG: kubeconfig } })
        )
        assert.strictEqual(code, 1, stderr)
        const checks = checksOf(stdout)
        for (const [{ name }, result, detail] of faults) {
          const found = checks.find(({ description }) => description.includes(`webhook ${name}.example.org`))
          assert.strictEqual(found?.result, result, `${name}: ${JSON.stringify(found)}`)
          assert.match(found?.detail ?? "", detail, name)
          assert.strictEqual(found?.hint !== undefined, result !== "success", name)
        }
        const client = checks.find(({ description }) => description.startsWith("client certificate"))
        assert.strictEqual(client?.result, "warning")
      }).pipe(Effect.scoped),
    30_000
  )

  it.live(
    "finds nothing on a healthy cluster, and asks its webhooks",
    () =>
      Effect.gen(function* () {
        const cluster = yield* DemoCluster.make
        const env = { KUBECONFIG: temporaryFile("kubeconfig", cluster.server.kubeconfig) }
        const manifest = temporaryFile(
          "operator.json",
          JSON.stringify({ apiVersion: "v1", kind: "List", items: objects })
        )
        const [{ code, stdout, stderr }] = yield* cluster.withKubelet(
          { lag: 0, nudged: false },
          Effect.promise(async () => {
            await holdfast(["bootstrap", "-f", manifest], { env })
            return holdfast(["check", "-o", "json"], { env })
          })
        )
        assert.strictEqual(code, 0, `${stderr}${stdout}`)
        const checks = checksOf(stdout)
        assert.deepStrictEqual(
          checks.filter(({ result }) => result !== "success"),
          []
        )
        assert.isTrue(checks.some(({ detail }) => detail.includes("it answers")))
      }).pipe(Effect.scoped),
    30_000
  )

  it.live("says what it may not read, and does the rest", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make()
      const text = yield* server.kubeconfigFor({ user: "nobody", groups: [] })
      const ran = yield* Effect.promise(() =>
        holdfast(["check", "-o", "short"], { env: { KUBECONFIG: temporaryFile("kubeconfig", text) } })
      )
      assert.include(ran.stdout, "may not be read")
      assert.match(ran.stdout, /\d+ sound, 0 warnings, 0 errors, \d+ left out/)
      assert.strictEqual(ran.code, 0, ran.stderr)
    }).pipe(Effect.scoped)
  )

  /** Webhooks of which nothing is right, 50 to a configuration. */
  const many = (server: ApiServer.ApiServer, count: number) =>
    Effect.gen(function* () {
      const admin = yield* KubernetesClient.make({ text: server.kubeconfig })
      const entry = (name: string) => ({
        name,
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        clientConfig: { service: { name: "nobody", namespace: "default" }, caBundle: "Cg==" },
        rules: [{ apiGroups: ["example.org"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["things"] }]
      })
      yield* Effect.forEach(
        Array.from({ length: count / 50 }, (_, index) => `many-${index}`),
        (name) =>
          admin.create({
            apiVersion: "admissionregistration.k8s.io/v1",
            kind: "ValidatingWebhookConfiguration",
            metadata: { name },
            webhooks: Array.from({ length: 50 }, (_, index) => entry(`w${index}.${name}.example.org`))
          }),
        { concurrency: 8 }
      )
      return { KUBECONFIG: temporaryFile("kubeconfig", server.kubeconfig) }
    })

  it.live("audits 5,000 webhooks, and stops when its reader has gone", () =>
    Effect.gen(function* () {
      const env = yield* many(yield* ApiServer.make({ controllerManager: false }), 5000)
      const { code, stdout } = yield* Effect.promise(() => holdfast(["check", "-o", "json"], { env }))
      assert.strictEqual(code, 1)
      assert.strictEqual(checksOf(stdout).filter(({ detail }) => /holds no certificate/.test(detail)).length, 5000)
      const { child, ended } = start(bundle(), ["check"], env)
      child.stdout.once("data", () => child.stdout.destroy())
      const { code: closed, stderr } = yield* Effect.promise(() => ended)
      assert.deepStrictEqual([closed, stderr], [1, ""])
    }).pipe(Effect.scoped)
  )

  it.live("keeps to a terminal of 40 columns, but for words and commands that are longer", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make({ controllerManager: false })
      const env = { ...(yield* many(server, 50)), NO_COLOR: "1" }
      const { stdout } = yield* Effect.promise(() => holdfast(["check"], { env, terminal: { columns: 40 } }))
      const tooWide = stdout
        .split("\n")
        .filter((line) => TextWidth.width(line) > 40 && !line.includes("$ ") && line.trim().includes(" "))
        // A mark, or an indent, before one long word.
        .filter((line) =>
          line
            .trim()
            .replace(/^[√‼×·] /, "")
            .includes(" ")
        )
      assert.deepStrictEqual(tooWide, [])
      assert.notInclude(stdout, "\u001b")
    }).pipe(Effect.scoped)
  )

  it.live("looks again, and tells what came and what went", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make({ controllerManager: false })
      const env = yield* many(server, 50)
      const admin = yield* KubernetesClient.make({ text: server.kubeconfig })
      const { child, ended } = start(bundle(), ["check", "-o", "short", "--watch=1s"], env)
      let told = ""
      child.stdout.on("data", (text: string) => {
        told += text
      })
      const until = Effect.fnUntraced(function* (text: string) {
        for (let i = 0; i < 200 && !told.includes(text); i++) yield* Effect.sleep("50 millis")
        assert.include(told, text)
      })
      yield* until("100 errors")
      yield* admin.delete({
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        name: "many-0"
      })
      yield* until(
        "√ webhook w0.many-0.example.org of validatingwebhookconfiguration/many-0: no longer: The CA bundle holds no certificate"
      )
      yield* admin.create({
        apiVersion: "apiregistration.k8s.io/v1",
        kind: "APIService",
        metadata: { name: "v1.new.example.org" },
        spec: {
          group: "new.example.org",
          version: "v1",
          groupPriorityMinimum: 1,
          versionPriority: 1,
          service: { name: "nobody", namespace: "default" }
        }
      })
      yield* until("× apiservice/v1.new.example.org: it has no caBundle")
      child.kill("SIGINT")
      assert.strictEqual((yield* Effect.promise(() => ended)).code, 130)
    }).pipe(Effect.scoped)
  )

  it.live("looks at TLS Secrets that pods and Ingresses use", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make({ controllerManager: false })
      const admin = yield* KubernetesClient.make({ text: server.kubeconfig })
      const ca = yield* CertificateAuthority.make({ commonName: "shop-ca", validity: "3650 days" })
      const issue = (validity: number) =>
        CertificateAuthority.issue(ca, { dnsNames: ["shop.example.org"], validity: validity * day })
      const [good, soon] = [yield* issue(365), yield* issue(5)]
      const secret = (name: string, chain: typeof good, key = chain): KubernetesObject => ({
        apiVersion: "v1",
        kind: "Secret",
        type: "kubernetes.io/tls",
        metadata: { name, namespace: "default" },
        data: { "tls.crt": base64(chain.chainPem), "tls.key": base64(Redacted.value(key.privateKeyPem)) }
      })
      const ingress = (name: string): KubernetesObject => ({
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { name, namespace: "default" },
        spec: {
          defaultBackend: { service: { name: "shop", port: { number: 80 } } },
          tls: [{ hosts: ["shop.example.org"], secretName: name }]
        }
      })
      for (const object of [secret("good", good), secret("soon", soon), secret("swapped", good, soon)]) {
        yield* admin.create(object)
        yield* admin.create(ingress(object.metadata.name ?? ""))
      }
      yield* admin.create(secret("unused", soon))
      const { stdout } = yield* Effect.promise(() =>
        holdfast(["check", "-o", "json"], { env: { KUBECONFIG: temporaryFile("kubeconfig", server.kubeconfig) } })
      )
      const found = checksOf(stdout).filter(({ description }) => description.startsWith("Secret"))
      assert.deepStrictEqual(found.map(({ description, result }) => [description, result]).toSorted(), [
        ["Secret default/good, used by ingress default/good", "success"],
        ["Secret default/soon, used by ingress default/soon", "warning"],
        ["Secret default/swapped, used by ingress default/swapped", "error"]
      ])
    }).pipe(Effect.scoped)
  )

  it.live("says before an install what would be in its way", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make({ controllerManager: false })
      const check = (kubeconfig: string) =>
        Effect.promise(() =>
          holdfast(["check", "--pre"], { env: { KUBECONFIG: temporaryFile("kubeconfig", kubeconfig) } })
        )
      const admin = yield* check(server.kubeconfig)
      assert.strictEqual(admin.code, 0, admin.stdout)
      assert.match(admin.stdout, /√ permission to install: /)
      const nobody = yield* check(yield* server.kubeconfigFor({ user: "nobody" }))
      assert.strictEqual(nobody.code, 1)
      assert.match(nobody.stdout, /× permission to install: not permitted to create and patch namespaces, /)
    }).pipe(Effect.scoped)
  )

  it.live("looks at what a webhook outside of the cluster presents", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make({ controllerManager: false })
      const admin = yield* KubernetesClient.make({ text: server.kubeconfig })
      const ca = yield* CertificateAuthority.make({ commonName: "outside-ca", validity: "3650 days" })
      const other = yield* CertificateAuthority.make({ commonName: "other-ca", validity: "3650 days" })
      const leaf = yield* CertificateAuthority.issue(ca, { dnsNames: ["localhost"], validity: "365 days" })
      const webhook = yield* Webhook.make({ serving: leaf })
      const register = (name: string, host: string, caBundle: string) =>
        admin.create({
          apiVersion: "admissionregistration.k8s.io/v1",
          kind: "ValidatingWebhookConfiguration",
          metadata: { name },
          webhooks: [
            {
              name: `${name}.example.org`,
              admissionReviewVersions: ["v1"],
              sideEffects: "None",
              clientConfig: { url: `https://${host}:${webhook.target.port}/`, caBundle: base64(caBundle) },
              rules: [
                { apiGroups: ["example.org"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["things"] }
              ]
            }
          ]
        })
      yield* register("sound", "localhost", ca.certificate.pem)
      yield* register("untrusted", "localhost", other.certificate.pem)
      yield* register("misnamed", "127.0.0.1", ca.certificate.pem)
      const { stdout } = yield* Effect.promise(() =>
        holdfast(["check", "-o", "json"], { env: { KUBECONFIG: temporaryFile("kubeconfig", server.kubeconfig) } })
      )
      const of = (name: string) =>
        checksOf(stdout).find(({ description }) => description.includes(`${name}.example.org`))
      assert.match(of("sound")?.detail ?? "", /^verifies until /)
      assert.match(of("untrusted")?.detail ?? "", /https:\/\/localhost:\d+ does not verify under its caBundle/)
      assert.match(of("misnamed")?.detail ?? "", /valid for localhost, not for 127\.0\.0\.1/)
    }).pipe(Effect.scoped)
  )

  it("tells a server that does not answer as a finding, with an exit code of its own", async () => {
    const kubeconfig = temporaryFile(
      "kubeconfig",
      JSON.stringify({
        "current-context": "gone",
        contexts: [{ name: "gone", context: { cluster: "gone" } }],
        clusters: [{ name: "gone", cluster: { server: "https://127.0.0.1:1" } }]
      })
    )
    const { code, stdout } = await holdfast(["check"], { env: { KUBECONFIG: kubeconfig } })
    assert.strictEqual(code, 69)
    assert.match(stdout, /× API server https:\/\/127\.0\.0\.1:1: No answer .*ECONNREFUSED.*\n {4}hint: Check/)
  })
})
