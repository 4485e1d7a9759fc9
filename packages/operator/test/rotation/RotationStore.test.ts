import { assert, describe, it } from "@effect/vitest"
import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import * as RotationMaterial from "@holdfast/operator/rotation/RotationMaterial"
import type { StoredRotation } from "@holdfast/operator/rotation/RotationSecret"
import * as RotationStore from "@holdfast/operator/rotation/RotationStore"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"

const location = { name: "holdfast-webhook-pki", namespace: "default" }

const rotation = (epoch: number): StoredRotation => ({
  state: { epoch, phase: "STAGE", since: 0, cause: "adopted" },
  material: RotationMaterial.empty
})

const cluster = Layer.effect(
  KubernetesClient.KubernetesClient,
  Effect.gen(function* () {
    const server = yield* ApiServer.make()
    return yield* KubernetesClient.fromKubeconfig(Kubeconfig.load({ text: server.kubeconfig }))
  })
)

describe("RotationStore", () => {
  it.live("lets one of two writers through that looked at the same version", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* RotationStore.read(location))
      const created = yield* Effect.all(
        [1, 2, 3].map((epoch) => RotationStore.write(location, rotation(epoch), undefined)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(created.filter((each) => each === "conflict").length, 2)

      const found = yield* RotationStore.read(location)
      const replaced = yield* Effect.all(
        [4, 5, 6].map((epoch) => RotationStore.write(location, rotation(epoch), found)),
        { concurrency: "unbounded" }
      )
      const winner = replaced.findIndex((each) => each !== "conflict")
      assert.strictEqual(replaced.filter((each) => each === "conflict").length, 2)
      const now = yield* RotationStore.read(location)
      assert.strictEqual(now?.resourceVersion, replaced[winner])
      assert.deepStrictEqual(now && Result.getOrThrow(now.rotation).state, rotation(4 + winner).state)
    }).pipe(Effect.provide(cluster))
  )

  it.live("counts a Secret that was deleted in between as a conflict, and one that is not usable as found", () =>
    Effect.gen(function* () {
      const client = yield* KubernetesClient.KubernetesClient
      yield* RotationStore.write(location, rotation(1), undefined)
      const found = yield* RotationStore.read(location)
      yield* client.delete({ apiVersion: "v1", kind: "Secret", ...location })
      assert.strictEqual(yield* RotationStore.write(location, rotation(2), found), "conflict")

      yield* client.create({ apiVersion: "v1", kind: "Secret", metadata: location, data: { x: btoa("y") } })
      const broken = yield* RotationStore.read(location)
      assert.isTrue(broken !== undefined && Result.isFailure(broken.rotation))
    }).pipe(Effect.provide(cluster))
  )
})
