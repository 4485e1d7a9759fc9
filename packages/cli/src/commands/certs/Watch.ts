/**
 * `holdfast certs watch`.
 *
 * @since 0.1.0
 */
import { connectionFlags, progressFlags } from "../../CommandFlags.ts"
import { make } from "../../commandline/Command.ts"
import * as Flag from "../../commandline/Flag.ts"

/**
 * The flags of `holdfast certs watch`.
 *
 * @category flags
 * @since 0.1.0
 */
export const certsWatchFlags = {
  once: Flag.toggle("tell how things are, and end"),
  output: Flag.choice("output format (default text)", ["text", "json"], { group: "Output flags", short: "o" }),
  ...progressFlags,
  ...connectionFlags
}

/**
 * Follows rotations live.
 *
 * @category commands
 * @since 0.1.0
 */
export const certsWatch = make({
  name: "certs watch",
  summary: "follow rotations live: phases, proofs of API servers and pods, what goes wrong",
  description:
    "Follow the rotation of one WebhookCertificate, or of all of them: each phase, each API server that proves its trust, each pod that presents the new certificate, each failure, as it happens. It ends with Ctrl-C. With -o json each status is a line.",
  operands: "[NAME]",
  maxOperands: 1,
  operandLive: "webhook certificates",
  flags: certsWatchFlags,
  examples: [
    { text: "how all of them are", line: "holdfast certs watch --once" },
    {
      text: "one of them, as JSON lines",
      line: "holdfast certs watch holdfast-webhook -n holdfast-system -o json --once"
    }
  ],
  load: async () => (await import("../../certs/RunWatch.ts")).run
})
