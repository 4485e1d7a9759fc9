import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import { Effect } from "effect"
import { failureTableSuite } from "./failureTableSuite.ts"

failureTableSuite(
  "a real kube-apiserver",
  Effect.orDie(Effect.map(KubeApiserver.make(), (cluster) => ({ cluster, addresses: [new URL(cluster.url).host] })))
)
