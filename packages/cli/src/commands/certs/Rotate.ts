/**
 * `holdfast certs rotate`.
 *
 * @since 0.1.0
 */
import { connectionFlags, progressFlags } from "../../CommandFlags.ts"
import { make } from "../../commandline/Command.ts"
import * as Flag from "../../commandline/Flag.ts"

/**
 * The flags of `holdfast certs rotate`.
 *
 * @category flags
 * @since 0.1.0
 */
export const certsRotateFlags = {
  compromised: Flag.toggle("the key of the CA is known to others: do not let it vouch for the next one"),
  wait: Flag.choice(
    "follow it until the new certificate is served and trusted everywhere, or until the CA of before is trusted no longer",
    ["served", "retired"],
    { bare: "served" }
  ),
  timeout: Flag.duration("how long --wait waits (default 10m)"),
  output: Flag.choice("output format", ["name"], { group: "Output flags", short: "o" }),
  ...progressFlags,
  ...connectionFlags
}

/**
 * Asks the operator for a rotation.
 *
 * @category commands
 * @since 0.1.0
 */
export const certsRotate = make({
  name: "certs rotate",
  summary: "ask the operator for a new CA and certificate, with no admission request failing",
  description:
    "Ask the operator to rotate WebhookCertificates now: the next CA is published, every API server proves that it trusts it, then the new certificate is served. With --wait each step is told. The CA of before stays trusted for the time of spec.rollback, and --wait=retired waits for its end; after --compromised it goes at once, and --wait always waits for that.",
  operands: "NAME…",
  maxOperands: Number.POSITIVE_INFINITY,
  operandLive: "webhook certificates",
  flags: certsRotateFlags,
  examples: [
    { text: "ask, and go on with something else", line: "holdfast certs rotate holdfast-webhook -n holdfast-system" },
    {
      text: "follow it until the new certificate is served",
      line: "holdfast certs rotate holdfast-webhook -n holdfast-system --wait"
    },
    {
      text: "after somebody else has seen the CA's key",
      line: "holdfast certs rotate holdfast-webhook -n holdfast-system --compromised"
    }
  ],
  load: async () => (await import("../../certs/RunRotate.ts")).run
})
