/**
 * Requests per second and latency of the client beside client-node's, on a real API server, in turns.
 */
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { KubeApiserver, KubeBinaries } from "@holdfast/testkit"
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node"
import { Effect, Option } from "effect"
import { compare, percentile } from "./src/Row.ts"
import { flags, report } from "./src/report.ts"

const { requests, rounds, concurrency } = flags({ requests: 1000, rounds: 7, concurrency: 16 })

interface Round {
  readonly perSecond: number
  readonly latencies: ReadonlyArray<number>
}

/** So many requests, so many of them at a time. */
const round = async (request: () => Promise<unknown>): Promise<Round> => {
  const latencies: Array<number> = []
  const began = performance.now()
  const worker = async () => {
    while (latencies.length < requests) {
      const sent = performance.now()
      await request()
      latencies.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return { perSecond: (latencies.length / (performance.now() - began)) * 1000, latencies }
}

const program = Effect.gen(function* () {
  const cluster = yield* KubeApiserver.make()
  const client = yield* KubernetesClient.make({ text: cluster.kubeconfig })
  const config = new KubeConfig()
  config.loadFromString(cluster.kubeconfig)
  const api = config.makeApiClient(CoreV1Api)
  const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "bench" }
  yield* client.create({
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    metadata: { name: ref.name, namespace: ref.namespace },
    data: { text: "x".repeat(1000) }
  })
  const contenders = {
    ours: () => Effect.runPromise(client.get(ref)),
    theirs: () => api.readNamespacedConfigMap({ name: ref.name, namespace: ref.namespace })
  }
  const rows = { ours: [] as Array<Round>, theirs: [] as Array<Round> }
  // The first round of each opens connections and warms up; it is not counted.
  for (let i = 0; i <= rounds; i++) {
    for (const name of ["ours", "theirs"] as const) {
      const result = yield* Effect.promise(() => round(contenders[name]))
      if (i > 0) rows[name].push(result)
    }
  }
  return rows
})

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))
if (Option.isNone(binaries)) {
  report([], ["transport: kube-apiserver is not there (npm run test:apiserver builds it)"])
} else {
  const { ours, theirs } = await Effect.runPromise(Effect.scoped(program))
  const perSecond = (rounds: ReadonlyArray<Round>) => rounds.map((each) => each.perSecond)
  const latency = (rounds: ReadonlyArray<Round>, share: number) =>
    rounds.map((each) => percentile(each.latencies, share))
  const peerName = "client-node"
  report([
    compare({ name: "gets", unit: "/s", ours: perSecond(ours), peer: perSecond(theirs), peerName, better: "more" }),
    compare({ name: "latency, median", unit: "ms", ours: latency(ours, 0.5), peer: latency(theirs, 0.5), peerName }),
    compare({ name: "latency, p99", unit: "ms", ours: latency(ours, 0.99), peer: latency(theirs, 0.99), peerName })
  ])
  process.exit()
}
