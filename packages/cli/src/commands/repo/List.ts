/**
 * `holdfast repo list`.
 *
 * @since 0.1.0
 */
import { connectionFlags, outputFlag } from "../../CommandFlags.ts"
import { make } from "../../commandline/Command.ts"

/**
 * The flags of `holdfast repo list`.
 *
 * @category flags
 * @since 0.1.0
 */
export const repoListFlags = { output: outputFlag, ...connectionFlags }

/**
 * Lists package repositories.
 *
 * @category commands
 * @since 0.1.0
 */
export const repoList = make({
  name: "repo list",
  summary: "list package repositories, and whether packages can be installed from them",
  flags: repoListFlags,
  examples: [
    { text: "all repositories", line: "holdfast repo list" },
    { text: "why one is not ready", line: "holdfast repo list -o wide" }
  ],
  load: async () => (await import("../../repo/RunList.ts")).run
})
