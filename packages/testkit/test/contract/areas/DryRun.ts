import { assert } from "@effect/vitest"
import type { Area } from "../support/Lab.ts"
import { configMap, failure, status } from "../support/Objects.ts"

export const dryRun: Area = {
  name: "Dry run",
  tests: (it) => {
    it("answers a create as if it were done, and does nothing", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const answer = yield* api.post(`${path}?dryRun=All`, configMap("a", { one: "1" }))
      assert.strictEqual(answer.status, 201)
      assert.isString(answer.body.metadata.uid)
      assert.isUndefined(answer.body.metadata.resourceVersion)
      assert.strictEqual((yield* api.get(`${path}/a`)).status, 404)
    })

    it("fails where the real thing would", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a"))
      const again = yield* api.post(`${path}?dryRun=All`, configMap("a"))
      assert.deepStrictEqual(failure(again), status(409, "AlreadyExists", 'configmaps "a" already exists'))
      const invalid = yield* api.post(`${path}?dryRun=All`, configMap("Not_Good"))
      assert.strictEqual(invalid.body.reason, "Invalid")
    })

    it("leaves an object that is applied, patched, replaced or deleted", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const created = yield* api.post(path, configMap("a", { one: "1" }))
      const one = `${path}/a?dryRun=All`
      const changed = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { one: "2" } }
      const applied = yield* api.patch("apply", `${one}&fieldManager=holdfast&force=true`, changed)
      const patched = yield* api.patch("merge", one, { data: { one: "2" } })
      const replaced = yield* api.put(one, changed)
      const deleted = yield* api.delete(one)
      for (const { body } of [applied, patched, replaced]) {
        assert.deepStrictEqual(body.data, { one: "2" })
        assert.strictEqual(body.metadata.resourceVersion, created.body.metadata.resourceVersion)
      }
      assert.strictEqual(deleted.status, 200)
      assert.deepStrictEqual((yield* api.get(`${path}/a`)).body, created.body)
    })

    it("can be asked for in the body of a delete", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a"))
      const deleted = yield* api.delete(`${path}/a`, { apiVersion: "v1", kind: "DeleteOptions", dryRun: ["All"] })
      assert.strictEqual(deleted.status, 200)
      assert.strictEqual((yield* api.get(`${path}/a`)).status, 200)
    })

    it("knows no dry run but All", function* ({ api, namespace }) {
      const answer = yield* api.post(`/api/v1/namespaces/${namespace}/configmaps?dryRun=Some`, configMap("a"))
      assert.deepStrictEqual(
        failure(answer),
        status(
          422,
          "Invalid",
          'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"'
        )
      )
    })
  }
}
