import { request } from "node:http"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import * as ContainerRuntime from "@holdfast/testkit/ContainerRuntime"
import * as Controllers from "@holdfast/testkit/Controllers"
import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import * as PodNetwork from "@holdfast/testkit/PodNetwork"
import * as Effect from "effect/Effect"
import { describe } from "vitest"
import * as Api from "./contract/support/Api.ts"
import { eventually } from "./contract/support/Objects.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))

const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "teller", namespace: "default" },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "teller" } },
    template: {
      metadata: { labels: { app: "teller" } },
      spec: {
        serviceAccountName: "nobody",
        containers: [
          {
            name: "teller",
            image: "teller",
            env: [{ name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
            ports: [{ name: "http", containerPort: 8080 }],
            readinessProbe: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 1 }
          }
        ]
      }
    }
  }
}

const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "teller", namespace: "default" },
  spec: { selector: { app: "teller" }, ports: [{ port: 80, targetPort: "http" }] }
}

/** What the program says that listens at an address. */
const told = (address: string) =>
  Effect.promise<{ pod: string; pid: number; host: string; year: number; answer: string }>(
    () =>
      new Promise((resolve, reject) => {
        request({ host: PodNetwork.localAddress(address), port: 8080 }, (response) => {
          let text = ""
          response.on("data", (chunk) => {
            text += chunk
          })
          response.on("end", () => resolve(JSON.parse(text)))
        })
          .on("error", reject)
          .end()
      })
  )

describe.skipIf(binaries._tag === "None")("ContainerRuntime", () => {
  it.live("runs a Deployment's pods as processes, with an address, a clock and rights of their own", () =>
    Effect.gen(function* () {
      const network = yield* PodNetwork.make
      const cluster = yield* KubeApiserver.make({ network })
      const runtime = yield* ContainerRuntime.make({
        cluster,
        network,
        images: {
          teller: {
            module: join(import.meta.dirname, "support/startPod.ts"),
            clockSkew: (pod) => (pod.endsWith("-1") ? "3650 days" : 0)
          }
        }
      })
      yield* Controllers.run(cluster, { runtime })
      const api = Api.make(cluster.kubeconfig)
      yield* api.post("/apis/apps/v1/namespaces/default/deployments", deployment)
      yield* api.post("/api/v1/namespaces/default/services", service)
      const endpoints = Effect.map(
        api.get("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/teller"),
        ({
          body
        }): ReadonlyArray<{ addresses: [string]; conditions: { ready: boolean }; targetRef: { name: string } }> =>
          body.endpoints ?? []
      )
      const ready = (all: Effect.Success<typeof endpoints>) => all.filter((each) => each.conditions.ready)
      const [one, two] = yield* eventually(endpoints, (all) => ready(all).length === 2)
      assert.isDefined(one)
      assert.isDefined(two)
      const first = yield* told(one.addresses[0])
      const second = yield* told(two.addresses[0])
      assert.strictEqual(first.pod, one.targetRef.name)
      assert.strictEqual(first.host, PodNetwork.localAddress(one.addresses[0]))
      assert.include(first.answer, `User "system:serviceaccount:default:nobody" cannot list resource "pods"`)
      assert.strictEqual(Math.abs(first.year - second.year), 10)

      // A process that dies is started again, at the same address.
      const containers = yield* runtime.containers
      const killed = containers.find(({ pid }) => pid === first.pid)
      assert.isDefined(killed)
      yield* killed.signal("SIGKILL")
      assert.strictEqual(yield* killed.ended, "signal SIGKILL")
      yield* eventually(endpoints, (all) => ready(all).length === 1)
      yield* eventually(endpoints, (all) => ready(all).length === 2)
      assert.notStrictEqual((yield* told(one.addresses[0])).pid, first.pid)

      // A pod that is deleted goes when its process has ended, and another takes its place.
      yield* api.delete(`/api/v1/namespaces/default/pods/${second.pod}`)
      yield* eventually(
        Effect.map(runtime.containers, (all) => all.filter(({ pid }) => pid !== second.pid)),
        (all) => all.length === 2
      )
    })
  )
})
