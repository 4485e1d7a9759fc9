/**
 * The whole command line as a function from words to an exit code.
 *
 * @since 0.1.0
 */
import { commands, groups } from "./Commands.ts"
import * as Completion from "./commandline/Completion.ts"
import * as Help from "./commandline/Help.ts"
import { parse } from "./commandline/Parse.ts"
import * as ExitCode from "./ExitCode.ts"
import type { Host } from "./Host.ts"
import { printVersion } from "./Version.ts"

const program = { commands, groups }

const helpWidth = (host: Host) => Math.max(40, Math.min(host.stdout.isTerminal ? host.stdout.columns() : 100, 100))

const completeWords = async (words: ReadonlyArray<string>, host: Host): Promise<number> => {
  const { candidates, question } = Completion.complete(words, program)
  const live = question === undefined ? [] : await (await import("./completion/LiveValues.ts")).ask(question, host)
  const all = [...candidates, ...live.map((word) => ({ word, description: "" }))]
  for (const { word, description } of all) {
    host.stdout.write(description === "" ? `${word}\n` : `${word}\t${description}\n`)
  }
  return all.length
}

/** As kubectl asks its plugins: the last line says whether the shell may offer files, which is when we have nothing. */
const completeForKubectl = async (words: ReadonlyArray<string>, host: Host) => {
  host.stdout.write((await completeWords(words, host)) > 0 ? ":4\n" : ":0\n")
}

/**
 * Runs the program and gives its exit code; `name` is what it calls itself in help.
 *
 * @category running
 * @since 0.1.0
 */
export const main = async (words: ReadonlyArray<string>, host: Host, name = "holdfast"): Promise<number> => {
  if (words[0] === "--version") return printVersion(host)
  if (words[0] === "__complete" || words[0] === "__kubectl-complete") {
    const answer = words[0] === "__complete" ? completeWords : completeForKubectl
    await answer(words.slice(1), host)
    return ExitCode.of("ok")
  }
  const parsed = parse(words[0] === "help" ? [...words.slice(1), "--help"] : words, program)
  switch (parsed._tag) {
    case "HelpWanted":
      host.stdout.write(Help.render(parsed.topic, program, helpWidth(host), name))
      return ExitCode.of("ok")
    case "UsageError": {
      const where = parsed.command === undefined ? `${name} --help` : `${name} ${parsed.command} --help`
      host.stderr.write(`error: ${parsed.message}\nSee "${where}".\n`)
      return ExitCode.of("usage")
    }
    case "Parsed":
      return parsed.command.run(parsed.flags, parsed.operands, host)
  }
}
