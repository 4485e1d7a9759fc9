/**
 * `holdfast retry`.
 *
 * @since 0.1.0
 */
import { connectionFlags, progressFlags, reportFlag, retryFlags } from "../CommandFlags.ts"
import { make } from "../commandline/Command.ts"
import * as Flag from "../commandline/Flag.ts"

/**
 * The flags of `holdfast retry`.
 *
 * @category flags
 * @since 0.1.0
 */
export const retryCommandFlags = {
  wake: Flag.toggle("try again at once when the cluster changes", { isOn: true }),
  report: reportFlag,
  ...retryFlags,
  ...progressFlags,
  ...connectionFlags
}

/**
 * The same patience around any other tool.
 *
 * @category commands
 * @since 0.1.0
 */
export const retry = make({
  name: "retry",
  summary: "run another command, again while it fails for a reason that passes by itself",
  description:
    "Run another command, pass its output through, and run it again while what it writes to standard error is an error that passes by itself. Any other failure ends it at once. The exit code is the command's own. A command that runs is left to finish: the deadline counts from the first failure.",
  operands: "[flags] -- COMMAND [ARGUMENT…]",
  passThrough: true,
  flags: retryCommandFlags,
  examples: [
    { text: "hold on through a vacuum", line: "holdfast retry -- kubectl apply -f app.yaml" },
    {
      text: "at most two minutes after the first failure",
      line: "holdfast retry --deadline 2m -- helm upgrade app ./chart"
    }
  ],
  load: async () => (await import("../retry/RunRetry.ts")).run
})
