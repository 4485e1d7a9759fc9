/**
 * The arguments of the commands on package repositories.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { CommandError } from "../output/CommandError.ts"

const usage = (command: string, detail: string) =>
  Effect.fail(new CommandError({ exit: "usage", detail, hint: `See "holdfast ${command} --help".` }))

/**
 * The name that a command needs.
 *
 * @category reading
 * @since 0.1.0
 */
export const nameOperand = (command: string, operands: ReadonlyArray<string>): Effect.Effect<string, CommandError> => {
  const [name] = operands
  return name === undefined || name === "" ? usage(command, `${command} needs a name`) : Effect.succeed(name)
}

/**
 * Refuses what cannot be the address of a repository: the same that the operator refuses, but told before anything is
 * asked of the server.
 *
 * @category reading
 * @since 0.1.0
 */
export const checkAddress = (command: string, address: string): Effect.Effect<void, CommandError> => {
  // What stands in an address may be a login: it is not repeated.
  if (!/^https?:\/\/[^/]/i.test(address) || !URL.canParse(address)) {
    return usage(command, "the address of a repository has to begin with https:// or http://")
  }
  const { username, password, search, hash } = new URL(address)
  if (username !== "" || password !== "") {
    return usage(
      command,
      "the address holds a login, which everybody could read: give it by --username and --password-stdin"
    )
  }
  return search === "" && hash === "" ? Effect.void : usage(command, "the address must not have a query or a fragment")
}
