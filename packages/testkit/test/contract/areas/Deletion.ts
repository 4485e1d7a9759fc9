import { assert } from "@effect/vitest"
import type { Json } from "../support/Api.ts"
import type { Area, Lab } from "../support/Lab.ts"
import { configMap, failure, status } from "../support/Objects.ts"

const pathOf = ({ namespace }: Lab): string => `/api/v1/namespaces/${namespace}/configmaps`

export const deletion: Area = {
  name: "Deletion, finalizers and owners",
  tests: (it) => {
    it("keeps an object that has finalizers until the last is gone", function* (lab) {
      yield* lab.api.post(pathOf(lab), configMap("a", {}, { finalizers: ["example.com/a", "example.com/b"] }))
      const deleted = yield* lab.api.delete(`${pathOf(lab)}/a`)
      assert.strictEqual(deleted.status, 200)
      assert.match(deleted.body.metadata.deletionTimestamp, /Z$/)
      assert.strictEqual(deleted.body.metadata.deletionGracePeriodSeconds, 0)
      yield* lab.api.patch("merge", `${pathOf(lab)}/a`, { metadata: { finalizers: ["example.com/b"] } })
      assert.strictEqual((yield* lab.api.get(`${pathOf(lab)}/a`)).status, 200)
      const last = yield* lab.api.patch("merge", `${pathOf(lab)}/a`, { metadata: { finalizers: null } })
      assert.strictEqual(last.status, 200)
      assert.strictEqual((yield* lab.api.get(`${pathOf(lab)}/a`)).status, 404)
    })

    it("deletes an object once, however often it is asked", function* (lab) {
      yield* lab.api.post(pathOf(lab), configMap("a", {}, { finalizers: ["example.com/a"] }))
      const first = yield* lab.api.delete(`${pathOf(lab)}/a`)
      const second = yield* lab.api.delete(`${pathOf(lab)}/a`)
      assert.strictEqual(second.status, 200)
      assert.strictEqual(second.body.metadata.deletionTimestamp, first.body.metadata.deletionTimestamp)
      yield* lab.api.patch("merge", `${pathOf(lab)}/a`, { metadata: { finalizers: null } })
    })

    it("takes no new finalizer for an object that is being deleted", function* (lab) {
      yield* lab.api.post(pathOf(lab), configMap("a", {}, { finalizers: ["example.com/a"] }))
      yield* lab.api.delete(`${pathOf(lab)}/a`)
      const answer = yield* lab.api.patch("merge", `${pathOf(lab)}/a`, {
        metadata: { finalizers: ["example.com/a", "example.com/b"] }
      })
      assert.deepStrictEqual(
        failure(answer),
        status(
          422,
          "Invalid",
          'ConfigMap "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/b"}'
        )
      )
      yield* lab.api.patch("merge", `${pathOf(lab)}/a`, { metadata: { finalizers: null } })
    })

    it("refuses a finalizer without a domain", function* (lab) {
      const answer = yield* lab.api.post(pathOf(lab), configMap("a", {}, { finalizers: ["mine"] }))
      assert.strictEqual(answer.status, 422)
      assert.include(
        answer.body.message,
        'metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified'
      )
    })

    it("deletes only the very object that is meant", function* (lab) {
      yield* lab.api.post(pathOf(lab), configMap("a"))
      const { uid } = (yield* lab.api.get(`${pathOf(lab)}/a`)).body.metadata
      const other = "00000000-0000-4000-8000-000000000000"
      const answer = yield* lab.api.delete(`${pathOf(lab)}/a`, { preconditions: { uid: other } })
      assert.deepStrictEqual(
        failure(answer),
        status(
          409,
          "Conflict",
          `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (${other}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`
        )
      )
      assert.strictEqual((yield* lab.api.delete(`${pathOf(lab)}/a`, { preconditions: { uid } })).status, 200)
    })

    it("deletes only what has not changed since", function* (lab) {
      const created = yield* lab.api.post(pathOf(lab), configMap("a"))
      const changed = yield* lab.api.patch("merge", `${pathOf(lab)}/a`, { data: { one: "1" } })
      const { resourceVersion } = created.body.metadata
      const answer = yield* lab.api.delete(`${pathOf(lab)}/a`, { preconditions: { resourceVersion } })
      assert.deepStrictEqual(
        failure(answer),
        status(
          409,
          "Conflict",
          `Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${changed.body.metadata.resourceVersion}). The object might have been modified`
        )
      )
    })

    it("marks an object whose dependents go first", function* (lab) {
      yield* lab.api.post(pathOf(lab), configMap("a"))
      const { body } = yield* lab.api.delete(`${pathOf(lab)}/a`, { propagationPolicy: "Foreground" })
      assert.deepStrictEqual(body.metadata.finalizers, ["foregroundDeletion"])
      assert.isString(body.metadata.deletionTimestamp)
    })

    it("marks an object whose dependents stay", function* (lab) {
      yield* lab.api.post(pathOf(lab), configMap("a"))
      const { body } = yield* lab.api.delete(`${pathOf(lab)}/a`, { propagationPolicy: "Orphan" })
      assert.deepStrictEqual(body.metadata.finalizers, ["orphan"])
    })

    it("knows three ways to treat dependents", function* (lab) {
      yield* lab.api.post(pathOf(lab), configMap("a"))
      const answer = yield* lab.api.delete(`${pathOf(lab)}/a`, { propagationPolicy: "Sometimes" })
      assert.deepStrictEqual(
        failure(answer),
        status(
          422,
          "Invalid",
          'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Sometimes": supported values: "Foreground", "Background", "Orphan", "nil"'
        )
      )
    })

    it("keeps the owners of an object", function* (lab) {
      const owner = yield* lab.api.post(pathOf(lab), configMap("owner"))
      const reference = { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner.body.metadata.uid }
      const owned = yield* lab.api.post(
        pathOf(lab),
        configMap("owned", {}, { ownerReferences: [{ ...reference, controller: true, blockOwnerDeletion: true }] })
      )
      assert.deepStrictEqual(owned.body.metadata.ownerReferences, [
        { ...reference, controller: true, blockOwnerDeletion: true }
      ])
    })

    it("allows one controller", function* (lab) {
      const reference = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", name, uid: name, controller: true })
      const answer = yield* lab.api.post(
        pathOf(lab),
        configMap("a", {}, { ownerReferences: [reference("one"), reference("two")] })
      )
      assert.strictEqual(answer.status, 422)
      assert.include(answer.body.message, "Only one reference can have Controller set to true")
    })

    it("deletes all that a selector matches", function* (lab) {
      for (const name of ["a", "b"]) {
        yield* lab.api.post(pathOf(lab), configMap(name, {}, { labels: { old: "yes" } }))
      }
      yield* lab.api.post(pathOf(lab), configMap("c"))
      const { body } = yield* lab.api.delete(`${pathOf(lab)}?labelSelector=old%3Dyes`)
      assert.strictEqual(body.kind, "ConfigMapList")
      const left = yield* lab.api.get(pathOf(lab))
      assert.deepStrictEqual(
        left.body.items.map(({ metadata }: Json) => metadata.name),
        ["c"]
      )
    })
  }
}
