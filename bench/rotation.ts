/**
 * A rotation of a webhook's authority by the operator beside the ways that are in use, under the same hammer
 * (docs/hammer.md): how long it takes, and for how long of that requests are at risk.
 */
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import { Effect, Option } from "effect"
import { isBuilt } from "./operator/lab.ts"
import { naive, operator, type Rotation } from "./rotation/ways.ts"
import { compare, limit, type Row } from "./src/Row.ts"
import { flags, report } from "./src/report.ts"

const { rounds } = flags({ rounds: 5 })

const rows: Array<Row> = []
const leftOut: Array<string> = []
if (Option.isNone(await Effect.runPromise(Effect.option(KubeBinaries.find)))) {
  leftOut.push("rotation: kube-apiserver is not there (npm run test:apiserver builds it)")
} else if (!isBuilt()) {
  leftOut.push("rotation: the operator is not built (pnpm --filter @holdfast/operator build)")
} else {
  const peers = await Effect.runPromise(naive(rounds))
  const { rotations: ours, verdict } = await Effect.runPromise(operator)
  const beside = (name: string, unit: string, pick: (rotation: Rotation) => number) =>
    Object.entries(peers).map(([peerName, peer]) =>
      compare({ name, unit, ours: ours.map(pick), peer: peer.map(pick), peerName })
    )
  rows.push(
    limit(`requests that failed, of ${verdict.requests}`, "", [verdict.failed], 0),
    limit("webhook calls that failed, as API servers count them", "", [verdict.rejections], 0),
    ...beside("requests at risk", "ms", ({ risk }) => risk),
    // The 90 seconds for which an API server keeps an idle connection are waited for on purpose.
    ...beside("start to retired", "s", ({ seconds }) => seconds)
  )
  for (const failure of verdict.failures.slice(0, 5)) console.error(JSON.stringify(failure))
}
report(rows, leftOut)
process.exit()
