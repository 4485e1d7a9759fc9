/**
 * From words on the command line to a command with decoded flags, with the habits of kubectl's flag library (pflag):
 * flags may stand before or after the command and its arguments, `--flag value` and `--flag=value`, `-n value`,
 * `-nvalue`, `-yf -`, `--` ends the flags.
 *
 * @since 0.1.0
 */
import { type Command, type Commands, choices, type Group } from "./Command.ts"
import { type Flag, type Flags, longName } from "./Flag.ts"
import { nearest } from "./Suggestion.ts"

/**
 * A command line that could not be understood.
 *
 * @category errors
 * @since 0.1.0
 */
export interface UsageError {
  readonly _tag: "UsageError"
  readonly message: string
  /** The command or the group it was understood up to. */
  readonly command: string | undefined
}

/**
 * A command line understood.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parsed {
  readonly _tag: "Parsed"
  readonly command: Command
  readonly flags: Readonly<Record<string, unknown>>
  readonly operands: ReadonlyArray<string>
}

/**
 * What was asked for instead of a command's work.
 *
 * @category models
 * @since 0.1.0
 */
export interface HelpWanted {
  readonly _tag: "HelpWanted"
  readonly topic: Command | Group | undefined
}

interface Known {
  readonly key: string
  readonly flag: Flag<unknown>
}

const index = (flags: Flags) => {
  const long = new Map<string, Known>()
  const short = new Map<string, Known>()
  for (const [key, flag] of Object.entries(flags)) {
    const known = { key, flag }
    for (const name of [longName(key), ...(flag.aliases ?? [])]) long.set(name, known)
    if (flag.short !== undefined) short.set(flag.short, known)
  }
  return { long, short }
}

type Given = Map<string, Array<string>>

const usage = (message: string, command?: string): UsageError => ({ _tag: "UsageError", message, command })

const quoted = (text: string) => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)

/** One word that starts with a dash: the flags it names, and how many words it used. */
const readFlag = (
  words: ReadonlyArray<string>,
  at: number,
  { long, short }: ReturnType<typeof index>,
  give: (known: Known, text: string) => void
): { readonly next: number } | { readonly problem: string } => {
  const word = words[at] as string
  const take = (known: Known, shown: string, inline: string | undefined, end: number) => {
    if (inline !== undefined) {
      give(known, inline)
      return { next: end }
    }
    if (known.flag.bare !== undefined) {
      // Unlike pflag, `--dry-run server` means what it says: no command takes such a word as an argument.
      const isValue = known.flag.choices?.includes(words[end] ?? "") === true
      give(known, isValue ? (words[end] as string) : known.flag.bare)
      return { next: isValue ? end + 1 : end }
    }
    const value = words[end]
    if (value === undefined) return { problem: `flag ${shown} needs a value (${known.flag.metavar})` }
    give(known, value)
    return { next: end + 1 }
  }
  if (word.startsWith("--")) {
    const equals = word.indexOf("=")
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals)
    const inline = equals < 0 ? undefined : word.slice(equals + 1)
    const known = long.get(name)
    if (known !== undefined) return take(known, `--${name}`, inline, at + 1)
    const positive = name.startsWith("no-") ? long.get(name.slice(3)) : undefined
    if (positive?.flag.bare === "true" && inline === undefined) {
      give(positive, "false")
      return { next: at + 1 }
    }
    const meant = nearest(name, long.keys())
    return { problem: `unknown flag: --${name}${meant === undefined ? "" : ` (did you mean --${meant}?)`}` }
  }
  for (let i = 1; i < word.length; i++) {
    const letter = word[i] as string
    const known = short.get(letter)
    if (known === undefined) {
      const meant = word.length > 2 ? nearest(word.slice(1), long.keys()) : undefined
      return { problem: `unknown flag: -${letter}${meant === undefined ? "" : ` (did you mean --${meant}?)`}` }
    }
    const rest = word.slice(i + 1)
    if (rest.startsWith("=")) return take(known, `-${letter}`, rest.slice(1), at + 1)
    if (known.flag.bare === undefined) return take(known, `-${letter}`, rest === "" ? undefined : rest, at + 1)
    give(known, known.flag.bare)
  }
  return { next: at + 1 }
}

const helpFlag: Flag<unknown> = { description: "", short: "h", bare: "true", decode: (value) => ({ value }) }

/**
 * Parses the words after `holdfast`.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (words: ReadonlyArray<string>, program: Commands): Parsed | HelpWanted | UsageError => {
  const everyFlag: Flags = Object.assign({}, ...program.commands.map((command) => command.flags), { help: helpFlag })
  const given: Given = new Map()
  const operands: Array<string> = []
  const give = (known: Known, text: string) => {
    const texts = given.get(known.key)
    if (texts === undefined) given.set(known.key, [text])
    else texts.push(text)
  }
  let group: Group | undefined
  let command: Command | undefined
  let names = index(everyFlag)
  let at = 0
  while (at < words.length) {
    const word = words[at] as string
    if (command?.passThrough === true && (word === "--" || !word.startsWith("-"))) {
      operands.push(...words.slice(word === "--" ? at + 1 : at))
      break
    }
    if (word === "--") {
      operands.push(...words.slice(at + 1))
      break
    }
    if (word.startsWith("-") && word !== "-") {
      const read = readFlag(words, at, names, give)
      if ("problem" in read) return given.has("help") ? help(command ?? group) : usage(read.problem, command?.name)
      at = read.next
      continue
    }
    at++
    if (command !== undefined) {
      operands.push(word)
      continue
    }
    if (group === undefined) {
      group = program.groups.find((one) => one.name === word)
      if (group !== undefined) continue
    }
    const prefix = group === undefined ? "" : `${group.name} `
    command = program.commands.find((one) => one.name === prefix + word)
    if (command === undefined) {
      const meant = nearest(
        word,
        choices(program, group).map(({ name }) => name)
      )
      const suggestion = meant === undefined ? "" : ` (did you mean ${prefix}${meant}?)`
      return usage(`unknown command: ${quoted(prefix + word)}${suggestion}`, group?.name)
    }
    names = index({ ...command.flags, help: helpFlag })
  }
  if (command === undefined || given.has("help")) return help(command ?? group)
  return decode(command, given, operands)
}

const help = (topic: HelpWanted["topic"]): HelpWanted => ({ _tag: "HelpWanted", topic })

const decode = (command: Command, given: Given, operands: ReadonlyArray<string>): Parsed | UsageError => {
  for (const key of given.keys()) {
    if (!Object.hasOwn(command.flags, key)) {
      return usage(`flag --${longName(key)} does not belong to ${command.name}`, command.name)
    }
  }
  const flags: Record<string, unknown> = {}
  for (const [key, flag] of Object.entries(command.flags)) {
    const texts = given.get(key) ?? []
    const decoded = flag.decode(texts)
    if ("problem" in decoded) {
      const wrong = texts[texts.length - 1] ?? ""
      return usage(`invalid value ${quoted(wrong)} for --${longName(key)}: ${decoded.problem}`, command.name)
    }
    flags[key] = decoded.value
  }
  const most = command.passThrough === true ? Number.POSITIVE_INFINITY : (command.maxOperands ?? 0)
  if (operands.length > most) {
    const extra = quoted(operands[most] as string)
    return usage(
      most === 0 ? `${command.name} takes no arguments, got ${extra}` : `unexpected argument ${extra}`,
      command.name
    )
  }
  return { _tag: "Parsed", command, flags, operands }
}
