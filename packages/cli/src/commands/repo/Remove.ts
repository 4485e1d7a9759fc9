/**
 * `holdfast repo remove`.
 *
 * @since 0.1.0
 */
import { make } from "../../commandline/Command.ts"
import * as Flag from "../../commandline/Flag.ts"
import { changeFlags } from "./Add.ts"

/**
 * The flags of `holdfast repo remove`.
 *
 * @category flags
 * @since 0.1.0
 */
export const repoRemoveFlags = {
  ...changeFlags,
  yes: Flag.toggle("do not ask for confirmation", { short: "y" }),
  wait: Flag.toggle("wait until it is gone", { isOn: true }),
  output: Flag.choice("output format", ["name"], { group: "Output flags", short: "o" })
}

/**
 * Removes package repositories.
 *
 * @category commands
 * @since 0.1.0
 */
export const repoRemove = make({
  name: "repo remove",
  summary: "remove package repositories",
  description:
    "Remove package repositories, and the Secrets that were made for them. The operator refuses to remove a repository while installed packages come from it.",
  operands: "NAME…",
  maxOperands: Number.POSITIVE_INFINITY,
  operandLive: "package repositories",
  flags: repoRemoveFlags,
  examples: [{ text: "without asking", line: "holdfast repo remove team --yes" }],
  load: async () => (await import("../../repo/RunRemove.ts")).run
})
