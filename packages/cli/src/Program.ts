/**
 * The whole command line as a function from words to an exit code.
 *
 * @since 0.1.0
 */
import * as program from "./Commands.ts"
import * as Completion from "./commandline/Completion.ts"
import * as Help from "./commandline/Help.ts"
import { parse } from "./commandline/Parse.ts"
import * as ExitCode from "./ExitCode.ts"
import type { Host } from "./Host.ts"
import { version } from "./Version.ts"

const helpWidth = (host: Host) => Math.max(40, Math.min(host.stdout.isTerminal ? host.stdout.columns() : 100, 100))

const completeWords = (words: ReadonlyArray<string>, host: Host): number => {
  for (const { word, description } of Completion.complete(words, program)) {
    host.stdout.write(description === "" ? `${word}\n` : `${word}\t${description}\n`)
  }
  return ExitCode.of("ok")
}

/**
 * Runs the program and gives its exit code.
 *
 * @category running
 * @since 0.1.0
 */
export const main = async (words: ReadonlyArray<string>, host: Host): Promise<number> => {
  if (words[0] === "--version") {
    host.stdout.write(`holdfast ${version}\n`)
    return ExitCode.of("ok")
  }
  if (words[0] === "__complete") return completeWords(words.slice(1), host)
  const parsed = parse(words[0] === "help" ? [...words.slice(1), "--help"] : words, program)
  switch (parsed._tag) {
    case "HelpWanted":
      host.stdout.write(Help.render(parsed.topic, program, helpWidth(host)))
      return ExitCode.of("ok")
    case "UsageError": {
      const where = parsed.command === undefined ? "holdfast --help" : `holdfast ${parsed.command} --help`
      host.stderr.write(`error: ${parsed.message}\nSee "${where}".\n`)
      return ExitCode.of("usage")
    }
    case "Parsed":
      return parsed.command.run(parsed.flags, parsed.operands, host)
  }
}
