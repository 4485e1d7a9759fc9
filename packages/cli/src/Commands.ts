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
import { certsCalendar } from "./commands/certs/Calendar.ts"
import { certsInspect } from "./commands/certs/Inspect.ts"
import { certsList } from "./commands/certs/List.ts"
import { certsRotate } from "./commands/certs/Rotate.ts"
import { certsWatch } from "./commands/certs/Watch.ts"
import { demo } from "./commands/Demo.ts"
import { diff } from "./commands/Diff.ts"
import { explain } from "./commands/Explain.ts"
import { retry } from "./commands/Retry.ts"
import { repoAdd } from "./commands/repo/Add.ts"
import { repoList } from "./commands/repo/List.ts"
import { repoRemove } from "./commands/repo/Remove.ts"
import { repoShow } from "./commands/repo/Show.ts"
import { repoUpdate } from "./commands/repo/Update.ts"
import { status } from "./commands/Status.ts"
import { uninstall } from "./commands/Uninstall.ts"
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
  certsList,
  certsInspect,
  certsCalendar,
  certsRotate,
  certsWatch,
  explain,
  retry,
  repoList,
  repoShow,
  repoAdd,
  repoUpdate,
  repoRemove,
  status,
  uninstall,
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
  { name: "repo", summary: "see and change package repositories" },
  { name: "certs", summary: "see certificates and rotate them: which are in play, what is in one, when each ends" }
]
