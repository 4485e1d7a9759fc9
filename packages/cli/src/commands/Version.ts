/**
 * `holdfast version`.
 *
 * @since 0.1.0
 */
import { connectionFlags } from "../CommandFlags.ts"
import { make } from "../commandline/Command.ts"
import * as Flag from "../commandline/Flag.ts"

/**
 * The flags of `holdfast version`.
 *
 * @category flags
 * @since 0.1.0
 */
export const versionFlags = {
  client: Flag.toggle("only the version of holdfast: ask no server"),
  output: Flag.choice("output format", ["json", "yaml"], { short: "o" }),
  ...connectionFlags
}

/**
 * Prints the version of the program, and of the API server where one answers.
 *
 * @category commands
 * @since 0.1.0
 */
export const version = make({
  name: "version",
  summary: "print the version of holdfast and of the API server",
  flags: versionFlags,
  examples: [
    { text: "the version of this program", line: "holdfast version --client" },
    { text: "both versions, for a script", line: "holdfast version -o json" }
  ],
  load: async () => (await import("../version/PrintVersion.ts")).run
})
