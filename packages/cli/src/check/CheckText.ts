/**
 * Findings for people and programs.
 *
 * @since 0.1.0
 */
import type { Paint } from "../output/Paint.ts"
import { clean, wrap } from "../output/TextWidth.ts"
import { type Category, type Finding, isSound } from "./Finding.ts"

const marks = {
  success: ["√", "green"],
  warning: ["‼", "yellow"],
  error: ["×", "red"],
  skipped: ["·", "dim"]
} as const

/**
 * How findings are shown.
 *
 * @category options
 * @since 0.1.0
 */
export interface Look {
  readonly paint: Paint
  /** Where lines are broken; a command is never broken, since it is there to be copied. */
  readonly columns: number
}

/**
 * The lines of one finding: what was looked at and found, what mends it, and a command that does.
 *
 * @category rendering
 * @since 0.1.0
 */
export const lines = (
  { command, detail, hint, result, subject }: Omit<Finding, "subject"> & { readonly subject?: string },
  { columns, paint }: Look
): ReadonlyArray<string> => {
  const [sign, colour] = marks[result]
  const [head = "", ...more] = wrap(clean(subject === undefined ? detail : `${subject}: ${detail}`), columns - 2)
  const advice = hint === undefined ? [] : wrap(clean(`hint: ${hint}`), columns - 4)
  return [
    `${paint[colour](sign)} ${head}`,
    ...more.map((line) => `  ${line}`),
    ...advice.map((line) => `    ${paint.dim(line)}`),
    ...(command === undefined ? [] : [`    ${paint.cyan(`$ ${clean(command)}`)}`])
  ]
}

const counted = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`

/**
 * How many findings there are of each kind: `12 sound, 1 warning, 0 errors, 2 left out`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const counts = (categories: ReadonlyArray<Category>): string => {
  const count = (result: Finding["result"]) =>
    categories.reduce((sum, { findings }) => sum + findings.filter((one) => one.result === result).length, 0)
  return `${count("success")} sound, ${counted(count("warning"), "warning")}, ${counted(count("error"), "error")}, ${count("skipped")} left out`
}

/**
 * Groups of check marks, with a hint for each finding; `short` leaves out what is sound.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (categories: ReadonlyArray<Category>, look: Look, short: boolean): string => {
  const groups = categories.flatMap(({ name, findings }) => {
    const shown = short ? findings.filter(({ result }) => result !== "success") : findings
    if (shown.length === 0) return []
    return [look.paint.bold(name), "-".repeat(name.length), ...shown.flatMap((one) => lines(one, look)), ""]
  })
  return `${[...groups, ...wrap(counts(categories), look.columns)].join("\n")}\n`
}

/**
 * Findings as JSON, in the shape of `linkerd check -o json`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const toJson = (categories: ReadonlyArray<Category>): unknown => ({
  success: isSound(categories),
  categories: categories.map(({ name, findings }) => ({
    categoryName: name,
    checks: findings.map(({ command, detail, hint, result, subject }) => ({
      description: subject,
      result,
      detail,
      hint,
      command
    }))
  }))
})
