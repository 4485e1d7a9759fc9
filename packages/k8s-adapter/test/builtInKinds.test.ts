import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { ApiServer } from "@holdfast/testkit"
import { Effect } from "effect"
import * as BuiltInKinds from "../src/internal/builtInKinds.ts"

describe("builtInKinds", () => {
  it.live("are found where a server's discovery says", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make()
      const client = yield* KubernetesClient.make({ text: server.kubeconfig })
      let known = 0
      for (const { group, version, kind, plural, namespaced } of yield* client.resources) {
        const found = BuiltInKinds.all.get(`${group === "" ? "" : `${group}/`}${version}/${kind}`)
        if (found === undefined) continue
        known++
        assert.deepStrictEqual(found, { group, version, plural, namespaced }, kind)
      }
      assert.isAbove(known, 15)
    }).pipe(Effect.scoped)
  )

  it.live("cost no discovery", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make()
      const client = yield* KubernetesClient.make({ text: server.kubeconfig })
      const before = yield* server.stats.count()
      yield* client.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" } })
      assert.strictEqual((yield* server.stats.count()) - before, 1)
    }).pipe(Effect.scoped)
  )
})
