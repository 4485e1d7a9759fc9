import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Api, Json } from "../support/Api.ts"
import type { Area } from "../support/Lab.ts"
import { configMap, failure, status } from "../support/Objects.ts"

const fill = (api: Api, path: string, names: ReadonlyArray<string>) =>
  Effect.forEach(names, (name) => api.post(path, configMap(name, {}, { labels: { name, kind: "letter" } })))

const names = (list: Json): ReadonlyArray<string> => list.items.map((item: Json) => item.metadata.name)

export const lists: Area = {
  name: "Lists, paging and resourceVersion",
  tests: (it) => {
    it("lists in the order of names", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* fill(api, path, ["c", "a", "b"])
      const { body } = yield* api.get(path)
      assert.deepStrictEqual([body.kind, body.apiVersion], ["ConfigMapList", "v1"])
      assert.match(body.metadata.resourceVersion, /^\d+$/)
      assert.deepStrictEqual(names(body), ["a", "b", "c"])
      assert.isUndefined(body.items[0].kind)
    })

    it("gives an empty list where there is nothing, even no namespace", function* ({ api, unique }) {
      const { body, status: code } = yield* api.get(`/api/v1/namespaces/${unique}-none/configmaps`)
      assert.deepStrictEqual([code, body.items], [200, []])
    })

    it("lists over all namespaces", function* ({ api, namespace }) {
      yield* fill(api, `/api/v1/namespaces/${namespace}/configmaps`, ["a"])
      const { body } = yield* api.get(`/api/v1/configmaps?fieldSelector=metadata.namespace%3D${namespace}`)
      assert.deepStrictEqual(names(body), ["a"])
    })

    it("selects by label", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* fill(api, path, ["a", "b", "c"])
      const select = (selector: string) =>
        Effect.map(api.get(`${path}?labelSelector=${encodeURIComponent(selector)}`), ({ body }) => names(body))
      assert.deepStrictEqual(yield* select("name=a"), ["a"])
      assert.deepStrictEqual(yield* select("name!=a"), ["b", "c"])
      assert.deepStrictEqual(yield* select("name in (a, c)"), ["a", "c"])
      assert.deepStrictEqual(yield* select("name notin (a),kind"), ["b", "c"])
      assert.deepStrictEqual(yield* select("!kind"), [])
    })

    it("selects by field", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* fill(api, path, ["a", "b"])
      const { body } = yield* api.get(`${path}?fieldSelector=metadata.name%3Db`)
      assert.deepStrictEqual(names(body), ["b"])
    })

    it("refuses a field that cannot be selected by", function* ({ api, namespace }) {
      const answer = yield* api.get(`/api/v1/namespaces/${namespace}/configmaps?fieldSelector=data.a%3Db`)
      assert.deepStrictEqual(
        failure(answer),
        status(400, "BadRequest", '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"')
      )
    })

    it("refuses a label selector that cannot be parsed", function* ({ api, namespace }) {
      const answer = yield* api.get(`/api/v1/namespaces/${namespace}/configmaps?labelSelector=a%20in%20b`)
      assert.deepStrictEqual([answer.status, answer.body.reason], [400, "BadRequest"])
    })

    it("lists in pages, all of one moment", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* fill(api, path, ["a", "b", "c", "d", "e"])
      const first = yield* api.get(`${path}?limit=2`)
      assert.deepStrictEqual(names(first.body), ["a", "b"])
      assert.strictEqual(first.body.metadata.remainingItemCount, 3)
      yield* api.delete(`${path}/d`)
      yield* api.post(path, configMap("f"))
      const next = (list: Json) => api.get(`${path}?limit=2&continue=${encodeURIComponent(list.metadata.continue)}`)
      const second = yield* next(first.body)
      const third = yield* next(second.body)
      assert.deepStrictEqual([...names(second.body), ...names(third.body)], ["c", "d", "e"])
      assert.isUndefined(third.body.metadata.continue)
      assert.isUndefined(third.body.metadata.remainingItemCount)
      assert.strictEqual(third.body.metadata.resourceVersion, first.body.metadata.resourceVersion)
    })

    it("does not tell how many are left when it selects", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* fill(api, path, ["a", "b", "c"])
      const { body } = yield* api.get(`${path}?limit=1&labelSelector=kind%3Dletter`)
      assert.deepStrictEqual(names(body), ["a"])
      assert.isString(body.metadata.continue)
      assert.isUndefined(body.metadata.remainingItemCount)
    })

    it("packs a large list for who can unpack it", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a", { large: "x".repeat(300_000) }))
      const { headers } = yield* api.get(path, { "accept-encoding": "gzip" })
      assert.strictEqual(headers["content-encoding"], "gzip")
      const plain = yield* api.get(path)
      assert.isUndefined(plain.headers["content-encoding"])
    })

    it("refuses what is too large", function* ({ api, namespace }) {
      const answer = yield* api.post(
        `/api/v1/namespaces/${namespace}/configmaps`,
        configMap("a", { large: "x".repeat(1_100_000) })
      )
      assert.deepStrictEqual(
        failure(answer),
        status(422, "Invalid", 'ConfigMap "a" is invalid: []: Too long: may not be more than 1048576 bytes')
      )
    })

    it("refuses a continue token of its own making", function* ({ api, namespace }) {
      const answer = yield* api.get(`/api/v1/namespaces/${namespace}/configmaps?limit=1&continue=nonsense`)
      assert.deepStrictEqual([answer.status, answer.body.reason], [400, "BadRequest"])
      assert.include(answer.body.message, "continue key is not valid")
    })

    it("does not know resourceVersion and continue together", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* fill(api, path, ["a", "b"])
      const first = yield* api.get(`${path}?limit=1`)
      const token = encodeURIComponent(first.body.metadata.continue)
      const answer = yield* api.get(`${path}?limit=1&continue=${token}&resourceVersion=1`)
      assert.deepStrictEqual(
        failure(answer),
        status(400, "BadRequest", "specifying resource version is not allowed when using continue")
      )
    })

    it("answers from any moment for resourceVersion=0", function* ({ api, namespace }) {
      const { status: code } = yield* api.get(`/api/v1/namespaces/${namespace}/configmaps?resourceVersion=0`)
      assert.strictEqual(code, 200)
    })

    it("lists as it was, for an exact resourceVersion", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* fill(api, path, ["a"])
      const before = yield* api.get(path)
      yield* fill(api, path, ["b"])
      const version = before.body.metadata.resourceVersion
      const exact = yield* api.get(`${path}?limit=10&resourceVersion=${version}&resourceVersionMatch=Exact`)
      assert.deepStrictEqual(names(exact.body), ["a"])
      const notOlder = yield* api.get(`${path}?resourceVersion=${version}&resourceVersionMatch=NotOlderThan`)
      assert.deepStrictEqual(names(notOlder.body), ["a", "b"])
    })

    it("waits for a resourceVersion of the future, and says that it is too large", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const answer = yield* api.get(`${path}?resourceVersion=999999999&resourceVersionMatch=NotOlderThan`)
      assert.deepStrictEqual([answer.status, answer.body.reason], [504, "Timeout"])
      assert.match(answer.body.message, /^Timeout: Too large resource version: 999999999, current: \d+$/)
      assert.deepStrictEqual(answer.body.details, {
        causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
        retryAfterSeconds: 1
      })
    })

    it("refuses resourceVersionMatch without resourceVersion", function* ({ api, namespace }) {
      const answer = yield* api.get(`/api/v1/namespaces/${namespace}/configmaps?resourceVersionMatch=Exact`)
      assert.deepStrictEqual(
        failure(answer),
        status(
          422,
          "Invalid",
          'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided'
        )
      )
    })

    it("gives every write a larger resourceVersion, over all kinds", function* ({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}`
      const versions = [
        yield* api.post(`${base}/configmaps`, configMap("a")),
        yield* api.post(`${base}/secrets`, { metadata: { name: "a" } }),
        yield* api.patch("merge", `${base}/configmaps/a`, { data: { one: "1" } })
      ].map(({ body }) => Number(body.metadata.resourceVersion))
      assert.isTrue(versions.every((version, index) => index === 0 || version > (versions[index - 1] ?? 0)))
    })

    it("refuses an update of an object that has changed since", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const created = yield* api.post(path, configMap("a"))
      yield* api.patch("merge", `${path}/a`, { data: { one: "1" } })
      const answer = yield* api.put(`${path}/a`, { ...created.body, data: { one: "2" } })
      assert.deepStrictEqual(answer.body, {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message:
          'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
        reason: "Conflict",
        details: { name: "a", kind: "configmaps" },
        code: 409
      })
    })

    it("refuses to create with a resourceVersion", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const answer = yield* api.post(path, configMap("a", {}, { resourceVersion: "1" }))
      assert.deepStrictEqual(
        failure(answer),
        status(500, undefined, "resourceVersion should not be set on objects to be created")
      )
    })

    it("refuses an update of an object that was deleted and created again", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const created = yield* api.post(path, configMap("a"))
      yield* api.delete(`${path}/a`)
      yield* api.post(path, configMap("a"))
      const { resourceVersion: _, ...metadata } = created.body.metadata
      const answer = yield* api.put(`${path}/a`, { ...created.body, metadata })
      assert.deepStrictEqual([answer.status, answer.body.reason], [409, "Conflict"])
      assert.match(answer.body.message, /Precondition failed: UID in precondition: [-0-9a-f]+, UID in object meta: /)
    })
  }
}
