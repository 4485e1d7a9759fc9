import { assert, describe, it } from "@effect/vitest"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as DemoCluster from "@holdfast/cli/demo/DemoCluster"
import { objects } from "@holdfast/cli/demo/DemoManifest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import { ApiServer } from "@holdfast/testkit"
import { Clock, Effect, Redacted } from "effect"
import { temporaryFile } from "./support/bundle.ts"
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
      metadata: { name: `${name}-tls`, namespace },
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

interface Check {
  readonly description: string
  readonly result: string
  readonly detail: string
  readonly hint?: string
}

const checksOf = (stdout: string): ReadonlyArray<Check> =>
  JSON.parse(stdout).categories.flatMap((category: { checks: ReadonlyArray<Check> }) => category.checks)

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
})
