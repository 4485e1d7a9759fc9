import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import { Effect } from "effect"
import { parseAllDocuments } from "yaml"
import * as Helm from "../../scripts/helm.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))
const helm = binaries._tag === "None" ? undefined : Helm.find()

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const objectsOf = (text: string): ReadonlyArray<KubernetesObject> =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null)
const render = (...args: ReadonlyArray<string>) =>
  Helm.run(helm ?? "", ["template", "holdfast", path("chart"), "--namespace=holdfast-system", ...args])
const names = (objects: ReadonlyArray<KubernetesObject>) =>
  objects.map(({ kind, metadata }) => `${kind}/${metadata.namespace ?? ""}/${metadata.name}`).sort()
const ofMonitoring = (kind: string, plural: string): KubernetesObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.monitoring.coreos.com` },
  spec: {
    group: "monitoring.coreos.com",
    scope: "Namespaced",
    names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } }
      }
    ]
  }
})

describe.skipIf(helm === undefined)("the chart", () => {
  it("is what the manifest in one file was rendered from", () => {
    const { status, stderr } = spawnSync(process.execPath, [path("scripts/render.ts"), "--check"], { encoding: "utf8" })
    assert.strictEqual(`${stderr}${status}`, "0")
  })

  it("passes Helm's own examination", () => {
    const { status, stdout } = Helm.run(helm ?? "", ["lint", "--strict", path("chart")])
    assert.strictEqual(status, 0, stdout)
  })

  it.runIf(binaries._tag === "Some" && binaries.value.kubectl !== undefined)(
    "is the kustomize base, object by object",
    () => {
      const kubectl = binaries._tag === "Some" ? (binaries.value.kubectl ?? "") : ""
      const { stdout } = spawnSync(kubectl, ["kustomize", path("deploy")], { encoding: "utf8" })
      const sorted = (objects: ReadonlyArray<KubernetesObject>) =>
        Object.fromEntries(objects.map((object) => [names([object])[0], object]))
      assert.deepStrictEqual(
        sorted(objectsOf(stdout)),
        sorted(objectsOf(readFileSync(path("deploy/holdfast.yaml"), "utf8")))
      )
    }
  )

  it("leaves the key caBundle out", () => {
    const configurations = objectsOf(render().stdout).filter(({ kind }) => kind.endsWith("WebhookConfiguration"))
    assert.strictEqual(configurations.length, 1)
    assert.notInclude(JSON.stringify(configurations), "caBundle")
  })

  it("takes an image by its digest, and more than one namespace", () => {
    const digest = `sha256:${"a".repeat(64)}`
    const list = "namespaces[0].name=shop,namespaces[0].secrets={a,b},namespaces[1].name=bank,namespaces[1].secrets={c}"
    const objects = objectsOf(render("--set", `image.digest=${digest},${list}`).stdout)
    assert.include(JSON.stringify(objects), `"image":"ghcr.io/holdfast-dev/holdfast-operator@${digest}"`)
    const given = names(objects).filter((name) => /^Role.*\/(shop|bank)\//.test(name))
    assert.deepStrictEqual(given, [
      "Role/bank/holdfast-operator",
      "Role/shop/holdfast-operator",
      "RoleBinding/bank/holdfast-operator",
      "RoleBinding/shop/holdfast-operator"
    ])
  })

  it.each([
    ["replica=3", "additional properties 'replica' not allowed"],
    ["replicas=0", "minimum: got 0, want 1"],
    ["logLevel=loud", "value must be one of 'debug', 'info', 'warn', 'error'"],
    ["image.digest=sha256:abc", "does not match pattern"],
    ["namespaces[0].name=shop", "missing property 'secrets'"],
    ["namespaces[0].name=shop,namespaces[0].secrets={*}", "does not match pattern"]
  ])("refuses the value %s", (value, complaint) => {
    const { status, stderr } = render("--set", value)
    assert.notStrictEqual(status, 0)
    assert.include(stderr, complaint)
  })

  it.live(
    "is accepted by a real API server, with everything that can be switched on",
    () =>
      Effect.gen(function* () {
        const cluster = yield* KubeApiserver.make()
        const client = yield* KubernetesClient.make({ text: cluster.kubeconfig })
        const switches = ["serviceMonitor", "alerts", "dashboard"].map((part) => `${part}.enabled=true`).join(",")
        const { stdout } = render("--include-crds", "--set", `createNamespace=true,${switches}`)
        const objects = objectsOf(stdout)
        const isFirst = ({ kind }: KubernetesObject) => kind === "CustomResourceDefinition" || kind === "Namespace"
        const monitoring = [
          ofMonitoring("ServiceMonitor", "servicemonitors"),
          ofMonitoring("PrometheusRule", "prometheusrules")
        ]
        for (const object of [...monitoring, ...objects.filter(isFirst), ...objects.filter((each) => !isFirst(each))]) {
          // A kind is served a moment after its definition was made.
          const applied = client.apply(object, { fieldManager: "test", fieldValidation: "Strict" })
          yield* Effect.retry(applied, {
            while: ({ _tag }) => _tag === "NotFound" || _tag === "UnknownKind",
            times: 1000
          })
        }
        assert.isAbove(objects.length, 20)
      }),
    60_000
  )
})

describe("alerts and dashboard", () => {
  it("ask for metrics that the operator has", () => {
    const source = spawnSync(
      "grep",
      ["-rhoE", '"(holdfast|controller_runtime|leader_election|certwatcher|workqueue|process)_[a-z_]+"', path("src")],
      {
        encoding: "utf8"
      }
    ).stdout
    const known = new Set(source.replaceAll('"', "").split("\n"))
    for (const file of ["chart/alerts.yaml", "chart/dashboards/holdfast.json"]) {
      const asked = readFileSync(path(file), "utf8").match(
        /\b(holdfast|controller_runtime|leader_election|certwatcher|workqueue|process)_[a-z_]+/g
      )
      assert.isAbove(asked?.length ?? 0, 5)
      for (const metric of asked ?? []) assert.isTrue(known.has(metric.replace(/_bucket$/, "")), `${file}: ${metric}`)
    }
  })
})
