/**
 * Shell completion. The scripts are small and ask the program itself (`holdfast __complete WORDS…`), so that they never
 * go stale and can offer live values.
 *
 * @since 0.1.0
 */
import { type Command, type Commands, choices } from "./Command.ts"
import { type Flag, longName } from "./Flag.ts"

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

const flagCandidates = (command: Command): ReadonlyArray<Candidate> =>
  Object.entries(command.flags).map(([key, flag]) => ({
    word: `--${longName(key)}`,
    description: flag.description
  }))

const findFlag = (command: Command, word: string): Flag<unknown> | undefined =>
  Object.entries(command.flags).find(
    ([key, flag]) =>
      word === `--${longName(key)}` ||
      (flag.short !== undefined && word === `-${flag.short}`) ||
      (flag.aliases ?? []).some((alias) => word === `--${alias}`)
  )?.[1]

/**
 * What could stand in place of the last of `words` (the words after `holdfast`, the last one begun or empty).
 *
 * @category queries
 * @since 0.1.0
 */
export const complete = (words: ReadonlyArray<string>, program: Commands): ReadonlyArray<Candidate> => {
  const current = words[words.length - 1] ?? ""
  const before = words.slice(0, -1)
  const matching = (candidates: ReadonlyArray<Candidate>) => candidates.filter(({ word }) => word.startsWith(current))
  const given = ({ name }: { readonly name: string }) => ` ${before.join(" ")} `.includes(` ${name} `)
  const command = program.commands.find(given)
  if (command === undefined) {
    const known = choices(program, program.groups.find(given))
    return matching(known.map(({ name, summary }) => ({ word: name, description: summary })))
  }
  const equals = current.startsWith("--") ? current.indexOf("=") : -1
  if (equals > 0) {
    const flag = findFlag(command, current.slice(0, equals))
    return matching(
      (flag?.choices ?? []).map((value) => ({ word: current.slice(0, equals + 1) + value, description: "" }))
    )
  }
  const previous = findFlag(command, before[before.length - 1] ?? "")
  if (previous !== undefined && previous.bare === undefined) {
    return matching((previous.choices ?? []).map((value) => ({ word: value, description: "" })))
  }
  if (current.startsWith("-")) return matching(flagCandidates(command))
  return matching((command.operandChoices ?? []).map((word) => ({ word, description: "" })))
}

const scripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for holdfast: source <(holdfast completion bash)
_holdfast() {
  local line word glue= words=()
  # Bash takes --flag=value for three words; what is completed is then the value alone.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ $word == "=" && \${#words[@]} -gt 0 ]]; then words[-1]+="="; glue=1
    elif [[ -n $glue ]]; then words[-1]+="$word"; glue=
    else words+=("$word"); fi
  done
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    [[ $line == --*=* ]] && line="\${line#*=}"
    COMPREPLY+=("$line")
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
  holdfast __complete $words[2..-1] 2>/dev/null
end
complete -c holdfast -a '(__holdfast_complete)'
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
