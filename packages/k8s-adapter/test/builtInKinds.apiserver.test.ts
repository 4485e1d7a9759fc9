import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { KubeApiserver } from "@holdfast/testkit"
import { Effect } from "effect"
import * as BuiltInKinds from "../src/internal/builtInKinds.ts"

describe("builtInKinds, on a real kube-apiserver", () => {
  it.live("are all served, and found where discovery says", () =>
    Effect.gen(function* () {
      const server = yield* KubeApiserver.make()
      const client = yield* KubernetesClient.make({ text: server.kubeconfig })
      const served = new Map(
        (yield* client.resources).map((one) => [
          `${one.group === "" ? "" : `${one.group}/`}${one.version}/${one.kind}`,
          one
        ])
      )
      assert.isAbove(BuiltInKinds.all.size, 25)
      for (const [name, expected] of BuiltInKinds.all) {
        const one = served.get(name)
        assert.isDefined(one, name)
        const { group, version, plural, namespaced } = one!
        assert.deepStrictEqual({ group, version, plural, namespaced }, expected, name)
      }
    }).pipe(Effect.scoped)
  )
})
