/**
 * Shell completion. The scripts are small and ask the program itself (`holdfast __complete WORDS…`), so that they never
 * go stale and can offer live values.
 *
 * @since 0.1.0
 */
import { type Command, type Commands, choices } from "./Command.ts"
import { type Flag, type Live, longName } from "./Flag.ts"
import { type Parsed, parse } from "./Parse.ts"

/**
 * The shells there is a completion script for.
 *
 * @category constants
 * @since 0.1.0
 */
export const shells = ["bash", "zsh", "fish", "powershell"] as const

/**
 * One of {@link shells}.
 *
 * @category models
 * @since 0.1.0
 */
export type Shell = (typeof shells)[number]

/**
 * One word that could stand at the cursor.
 *
 * @category models
 * @since 0.1.0
 */
export interface Candidate {
  readonly word: string
  readonly description: string
}

/**
 * Live values that could stand at the cursor.
 *
 * @category models
 * @since 0.1.0
 */
export interface Question {
  readonly live: Live
  /** What stands before the value in the same word: `--namespace=`. */
  readonly prefix: string
  /** What has been typed of the value. */
  readonly begun: string
  /** The arguments before it. */
  readonly operands: ReadonlyArray<string>
  /** The flags before it, decoded. */
  readonly flags: Readonly<Record<string, unknown>>
}

/**
 * What could stand at the cursor: what is known at once, and what is to be asked for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Completion {
  readonly candidates: ReadonlyArray<Candidate>
  readonly question?: Question
}

const findFlag = (command: Command, word: string): Flag<unknown> | undefined =>
  Object.entries(command.flags).find(
    ([key, flag]) =>
      word === `--${longName(key)}` ||
      (flag.short !== undefined && word === `-${flag.short}`) ||
      (flag.aliases ?? []).some((alias) => word === `--${alias}`)
  )?.[1]

const nothing: Completion = { candidates: [] }

const starting = (begun: string, candidates: ReadonlyArray<Candidate>): Completion => ({
  candidates: candidates.filter(({ word }) => word.startsWith(begun))
})

const undescribed = (word: string): Candidate => ({ word, description: "" })

/**
 * What could stand in place of the last of `words` (the words after `holdfast`, the last one begun or empty). The words
 * before it are parsed as if the line ended there, so that a wrong line has no completion.
 *
 * @category queries
 * @since 0.1.0
 */
export const complete = (words: ReadonlyArray<string>, program: Commands): Completion => {
  const current = words[words.length - 1] ?? ""
  const before = words.slice(words[0] === "help" ? 1 : 0, -1)
  const previous = before[before.length - 1] ?? ""
  const flagsEnded = before.includes("--")
  if (!flagsEnded && /^--?[a-z][^=]*$/i.test(previous)) {
    const parsed = parse(before.slice(0, -1), program)
    const flag = parsed._tag === "Parsed" ? findFlag(parsed.command, previous) : undefined
    if (parsed._tag === "Parsed" && flag?.metavar !== undefined && flag.bare === undefined) {
      return ofFlag(flag, "", current, parsed)
    }
  }
  const parsed = parse(before, program)
  if (parsed._tag === "UsageError") return nothing
  if (parsed._tag === "HelpWanted") {
    if (parsed.topic !== undefined && "flags" in parsed.topic) return nothing
    const known = choices(program, parsed.topic)
    return starting(
      current,
      known.map(({ name, summary }) => ({ word: name, description: summary }))
    )
  }
  return flagsEnded || !current.startsWith("-") ? ofOperand(current, parsed) : ofDashes(current, parsed)
}

const ofFlag = (flag: Flag<unknown>, prefix: string, begun: string, { flags, operands }: Parsed): Completion => {
  const values = (flag.choices ?? []).map((value) => undescribed(prefix + value))
  const known = starting(prefix + begun, values)
  return flag.live === undefined ? known : { ...known, question: { live: flag.live, prefix, begun, operands, flags } }
}

const ofDashes = (current: string, parsed: Parsed): Completion => {
  const { command } = parsed
  if (command.passThrough === true && parsed.operands.length > 0) return nothing
  const equals = current.startsWith("--") ? current.indexOf("=") : -1
  if (equals < 0) {
    return starting(
      current,
      Object.entries(command.flags).map(([key, flag]) => ({
        word: `--${longName(key)}`,
        description: flag.description
      }))
    )
  }
  const flag = findFlag(command, current.slice(0, equals))
  return flag === undefined ? nothing : ofFlag(flag, current.slice(0, equals + 1), current.slice(equals + 1), parsed)
}

const ofOperand = (begun: string, { command, operands, flags }: Parsed): Completion => {
  if (operands.length >= (command.maxOperands ?? 0)) return nothing
  const known = starting(begun, (operands.length === 0 ? (command.operandChoices ?? []) : []).map(undescribed))
  const live = command.operandLive
  return live === undefined ? known : { ...known, question: { live, prefix: "", begun, operands, flags } }
}

const scripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for holdfast: source <(holdfast completion bash)
_holdfast() {
  local line word glued= prefix current="\${COMP_WORDS[COMP_CWORD]}" count=-1 words=()
  # Bash parts a word at = and at :, and replaces the last part alone.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ $word =~ ^[=:]+$ && $count -ge 0 ]]; then words[count]+="$word"; glued=1
    elif [[ -n $glued ]]; then words[count]+="$word"; glued=
    else words[++count]="$word"; fi
  done
  [[ $current =~ ^[=:]+$ ]] && current=
  prefix="\${words[count]%"$current"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    COMPREPLY+=("\${line#"$prefix"}")
  done < <(holdfast __complete "\${words[@]}" 2>/dev/null)
  return 0
}
complete -o default -F _holdfast holdfast
`,
  zsh: `#compdef holdfast
# zsh completion for holdfast: source <(holdfast completion zsh)
_holdfast() {
  local -a candidates
  local word description
  while IFS=$'\\t' read -r word description; do
    candidates+=("\${word//:/\\\\:}:\${description}")
  done < <(holdfast __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then _describe holdfast candidates; else _files; fi
}
if [ "$funcstack[1]" = "_holdfast" ]; then _holdfast "$@"; else compdef _holdfast holdfast; fi
`,
  fish: `# fish completion for holdfast: holdfast completion fish | source
function __holdfast_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l candidates (holdfast __complete $words[2..-1] 2>/dev/null)
  if set -q candidates[1]
    printf '%s\\n' $candidates
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c holdfast -f -a '(__holdfast_complete)'
`,
  powershell: `# PowerShell completion for holdfast: holdfast completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName holdfast -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
  if ($wordToComplete -eq '') { $words += '' }
  holdfast __complete @words 2>$null | ForEach-Object {
    $word, $description = $_ -split "\`t", 2
    if (-not $description) { $description = $word }
    [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $description)
  }
}
`
}

/**
 * The completion script of a shell.
 *
 * @category rendering
 * @since 0.1.0
 */
export const script = (shell: Shell): string => scripts[shell]
