import { assert, describe, it } from "@effect/vitest"
import { objects } from "@holdfast/cli/demo/DemoManifest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { type KubernetesObject, key, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import type { TestCluster } from "@holdfast/testkit"
import { Effect, type Scope, Stream } from "effect"
import { temporaryFile } from "./bundle.ts"
import { holdfast, type RunOptions } from "./holdfast.ts"

const group = "certificates.holdfast.dev"

const kindOf = (plural: string, kind: string): KubernetesObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { kind, plural, singular: kind.toLowerCase() },
    versions: [
      {
        name: "v1alpha1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } }
      }
    ]
  }
})

/** The demo's operator, with the kind of a rotation: no Job and no webhook that nobody answers. */
const installed: ReadonlyArray<KubernetesObject> = [
  ...objects.filter(({ kind }) => !["Job", "Deployment", "ValidatingWebhookConfiguration"].includes(kind)),
  kindOf("webhookcertificates", "WebhookCertificate"),
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "packages" },
    webhooks: [
      {
        name: "nobody.example.org",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Fail",
        clientConfig: { service: { namespace: "package-operator", name: "webhook" } },
        // With nobody there to answer, nothing can be deleted while this is there.
        rules: [
          { apiGroups: ["*"], apiVersions: ["*"], operations: ["DELETE"], resources: ["clusterroles", "services"] }
        ]
      }
    ]
  },
  {
    apiVersion: `${group}/v1alpha1`,
    kind: "WebhookCertificate",
    metadata: { name: "own", namespace: "package-operator" }
  }
]

/** A webhook of somebody else, with what an operator has left in it. */
const foreign: KubernetesObject = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "MutatingWebhookConfiguration",
  metadata: {
    name: "foreign",
    annotations: { "example.org/own": "kept", [`${group}/epoch-0123456789`]: "7", [`${group}/touched-0123456789`]: "x" }
  },
  webhooks: ["hook.example.org", `0123456789.canary.${group}`].map((name) => ({
    name,
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    clientConfig: { url: "https://127.0.0.1:1/", caBundle: Buffer.from("").toString("base64") },
    rules: [{ apiGroups: ["example.org"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["things"] }]
  }))
}

const manifestOf = (all: ReadonlyArray<KubernetesObject>) =>
  temporaryFile("operator.json", JSON.stringify({ apiVersion: "v1", kind: "List", items: all }))

/** What empties and ends namespaces where no controller manager does. */
export const namespaceController = (client: KubernetesClient.Shape) =>
  client.watch({ apiVersion: "v1", kind: "Namespace" }).pipe(
    Stream.runForEach((event) => {
      if (event._tag !== "Added" && event._tag !== "Modified") return Effect.void
      if (event.object.metadata.deletionTimestamp === undefined) return Effect.void
      const { name } = event.object.metadata
      return client
        .request({
          method: "PUT",
          path: `/api/v1/namespaces/${name}/finalize`,
          body: { ...event.object, spec: { finalizers: [] } }
        })
        .pipe(Effect.ignore)
    })
  )

interface Cluster {
  readonly title: string
  readonly make: Effect.Effect<TestCluster.TestCluster, never, Scope.Scope>
  readonly hasControllers: boolean
}

