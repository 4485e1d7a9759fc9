import { assert, describe, it } from "@effect/vitest"
import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import * as PodNetwork from "@holdfast/testkit/PodNetwork"
import { Effect, References } from "effect"
import { convertedDefinition, entry, make as makeLab, until } from "../support/targetLab.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))
const quietly = Effect.provideService(References.MinimumLogLevel, "None")

describe.skipIf(binaries._tag === "None")("Three kube-apiservers on one etcd", () => {
  it.live(
    "are told apart, and each proves every kind of target by itself",
    () =>
      Effect.gen(function* () {
        const network = yield* PodNetwork.make
        const cluster = yield* KubeApiserver.make({ instances: 3, network })
        const lab = yield* makeLab(cluster)
        const { createTarget, discovery, findOne, next, old, probe, publish, service, unique } = lab

        const addresses = [0, 1, 2].map(
          (index) => `${PodNetwork.localAddress(network.nodeAddress(index))}:${network.apiPort}`
        )
        const { discover } = yield* discovery(addresses)
        const { apiServers, reach, skew } = yield* discover
        assert.deepStrictEqual([apiServers, reach], [addresses, "all"])
        assert.isBelow(Math.abs(skew), 1500)

        const group = `${unique}.example.com`
        const specs = [
          { kind: "ValidatingWebhookConfiguration", name: unique },
          { kind: "MutatingWebhookConfiguration", name: unique },
          { kind: "CustomResourceDefinition", name: `things.${group}` },
          { kind: "APIService", name: `v1.api.${group}` }
        ] as const
        for (const kind of ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] as const) {
          yield* createTarget(kind, { webhooks: [entry("a.example.com", { service })] })
        }
        yield* createTarget("CustomResourceDefinition", convertedDefinition(group, { service }), specs[2].name)
        const spec = { group: `api.${group}`, version: "v1", groupPriorityMinimum: 100, versionPriority: 10, service }
        yield* createTarget("APIService", { spec }, specs[3].name)
        for (const each of specs) assert.strictEqual(yield* publish(yield* findOne(each), 7, old, next), "done")

        const on = Object.fromEntries(cluster.instances.map(({ kubeconfig }, index) => [`server-${index}`, kubeconfig]))
        const ask = Effect.flatMap(
          Effect.forEach(specs, (each) => findOne(each)),
          (targets) => probe(targets, { on })
        )
        const answers = yield* until(ask, (each) => each.every(({ trusted }) => trusted === true))
        assert.strictEqual(answers.length, 12)
        assert.deepStrictEqual([...new Set(answers.map(({ epoch }) => epoch))], [7])

        yield* cluster.instances[2]!.kill
        const [, , dead] = yield* Effect.map(
          Effect.flatMap(findOne(specs[0]), (target) => probe([target], { on })),
          (each) => each.map(({ trusted }) => trusted)
        )
        assert.strictEqual(dead, undefined)
        yield* Effect.sleep("5 seconds")
        const after = yield* discover
        assert.deepStrictEqual([after.apiServers, after.reach], [addresses.slice(0, 2), "some"])
      }).pipe(Effect.scoped, quietly),
    120_000
  )
})
