import { assert } from "@effect/vitest"
import type { Json } from "../support/Api.ts"
import type { Area } from "../support/Lab.ts"
import { configMap, failure, status } from "../support/Objects.ts"

const deployment = (containers: ReadonlyArray<Json>): Json => ({
  metadata: { name: "a" },
  spec: {
    selector: { matchLabels: { app: "a" } },
    template: { metadata: { labels: { app: "a" } }, spec: { containers } }
  }
})

export const patches: Area = {
  name: "Patches",
  tests: (it) => {
    it("merges: null removes, a list is replaced", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a", { keep: "1", change: "1", remove: "1" }, { finalizers: ["example.com/a"] }))
      const { body, status: code } = yield* api.patch("merge", `${path}/a`, {
        metadata: { finalizers: ["example.com/b"] },
        data: { change: "2", remove: null }
      })
      assert.strictEqual(code, 200)
      assert.deepStrictEqual(body.data, { keep: "1", change: "2" })
      assert.deepStrictEqual(body.metadata.finalizers, ["example.com/b"])
      yield* api.patch("merge", `${path}/a`, { metadata: { finalizers: null } })
    })

    it("applies the operations of a JSON patch in order", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a", { one: "1", two: "2" }, { annotations: { "with/slash": "3" } }))
      const { body } = yield* api.patch("json", `${path}/a`, [
        { op: "test", path: "/data/one", value: "1" },
        { op: "replace", path: "/data/one", value: "changed" },
        { op: "remove", path: "/data/two" },
        { op: "copy", from: "/data/one", path: "/data/copied" },
        { op: "move", from: "/metadata/annotations/with~1slash", path: "/data/moved" },
        { op: "add", path: "/metadata/labels", value: { added: "yes" } }
      ])
      assert.deepStrictEqual(body.data, { one: "changed", copied: "changed", moved: "3" })
      assert.deepStrictEqual(body.metadata.labels, { added: "yes" })
    })

    it("refuses a JSON patch whose test does not hold, and changes nothing", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a", { one: "1" }))
      const answer = yield* api.patch("json", `${path}/a`, [
        { op: "replace", path: "/data/one", value: "changed" },
        { op: "test", path: "/data/one", value: "1" }
      ])
      assert.deepStrictEqual(
        failure(answer),
        status(422, "Invalid", "the server rejected our request due to an error in our request")
      )
      assert.deepStrictEqual((yield* api.get(`${path}/a`)).body.data, { one: "1" })
    })

    it("refuses a JSON patch that removes what is not there", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a"))
      const answer = yield* api.patch("json", `${path}/a`, [{ op: "remove", path: "/data/none" }])
      assert.strictEqual(answer.status, 422)
      assert.strictEqual(answer.body.reason, "Invalid")
    })

    it("merges a list by its key in a strategic merge", function* ({ api, namespace }) {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments`
      yield* api.post(
        path,
        deployment([
          { name: "one", image: "one:1" },
          { name: "two", image: "two:1" }
        ])
      )
      const { body } = yield* api.patch("strategic", `${path}/a`, {
        spec: { template: { spec: { containers: [{ name: "two", image: "two:2" }] } } }
      })
      assert.deepStrictEqual(body.spec.template.spec.containers.map(({ image, name }: Json) => [name, image]).sort(), [
        ["one", "one:1"],
        ["two", "two:2"]
      ])
    })

    it("deletes from such a list by directive", function* ({ api, namespace }) {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments`
      yield* api.post(
        path,
        deployment([
          { name: "one", image: "one:1" },
          { name: "two", image: "two:1" }
        ])
      )
      const { body } = yield* api.patch("strategic", `${path}/a`, {
        spec: { template: { spec: { containers: [{ name: "one", $patch: "delete" }] } } }
      })
      assert.deepStrictEqual(
        body.spec.template.spec.containers.map(({ name }: Json) => name),
        ["two"]
      )
    })

    it("adds to finalizers in a strategic merge, and takes from them by directive", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a", {}, { finalizers: ["example.com/a"] }))
      const added = yield* api.patch("strategic", `${path}/a`, { metadata: { finalizers: ["example.com/b"] } })
      assert.sameMembers(added.body.metadata.finalizers, ["example.com/a", "example.com/b"])
      const taken = yield* api.patch("strategic", `${path}/a`, {
        metadata: { "$deleteFromPrimitiveList/finalizers": ["example.com/a"] }
      })
      assert.deepStrictEqual(taken.body.metadata.finalizers, ["example.com/b"])
      yield* api.patch("merge", `${path}/a`, { metadata: { finalizers: null } })
    })

    it("replaces a map by directive", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a", { one: "1" }))
      const { body } = yield* api.patch("strategic", `${path}/a`, { data: { $patch: "replace", two: "2" } })
      assert.deepStrictEqual(body.data, { two: "2" })
    })

    it("fails where there is nothing to patch", function* ({ api, namespace }) {
      const answer = yield* api.patch("merge", `/api/v1/namespaces/${namespace}/configmaps/a`, {})
      assert.deepStrictEqual(failure(answer), status(404, "NotFound", 'configmaps "a" not found'))
    })

    it("refuses a patch that makes the object invalid", function* ({ api, namespace }) {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments`
      yield* api.post(path, deployment([{ name: "one", image: "one:1" }]))
      const answer = yield* api.patch("merge", `${path}/a`, { spec: { replicas: -1 } })
      assert.deepStrictEqual(
        failure(answer),
        status(
          422,
          "Invalid",
          'Deployment.apps "a" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0'
        )
      )
    })

    it("refuses a patch type that it does not know", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a"))
      const answer = yield* api.send("PATCH", `${path}/a`, "{}", { "content-type": "application/json" })
      assert.deepStrictEqual(failure(answer), status(415, "UnsupportedMediaType", "415: Unsupported Media Type"))
    })

    it("guards a patch with the resourceVersion in it", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const created = yield* api.post(path, configMap("a"))
      yield* api.patch("merge", `${path}/a`, { data: { one: "1" } })
      const answer = yield* api.patch("merge", `${path}/a`, {
        metadata: { resourceVersion: created.body.metadata.resourceVersion },
        data: { one: "2" }
      })
      assert.deepStrictEqual(
        failure(answer),
        status(
          409,
          "Conflict",
          'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again'
        )
      )
    })
  }
}
