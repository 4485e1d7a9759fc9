import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import { ApiServer } from "@holdfast/testkit"
import { Effect } from "effect"
import { temporaryFile } from "./support/bundle.ts"
import { holdfast } from "./support/holdfast.ts"
import { uninstalling } from "./support/uninstalling.ts"

uninstalling({ title: "the embedded API server", make: ApiServer.make(), hasControllers: true })

const configMap = (name: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default" }
})

const manifestOf = (...objects: ReadonlyArray<KubernetesObject>) =>
  temporaryFile("operator.json", JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }))

const connect = Effect.gen(function* () {
  const server = yield* ApiServer.make()
  const client = yield* KubernetesClient.make({ text: server.kubeconfig })
  const kubeconfig = temporaryFile("kubeconfig", server.kubeconfig)
  const run = (...words: ReadonlyArray<string>) =>
    Effect.promise(() => holdfast(words, { env: { KUBECONFIG: kubeconfig } }))
  const bootstrap = (manifest: string, ...words: ReadonlyArray<string>) =>
    Effect.map(run("bootstrap", "-f", manifest, "--yes", ...words), (ran) => {
      assert.strictEqual(ran.code, 0, ran.stderr)
      return ran
    })
  const names = Effect.map(client.list({ apiVersion: "v1", kind: "ConfigMap", namespace: "default" }), ({ items }) =>
    items.map(({ metadata }) => metadata.name).filter((name) => name !== "kube-root-ca.crt")
  )
  return { server, client, run, bootstrap, names }
})

describe("what an uninstall removes", () => {
  it.live("is what any bootstrap has applied, also what newer manifests have not any longer", () =>
    Effect.gen(function* () {
      const { run, bootstrap, names } = yield* connect
      yield* bootstrap(manifestOf(configMap("one"), configMap("two")))
      yield* bootstrap(manifestOf(configMap("two"), configMap("three")))
      assert.deepStrictEqual(yield* names, ["one", "three", "two"])
      const ran = yield* run("uninstall", "--yes")
      assert.strictEqual(ran.code, 0, ran.stderr)
      assert.deepStrictEqual(yield* names, [])
    }).pipe(Effect.scoped)
  )

  it.live(
    "is not what was there before, nor what apply has applied, unless a manifest names it",
    () =>
      Effect.gen(function* () {
        const { run, client, bootstrap, names } = yield* connect
        yield* client.apply(configMap("before"))
        const applied = manifestOf(configMap("applied"))
        yield* run("apply", "-f", applied)
        yield* Effect.sleep("7 seconds")
        const manifest = manifestOf(configMap("before"), configMap("new"))
        yield* bootstrap(manifest)
        const ran = yield* run("uninstall", "--yes")
        assert.strictEqual(ran.code, 0, ran.stderr)
        assert.include(ran.stderr, "default/configmap/before is kept: it was there before the first bootstrap")
        assert.deepStrictEqual(yield* names, ["applied", "before"])
        const named = yield* run("uninstall", "--yes", "-f", manifest, "-f", applied, "-o", "name")
        assert.strictEqual(named.code, 0, named.stderr)
        assert.deepStrictEqual(named.stdout.trim().split("\n").sort(), ["configmap/applied", "configmap/before"])
        assert.deepStrictEqual(yield* names, [])
      }).pipe(Effect.scoped),
    20_000
  )

  it.live("is never a namespace of Kubernetes itself", () =>
    Effect.gen(function* () {
      const { run, bootstrap, names } = yield* connect
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } }
      const manifest = manifestOf(namespace, configMap("one"))
      yield* bootstrap(manifest)
      const ran = yield* run("uninstall", "--yes", "-f", manifest)
      assert.strictEqual(ran.code, 0, ran.stderr)
      assert.include(ran.stderr, "namespace/default is kept: it belongs to Kubernetes")
      assert.deepStrictEqual(yield* names, [])
    }).pipe(Effect.scoped)
  )

  it.live("is still to be named by manifests where the bootstrap was not permitted to record it", () =>
    Effect.gen(function* () {
      const { run, client, server, names } = yield* connect
      const rbac = { apiGroup: "rbac.authorization.k8s.io" }
      yield* client.apply({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: { name: "dev", namespace: "default" },
        rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["*"] }]
      })
      yield* client.apply({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { name: "dev", namespace: "default" },
        roleRef: { ...rbac, kind: "Role", name: "dev" },
        subjects: [{ ...rbac, kind: "User", name: "dev" }]
      })
      const kubeconfig = temporaryFile("kubeconfig", yield* server.kubeconfigFor({ user: "dev" }))
      const manifest = manifestOf(configMap("one"))
      const bootstrapped = yield* run("bootstrap", "-f", manifest, "--yes", "--kubeconfig", kubeconfig)
      assert.strictEqual(bootstrapped.code, 0, bootstrapped.stderr)
      assert.match(
        bootstrapped.stderr,
        /cannot record what is installed.*will need -f.*cannot get resource "configmaps"/
      )
      const forbidden = yield* run("uninstall", "--yes", "--kubeconfig", kubeconfig)
      assert.strictEqual(forbidden.code, 77)
      const ran = yield* run("uninstall", "--yes", "-f", manifest)
      assert.strictEqual(ran.code, 0, ran.stderr)
      assert.deepStrictEqual(yield* names, [])
    }).pipe(Effect.scoped)
  )
})
