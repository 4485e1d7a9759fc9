import { assert, describe, it } from "@effect/vitest"
import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import * as ApiServers from "@holdfast/operator/target/ApiServers"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Effect, References } from "effect"

const addressOf = (url: string) => url.replace("https://", "")

/** Some API servers, with the addresses and Leases that the test gives them. */
const lab = Effect.fnUntraced(function* (instances: number) {
  const server = yield* ApiServer.make({ instances })
  const client = yield* KubernetesClient.make({ text: server.kubeconfig })
  const lease = (name: string, ageSeconds = 0) =>
    client.create({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name, namespace: "kube-system", labels: { "apiserver.kubernetes.io/identity": "kube-apiserver" } },
      spec: {
        holderIdentity: name,
        leaseDurationSeconds: 3600,
        renewTime: new Date(Date.now() - ageSeconds * 1000).toISOString().replace("Z", "000Z")
      }
    })
  const addresses = server.instances.map(({ url }) => addressOf(url))
  const make = (known: ReadonlyArray<string> = addresses) =>
    ApiServers.make({
      load: Kubeconfig.load({ text: server.kubeconfig }),
      addresses: Effect.succeed(known)
    }).pipe(Effect.provideService(KubernetesClient.KubernetesClient, client))
  const discover = (known?: ReadonlyArray<string>) => Effect.flatMap(make(known), (servers) => servers.discover)
  return { server, client, lease, addresses, make, discover }
})

const quietly = Effect.provideService(References.MinimumLogLevel, "None")

describe("API servers", () => {
  it.live("are all reached where each that holds a Lease answers at its own address", () =>
    Effect.gen(function* () {
      const { addresses, discover, lease } = yield* lab(3)
      yield* Effect.forEach(["a", "b", "c"], (name) => lease(name))
      yield* lease("long-gone", 120)
      const { apiServers, reach, skew } = yield* discover()
      assert.deepStrictEqual([apiServers, reach], [addresses, "all"])
      assert.isBelow(Math.abs(skew), 1500)
    }).pipe(Effect.scoped, quietly)
  )

  it.live("are reached in part where one that is known does not answer", () =>
    Effect.gen(function* () {
      const { addresses, discover, lease, server } = yield* lab(3)
      yield* Effect.forEach(["a", "b", "c"], (name) => lease(name))
      yield* server.instances[1]!.faults.refuse
      const { apiServers, reach } = yield* discover()
      assert.deepStrictEqual([apiServers, reach], [[addresses[0], addresses[2]], "some"])
    }).pipe(Effect.scoped, quietly)
  )

  it.live("are sampled where more hold a Lease than there are addresses, as behind a load balancer", () =>
    Effect.gen(function* () {
      const { addresses, discover, lease } = yield* lab(1)
      assert.strictEqual((yield* discover()).reach, "sampled", "one address and no Lease may be anything")
      yield* lease("a")
      assert.strictEqual((yield* discover()).reach, "all")
      yield* lease("b")
      assert.deepStrictEqual((yield* discover()).apiServers, addresses)
      assert.strictEqual((yield* discover()).reach, "sampled")
    }).pipe(Effect.scoped, quietly)
  )

  it.live("are sampled by the configured address where theirs are hidden", () =>
    Effect.gen(function* () {
      const { discover, lease, make } = yield* lab(1)
      yield* lease("a")
      const hidden = ["127.0.0.1:1"]
      const { apiServers, reach } = yield* discover(hidden)
      assert.deepStrictEqual([apiServers, reach], [["kubernetes"], "sampled"])
      const client = yield* (yield* make(hidden)).client("kubernetes")
      assert.match((yield* client.version).gitVersion, /^v1\./)
    }).pipe(Effect.scoped, quietly)
  )

  it.live("are found by the EndpointSlices of the Service kubernetes, of both families", () =>
    Effect.gen(function* () {
      const { client, server } = yield* lab(1)
      const port = Number(addressOf(server.url).split(":")[1])
      for (const [name, addressType, addresses] of [
        ["four", "IPv4", ["127.0.0.1"]],
        ["six", "IPv6", ["2001:db8::1"]]
      ] as const) {
        yield* client.create({
          apiVersion: "discovery.k8s.io/v1",
          kind: "EndpointSlice",
          metadata: { name, namespace: "default", labels: { "kubernetes.io/service-name": "kubernetes" } },
          addressType,
          ports: [{ name: "https", port }],
          endpoints: [{ addresses, conditions: { ready: true } }]
        })
      }
      const servers = yield* ApiServers.make({ load: Kubeconfig.load({ text: server.kubeconfig }) }).pipe(
        Effect.provideService(KubernetesClient.KubernetesClient, client)
      )
      const { apiServers, reach } = yield* servers.discover
      assert.deepStrictEqual([apiServers, reach], [[`127.0.0.1:${port}`], "some"])
    }).pipe(Effect.scoped, quietly)
  )

  it.live("tell the worst skew between their clocks and ours", () =>
    Effect.gen(function* () {
      const { discover, server } = yield* lab(2)
      yield* server.instances[1]!.faults.skewClock("-40 minutes")
      const { skew } = yield* discover()
      assert.isBelow(Math.abs(skew - 2_400_000), 1500, "ours is ahead")
    }).pipe(Effect.scoped, quietly)
  )

  it.live("are asked again after five seconds at the earliest", () =>
    Effect.gen(function* () {
      const { make, server } = yield* lab(1)
      const servers = yield* make()
      yield* servers.discover
      yield* server.faults.refuse
      assert.strictEqual((yield* servers.discover).apiServers.length, 1)
    }).pipe(Effect.scoped, quietly)
  )
})
