import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import * as TargetCaches from "@holdfast/operator/target/TargetCaches"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Effect } from "effect"

const lab = Effect.gen(function* () {
  const server = yield* ApiServer.make()
  const client = yield* KubernetesClient.make({ text: server.kubeconfig })
  const caches = yield* Effect.provideService(TargetCaches.make, KubernetesClient.KubernetesClient, client)
  return { server, client, caches }
})

describe("Caches of targets", () => {
  it.live("ask for CRDs and APIServices only once somebody needs them", () =>
    Effect.gen(function* () {
      const { caches, server } = yield* lab
      const asked = server.stats.count({ path: /customresourcedefinitions|apiservices/ })
      yield* caches.ValidatingWebhookConfiguration.synced
      yield* caches.MutatingWebhookConfiguration.synced
      yield* Effect.sleep("50 millis")
      assert.strictEqual(yield* asked, 0)
      assert.isFalse(caches.APIService.hasSynced())
      yield* caches.APIService.synced
      assert.isDefined(caches.APIService.get("v1.apps"))
    }).pipe(Effect.scoped)
  )

  it.live("keep no schema of a CRD, nor what kubectl applied last", () =>
    Effect.gen(function* () {
      const { caches, client } = yield* lab
      const schema = { openAPIV3Schema: { type: "object" } }
      yield* client.create({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: {
          name: "things.example.com",
          annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", mine: "yes" }
        },
        spec: {
          group: "example.com",
          scope: "Cluster",
          names: { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" },
          versions: [{ name: "v1", served: true, storage: true, schema }]
        }
      })
      yield* caches.CustomResourceDefinition.synced
      const kept = caches.CustomResourceDefinition.get("things.example.com")
      assert.deepStrictEqual(kept?.["spec"], { conversion: { strategy: "None" } })
      assert.deepStrictEqual(kept?.metadata.annotations, {
        "kubectl.kubernetes.io/last-applied-configuration": "",
        mine: "yes"
      })
    }).pipe(Effect.scoped)
  )
})
