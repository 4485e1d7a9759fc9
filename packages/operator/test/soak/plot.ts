/** Draws lines over time as SVG, readable on light and dark pages. */

export interface Line {
  readonly name: string
  /** Time in milliseconds, and value. */
  readonly points: ReadonlyArray<readonly [number, number]>
  /** Drawn thin and grey: for comparison. */
  readonly isAside?: boolean
}

export interface Panel {
  readonly title: string
  readonly lines: ReadonlyArray<Line>
  readonly format: (value: number) => string
}

const width = 900
const height = 190
const left = 70
const right = 20
const top = 34
const bottom = 26
const colours = ["#3b82f6", "#f97316", "#10b981", "#e11d48", "#8b5cf6"]

/** Panels below each other with the same times; a tick above them for each moment that is marked. */
export const draw = (
  panels: ReadonlyArray<Panel>,
  options: {
    readonly from: number
    readonly to: number
    readonly marks: ReadonlyArray<{ readonly at: number; readonly name: string }>
  }
): string => {
  const { from, marks, to } = options
  const x = (at: number) => left + ((width - left - right) * (at - from)) / (to - from)
  const body = panels.map((panel, index) => {
    const highest = Math.max(1, ...panel.lines.flatMap(({ points }) => points.map(([, value]) => value))) * 1.05
    const floor = height - bottom
    const y = (value: number) => floor - ((floor - top) * value) / highest
    const path = ({ points }: Line) => points.map(([at, value]) => `${round(x(at))},${round(y(value))}`).join(" ")
    const grid = [0, 0.5, 1].map((part) => {
      const value = (highest / 1.05) * part
      return `<line class="grid" x1="${left}" x2="${width - right}" y1="${round(y(value))}" y2="${round(y(value))}"/><text x="${left - 8}" y="${round(y(value)) + 4}" text-anchor="end">${escape(panel.format(value))}</text>`
    })
    const shown = panel.lines.filter(({ isAside }) => isAside !== true)
    const lines = panel.lines.map((line) => {
      const stroke =
        line.isAside === true ? `class="aside"` : `stroke="${colours[shown.indexOf(line) % colours.length]}"`
      return `<polyline fill="none" ${stroke} points="${path(line)}"/>`
    })
    const names = shown.map(
      ({ name }, index) => `<tspan dx="14" fill="${colours[index % colours.length]}">${escape(name)}</tspan>`
    )
    const ticks = marks.map(
      ({ at, name }) =>
        `<line class="mark" x1="${round(x(at))}" x2="${round(x(at))}" y1="${top - 6}" y2="${top}"><title>${escape(name)}</title></line>`
    )
    const minutes = (to - from) / 60_000
    const times = [0, 0.25, 0.5, 0.75, 1].map(
      (part) =>
        `<text x="${round(x(from + part * (to - from)))}" y="${height - 8}" text-anchor="middle">${Number((minutes * part).toFixed(1))} min</text>`
    )
    return `<g transform="translate(0 ${index * height})"><text x="${left}" y="18"><tspan class="title">${escape(panel.title)}</tspan>${names.join("")}</text>${[...grid, ...ticks, ...lines, ...times].join("")}</g>`
  })
  const style =
    "text{font:12px system-ui,sans-serif;fill:#57606a}.title{font-weight:600}.grid{stroke:#8884}.mark{stroke:#888}.aside{stroke:#8886}@media(prefers-color-scheme:dark){text{fill:#9aa4ae}}"
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${panels.length * height}"><style>${style}</style>\n${body.join("\n")}\n</svg>\n`
}

const round = (value: number): number => Math.round(value * 10) / 10

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
