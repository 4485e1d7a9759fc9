/**
 * Help text, made from the description of the commands.
 *
 * @since 0.1.0
 */
import { exitCodes } from "../ExitCode.ts"
import { wrap } from "../output/TextWidth.ts"
import { type Command, type Commands, choices, type Group } from "./Command.ts"
import { type Flag, longName } from "./Flag.ts"

type Row = readonly [left: string, right: string]

/** Two columns; on a narrow terminal the right one goes under the left one. */
const rows = (entries: ReadonlyArray<Row>, width: number): ReadonlyArray<string> => {
  const left = Math.min(34, Math.max(...entries.map(([text]) => text.length)) + 4)
  const stacked = width < left + 24
  const indent = " ".repeat(stacked ? 8 : left)
  return entries.flatMap(([text, description]) => {
    const lines = wrap(description, width - indent.length)
    const head = `  ${text}`
    if (stacked || head.length + 2 > left) return [head, ...lines.map((line) => indent + line)]
    return [head.padEnd(left) + lines[0], ...lines.slice(1).map((line) => indent + line)]
  })
}

const flagRow = ([key, flag]: readonly [string, Flag<unknown>]): Row => {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `
  const value = flag.metavar === undefined ? "" : flag.bare === undefined ? ` ${flag.metavar}` : `[=${flag.metavar}]`
  return [`${short}--${flag.isOn === true ? "[no-]" : ""}${longName(key)}${value}`, flag.description]
}

const flagSections = (command: Command, width: number): ReadonlyArray<string> => {
  const groups = new Map<string, Array<readonly [string, Flag<unknown>]>>()
  for (const entry of Object.entries(command.flags)) {
    const group = entry[1].group ?? "Flags"
    groups.set(group, [...(groups.get(group) ?? []), entry])
  }
  return [...groups].flatMap(([group, flags]) => ["", `${group}:`, ...rows(flags.map(flagRow), width)])
}

const exitCodeRows: ReadonlyArray<Row> = Object.values(exitCodes).map(({ code, meaning }) => [String(code), meaning])

/** A line as it is typed by those who call the program otherwise. */
const calledAs = (line: string, name: string): string => line.replace(/(^|[\s(])holdfast (?=\S)/g, `$1${name} `)

const exampleLines = (command: Command, name: string): ReadonlyArray<string> =>
  command.examples.flatMap(({ text, line }, index) => [
    ...(index === 0 ? [] : [""]),
    `  # ${text}`,
    `  ${calledAs(line, name)}`
  ])

const forCommand = (command: Command, width: number, name: string): ReadonlyArray<string> => [
  ...wrap(command.description ?? command.summary, width),
  "",
  "Usage:",
  `  ${name} ${command.name}${command.operands === undefined ? "" : ` ${command.operands}`}${
    Object.keys(command.flags).length === 0 ? "" : " [flags]"
  }`,
  ...(command.examples.length === 0 ? [] : ["", "Examples:", ...exampleLines(command, name)]),
  ...flagSections(command, width)
]

const choiceRows = (program: Commands, group?: Group): ReadonlyArray<Row> =>
  choices(program, group).map(({ name, summary }) => [name, summary])

const forGroup = (group: Group, program: Commands, width: number, name: string): ReadonlyArray<string> => [
  ...wrap(group.summary, width),
  "",
  "Usage:",
  `  ${name} ${group.name} COMMAND [flags]`,
  "",
  "Commands:",
  ...rows(choiceRows(program, group), width),
  "",
  ...wrap(`Use "${name} ${group.name} COMMAND --help" for the flags and examples of a command.`, width)
]

const forProgram = (program: Commands, width: number, name: string): ReadonlyArray<string> => [
  ...wrap("holdfast keeps Kubernetes installs and admission webhooks working while certificates change.", width),
  "",
  "Usage:",
  `  ${name} COMMAND [flags]`,
  "",
  "Commands:",
  ...rows(choiceRows(program), width),
  "",
  "Flags:",
  ...rows(
    [
      ["-h, --help", "help for holdfast or for a command"],
      ["    --version", "print the version"]
    ],
    width
  ),
  "",
  "Exit codes:",
  ...rows(exitCodeRows, width),
  "",
  ...wrap(`Use "${name} COMMAND --help" for the flags and examples of a command.`, width)
]

/**
 * The help of a command or a group, or of the program when no topic is given, at most `width` columns wide where words allow;
 * `name` is how the program is called.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (topic: Command | Group | undefined, program: Commands, width: number, name: string): string => {
  const lines =
    topic === undefined
      ? forProgram(program, width, name)
      : "flags" in topic
        ? forCommand(topic, width, name)
        : forGroup(topic, program, width, name)
  return `${lines.join("\n")}\n`
}
