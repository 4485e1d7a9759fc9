/**
 * Differences in words: an object a block, a changed value a line.
 *
 * @since 0.1.0
 */
import type { Change, Difference } from "@holdfast/k8s-adapter/Diff"
import { format } from "@holdfast/k8s-adapter/KubernetesObject"
import type { Paint } from "./Paint.ts"
import { clean, truncate } from "./TextWidth.ts"

const written = (value: unknown): string => truncate(clean(JSON.stringify(value) ?? ""), 160)

const changeLine = ({ path, before, after }: Change, paint: Paint): string => {
  if (before === undefined) return paint.green(`  + ${path}: ${written(after)}`)
  if (after === undefined) return paint.red(`  - ${path}: ${written(before)}`)
  return `  ~ ${path}: ${paint.red(written(before))} → ${paint.green(written(after))}`
}

const heading = ({ ref, outcome, untried }: Difference, paint: Paint): string => {
  const name = format(ref)
  if (outcome !== "created") return paint.bold(`~ ${name}`)
  return paint.green(`+ ${name}${untried === undefined ? "" : ` (not tried: ${untried})`}`)
}

/**
 * Renders differences; nothing to change is nothing to print.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (differences: ReadonlyArray<Difference>, paint: Paint): string =>
  differences
    .flatMap((difference) => [
      heading(difference, paint),
      ...difference.changes.map((change) => changeLine(change, paint))
    ])
    .map((line) => `${line}\n`)
    .join("")
