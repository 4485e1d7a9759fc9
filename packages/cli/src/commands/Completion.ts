/**
 * `holdfast completion SHELL`.
 *
 * @since 0.1.0
 */
import { make } from "../commandline/Command.ts"
import { type Shell, script, shells } from "../commandline/Completion.ts"
import * as ExitCode from "../ExitCode.ts"

/**
 * Prints a completion script.
 *
 * @category commands
 * @since 0.1.0
 */
export const completion = make({
  name: "completion",
  summary: "print the completion script of a shell",
  description: "Print the completion script for bash, zsh, fish or PowerShell.",
  operands: shells.join("|"),
  maxOperands: 1,
  operandChoices: shells,
  flags: {},
  examples: [
    { text: "completion in this bash session", line: "source <(holdfast completion bash)" },
    {
      text: "completion in every fish session",
      line: "holdfast completion fish > ~/.config/fish/completions/holdfast.fish"
    }
  ],
  load: async () => async (invocation) => {
    const { host } = invocation
    const wanted = invocation.arguments[0]
    const shell = shells.find((one) => one === wanted) as Shell | undefined
    if (shell === undefined) {
      host.stderr.write(
        wanted === undefined
          ? `error: completion needs a shell: ${shells.join(", ")}\n`
          : `error: no completion for ${JSON.stringify(wanted)}; there is one for ${shells.join(", ")}\n`
      )
      return ExitCode.of("usage")
    }
    host.stdout.write(script(shell))
    return ExitCode.of("ok")
  }
})
