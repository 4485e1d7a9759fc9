/**
 * All commands, in the order in which help lists them.
 *
 * @since 0.1.0
 */
import type { Command, Group } from "./commandline/Command.ts"
import { apply } from "./commands/Apply.ts"
import { bootstrap } from "./commands/Bootstrap.ts"
import { check } from "./commands/Check.ts"
import { completion } from "./commands/Completion.ts"
import { demo } from "./commands/Demo.ts"
import { diff } from "./commands/Diff.ts"
import { explain } from "./commands/Explain.ts"
import { retry } from "./commands/Retry.ts"
import { version } from "./commands/Version.ts"

/**
 * All commands.
 *
 * @category constants
 * @since 0.1.0
 */
export const commands: ReadonlyArray<Command> = [
  bootstrap,
  apply,
  diff,
  check,
  explain,
  retry,
  demo,
  version,
  completion
]

/**
 * The groups that commands of two words belong to.
 *
 * @category constants
 * @since 0.1.0
 */
export const groups: ReadonlyArray<Group> = [
  { name: "certs", summary: "see certificates: which are in play, what is in one, when each ends" }
]
