/**
 * Findings for people and programs.
 *
 * @since 0.1.0
 */
import type { Paint } from "../output/Paint.ts"
import { clean } from "../output/TextWidth.ts"
import { type Category, type Finding, isSound } from "./Finding.ts"

const marks = {
  success: ["√", "green"],
  warning: ["‼", "yellow"],
  error: ["×", "red"],
  skipped: ["·", "dim"]
} as const

const lines = ({ subject, result, detail, hint }: Finding, paint: Paint): ReadonlyArray<string> => {
  const [sign, colour] = marks[result]
  const head = `${paint[colour](sign)} ${subject}: ${clean(detail)}`
  return hint === undefined ? [head] : [head, `    ${paint.dim(`hint: ${clean(hint)}`)}`]
}

/**
 * Groups of check marks, with a hint for each finding; `short` leaves out what is sound.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (categories: ReadonlyArray<Category>, paint: Paint, short: boolean): string => {
  const groups = categories.flatMap(({ name, findings }) => {
    const shown = short ? findings.filter(({ result }) => result !== "success") : findings
    if (shown.length === 0) return []
    return [paint.bold(name), "-".repeat(name.length), ...shown.flatMap((one) => lines(one, paint)), ""]
  })
  const count = (result: Finding["result"]) =>
    categories.reduce((sum, { findings }) => sum + findings.filter((one) => one.result === result).length, 0)
  const counts = `${count("success")} sound, ${count("warning")} warnings, ${count("error")} errors, ${count("skipped")} left out`
  return `${[...groups, counts].join("\n")}\n`
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
    checks: findings.map(({ subject, result, detail, hint }) => ({ description: subject, result, detail, hint }))
  }))
})
