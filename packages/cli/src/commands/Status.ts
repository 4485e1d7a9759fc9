/**
 * `holdfast status`.
 *
 * @since 0.1.0
 */
import { connectionFlags, progressFlags } from "../CommandFlags.ts"
import { make } from "../commandline/Command.ts"
import * as Flag from "../commandline/Flag.ts"

/**
 * The flags of `holdfast status`.
 *
 * @category flags
 * @since 0.1.0
 */
export const statusFlags = {
  probe: Flag.toggle("ask each installed webhook by a server-side dry run, where one is possible", { isOn: true }),
  output: Flag.choice("output format (default table)", ["table", "short", "json"], {
    group: "Output flags",
    short: "o"
  }),
  ...progressFlags,
  ...connectionFlags
}

/**
 * Tells how what is installed is doing.
 *
 * @category commands
 * @since 0.1.0
 */
export const status = make({
  name: "status",
  summary: "what is installed, and whether it is well: operator, webhooks, rotations, repositories",
  description:
    "Tell what bootstrap has installed, and whether it is well: all objects are there, the workloads are ready, the webhooks answer, the certificates rotate, packages can be installed from the repositories. Nothing is changed. The exit code is 0 when all is well, and 1 when something is not, or when nothing is installed.",
  flags: statusFlags,
  examples: [
    { text: "how everything is", line: "holdfast status" },
    { text: "only what is not well", line: "holdfast status -o short" },
    { text: "for a program", line: "holdfast status -o json" }
  ],
  load: async () => (await import("../status/RunStatus.ts")).run
})
