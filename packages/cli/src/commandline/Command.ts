/**
 * Commands as data: name, flags, arguments, examples, and how to load what runs them. The running code is imported only
 * when the command is used.
 *
 * @since 0.1.0
 */
import type { Host } from "../Host.ts"
import type { Flags, Live, Values } from "./Flag.ts"

/**
 * An example that works as it stands.
 *
 * @category models
 * @since 0.1.0
 */
export interface Example {
  readonly text: string
  readonly line: string
}

/**
 * What a command is run with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Invocation<F extends Flags> {
  readonly flags: Values<F>
  readonly arguments: ReadonlyArray<string>
  readonly host: Host
}

/**
 * Runs a command and gives its exit code; it never rejects.
 *
 * @category models
 * @since 0.1.0
 */
export type Run<F extends Flags> = (invocation: Invocation<F>) => Promise<number>

/**
 * A command, with its flags' types put away.
 *
 * @category models
 * @since 0.1.0
 */
export interface Command {
  /** One word, or two for a command of a {@link Group}: `certs list`. */
  readonly name: string
  readonly summary: string
  readonly description?: string
  /** The arguments as help shows them, such as `[MESSAGE]`. */
  readonly operands?: string
  /** How many arguments it takes at most; none by default. */
  readonly maxOperands?: number
  /** Words that the first argument can be, for completion. */
  readonly operandChoices?: ReadonlyArray<string>
  /** What completion offers for each argument. */
  readonly operandLive?: Live
  /** Everything from the first argument on belongs to another program. */
  readonly passThrough?: boolean
  readonly hidden?: boolean
  readonly flags: Flags
  readonly examples: ReadonlyArray<Example>
  readonly run: (
    flags: Readonly<Record<string, unknown>>,
    operands: ReadonlyArray<string>,
    host: Host
  ) => Promise<number>
}

/**
 * Commands that share their first word: `certs list`, `certs inspect`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Group {
  readonly name: string
  readonly summary: string
}

/**
 * What the program knows how to do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Commands {
  /** In the order in which help lists them. */
  readonly commands: ReadonlyArray<Command>
  readonly groups: ReadonlyArray<Group>
}

/**
 * The words that may stand first, or behind a group's name, each with its summary; hidden commands are left out.
 *
 * @category queries
 * @since 0.1.0
 */
export const choices = ({ commands, groups }: Commands, group: Group | undefined): ReadonlyArray<Group> => {
  const shown = commands.filter(({ hidden }) => hidden !== true)
  if (group !== undefined) {
    const prefix = `${group.name} `
    return shown
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, summary }) => ({ name: name.slice(prefix.length), summary }))
  }
  return shown.flatMap((command, index) => {
    const first = command.name.split(" ")[0]
    const own = groups.find(({ name }) => name === first)
    if (own === undefined) return [command]
    return shown.findIndex(({ name }) => name.startsWith(`${own.name} `)) === index ? [own] : []
  })
}

/**
 * Makes a command. `load` is called when the command is used.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <const F extends Flags>(
  options: Omit<Command, "run" | "flags"> & { readonly flags: F; readonly load: () => Promise<Run<F>> }
): Command => {
  const { load, ...command } = options
  return {
    ...command,
    run: async (flags, operands, host) => {
      const run = await load()
      return run({ flags: flags as Values<F>, arguments: operands, host })
    }
  }
}
