/**
 * Least privilege, both ways: the operator runs under its own roles on a real API server, whose audit log tells what it
 * asked for. Nothing of it is refused, nothing that is granted goes unused, and what is no business of its is refused.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as ContainerRuntime from "@holdfast/testkit/ContainerRuntime"
import * as Controllers from "@holdfast/testkit/Controllers"
import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import * as PodNetwork from "@holdfast/testkit/PodNetwork"
import { Effect, Schedule } from "effect"
import { parseAllDocuments } from "yaml"
import * as Helm from "../../scripts/helm.ts"
import * as HttpServer from "../support/HttpServer.ts"
import { repository } from "../support/packagesApi.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))
const helm = binaries._tag === "None" ? undefined : Helm.find()

const chart = fileURLToPath(new URL("../../chart", import.meta.url))
const module = fileURLToPath(new URL("../../dist/operator.mjs", import.meta.url))
const operator = { namespace: "holdfast-system", name: "holdfast-operator" }
const user = `system:serviceaccount:${operator.namespace}:${operator.name}`

/** What the chart makes when one more namespace is given to the operator. */
const manifest = (): ReadonlyArray<KubernetesObject> => {
  const values = "createNamespace=true,replicas=1,namespaces[0].name=shop,namespaces[0].secrets={shop-webhook-tls}"
  const args = ["template", "holdfast", chart, `--namespace=${operator.namespace}`, "--include-crds", `--set=${values}`]
  const { stderr, stdout } = Helm.run(helm ?? "", args)
  assert.strictEqual(stderr, "")
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null)
}

const namespace = (name: string): KubernetesObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })
const secret = (namespace: string, name: string, content = "x"): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name, namespace },
  data: { token: Buffer.from(content).toString("base64") }
})

const clientConfig = { service: { name: "shop-webhook", namespace: "shop", path: "/" } }
const version = (name: string, storage: boolean) => ({
  name,
  storage,
  served: true,
  schema: { openAPIV3Schema: { type: "object" } }
})

/** A webhook of every kind that carries a caBundle, in the namespace that the operator was given. */
const shop: ReadonlyArray<KubernetesObject> = [
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "shop-webhook", namespace: "shop" },
    spec: { selector: { app: "shop" }, ports: [{ port: 443 }] }
  },
  ...["Validating", "Mutating"].map((kind) => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: `${kind}WebhookConfiguration`,
    metadata: { name: "shop" },
    webhooks: [
      {
        name: "gadgets.shop.example.org",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        clientConfig,
        rules: [
          { apiGroups: ["shop.example.org"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["gadgets"] }
        ]
      }
    ]
  })),
  {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "gadgets.shop.example.org" },
    spec: {
      group: "shop.example.org",
      scope: "Namespaced",
      names: { kind: "Gadget", plural: "gadgets", singular: "gadget", listKind: "GadgetList" },
      versions: [version("v1", true), version("v2", false)],
      conversion: { strategy: "Webhook", webhook: { clientConfig, conversionReviewVersions: ["v1"] } }
    }
  },
  {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: "v1.metrics.shop.example.org" },
    spec: {
      group: "metrics.shop.example.org",
      version: "v1",
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service: { name: "shop-webhook", namespace: "shop" }
    }
  },
  {
    apiVersion: "certificates.holdfast.dev/v1alpha1",
    kind: "WebhookCertificate",
    metadata: { name: "shop-webhook", namespace: "shop" },
    spec: {
      secretName: "shop-webhook-tls",
      service: { name: "shop-webhook" },
      targets: [
        { kind: "ValidatingWebhookConfiguration", name: "shop" },
        { kind: "MutatingWebhookConfiguration", name: "shop" },
        { kind: "CustomResourceDefinition", name: "gadgets.shop.example.org" },
        { kind: "APIService", name: "v1.metrics.shop.example.org" }
      ],
      minPublish: "0s",
      rollback: "0s"
    }
  }
]

interface AuditEvent {
  readonly verb: string
  readonly user: { readonly username: string }
  readonly objectRef?: {
    readonly resource: string
    readonly subresource?: string
    readonly apiGroup?: string
    readonly namespace?: string
    readonly name?: string
  }
  readonly annotations?: Readonly<Record<string, string>>
  readonly requestURI: string
}

type Method = "GET" | "POST" | "PUT" | "DELETE"

/** A right as a word: `patch certificates.holdfast.dev/webhookcertificates/status in shop`. */
const right = (verb: string, group: string, resource: string, namespace: string) =>
  `${verb} ${group === "" ? "" : `${group}/`}${resource}${namespace === "" ? "" : ` in ${namespace}`}`

interface Rule {
  readonly apiGroups: ReadonlyArray<string>
  readonly resources: ReadonlyArray<string>
  readonly verbs: ReadonlyArray<string>
}

