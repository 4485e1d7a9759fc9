import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import * as Cache from "@holdfast/operator/runtime/Cache"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Effect, Queue } from "effect"
import { quietly } from "../support/quietly.ts"

const configMap = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default", labels },
  data
})

const lab = Effect.gen(function* () {
  const server = yield* ApiServer.make()
  const client = yield* KubernetesClient.make({ text: server.kubeconfig })
  const cache = (options: Partial<Cache.CacheOptions> = {}) =>
    Cache.make({ apiVersion: "v1", kind: "ConfigMap", namespace: "default", ...options }).pipe(
      Effect.provideService(KubernetesClient.KubernetesClient, client)
    )
  const changes = yield* Queue.unbounded<Cache.Change>()
  const brief = Effect.map(Queue.take(changes), (change) =>
    change._tag === "Updated"
      ? [change._tag, change.old.metadata.name, change.old["data"], change.object["data"]]
      : [change._tag, (change._tag === "Added" ? change.object : change.old).metadata.name]
  )
  return { server, client, cache, next: brief, note: (change: Cache.Change) => Queue.offer(changes, change) }
})

describe("a cache", () => {
  it.live("has all objects once it is synced, and tells each change with what was before", () =>
    Effect.gen(function* () {
      const { cache, client, next, note } = yield* lab
      yield* client.apply(configMap("a", { x: "1" }))
      const configMaps = yield* cache()
      assert.isFalse(configMaps.hasSynced())
      yield* configMaps.synced
      assert.isTrue(configMaps.hasSynced())
      yield* configMaps.onChange(note)
      assert.deepStrictEqual(yield* next, ["Added", "a"])
      yield* client.apply(configMap("a", { x: "2" }))
      assert.deepStrictEqual(yield* next, ["Updated", "a", { x: "1" }, { x: "2" }])
      yield* client.apply(configMap("b"))
      assert.deepStrictEqual(yield* next, ["Added", "b"])
      yield* client.delete({ apiVersion: "v1", kind: "ConfigMap", name: "a", namespace: "default" })
      assert.deepStrictEqual(yield* next, ["Deleted", "a"])
      assert.isUndefined(configMaps.get("a", "default"))
      assert.strictEqual(configMaps.get("b", "default")?.metadata.name, "b")
    }).pipe(quietly)
  )

  it.live("goes on when a handler hits a defect", () =>
    Effect.gen(function* () {
      const { cache, client, next, note } = yield* lab
      const configMaps = yield* cache()
      yield* configMaps.synced
      yield* configMaps.onChange(() => Effect.die("oops"))
      yield* configMaps.onChange(note)
      for (const name of ["a", "b"]) {
        yield* client.apply(configMap(name))
        assert.deepStrictEqual(yield* next, ["Added", name])
      }
    }).pipe(quietly)
  )

  it.live("lists by namespace and labels", () =>
    Effect.gen(function* () {
      const { cache, client } = yield* lab
      yield* client.apply(configMap("a", {}, { app: "shop", tier: "web" }))
      yield* client.apply(configMap("b", {}, { app: "shop" }))
      const configMaps = yield* cache()
      yield* configMaps.synced
      const names = (selection: Parameters<Cache.Cache["list"]>[0]) =>
        configMaps.list(selection).map(({ metadata }) => metadata.name)
      assert.deepStrictEqual(names({ labels: { app: "shop" } }), ["a", "b"])
      assert.deepStrictEqual(names({ labels: { app: "shop", tier: "web" } }), ["a"])
      assert.deepStrictEqual(names({ namespace: "kube-system" }), [])
    }).pipe(quietly)
  )

  it.live("holds neither managed fields nor what it was told to strip, and lets nobody change what it holds", () =>
    Effect.gen(function* () {
      const { cache, client } = yield* lab
      yield* client.apply(configMap("a", { secret: "x" }, { app: "shop" }))
      const configMaps = yield* cache({ strip: (object) => void delete object["data"] })
      yield* configMaps.synced
      const object = configMaps.get("a", "default")
      assert.notProperty(object, "data")
      assert.notProperty(object?.metadata, "managedFields")
      assert.throws(() => Object.assign(object?.metadata.labels ?? {}, { app: "x" }), TypeError)
    }).pipe(quietly)
  )

  it.live("catches up after an outage, ends included, and says what was wrong meanwhile", () =>
    Effect.gen(function* () {
      const { cache, client, next, note, server } = yield* lab
      yield* client.apply(configMap("a"))
      yield* client.apply(configMap("b"))
      const configMaps = yield* cache()
      yield* configMaps.synced
      yield* configMaps.onChange(note)
      yield* next
      yield* next
      yield* server.faults.refuse
      yield* Effect.sleep("20 millis").pipe(Effect.repeat({ while: () => configMaps.problem() === undefined }))
      assert.strictEqual(configMaps.problem()?._tag, "ConnectionError")
      yield* server.faults.resume
      yield* client.delete({ apiVersion: "v1", kind: "ConfigMap", name: "a", namespace: "default" })
      yield* server.faults.expireHistory
      assert.deepStrictEqual(yield* next, ["Deleted", "a"])
      yield* Effect.sleep("20 millis").pipe(Effect.repeat({ while: () => configMaps.problem() !== undefined }))
    }).pipe(quietly)
  )

  it.live("waits for a kind that is not installed yet", () =>
    Effect.gen(function* () {
      const { cache, client } = yield* lab
      const widgets = yield* cache({ apiVersion: "example.org/v1", kind: "Widget" })
      yield* Effect.sleep("20 millis").pipe(Effect.repeat({ while: () => widgets.problem() === undefined }))
      assert.strictEqual(widgets.problem()?._tag, "UnknownKind")
      yield* client.apply({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "widgets.example.org" },
        spec: {
          group: "example.org",
          scope: "Namespaced",
          names: { plural: "widgets", kind: "Widget" },
          versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }]
        }
      })
      yield* Effect.timeout(widgets.synced, "8 seconds")
      assert.isUndefined(widgets.problem())
    }).pipe(quietly)
  )
})
