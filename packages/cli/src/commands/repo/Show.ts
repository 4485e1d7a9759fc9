/**
 * `holdfast repo show`.
 *
 * @since 0.1.0
 */
import { connectionFlags, outputFlag } from "../../CommandFlags.ts"
import { make } from "../../commandline/Command.ts"

/**
 * The flags of `holdfast repo show`.
 *
 * @category flags
 * @since 0.1.0
 */
export const repoShowFlags = { output: outputFlag, ...connectionFlags }

/**
 * Shows one package repository.
 *
 * @category commands
 * @since 0.1.0
 */
export const repoShow = make({
  name: "repo show",
  summary: "show one package repository: its login, its state, and the packages that come from it",
  operands: "NAME",
  maxOperands: 1,
  operandLive: "package repositories",
  flags: repoShowFlags,
  examples: [
    { text: "the repository of that name", line: "holdfast repo show glasskube" },
    { text: "as the API server has it", line: "holdfast repo show glasskube -o yaml" }
  ],
  load: async () => (await import("../../repo/RunShow.ts")).run
})
