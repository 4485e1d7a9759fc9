/**
 * `holdfast apply` beside `kubectl apply --server-side` of the server's own version and beside bare PATCH requests, on a
 * real API server, start of the program included: a thousand mixed objects, and Glasskube's slim manifest where it is at
 * hand. Each run creates its objects: the thousand in a namespace of their own, the manifest on a server of its own.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { KubeApiserver, KubeBinaries, type TestCluster } from "@holdfast/testkit"
import { Effect, Option } from "effect"
import { stringify } from "yaml"
import { objects } from "./apply/objects.ts"
import { patchAll } from "./apply/patches.ts"
import { compare, type Row } from "./src/Row.ts"
import { flags, report } from "./src/report.ts"

const { count, manifests, rounds } = flags({ count: 1000, rounds: 5, manifests: 5 })
const holdfast = fileURLToPath(new URL("../packages/cli/dist/holdfast.mjs", import.meta.url))
const slim = fileURLToPath(new URL("../../shared/manifests/glasskube-slim.yaml", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"))

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Milliseconds that a command takes; it has to succeed. */
const timed = (kubeconfig: string, program: string, words: ReadonlyArray<string>): number => {
  const began = performance.now()
  const { status, stderr } = spawnSync(program, words, {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    encoding: "utf8"
  })
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${stderr}`)
  return performance.now() - began
}

const ways = (kubectl: string, kubeconfig: string) => ({
  holdfast: (path: string) => timed(kubeconfig, process.execPath, [holdfast, "apply", "-f", path]),
  kubectl: (path: string) => timed(kubeconfig, kubectl, ["apply", "--server-side", "-f", path])
})

const kubeconfigOf = (cluster: TestCluster.TestCluster, name: string) => file(`kubeconfig-${name}`, cluster.kubeconfig)

/** Every way's times for a thousand objects, in turns on one server. */
const thousand = Effect.fnUntraced(function* (kubectl: string) {
  const cluster = yield* KubeApiserver.make()
  const client = yield* KubernetesClient.make({ text: cluster.kubeconfig })
  const { holdfast, kubectl: theirs } = ways(kubectl, kubeconfigOf(cluster, "thousand"))
  const times = { holdfast: [] as Array<number>, kubectl: [] as Array<number>, patches: [] as Array<number> }
  // The first round warms the server up and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const way of ["holdfast", "kubectl", "patches"] as const) {
      const namespace = `${way}-${round}`
      yield* client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } })
      const all = objects(count, namespace)
      const path = file(`${namespace}.yaml`, all.map((object) => stringify(object)).join("---\n"))
      const time =
        way === "patches"
          ? yield* Effect.promise(() => patchAll(cluster.kubeconfig, all))
          : way === "holdfast"
            ? holdfast(path)
            : theirs(path)
      if (round > 0) times[way].push(time)
    }
  }
  return times
})

const glasskube = (kubectl: string, way: "holdfast" | "kubectl") =>
  Effect.scoped(
    Effect.map(KubeApiserver.make(), (cluster) => ways(kubectl, kubeconfigOf(cluster, `slim-${way}`))[way](slim))
  )

const rows: Array<Row> = []
const leftOut: Array<string> = []
const binaries = Option.getOrUndefined(await Effect.runPromise(Effect.option(KubeBinaries.find)))
if (binaries?.kubectl === undefined) {
  leftOut.push("apply: kube-apiserver or its kubectl is not there (npm run test:apiserver builds them)")
} else {
  const { kubectl } = binaries
  const times = await Effect.runPromise(Effect.scoped(thousand(kubectl)))
  const name = `${count} mixed objects`
  rows.push(
    compare({ name, unit: "ms", ours: times.holdfast, peer: times.kubectl, peerName: "kubectl", goal: 2.5 }),
    compare({ name, unit: "ms", ours: times.holdfast, peer: times.patches, peerName: "bare PATCHes", goal: 0.87 })
  )
  if (existsSync(slim)) {
    const ours: Array<number> = []
    const peer: Array<number> = []
    for (let round = 0; round < manifests; round++) {
      ours.push(await Effect.runPromise(glasskube(kubectl, "holdfast")))
      peer.push(await Effect.runPromise(glasskube(kubectl, "kubectl")))
    }
    rows.push(compare({ name: "glasskube-slim.yaml", unit: "ms", ours, peer, peerName: "kubectl", goal: 1 / 0.6 }))
  } else leftOut.push("glasskube-slim.yaml: it is not beside the repository")
}
report(rows, leftOut)
process.exit()
