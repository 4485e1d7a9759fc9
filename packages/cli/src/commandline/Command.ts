/**
 * Commands as data: name, flags, arguments, examples, and how to load what runs them. The running code is imported only
 * when the command is used.
 *
 * @since 0.1.0
 */
import type { Host } from "../Host.ts"
import type { Flags, Values } from "./Flag.ts"

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
  readonly name: string
  readonly summary: string
  readonly description?: string
  /** The arguments as help shows them, such as `[MESSAGE]`. */
  readonly operands?: string
  /** How many arguments it takes at most; none by default. */
  readonly maxOperands?: number
  /** Words that the first argument can be, for completion. */
  readonly operandChoices?: ReadonlyArray<string>
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
