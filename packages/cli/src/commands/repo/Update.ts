/**
 * `holdfast repo update`.
 *
 * @since 0.1.0
 */
import { make } from "../../commandline/Command.ts"
import * as Flag from "../../commandline/Flag.ts"
import { changeFlags } from "./Add.ts"
import { loginFlags } from "./LoginFlags.ts"

/**
 * The flags of `holdfast repo update`.
 *
 * @category flags
 * @since 0.1.0
 */
export const repoUpdateFlags = {
  url: Flag.text("its new address", "URL"),
  default: Flag.toggle("make it the repository of packages that name none, in place of the present one"),
  ...loginFlags,
  ...changeFlags
}

/**
 * Changes a package repository.
 *
 * @category commands
 * @since 0.1.0
 */
export const repoUpdate = make({
  name: "repo update",
  summary: "change the address, the login or the default of a package repository",
  description:
    "Change a package repository; what is not named stays as it is. The operator refuses to point a repository elsewhere while installed packages come from it.",
  operands: "NAME",
  maxOperands: 1,
  operandLive: "package repositories",
  flags: repoUpdateFlags,
  examples: [
    { text: "another address", line: "holdfast repo update team --url https://packages.example.com/" },
    { text: "a new password", line: "holdfast repo update team --username ada --password-stdin < password.txt" },
    { text: "no login any longer", line: "holdfast repo update team --auth none" }
  ],
  load: async () => (await import("../../repo/RunUpdate.ts")).run
})
