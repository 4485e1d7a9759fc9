/**
 * `holdfast repo add`.
 *
 * @since 0.1.0
 */
import { outputFlag, patienceFlags } from "../../CommandFlags.ts"
import { make } from "../../commandline/Command.ts"
import * as Flag from "../../commandline/Flag.ts"
import { loginFlags } from "./LoginFlags.ts"

/**
 * The flags of commands that change a repository.
 *
 * @category flags
 * @since 0.1.0
 */
export const changeFlags = {
  wait: Flag.toggle("wait until packages can be installed from it", { isOn: true }),
  timeout: Flag.duration("how long to wait for it (default 2m)"),
  output: outputFlag,
  ...patienceFlags
}

/**
 * The flags of `holdfast repo add`.
 *
 * @category flags
 * @since 0.1.0
 */
export const repoAddFlags = {
  default: Flag.toggle("make it the repository of packages that name none, in place of the present one"),
  ...loginFlags,
  ...changeFlags
}

/**
 * Adds a package repository.
 *
 * @category commands
 * @since 0.1.0
 */
export const repoAdd = make({
  name: "repo add",
  summary: "add a package repository, and wait until packages can be installed from it",
  description:
    "Add a package repository. A password or a token goes into a Secret beside the package operator, never into the object and never onto the command line. The operator then fetches the index, and what it says about it is told.",
  operands: "NAME URL",
  maxOperands: 2,
  flags: repoAddFlags,
  examples: [
    { text: "a public repository", line: "holdfast repo add team https://packages.example.org/" },
    {
      text: "with a user name and a password",
      line: "holdfast repo add team https://packages.example.org/ --username ada --password-stdin < password.txt"
    },
    {
      text: "with a bearer token from the environment",
      line: "holdfast repo add team https://packages.example.org/ --auth bearer --password-env TOKEN"
    }
  ],
  load: async () => (await import("../../repo/RunAdd.ts")).run
})
