import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Json } from "../support/Api.ts"
import type { Area } from "../support/Lab.ts"
import { configMap } from "../support/Objects.ts"

const brief = ({ object, type }: Json): readonly [string, string] => [type, object.metadata.name]

export const watches: Area = {
  name: "Watches",
  tests: (it) => {
    it("tells of what is added, modified and deleted", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const { body } = yield* api.get(path)
      const watch = yield* api.watch(path, `resourceVersion=${body.metadata.resourceVersion}`)
      const created = yield* api.post(path, configMap("a"))
      const changed = yield* api.patch("merge", `${path}/a`, { data: { one: "1" } })
      yield* api.delete(`${path}/a`)
      assert.deepStrictEqual(yield* watch.next, { type: "ADDED", object: created.body })
      assert.deepStrictEqual(yield* watch.next, { type: "MODIFIED", object: changed.body })
      const deleted = yield* watch.next
      assert.strictEqual(deleted?.type, "DELETED")
      assert.deepStrictEqual(deleted?.object.data, { one: "1" })
      const version = (object: Json) => Number(object.metadata.resourceVersion)
      assert.isAbove(version(deleted?.object), version(changed.body))
    })

    it("starts with what is there when no resourceVersion is given", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a"))
      yield* api.post(path, configMap("b"))
      const watch = yield* api.watch(path)
      const first = [yield* watch.next, yield* watch.next].map(brief)
      assert.deepStrictEqual(first.sort(), [
        ["ADDED", "a"],
        ["ADDED", "b"]
      ])
    })

    it("goes on from a resourceVersion, so that nothing is lost between list and watch", function* ({
      api,
      namespace
    }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a"))
      const { body } = yield* api.get(path)
      yield* api.post(path, configMap("b"))
      yield* api.delete(`${path}/a`)
      const watch = yield* api.watch(path, `resourceVersion=${body.metadata.resourceVersion}`)
      assert.deepStrictEqual(brief(yield* watch.next), ["ADDED", "b"])
      assert.deepStrictEqual(brief(yield* watch.next), ["DELETED", "a"])
    })

    it("goes on from the resourceVersion of the last event", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const first = yield* api.watch(path)
      yield* api.post(path, configMap("a"))
      const event = yield* first.next
      yield* api.post(path, configMap("b"))
      const second = yield* api.watch(path, `resourceVersion=${event?.object.metadata.resourceVersion}`)
      assert.deepStrictEqual(brief(yield* second.next), ["ADDED", "b"])
    })

    it("watches one object by its name", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const watch = yield* api.watch(path, "fieldSelector=metadata.name%3Db")
      yield* api.post(path, configMap("a"))
      yield* api.post(path, configMap("b"))
      assert.deepStrictEqual(brief(yield* watch.next), ["ADDED", "b"])
    })

    it("shows an object that comes to match a selector as added, and one that leaves as deleted", function* ({
      api,
      namespace
    }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a"))
      const watch = yield* api.watch(path, "labelSelector=colour%3Dred")
      const red = yield* api.patch("merge", `${path}/a`, { metadata: { labels: { colour: "red" } } })
      yield* api.patch("merge", `${path}/a`, { metadata: { labels: { colour: "blue" } } })
      assert.deepStrictEqual(yield* watch.next, { type: "ADDED", object: red.body })
      const left = yield* watch.next
      assert.deepStrictEqual([left?.type, left?.object.metadata.labels], ["DELETED", { colour: "red" }])
    })

    it("ends by itself after timeoutSeconds", function* ({ api, namespace }) {
      const watch = yield* api.watch(`/api/v1/namespaces/${namespace}/configmaps`, "timeoutSeconds=1")
      assert.isUndefined(yield* watch.next)
    })

    it("gives a bookmark before it ends, so that the next one starts from there", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const { body } = yield* api.get(path)
      const watch = yield* api.watch(
        path,
        `allowWatchBookmarks=true&timeoutSeconds=4&resourceVersion=${body.metadata.resourceVersion}`
      )
      const elsewhere = yield* api.post("/api/v1/namespaces/default/configmaps", { metadata: { generateName: "a-" } })
      const bookmark = (yield* watch.rest).at(-1)
      assert.strictEqual(bookmark?.type, "BOOKMARK")
      assert.deepStrictEqual([bookmark?.object.kind, bookmark?.object.apiVersion], ["ConfigMap", "v1"])
      assert.isAtLeast(
        Number(bookmark?.object.metadata.resourceVersion),
        Number(elsewhere.body.metadata.resourceVersion)
      )
      assert.isUndefined(bookmark?.object.metadata.name)
    })

    it("sends the initial objects and then a bookmark that says so", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a"))
      yield* api.post(path, configMap("b"))
      const watch = yield* api.watch(
        path,
        "sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
      )
      const initial = [yield* watch.next, yield* watch.next].map(brief)
      assert.deepStrictEqual(initial, [
        ["ADDED", "a"],
        ["ADDED", "b"]
      ])
      const bookmark = yield* watch.next
      assert.strictEqual(bookmark?.type, "BOOKMARK")
      assert.deepStrictEqual(bookmark?.object.metadata.annotations, { "k8s.io/initial-events-end": "true" })
      yield* api.post(path, configMap("c"))
      assert.deepStrictEqual(brief(yield* watch.next), ["ADDED", "c"])
    })

    it("refuses sendInitialEvents without resourceVersionMatch", function* ({ api, namespace }) {
      const answer = yield* api.get(`/api/v1/namespaces/${namespace}/configmaps?watch=true&sendInitialEvents=true`)
      assert.strictEqual(answer.status, 422)
      assert.strictEqual(
        answer.body.message,
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
      )
    })

    it("starts with what is there for resourceVersion=0 as well", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a"))
      const first = yield* api.watch(path)
      yield* first.next
      const watch = yield* api.watch(path, "resourceVersion=0")
      assert.deepStrictEqual(brief(yield* watch.next), ["ADDED", "a"])
    })

    it("watches all namespaces", function* ({ api, namespace, unique }) {
      const { body } = yield* api.get("/api/v1/configmaps?limit=1")
      const watch = yield* api.watch(
        "/api/v1/configmaps",
        `resourceVersion=${body.metadata.resourceVersion}&labelSelector=from%3D${unique}`
      )
      yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, configMap("a", {}, { labels: { from: unique } }))
      yield* api.post("/api/v1/namespaces/default/configmaps", configMap(unique, {}, { labels: { from: unique } }))
      const events = [yield* watch.next, yield* watch.next]
      assert.deepStrictEqual(
        events.map((event) => event?.object.metadata.namespace),
        [namespace, "default"]
      )
    })

    it("waits for a resourceVersion of the future", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const watch = yield* api.watch(path, "resourceVersion=999999999&timeoutSeconds=1")
      assert.strictEqual(watch.status, 200)
      yield* api.post(path, configMap("a"))
      assert.deepStrictEqual(yield* watch.rest, [])
    })

    it("carries a table in each event when asked for", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a", { one: "1" }))
      const { body } = yield* api.get(`${path}?watch=true&timeoutSeconds=1`, {
        accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
      })
      const event = typeof body === "string" ? JSON.parse(body.split("\n")[0] ?? "") : body
      assert.deepStrictEqual([event.type, event.object.kind], ["ADDED", "Table"])
      assert.deepStrictEqual(event.object.rows[0].cells.slice(0, 2), ["a", 1])
    })

    it("serves many watches of the same objects alike", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const all = yield* Effect.forEach(Array.from({ length: 20 }), () => api.watch(path))
      yield* api.post(path, configMap("a"))
      const events = yield* Effect.forEach(all, (watch) => watch.next, { concurrency: "unbounded" })
      assert.deepStrictEqual(new Set(events.map((event) => brief(event).join(" "))), new Set(["ADDED a"]))
    })
  }
}
