import { assert, describe, it } from "@effect/vitest"
import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import { Effect, References } from "effect"
import * as ExtensionLoad from "../support/extensionLoad.ts"
import * as ExtensionServer from "../support/extensionServer.ts"
import { caBundleOf, convertedDefinition, make as makeLab, until } from "../support/targetLab.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))
const quietly = Effect.provideService(References.MinimumLogLevel, "None")

/** A conversion webhook and an aggregated API that trust the old authority, and requests through both of them. */
const lab = Effect.gen(function* () {
  const cluster = yield* KubeApiserver.make()
  const base = yield* makeLab(cluster)
  const { client, createTarget, leafOf, old, service, unique } = base
  const extension = yield* ExtensionServer.make()
  yield* extension.present(yield* leafOf(old))
  yield* cluster.route(service, { host: "127.0.0.1", port: extension.port })
  yield* client.create({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "hook", namespace: unique, labels: { "kubernetes.io/service-name": "hook" } },
    addressType: "IPv4",
    ports: [{ name: "", port: 443, protocol: "TCP" }],
    endpoints: [{ addresses: ["192.0.2.1"], conditions: { ready: true } }]
  })
  const group = `${unique}.example.com`
  const caBundle = caBundleOf(old)
  const specs = [
    { kind: "CustomResourceDefinition", name: `things.${group}` },
    { kind: "APIService", name: `v1.api.${group}` }
  ] as const
  yield* createTarget("CustomResourceDefinition", convertedDefinition(group, { service, caBundle }), specs[0].name)
  const api = { group: `api.${group}`, version: "v1", groupPriorityMinimum: 100, versionPriority: 10 }
  yield* createTarget("APIService", { spec: { ...api, service, caBundle } }, specs[1].name)

  const things = `/apis/${group}/v2/things`
  const thing = { apiVersion: `${group}/v2`, kind: "Thing" }
  let made = 0
  const ways = {
    "a create in another version": Effect.suspend(() =>
      client.request({ method: "POST", path: things, body: { ...thing, metadata: { name: `thing-${made++}` } } })
    ),
    "a read in another version": client.request({ method: "GET", path: `${things}/thing-0` }),
    "a list in another version": client.request({ method: "GET", path: things, query: { limit: 5 } }),
    "the aggregated API": client.request({ method: "GET", path: `/apis/api.${group}/v1/cups` })
  }
  for (const way of Object.values(ways)) {
    yield* until(Effect.result(way), (result) => result._tag === "Success")
  }
  return { ...base, extension, specs, ways }
})

describe.skipIf(binaries._tag === "None")("Conversion webhooks and aggregated APIs under load", () => {
  it.live(
    "fail requests when leaf and bundle are swapped at once",
    () =>
      Effect.gen(function* () {
        const { client, extension, leafOf, next, specs, ways } = yield* lab
        const { report } = yield* ExtensionLoad.run(ways, "25 millis")
        yield* Effect.sleep("1 second")
        assert.deepStrictEqual(report().failures, [])
        yield* extension.present(yield* leafOf(next))
        yield* Effect.sleep("300 millis")
        const caBundle = caBundleOf(next)
        const conversion = { webhook: { clientConfig: { caBundle } } }
        yield* client.patch(
          { apiVersion: "apiextensions.k8s.io/v1", ...specs[0] },
          { type: "merge", body: { spec: { conversion } } }
        )
        yield* client.patch(
          { apiVersion: "apiregistration.k8s.io/v1", ...specs[1] },
          { type: "merge", body: { spec: { caBundle } } }
        )
        yield* Effect.sleep("1 second")
        const { failures, requests } = report()
        assert.isAbove(requests, 60)
        // A list comes out of the API server's watch cache, where the objects are converted already.
        const { "a list in another version": _, ...calling } = ways
        for (const way of Object.keys(calling)) {
          assert.isTrue(
            failures.some((each) => each.includes(way) && each.includes("certificate")),
            way
          )
        }
      }).pipe(Effect.scoped, quietly),
    60_000
  )

  it.live(
    "fail none when the next authority is published first, proven, and the old one taken out last",
    () =>
      Effect.gen(function* () {
        const { canary, extension, findOne, leafOf, next, old, probe, publish, specs, staged, ways } = yield* lab
        const { report } = yield* ExtensionLoad.run(ways, "25 millis")
        yield* canary.present(staged)
        const proven = Effect.map(
          Effect.flatMap(
            Effect.forEach(specs, (each) => findOne(each)),
            (targets) => probe(targets)
          ),
          (answers) => answers.map(({ trusted }) => trusted)
        )
        for (const spec of specs) assert.strictEqual(yield* publish(yield* findOne(spec), 2, old, next), "done")
        yield* until(proven, (answers) => answers.every((trusted) => trusted === true))
        yield* extension.present(yield* leafOf(next))
        yield* Effect.sleep("1 second")
        for (const spec of specs) assert.strictEqual(yield* publish(yield* findOne(spec), 3, next), "done")
        yield* Effect.sleep("2 seconds")
        const { failures, requests } = report()
        assert.deepStrictEqual(failures, [])
        assert.isAbove(requests, 60)
        assert.isAbove(extension.connections(), 15)
      }).pipe(Effect.scoped, quietly),
    60_000
  )
})
