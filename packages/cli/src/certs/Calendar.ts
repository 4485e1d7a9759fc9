/**
 * A picture of validity: a bar for each certificate, along the time.
 *
 * @since 0.1.0
 */
import type { Paint } from "../output/Paint.ts"
import { truncate, width } from "../output/TextWidth.ts"
import * as CertificateText from "./CertificateText.ts"

/**
 * A bar.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bar {
  readonly name: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/**
 * How the picture is drawn.
 *
 * @category options
 * @since 0.1.0
 */
export interface Frame {
  readonly now: Date
  /** Milliseconds. */
  readonly ahead: number
  readonly columns: number
  readonly paint: Paint
}

const day = 86_400_000

/** The steps of the scale, from the finest: where the next one begins, and what it is called. */
const scales: ReadonlyArray<{
  readonly next: (at: Date) => Date
  readonly label: (at: Date) => string
}> = [
  {
    next: (at) => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), at.getUTCHours() + 1)),
    label: (at) => `${String(at.getUTCHours()).padStart(2, "0")}:00`
  },
  {
    next: (at) => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + 1)),
    label: (at) => `${month(at)} ${at.getUTCDate()}`
  },
  {
    next: (at) => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1)),
    label: (at) => (at.getUTCMonth() === 0 ? String(at.getUTCFullYear()) : month(at))
  },
  {
    next: (at) => new Date(Date.UTC(at.getUTCFullYear() + 1, 0, 1)),
    label: (at) => String(at.getUTCFullYear())
  }
]

const month = (at: Date): string =>
  ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][at.getUTCMonth()] ?? ""

interface Axis {
  readonly start: number
  /** Milliseconds that a cell stands for. */
  readonly step: number
  readonly cells: number
}

const cellOf = (at: Date | number, { start, step }: Axis): number => Math.floor((Number(at) - start) / step)

/** The labels of the finest scale that leaves them apart from each other; labels without room are left out. */
const scaleLine = (axis: Axis): string => {
  const { cells, start, step } = axis
  const length = cells * step
  const index = length < 3 * day ? 0 : length < 120 * day ? 1 : length < 5 * 366 * day ? 2 : 3
  const scale = scales[index]
  let line = ""
  if (scale === undefined) return line
  for (let at = scale.next(new Date(start)); at.getTime() < start + length; at = scale.next(at)) {
    const cell = cellOf(at, axis)
    const label = scale.label(at)
    if (cell < line.length + (line === "" ? 0 : 1) || cell + label.length > cells) continue
    line = line.padEnd(cell) + label
  }
  return line
}

const bar = ({ notAfter, notBefore }: Bar, axis: Axis, { now, paint }: Frame): string => {
  const from = cellOf(notBefore, axis)
  // A certificate's last second is still in the cell that it falls into.
  const to = cellOf(notAfter, axis)
  const today = cellOf(now, axis)
  const colour = paint[CertificateText.colours[CertificateText.stateOf({ notAfter, notBefore }, now)]]
  const cell = (at: number): string => {
    if (at === today) return "│"
    if (at < from || at > to) return " "
    if (at === 0 && from < 0) return "◀"
    if (at === axis.cells - 1 && to >= axis.cells) return "▶"
    return at < today ? "░" : "█"
  }
  const drawn = Array.from({ length: axis.cells }, (_, at) => cell(at)).join("")
  return drawn.trimEnd() === "" ? drawn : colour(drawn)
}

/**
 * Draws the bars under a scale: what is past is light, what is to come is dark, arrows stand for what goes on beyond the
 * picture.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (bars: ReadonlyArray<Bar>, frame: Frame): string => {
  const { ahead, columns, now, paint } = frame
  const ends = bars.map((one) => CertificateText.end(one, now, paint))
  const right = Math.max(0, ...ends.map(width))
  const longest = Math.max(0, ...bars.map(({ name }) => width(name)))
  const left = Math.min(longest, Math.max(10, Math.floor((columns - right) * 0.35)))
  const cells = Math.max(8, columns - left - right - 2)
  const behind = ahead / 4
  const axis: Axis = { start: now.getTime() - behind, step: (ahead + behind) / cells, cells }
  const scale = `${" ".repeat(left + 1)}${paint.dim(scaleLine(axis))}`
  const rows = bars.map((one, index) => {
    const name = truncate(one.name, left)
    const padding = " ".repeat(left - width(name))
    return `${name}${padding} ${bar(one, axis, frame)} ${ends[index] ?? ""}`
  })
  return `${[scale, ...rows].map((line) => line.trimEnd()).join("\n")}\n`
}
