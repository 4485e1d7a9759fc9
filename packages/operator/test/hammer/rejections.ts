/** What the API servers themselves say of calls that failed: the half of the oracle that no client can miss. */
import type { KubeApiserver } from "@holdfast/testkit/KubeApiserver"
import { Effect } from "effect"

/**
 * The sum over all API servers of the calls of webhooks that failed, canaries left out: those are to fail until the next
 * authority is trusted.
 */
export const count = (cluster: KubeApiserver) =>
  Effect.map(
    Effect.forEach(cluster.instances, ({ metrics }) => metrics),
    (texts) =>
      texts.flatMap((text) => text.split("\n").filter(isFailedCall)).reduce((sum, line) => sum + valueOf(line), 0)
  )

const isFailedCall = (line: string): boolean =>
  line.startsWith("apiserver_admission_webhook_rejection_count{") &&
  line.includes('error_type="calling_webhook_error"') &&
  !line.includes("canary.certificates.holdfast.dev")

const valueOf = (line: string): number => Number(line.slice(line.lastIndexOf(" ")))