export const uninstalling = ({ title, make, hasControllers }: Cluster) => {
  const connect = Effect.gen(function* () {
    const cluster = yield* make
    const client = yield* KubernetesClient.make({ text: cluster.kubeconfig })
    if (!hasControllers) yield* Effect.forkScoped(namespaceController(client))
    const kubeconfig = temporaryFile("kubeconfig", cluster.kubeconfig)
    const run = (words: ReadonlyArray<string>, options: RunOptions = {}) =>
      Effect.promise(() => holdfast(words, { ...options, env: { KUBECONFIG: kubeconfig } }))
    const kinds = [
      ["v1", "Namespace"],
      ["v1", "ConfigMap"],
      ["v1", "Service"],
      ["v1", "ServiceAccount"],
      ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
      ["apiregistration.k8s.io/v1", "APIService"],
      ["rbac.authorization.k8s.io/v1", "ClusterRole"],
      ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding"],
      ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"],
      ["admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"]
    ] as const
    /** The names of everything of the kinds that a bootstrap touches. */
    const everything = Effect.map(
      Effect.forEach(kinds, ([apiVersion, kind]) => client.list({ apiVersion, kind })),
      (lists) => lists.flatMap(({ items }) => items.map((object) => key(toRef(object)))).sort()
    )
    const bootstrap = (all: ReadonlyArray<KubernetesObject> = installed) =>
      Effect.gen(function* () {
        const words = [
          "bootstrap",
          "-f",
          manifestOf(all),
          "--yes",
          "--no-wait",
          "--force",
          "--no-create-default-repository"
        ]
        const ran = yield* run(words)
        assert.strictEqual(ran.code, 0, ran.stderr)
      })
    return { client, run, everything, bootstrap, cluster }
  })

  describe(`holdfast uninstall, on ${title}`, () => {
    it.live(
      "leaves the cluster as it was before the bootstrap, and the traces of the operator in no object of others",
      () =>
        Effect.gen(function* () {
          const { client, run, everything, bootstrap } = yield* connect
          yield* client.apply(foreign)
          // The embedded server makes what a namespace has a moment later.
          yield* Effect.sleep("500 millis")
          const before = yield* everything
          yield* bootstrap()
          const during = yield* everything
          assert.isAbove(during.length, before.length)

          const dry = yield* run(["uninstall", "--dry-run"])
          assert.strictEqual(dry.code, 0, dry.stderr)
          assert.include(
            dry.stdout,
            "mutatingwebhookconfiguration.admissionregistration.k8s.io/foreign would be cleaned"
          )
          assert.strictEqual(dry.stdout.split("\n").length, installed.length + 2, dry.stdout)
          assert.match(
            dry.stdout,
            /^validatingwebhookconfiguration.*\n(.*\n)*namespace\/package-operator would be deleted/
          )
          assert.deepStrictEqual(yield* everything, during)

          const unasked = yield* run(["uninstall"])
          assert.strictEqual(unasked.code, 64)
          assert.match(unasked.stderr, /there is nobody to ask; nothing was changed\. Give --yes/)
          assert.deepStrictEqual(yield* everything, during)

          const { code, stdout, stderr } = yield* run(["uninstall", "--yes"])
          assert.strictEqual(code, 0, stderr)
          assert.deepStrictEqual(yield* everything, before)
          // Webhooks first: this one would have refused the deletion of others.
          assert.match(stdout, /^validatingwebhookconfiguration\.admissionregistration\.k8s\.io\/packages deleted\n/)
          assert.match(stdout, /\nnamespace\/package-operator deleted\n$/)
          const cleaned = yield* client.get(toRef(foreign))
          assert.deepStrictEqual(cleaned.metadata.annotations, { "example.org/own": "kept" })
          assert.deepStrictEqual(
            (cleaned["webhooks"] as ReadonlyArray<{ readonly name: string }>).map(({ name }) => name),
            ["hook.example.org"]
          )

          const again = yield* run(["uninstall", "--yes"])
          assert.deepStrictEqual([again.code, again.stdout], [0, ""], again.stderr)
          assert.include(again.stderr, "no bootstrap is recorded")
        }).pipe(Effect.scoped),
      60_000
    )

    it.live(
      "stops before anything is changed where users have made what would go, and takes it along when told so",
      () =>
        Effect.gen(function* () {
          const { client, run, everything, bootstrap } = yield* connect
          yield* Effect.sleep("500 millis")
          const before = yield* everything
          yield* bootstrap()
          const mine = {
            apiVersion: `${group}/v1alpha1`,
            kind: "WebhookCertificate",
            metadata: { name: "mine", namespace: "default" }
          }
          yield* client.apply(mine)
          yield* client.apply({
            apiVersion: "packages.glasskube.dev/v1alpha1",
            kind: "PackageRepository",
            metadata: { name: "mine" },
            spec: { url: "https://packages.example.org/" }
          })
          yield* client.apply({
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { name: "data", namespace: "package-operator", finalizers: [] },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
          })
          const during = yield* everything
          const refused = yield* run(["uninstall", "--yes"])
          assert.strictEqual(refused.code, 1)
          assert.include(refused.stderr, "default/webhookcertificate.certificates.holdfast.dev/mine")
          assert.include(refused.stderr, "packagerepository.packages.glasskube.dev/mine")
          assert.include(refused.stderr, "package-operator/persistentvolumeclaim/data")
          assert.include(refused.stderr, "--delete-resources")
          assert.strictEqual(refused.stdout, "")
          assert.deepStrictEqual(yield* everything, during)
          if (!hasControllers) {
            // A claim's protection is taken away by a controller.
            const claim = {
              apiVersion: "v1",
              kind: "PersistentVolumeClaim",
              namespace: "package-operator",
              name: "data"
            }
            yield* client.patch(claim, { type: "merge", body: { metadata: { finalizers: null } } })
            yield* client.delete(claim)
          }
          const done = yield* run(["uninstall", "--yes", "--delete-resources", "-o", "json"])
          assert.strictEqual(done.code, 0, done.stderr)
          const { removed } = JSON.parse(done.stdout)
          assert.isTrue(removed.some(({ name }: { readonly name: string }) => name === "mine"))
          assert.deepStrictEqual(yield* everything, before)
        }).pipe(Effect.scoped),
      60_000
    )

    it.live(
      "names the finalizers that it waits for, goes on where it stopped, and takes them away with --force",
      () =>
        Effect.gen(function* () {
          const { client, run, everything, bootstrap } = yield* connect
          yield* Effect.sleep("500 millis")
          const before = yield* everything
          yield* bootstrap()
          const own = {
            apiVersion: `${group}/v1alpha1`,
            kind: "WebhookCertificate",
            namespace: "package-operator",
            name: "own"
          }
          yield* client.patch(own, { type: "merge", body: { metadata: { finalizers: ["example.org/never"] } } })
          const stuck = yield* run(["uninstall", "--yes", "--timeout", "500ms"])
          assert.strictEqual(stuck.code, 75, stuck.stderr)
          assert.match(stuck.stderr, /own is not gone: it waits for its finalizers example\.org\/never\. .*--force/)
          const done = yield* run(["uninstall", "--yes", "--timeout", "2s", "--force"])
          assert.strictEqual(done.code, 0, done.stderr)
          assert.deepStrictEqual(yield* everything, before)
        }).pipe(Effect.scoped),
      60_000
    )
  })
}
