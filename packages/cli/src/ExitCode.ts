/**
 * The exit codes of `holdfast`, so that a script can tell "wait and come again" from "mend your input". The numbers
 * follow BSD's `sysexits.h` where it has a word for the case, and the shell's 128 + signal for signals.
 *
 * @since 0.1.0
 */

/**
 * Every exit code with its meaning, in the order in which `--help` and the README list them.
 *
 * @category constants
 * @since 0.1.0
 */
export const exitCodes = {
  ok: { code: 0, meaning: "done" },
  failure: { code: 1, meaning: "the work failed: a conflict, a refusal by a webhook, a workload that cannot start" },
  trouble: { code: 2, meaning: "diff: as 1 for other commands, since its own 1 means that there are differences" },
  usage: { code: 64, meaning: "the command line is wrong: an unknown flag or command, a value out of range" },
  badInput: { code: 65, meaning: "input is missing or malformed: a manifest, a kubeconfig, JSON lines" },
  unreachable: { code: 69, meaning: "the API server or a URL cannot be reached" },
  internal: { code: 70, meaning: "a fault in holdfast itself" },
  cannotCreate: { code: 73, meaning: "an output file cannot be written" },
  timeout: { code: 75, meaning: "what we waited for outlasted the deadline; running it again may succeed" },
  certificate: { code: 76, meaning: "a certificate error that waiting does not mend" },
  forbidden: { code: 77, meaning: "permission denied, or not logged in" },
  notExecutable: { code: 126, meaning: "retry: the command cannot be run" },
  notFound: { code: 127, meaning: "retry: there is no such command" },
  interrupted: { code: 130, meaning: "interrupted by Ctrl-C" },
  terminated: { code: 143, meaning: "ended by SIGTERM" }
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>

/**
 * The name of an exit code.
 *
 * @category models
 * @since 0.1.0
 */
export type ExitName = keyof typeof exitCodes

/**
 * The number of an exit code.
 *
 * @category models
 * @since 0.1.0
 */
export type ExitCode = number

/**
 * The number that belongs to a name.
 *
 * **Example** (A usage error)
 *
 * ```ts import.meta.vitest
 * import * as ExitCode from "@holdfast/cli/ExitCode"
 *
 * ExitCode.of("usage") // => 64
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const of = (name: ExitName): ExitCode => exitCodes[name].code
