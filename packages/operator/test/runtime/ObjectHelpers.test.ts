import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Conditions from "@holdfast/operator/runtime/Conditions"
import * as Finalizers from "@holdfast/operator/runtime/Finalizers"
import * as OwnerReferences from "@holdfast/operator/runtime/OwnerReferences"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Effect, Result } from "effect"

const ready = { type: "Ready", status: "True", reason: "Fetched", message: "ok", observedGeneration: 1 } as const
const at = (time: string) => new Date(`2026-01-01T${time}Z`)

describe("conditions", () => {
  it("keep the time of transition while the status is the same, and move it when it changes", () => {
    const first = Conditions.set([], ready, at("10:00:00.900"))
    assert.strictEqual(first[0]?.lastTransitionTime, "2026-01-01T10:00:00Z")
    const second = Conditions.set(first, { ...ready, observedGeneration: 2 }, at("11:00:00"))
    assert.deepStrictEqual([second[0]?.lastTransitionTime, second[0]?.observedGeneration], ["2026-01-01T10:00:00Z", 2])
    const third = Conditions.set(second, { ...ready, status: "False", reason: "Gone" }, at("12:00:00"))
    assert.strictEqual(third[0]?.lastTransitionTime, "2026-01-01T12:00:00Z")
  })

  it("are the same list where nothing changes, and leave the others alone", () => {
    const list = Conditions.set(Conditions.set([], ready, at("10:00:00")), { ...ready, type: "Other" }, at("10:00:00"))
    assert.strictEqual(Conditions.set(list, ready, at("11:00:00")), list)
    const changed = Conditions.set(list, { ...ready, message: "new" }, at("11:00:00"))
    assert.deepStrictEqual(
      changed.map(({ type }) => type),
      ["Ready", "Other"]
    )
    assert.strictEqual(changed[1], list[1])
  })

  it("are read out of whatever a status holds", () => {
    assert.deepStrictEqual(Conditions.of({}), [])
    assert.deepStrictEqual(Conditions.of({ status: { conditions: "no" } }), [])
    const [good] = Conditions.set([], ready, at("10:00:00"))
    assert.deepStrictEqual(Conditions.of({ status: { conditions: [null, { type: 1 }, good] } }), good && [good])
  })
})

describe("owner references", () => {
  const owner: KubernetesObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "o", namespace: "a", uid: "1" }
  }
  const object: KubernetesObject = { apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "a" } }
  const problem = (result: Result.Result<unknown, OwnerReferences.CannotOwn>) =>
    Result.isFailure(result) ? result.failure.problem : undefined

  it("make one controller, once", () => {
    const owned = Result.getOrThrow(OwnerReferences.setController(object, owner))
    assert.isTrue(OwnerReferences.isControlledBy(owned, owner))
    const again = Result.getOrThrow(OwnerReferences.setController(owned, owner))
    assert.strictEqual(again.metadata.ownerReferences?.length, 1)
    const other = { ...owner, metadata: { ...owner.metadata, uid: "2" } }
    assert.strictEqual(problem(OwnerReferences.setController(owned, other)), "owned-by-another")
    assert.isFalse(OwnerReferences.isControlledBy(owned, other))
  })

  it("are refused where the garbage collector would delete the object for want of an owner", () => {
    const elsewhere = { ...object, metadata: { ...object.metadata, namespace: "b" } }
    assert.strictEqual(problem(OwnerReferences.setController(elsewhere, owner)), "other-namespace")
    const { uid: _, ...unborn } = owner.metadata
    assert.strictEqual(
      problem(OwnerReferences.setController(object, { ...owner, metadata: unborn })),
      "owner-not-created"
    )
    const clusterScoped = { ...owner, metadata: { name: "o", uid: "1" } }
    assert.isUndefined(problem(OwnerReferences.setController(object, clusterScoped)))
  })
})

describe("finalizers", () => {
  it.live("keep a deleted object until they are taken off, and do not overwrite each other", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make()
      const client = yield* KubernetesClient.make({ text: server.kubeconfig })
      const ref = { apiVersion: "v1", kind: "ConfigMap", name: "a", namespace: "default" }
      yield* Effect.gen(function* () {
        const created = yield* client.apply({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "a", namespace: "default" }
        })
        const first = yield* Finalizers.add(created, "example.org/a")
        assert.isTrue(Finalizers.has(first, "example.org/a"))
        assert.strictEqual(yield* Finalizers.add(first, "example.org/a"), first)
        const stale = yield* Effect.flip(Finalizers.add(created, "example.org/b"))
        assert.strictEqual(stale._tag, "Conflict")
        yield* client.delete(ref)
        const deleting = yield* client.get(ref)
        assert.isTrue(Finalizers.isDeleting(deleting))
        yield* Finalizers.remove(deleting, "example.org/a")
        assert.strictEqual((yield* Effect.flip(client.get(ref)))._tag, "NotFound")
        yield* Finalizers.remove(deleting, "example.org/a")
      }).pipe(Effect.provideService(KubernetesClient.KubernetesClient, client))
    }).pipe(Effect.scoped)
  )
})
