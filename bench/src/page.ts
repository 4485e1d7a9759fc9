/**
 * The page of figures, docs/performance.md: each bench has a place in it between two comments with its name.
 */
import { readFileSync, writeFileSync } from "node:fs"
import type { Row } from "./Row.ts"
import { figure, machine } from "./report.ts"

const page = new URL("../../docs/performance.md", import.meta.url)

export const writeFigures = (bench: string, rows: ReadonlyArray<Row>): void => {
  const [begin, end] = [`<!-- ${bench} -->`, `<!-- /${bench} -->`]
  const text = readFileSync(page, "utf8")
  const before = text.slice(0, text.indexOf(begin) + begin.length)
  if (rows.length === 0 || !text.includes(begin)) return
  writeFileSync(
    page,
    `${before}\n\n${markdown(rows)}\n\n\`npm run bench -- ${bench}\`, ${machine()}\n\n${text.slice(text.indexOf(end))}`
  )
}

const markdown = (rows: ReadonlyArray<Row>): string =>
  [
    ["", "ours", "beside", "", "ratio", "asked", "runs"],
    ["---", "---:", "---:", "---", "---:", "---:", "---:"],
    ...rows.map(({ goal, name, ours, peer, peerName, ratio, runs, unit }) => [
      name,
      `${figure(ours)} ${unit}`,
      `${figure(peer)} ${unit}`,
      peerName,
      `${figure(ratio)}×`,
      goal === undefined ? "" : ratio >= goal ? `≥ ${figure(goal)}` : `≥ ${figure(goal)}, **missed**`,
      String(runs)
    ])
  ]
    .map((cells) => `| ${cells.map((cell) => cell.trim().replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n")
