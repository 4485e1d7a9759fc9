/** What has to hold for the client on any API server: run on the embedded one and on a real one. */
import { assert, describe, layer } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import type { WatchEvent } from "@holdfast/k8s-adapter/Watch"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

const client = KubernetesClient.KubernetesClient

const configMap = (name: string, data: Record<string, string> = {}, labels = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, labels },
  data
})
const ref = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", name })
const tell = (event: WatchEvent): string =>
  "object" in event ? `${event._tag} ${event.object.metadata.name}` : event._tag

export const clientSuite = (name: string, cluster: Effect.Effect<TestCluster, unknown, Scope.Scope>): void => {
  describe(name, () => {
    const live = Layer.unwrap(Effect.map(Effect.orDie(cluster), ({ kubeconfig }) => client.layer({ text: kubeconfig })))

    layer(live, { timeout: 60_000, excludeTestServices: true })("the client", (it) => {
      it.effect("asks for the version, and finds kinds with their scope and subresources", () =>
        Effect.gen(function* () {
          const { gitVersion } = yield* (yield* client).version
          assert.match(gitVersion, /^v1\./)
          const { resource } = yield* client
          const deployment = yield* resource("apps/v1", "Deployment")
          assert.deepStrictEqual([deployment.plural, deployment.namespaced], ["deployments", true])
          assert.include(deployment.subresources, "status")
          assert.isFalse((yield* resource("v1", "Namespace")).namespaced)
          assert.isAbove((yield* (yield* client).resources).length, 20)
        })
      )

      it.effect("creates, reads, patches, replaces and deletes", () =>
        Effect.gen(function* () {
          const { create, delete: remove, get, patch, replace } = yield* client
          const created = yield* create(configMap("life", { a: "1" }))
          assert.strictEqual((yield* Effect.flip(create(configMap("life"))))._tag, "AlreadyExists")
          const merged = yield* patch(ref("life"), { type: "merge", body: { data: { b: "2" } } })
          assert.deepStrictEqual(merged["data"], { a: "1", b: "2" })
          const operations = [{ op: "remove", path: "/data/a" }]
          assert.deepStrictEqual((yield* patch(ref("life"), { type: "json", body: operations }))["data"], { b: "2" })
          const stale = { ...created, data: { c: "3" } }
          assert.strictEqual((yield* Effect.flip(replace(stale)))._tag, "Conflict")
          yield* replace({ ...(yield* get(ref("life"))), data: { c: "3" } })
          assert.deepStrictEqual((yield* get(ref("life")))["data"], { c: "3" })
          const other = { preconditions: { uid: "00000000-0000-0000-0000-000000000000" } }
          assert.strictEqual((yield* Effect.flip(remove(ref("life"), other)))._tag, "Conflict")
          yield* remove(ref("life"))
          assert.strictEqual((yield* Effect.flip(get(ref("life"))))._tag, "NotFound")
        })
      )

      it.effect("a dry run changes nothing", () =>
        Effect.gen(function* () {
          const { apply, get } = yield* client
          assert.strictEqual((yield* apply(configMap("dry"), { dryRun: true })).metadata.name, "dry")
          assert.strictEqual((yield* Effect.flip(get(ref("dry"))))._tag, "NotFound")
        })
      )

      it.effect("apply owns its fields, refuses to take another's, and takes them when forced", () =>
        Effect.gen(function* () {
          const { apply } = yield* client
          yield* apply(configMap("owned", { a: "1" }), { fieldManager: "first" })
          const error = yield* Effect.flip(apply(configMap("owned", { a: "2" }), { fieldManager: "second" }))
          assert.strictEqual(error._tag, "Conflict")
          assert.include(error.message, "first")
          const forced = yield* apply(configMap("owned", { a: "2" }), { fieldManager: "second", force: true })
          assert.deepStrictEqual(forced["data"], { a: "2" })
        })
      )

      it.effect("unknown fields are refused, or warned about, as asked", () =>
        Effect.gen(function* () {
          const { create } = yield* client
          const object = { ...configMap("fields"), bogus: 1 }
          assert.strictEqual((yield* Effect.flip(create(object, { fieldValidation: "Strict" })))._tag, "BadRequest")
          const told: Array<string> = []
          yield* create(object, { fieldValidation: "Warn", dryRun: true }).pipe(
            Effect.provideService(KubernetesClient.Warnings, ({ text }) => Effect.sync(() => void told.push(text)))
          )
          assert.deepStrictEqual(told, ['unknown field "bogus"'])
        })
      )

      it.effect("lists in pages what matches", () =>
        Effect.gen(function* () {
          const { apply, list } = yield* client
          const names = Array.from({ length: 7 }, (_, index) => `page-${index}`)
          yield* Effect.forEach(names, (name) => apply(configMap(name, {}, { suite: "pages" })), { concurrency: 4 })
          const { items } = yield* list({
            apiVersion: "v1",
            kind: "ConfigMap",
            namespace: "default",
            labelSelector: "suite=pages",
            pageSize: 3
          })
          assert.deepStrictEqual(items.map(({ metadata }) => metadata.name).toSorted(), names)
          assert.strictEqual(items[0]?.kind, "ConfigMap")
        })
      )

      it.effect("a kind that is not served is told, with the versions that are", () =>
        Effect.gen(function* () {
          const { get, resource } = yield* client
          assert.strictEqual((yield* Effect.flip(get({ ...ref("x"), kind: "Nope" })))._tag, "UnknownKind")
          const error = yield* Effect.flip(resource("apps/v1beta1", "Deployment"))
          assert.deepStrictEqual(error._tag === "UnknownKind" && error.servedVersions, ["apps/v1"])
        })
      )

      it.effect("a watch tells what there is and what changes, of what matches", () =>
        Effect.gen(function* () {
          const { apply, delete: remove, watch } = yield* client
          const labels = { suite: "watch" }
          yield* apply(configMap("seen", {}, labels))
          const events: Array<string> = []
          const query = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", labelSelector: "suite=watch" }
          const fiber = yield* Effect.forkChild(
            watch(query).pipe(
              Stream.takeUntil((event) => event._tag === "Deleted"),
              Stream.runForEach((event) =>
                Effect.gen(function* () {
                  events.push(tell(event))
                  if (event._tag !== "Connected") return
                  yield* apply(configMap("unseen"))
                  yield* apply(configMap("seen", { a: "1" }, labels))
                  yield* remove(ref("seen"))
                })
              )
            )
          )
          yield* Fiber.join(fiber)
          assert.deepStrictEqual(events, ["Added seen", "Listed", "Connected", "Modified seen", "Deleted seen"])
        })
      )

      it.effect("a watch of a kind that is not served fails", () =>
        Effect.gen(function* () {
          const { watch } = yield* client
          const error = yield* Effect.flip(Stream.runDrain(watch({ apiVersion: "nope.dev/v1", kind: "Nope" })))
          assert.strictEqual(error._tag, "UnknownKind")
        })
      )
    })
  })
}
