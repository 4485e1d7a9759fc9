/**
 * Man pages from the description of the commands, which `--help` is made from too. A folder of man pages, and nothing
 * but Node, is needed to read them: `man` formats them at the reader's width.
 *
 * @see https://man7.org/linux/man-pages/man7/man.7.html
 */
import { type Command, type Commands, choices } from "../src/commandline/Command.ts"
import { type Flag, longName } from "../src/commandline/Flag.ts"
import { exitCodes } from "../src/ExitCode.ts"

/** A man page: its file's name, and its text. */
export interface Page {
  readonly file: string
  readonly text: string
}

const named: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
  '"': "\\(dq"
}

/** Text as it stands: what would be a macro, an escape or a nicer quote is none, and what is not ASCII has a number. */
const plain = (text: string): string =>
  text
    .replace(/[\\\-'`^~"]/g, (character) => named[character] as string)
    .replace(/[\u{80}-\u{10ffff}]/gu, (character) => {
      const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")
      return `\\[u${code}]`
    })
    .replace(/^\./gm, "\\&.")

const bold = (text: string) => `\\fB${plain(text)}\\fR`
const italic = (text: string) => `\\fI${plain(text)}\\fR`

const tagged = (tag: string, text: string): ReadonlyArray<string> => [".TP", tag, plain(text)]

const flagTag = (key: string, flag: Flag<unknown>): string => {
  const short = flag.short === undefined ? "" : `${bold(`-${flag.short}`)}, `
  const long = bold(`--${flag.isOn === true ? "[no-]" : ""}${longName(key)}`)
  const aliases = (flag.aliases ?? []).map((alias) => `, ${bold(`--${alias}`)}`).join("")
  const value = flag.metavar === undefined ? "" : italic(flag.metavar)
  return `${short}${long}${aliases}${value === "" ? "" : flag.bare === undefined ? ` ${value}` : `[=${value}]`}`
}

const flagSections = (command: Command): ReadonlyArray<string> => {
  const groups = Map.groupBy(Object.entries(command.flags), ([, flag]) => flag.group ?? "Flags")
  return [...groups].flatMap(([group, flags]) => [
    `.SH ${plain(group.toUpperCase())}`,
    ...flags.flatMap(([key, flag]) => tagged(flagTag(key, flag), flag.description))
  ])
}

const example = ({ text, line }: Command["examples"][number], index: number): ReadonlyArray<string> => [
  ...(index === 0 ? [] : [".PP"]),
  `${plain(text)}:`,
  ".PP",
  ".RS 4",
  ".EX",
  plain(line),
  ".EE",
  ".RE"
]

const pageName = (command: string) => ["holdfast", ...command.split(" ")].filter((word) => word !== "").join("-")

const page = (command: string, version: string, lines: ReadonlyArray<string>): Page => {
  const name = pageName(command)
  const heading = `.TH ${plain(name.toUpperCase())} 1 "" "holdfast ${version}" "Holdfast"`
  return { file: `${name}.1`, text: `${[heading, ...lines].join("\n")}\n` }
}

const commandPage = (command: Command, version: string): Page =>
  page(command.name, version, [
    ".SH NAME",
    `${plain(pageName(command.name))} \\- ${plain(command.summary)}`,
    ".SH SYNOPSIS",
    `${bold(`holdfast ${command.name}`)}${command.operands === undefined ? "" : ` ${italic(command.operands)}`}${
      Object.keys(command.flags).length === 0 ? "" : ` [${italic("flags")}]`
    }`,
    ".SH DESCRIPTION",
    plain(command.description ?? `${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`),
    ...(command.examples.length === 0 ? [] : [".SH EXAMPLES", ...command.examples.flatMap(example)]),
    ...flagSections(command),
    ".SH EXIT STATUS",
    `0 when it is done; the other codes are told in ${bold("holdfast")}(1).`,
    ".SH SEE ALSO",
    `${bold("holdfast")}(1)`
  ])

const programPage = (program: Commands, version: string): Page => {
  const shown = program.commands.filter(({ hidden }) => hidden !== true)
  const others = choices(program, undefined).flatMap(({ name }) =>
    shown.filter((one) => one.name.split(" ")[0] === name)
  )
  return page("", version, [
    ".SH NAME",
    `holdfast \\- ${plain("keeps Kubernetes installs and admission webhooks working while certificates change")}`,
    ".SH SYNOPSIS",
    `${bold("holdfast")} ${italic("COMMAND")} [${italic("flags")}]`,
    ".br",
    `${bold("kubectl holdfast")} ${italic("COMMAND")} [${italic("flags")}]`,
    ".SH COMMANDS",
    ...others.flatMap(({ name, summary }) => tagged(`${bold(pageName(name))}(1)`, summary)),
    ".SH FLAGS",
    ...tagged(`${bold("-h")}, ${bold("--help")}`, "help for holdfast or for a command"),
    ...tagged(bold("--version"), "print the version"),
    ".SH EXIT STATUS",
    ...Object.values(exitCodes).flatMap(({ code, meaning }) => tagged(bold(String(code)), meaning)),
    ".SH SEE ALSO",
    `${bold("kubectl")}(1)`
  ])
}

/** All pages: `holdfast.1`, and one for each command that help lists. */
export const pages = (program: Commands, version: string): ReadonlyArray<Page> => [
  programPage(program, version),
  ...program.commands.filter(({ hidden }) => hidden !== true).map((command) => commandPage(command, version))
]
