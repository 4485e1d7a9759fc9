import { assert } from "@effect/vitest"
import type { Area } from "../support/Lab.ts"
import { configMap, failure, status } from "../support/Objects.ts"

/** What empties and removes a namespace is the controller manager's; what the API server does about it is here. */
export const namespaces: Area = {
  name: "Namespaces",
  tests: (it) => {
    it("is active, and labelled with its name", function* ({ api, namespace }) {
      const { body } = yield* api.get(`/api/v1/namespaces/${namespace}`)
      assert.deepStrictEqual(body.status, { phase: "Active" })
      assert.deepStrictEqual(body.spec, { finalizers: ["kubernetes"] })
      assert.deepStrictEqual(body.metadata.labels, { "kubernetes.io/metadata.name": namespace })
    })

    it("cannot lose the label with its name", function* ({ api, namespace }) {
      const { body } = yield* api.patch("merge", `/api/v1/namespaces/${namespace}`, { metadata: { labels: null } })
      assert.deepStrictEqual(body.metadata.labels, { "kubernetes.io/metadata.name": namespace })
    })

    it("terminates when deleted, and takes no new objects", function* ({ api, namespace }) {
      const deleted = yield* api.delete(`/api/v1/namespaces/${namespace}`)
      assert.deepStrictEqual([deleted.status, deleted.body.status.phase], [200, "Terminating"])
      const answer = yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, configMap("a"))
      assert.deepStrictEqual(
        failure(answer),
        status(
          403,
          "Forbidden",
          `configmaps "a" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`
        )
      )
      assert.deepStrictEqual(answer.body.details, {
        name: "a",
        kind: "configmaps",
        causes: [
          {
            reason: "NamespaceTerminating",
            message: `namespace ${namespace} is being terminated`,
            field: "metadata.namespace"
          }
        ]
      })
    })

    it("still lets objects be changed and deleted while it terminates", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a"))
      yield* api.delete(`/api/v1/namespaces/${namespace}`)
      assert.strictEqual((yield* api.patch("merge", `${path}/a`, { data: { one: "1" } })).status, 200)
      assert.strictEqual((yield* api.delete(`${path}/a`)).status, 200)
    })

    it("is gone when its finalizer is", function* ({ api, namespace }) {
      yield* api.delete(`/api/v1/namespaces/${namespace}`)
      const { body } = yield* api.get(`/api/v1/namespaces/${namespace}`)
      const finalized = yield* api.put(`/api/v1/namespaces/${namespace}/finalize`, {
        ...body,
        spec: { finalizers: [] }
      })
      assert.strictEqual(finalized.status, 200)
      assert.strictEqual((yield* api.get(`/api/v1/namespaces/${namespace}`)).status, 404)
    })

    it("keeps its finalizer when it is merely changed", function* ({ api, namespace }) {
      const { body } = yield* api.patch("merge", `/api/v1/namespaces/${namespace}`, { spec: { finalizers: [] } })
      assert.deepStrictEqual(body.spec, { finalizers: ["kubernetes"] })
    })

    it("refuses to delete the namespace default", function* ({ api }) {
      const answer = yield* api.delete("/api/v1/namespaces/default")
      assert.deepStrictEqual(
        failure(answer),
        status(403, "Forbidden", 'namespaces "default" is forbidden: this namespace may not be deleted')
      )
    })

    it("has the system's own from the start", function* ({ api }) {
      for (const name of ["default", "kube-node-lease", "kube-public", "kube-system"]) {
        assert.strictEqual((yield* api.get(`/api/v1/namespaces/${name}`)).status, 200, name)
      }
    })
  }
}
