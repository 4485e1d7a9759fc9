import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Effect } from "effect"
import { failureTableSuite } from "./failureTableSuite.ts"

failureTableSuite(
  "embedded API servers",
  Effect.map(ApiServer.make({ instances: 2 }), (cluster) => ({
    cluster,
    addresses: cluster.instances.map(({ url }) => new URL(url).host)
  }))
)