const rulesOf = (objects: ReadonlyArray<KubernetesObject>) =>
  objects
    .filter(({ kind }) => kind === "Role" || kind === "ClusterRole")
    .flatMap(({ metadata, rules }) =>
      (rules as ReadonlyArray<Rule>).map((rule) => ({ ...rule, namespace: metadata.namespace ?? "" }))
    )

/** Granted, and not asked for in this test; each for a reason. */
const unasked: ReadonlyArray<string> = [
  // Where the owner of a barrier is there already: after a crash.
  "get certificates.holdfast.dev/probes",
  // Where Glasskube's kinds are installed.
  "list packages.glasskube.dev/clusterpackages",
  "list packages.glasskube.dev/packages",
  // A server-side apply asks for `patch`; where it creates, the API server checks this besides.
  "create services in holdfast-system",
  // The nudge of pods that mount the Secret; here are none.
  "patch pods in shop"
]

describe.skipIf(helm === undefined)("the rights of the operator", () => {
  it.live(
    "are those that it needs, and no more",
    () =>
      Effect.gen(function* () {
        const folder = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "holdfast-audit-"))),
          (path) => Effect.sync(() => rmSync(path, { recursive: true }))
        )
        const [policy, log] = [join(folder, "policy.json"), join(folder, "audit.log")]
        const rules = [{ level: "Metadata", users: [user], omitStages: ["RequestReceived"] }, { level: "None" }]
        writeFileSync(policy, JSON.stringify({ apiVersion: "audit.k8s.io/v1", kind: "Policy", rules }))

        const network = yield* PodNetwork.make
        const cluster = yield* KubeApiserver.make({
          network,
          arguments: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, "--audit-log-mode=blocking"]
        })
        const objects = manifest()
        const image = JSON.stringify(objects).match(/"image":"([^"]+)"/)?.[1] ?? ""
        const runtime = yield* ContainerRuntime.make({ cluster, network, images: { [image]: { module } } })
        yield* Controllers.run(cluster, { runtime })
        const client = yield* KubernetesClient.make({ text: cluster.kubeconfig })
        const apply = (object: KubernetesObject) =>
          Effect.retry(client.apply(object, { fieldManager: "test", force: true }), {
            schedule: Schedule.spaced("200 millis"),
            times: 100
          })
        const index = yield* HttpServer.make((_, __, response) => response.end("packages:\n- name: keptn\n"))

        const order = ["Namespace", "CustomResourceDefinition"]
        const first = objects.filter(({ kind }) => order.includes(kind))
        yield* Effect.forEach(
          [namespace("shop"), ...first, ...objects.filter((object) => !first.includes(object)), ...shop],
          apply
        )
        yield* apply(secret(operator.namespace, "login", "word"))
        const auth = { bearer: { tokenSecretRef: { name: "login", key: "token" } } }
        yield* apply(repository("team", index.url.href, { auth }))

        const condition = (kind: string, apiVersion: string, name: string, type: string, namespace?: string) =>
          Effect.map(
            client.get({ apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }),
            ({ status }) =>
              ((status ?? {}) as { conditions?: ReadonlyArray<Record<string, string>> }).conditions?.find(
                (each) => each["type"] === type
              )?.["status"]
          )
        const webhook = (type: string) =>
          condition("WebhookCertificate", "certificates.holdfast.dev/v1alpha1", "shop-webhook", type, "shop")
        const until = <E>(what: Effect.Effect<boolean, E>, within: `${number} seconds`) =>
          Effect.repeat(Effect.delay(what, "250 millis"), { until: (is) => is }).pipe(Effect.timeout(within))

        yield* until(
          Effect.map(webhook("Ready"), (status) => status === "True"),
          "60 seconds"
        )
        const packages = "packages.glasskube.dev/v1alpha1"
        const ready = condition("PackageRepository", packages, "team", "Ready")
        yield* until(
          Effect.map(ready, (status) => status === "True"),
          "30 seconds"
        )
        yield* client.delete({ apiVersion: packages, kind: "PackageRepository", name: "team" })
        const certificate = shop.at(-1) as KubernetesObject
        const annotations = { "certificates.holdfast.dev/rotate": "now" }
        yield* apply({ ...certificate, metadata: { ...certificate.metadata, annotations } })
        yield* until(
          Effect.map(webhook("Rotating"), (status) => status === "True"),
          "30 seconds"
        )
        yield* until(
          Effect.map(webhook("Rotating"), (status) => status === "False"),
          "240 seconds"
        )
        yield* client.delete({
          apiVersion: certificate.apiVersion,
          kind: certificate.kind,
          namespace: "shop",
          name: "shop-webhook"
        })
        yield* Effect.sleep("5 seconds")

        const events = readFileSync(log, "utf8")
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as AuditEvent)
        // A canary is denied with 403, too; the authorizer's own word tells the two apart.
        const refused = events.filter(({ annotations }) => annotations?.["authorization.k8s.io/decision"] === "forbid")
        assert.deepStrictEqual(
          [...new Set(refused.map(({ requestURI, verb }) => `${verb} ${requestURI.split("?")[0]}`))],
          // A role that names Secrets cannot allow a POST, which has no name: after it comes an apply, which has one.
          ["create /api/v1/namespaces/shop/secrets"]
        )

        const isUsed = (group: string, resource: string, verb: string, namespace: string) =>
          events.some(({ objectRef, verb: asked }) => {
            if (objectRef === undefined || asked !== verb || (objectRef.apiGroup ?? "") !== group) return false
            const { resource: kind, subresource } = objectRef
            const name = subresource === undefined ? kind : `${kind}/${subresource}`
            return (resource === "*" || resource === name) && (namespace === "" || objectRef.namespace === namespace)
          })
        const unused = rulesOf(objects).flatMap(({ apiGroups, namespace, resources, verbs }) =>
          apiGroups.flatMap((group) =>
            resources.flatMap((resource) =>
              verbs
                .filter((verb) => !isUsed(group, resource, verb, namespace))
                .map((verb) => right(verb, group, resource, namespace))
            )
          )
        )
        assert.deepStrictEqual(
          unused.filter((one) => !unasked.includes(one)),
          []
        )
      }),
    400_000
  )

  it.live(
    "end at every Secret that is no business of its",
    () =>
      Effect.gen(function* () {
        const cluster = yield* KubeApiserver.make()
        const admin = yield* KubernetesClient.make({ text: cluster.kubeconfig })
        const apply = (object: KubernetesObject) => admin.apply(object, { fieldManager: "test" })
        yield* Effect.forEach([namespace("shop"), namespace(operator.namespace)], apply)
        const isRight = ({ kind }: KubernetesObject) => /^(Cluster)?Role(Binding)?$|^ServiceAccount$/.test(kind)
        yield* Effect.forEach(manifest().filter(isRight), apply)
        const places = [
          ["shop", "shop-webhook-tls"],
          ["shop", "database"],
          ["default", "token"],
          ["kube-system", "token"],
          [operator.namespace, "login"]
        ] as const
        yield* Effect.forEach(places, ([namespace, name]) => apply(secret(namespace, name)))

        const groups = [
          "system:serviceaccounts",
          `system:serviceaccounts:${operator.namespace}`,
          "system:authenticated"
        ]
        const client = yield* KubernetesClient.make({ text: yield* cluster.kubeconfigFor({ user, groups }) })
        /** Makes the request for real: what is refused is `Forbidden`, before anything else is looked at. */
        const asks = (method: Method, path: string, body?: object) =>
          client.request({ method, path, query: { dryRun: "All" }, ...(body !== undefined && { body }) }).pipe(
            Effect.as("granted"),
            Effect.catch(({ _tag }) => Effect.succeed(_tag === "Forbidden" ? "refused" : `granted, but ${_tag}`)),
            Effect.map((answer) => `${method} ${path}: ${answer}`)
          )

        const reads = places.map(
          ([namespace, name]) => ["GET", `/api/v1/namespaces/${namespace}/secrets/${name}`] as const
        )
        assert.deepStrictEqual(
          yield* Effect.forEach(reads, ([method, path]) => asks(method, path)),
          reads.map(([method, path]) => {
            const isOurs = /shop-webhook-tls|holdfast-system/.test(path)
            return `${method} ${path}: ${isOurs ? "granted" : "refused"}`
          })
        )

        const object = secret("shop", "database", "y")
        const binding = {
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind: "ClusterRoleBinding",
          metadata: { name: "all" },
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
          subjects: [{ kind: "ServiceAccount", ...operator }]
        }
        const forbidden: ReadonlyArray<readonly [Method, string, object?]> = [
          ["GET", "/api/v1/secrets"],
          ["GET", "/api/v1/namespaces/shop/secrets"],
          ["GET", "/api/v1/namespaces/kube-system/secrets"],
          ["POST", "/api/v1/namespaces/shop/secrets", secret("shop", "another")],
          ["PUT", "/api/v1/namespaces/shop/secrets/database", object],
          ["DELETE", "/api/v1/namespaces/shop/secrets/database"],
          ["DELETE", "/api/v1/namespaces/shop/secrets/shop-webhook-tls"],
          ["POST", "/api/v1/namespaces/kube-system/serviceaccounts/default/token", {}],
          ["POST", `/api/v1/namespaces/${operator.namespace}/serviceaccounts/${operator.name}/token`, {}],
          ["POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding],
          ["DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/x.example.org"],
          ["DELETE", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/x"],
          ["POST", "/api/v1/namespaces/shop/pods/x/exec", {}],
          ["DELETE", "/api/v1/namespaces/shop/pods/x"],
          ["GET", "/api/v1/configmaps"],
          ["GET", "/api/v1/nodes"]
        ]
        assert.deepStrictEqual(
          yield* Effect.forEach(forbidden, ([method, path, body]) => asks(method, path, body)),
          forbidden.map(([method, path]) => `${method} ${path}: refused`)
        )
      }),
    120_000
  )
})
