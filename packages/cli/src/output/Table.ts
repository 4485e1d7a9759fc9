/**
 * Plain tables in kubectl's manner: columns padded with spaces, three between them, no lines.
 *
 * @since 0.1.0
 */
import { width } from "./TextWidth.ts"

/**
 * Renders rows under their headings; every line ends with a line break and has no trailing spaces.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (headings: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const lines = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => width(line[column] ?? ""))))
  return lines
    .map((line) => {
      const cells = line.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - width(cell)))
      return `${cells.join("   ").trimEnd()}\n`
    })
    .join("")
}
