import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { WatchEvent } from "@holdfast/k8s-adapter/Watch"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import * as Faults from "@holdfast/testkit/Faults"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { clientSuite } from "./support/clientSuite.ts"
import { temporaryFolder } from "./support/temporaryFolder.ts"

clientSuite("the embedded API server", ApiServer.make())

const configMaps = { apiVersion: "v1", kind: "ConfigMap", namespace: "default" }
const configMap = (name: string, data = {}) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data })

/** A server, a client that reads its kubeconfig from a file, and a watch of which the test takes the events. */
const lab = Effect.gen(function* () {
  const server = yield* ApiServer.make()
  const folder = yield* temporaryFolder()
  const path = join(folder, "config")
  const write = (text: string) => Effect.promise(() => writeFile(path, text))
  yield* write(server.kubeconfig)
  const client = yield* KubernetesClient.make({ path })
  const events = yield* Queue.unbounded<WatchEvent>()
  const follow = Effect.forkScoped(Stream.runForEach(client.watch(configMaps), (event) => Queue.offer(events, event)))
  const next = (tag: WatchEvent["_tag"]): Effect.Effect<WatchEvent> =>
    Effect.flatMap(Queue.take(events), (event) => (event._tag === tag ? Effect.succeed(event) : next(tag)))
  return { server, client, write, follow, next }
})

describe("the client in trouble", () => {
  it.live("lives through a re-created CA of the API server, watch included, when the kubeconfig is written anew", () =>
    Effect.gen(function* () {
      const { client, follow, next, server, write } = yield* lab
      yield* follow
      yield* next("Connected")
      const { kubeconfig } = yield* server.rotateServingCertificate()
      yield* server.faults.disconnect
      const error = yield* Effect.flip(client.version)
      assert.strictEqual(error._tag === "CertificateError" && error.where, "api-server")
      yield* write(kubeconfig)
      yield* client.apply(configMap("after"))
      const event = yield* next("Added")
      assert.strictEqual(event._tag === "Added" && event.object.metadata.name, "after")
    }).pipe(Effect.scoped)
  )

  it.live("a serving certificate that has expired is told as expired", () =>
    Effect.gen(function* () {
      const { client, server } = yield* lab
      yield* server.rotateServingCertificate({ keepAuthority: true, expired: true })
      const error = yield* Effect.flip(client.version)
      assert.strictEqual(error._tag === "CertificateError" && error.reason, "expired")
    }).pipe(Effect.scoped)
  )

  it.live("a client certificate that has expired is told as such, though the server says 401 only", () =>
    Effect.gen(function* () {
      const { server, write } = yield* lab
      const now = Date.now()
      const text = yield* server.kubeconfigFor({
        user: "ada",
        groups: ["system:masters"],
        notBefore: new Date(now - 7_200_000),
        validity: "1 hour"
      })
      yield* write(text)
      const client = yield* KubernetesClient.make({ text })
      const error = yield* Effect.flip(client.list(configMaps))
      assert.strictEqual(error._tag === "CertificateError" && error.reason, "client-certificate-rejected")
      assert.isTrue(error._tag === "CertificateError" && Number(error.notAfter) < now)
    }).pipe(Effect.scoped)
  )

  it.live("a watch lives through an outage, and tells what happened meanwhile", () =>
    Effect.gen(function* () {
      const { client, follow, next, server } = yield* lab
      yield* client.apply(configMap("kept"))
      yield* client.apply(configMap("dropped"))
      yield* follow
      yield* next("Connected")
      yield* server.faults.disconnect
      yield* client.delete({ ...configMaps, name: "dropped" })
      const event = yield* next("Deleted")
      assert.strictEqual(event._tag === "Deleted" && event.object.metadata.name, "dropped")
      yield* server.faults.refuse
      assert.strictEqual((yield* Effect.flip(client.version))._tag, "ConnectionError")
      yield* next("Reconnecting")
      yield* server.faults.resume
      yield* next("Connected")
    }).pipe(Effect.scoped)
  )

  it.live("a watch whose history is gone lists again, and tells the ends it has missed", () =>
    Effect.gen(function* () {
      const { client, follow, next, server } = yield* lab
      yield* client.apply(configMap("kept"))
      yield* client.apply(configMap("dropped"))
      yield* follow
      yield* next("Connected")
      yield* server.faults.inject(Faults.tooManyRequests(1), { match: { path: /watch=true/ }, times: 1 })
      yield* server.faults.disconnect
      yield* client.delete({ ...configMaps, name: "dropped" })
      yield* server.faults.expireHistory
      const event = yield* next("Deleted")
      assert.strictEqual(event._tag === "Deleted" && event.object.metadata.name, "dropped")
      const listed = yield* next("Listed")
      assert.deepStrictEqual(listed._tag === "Listed" && listed.objects.map(({ metadata }) => metadata.name), ["kept"])
    }).pipe(Effect.scoped)
  )
})
