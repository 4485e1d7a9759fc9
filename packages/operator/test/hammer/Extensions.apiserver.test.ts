/** A conversion webhook and an aggregated API of somebody else, rotated by the operator under load. */
import { existsSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as ServingCertificate from "@holdfast/operator/admission/ServingCertificate"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import * as PodNetwork from "@holdfast/testkit/PodNetwork"
import { Effect, References } from "effect"
import * as ExtensionLoad from "../support/extensionLoad.ts"
import * as ExtensionServer from "../support/extensionServer.ts"
import { convertedDefinition, until } from "../support/targetLab.ts"
import * as Hooks from "./hooks.ts"
import * as OperatorLab from "./OperatorLab.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))
const quietly = Effect.provideService(References.MinimumLogLevel, "None")

const { namespace } = Hooks
const service = { namespace, name: "extension" }
const group = "extension.example.com"
/** As late as a pod sees a Secret that it has mounted. */
const mountLag = "20 seconds"

const objects = (addresses: ReadonlyArray<string>, port: number): ReadonlyArray<KubernetesObject> => [
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: service,
    spec: { ports: [{ name: "https", port: 443, targetPort: port }] }
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...service, labels: { "kubernetes.io/service-name": service.name } },
    addressType: "IPv4",
    ports: [{ name: "https", port, protocol: "TCP" }],
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } }))
  },
  {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `things.${group}` },
    ...convertedDefinition(group, { service })
  },
  {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: `v1.api.${group}` },
    spec: { group: `api.${group}`, version: "v1", groupPriorityMinimum: 100, versionPriority: 10, service }
  },
  {
    apiVersion: "certificates.holdfast.dev/v1alpha1",
    kind: "WebhookCertificate",
    metadata: service,
    spec: {
      secretName: "extension-tls",
      service: { name: service.name },
      targets: [
        { kind: "CustomResourceDefinition", name: `things.${group}` },
        { kind: "APIService", name: `v1.api.${group}` }
      ],
      minPublish: "0s",
      rollback: "0s"
    }
  }
]

describe.skipIf(binaries._tag === "None" || !existsSync(OperatorLab.bundle))("The operator", () => {
  it.live(
    "changes the authority of a conversion webhook and an aggregated API without a failed request",
    () =>
      Effect.gen(function* () {
        const lab = yield* OperatorLab.make({ hooks: ["hook-0"] })
        const { client, cluster, keyOf, network, rotate, rotations } = lab
        const pods = yield* Effect.forEach([0, 1], () =>
          Effect.gen(function* () {
            const address = network.nextPodAddress()
            return { address, server: yield* ExtensionServer.make(PodNetwork.localAddress(address), 8443) }
          })
        )
        const certificate = yield* ServingCertificate.fromSecret({ namespace, name: "extension-tls" }).pipe(
          Effect.provideService(KubernetesClient.KubernetesClient, client)
        )
        let served = 0
        yield* certificate.onChange((pair) => {
          const lag = served++ === 0 ? "0 seconds" : mountLag
          const present = Effect.forEach(pods, ({ server }) => server.present(pair))
          return Effect.asVoid(Effect.forkDetach(Effect.delay(present, lag)))
        })
        yield* lab.apply(
          objects(
            pods.map(({ address }) => address),
            8443
          )
        )
        yield* Effect.timeout(lab.ready(keyOf("extension")), "1 minute")

        const things = `/apis/${group}/v2/things`
        let made = 0
        const ways: Record<string, Effect.Effect<unknown, KubernetesClient.ClientError>> = {}
        for (const [index, { kubeconfig }] of cluster.instances.entries()) {
          const { request } = yield* KubernetesClient.make({ text: kubeconfig })
          const thing = { apiVersion: `${group}/v2`, kind: "Thing" }
          ways[`create at ${index}`] = Effect.suspend(() =>
            request({ method: "POST", path: things, body: { ...thing, metadata: { name: `thing-${made++}` } } })
          )
          ways[`read at ${index}`] = request({ method: "GET", path: `${things}/thing-0` })
          ways[`aggregated API at ${index}`] = request({ method: "GET", path: `/apis/api.${group}/v1/cups` })
        }
        for (const way of Object.values(ways)) yield* until(Effect.result(way), ({ _tag }) => _tag === "Success")

        const { report } = yield* ExtensionLoad.run(ways, "100 millis")
        yield* Effect.sleep("1 second")
        const before = rotations.authorities()
        yield* rotate(keyOf("extension"))
        yield* Effect.sleep("2 seconds")
        const { failures, requests } = report()
        assert.deepStrictEqual(failures, [])
        assert.strictEqual(rotations.authorities() - before, 1)
        assert.isAbove(requests, 500)
        for (const { server } of pods) assert.isAbove(server.connections(), 25)
      }).pipe(Effect.scoped, quietly),
    600_000
  )
})
