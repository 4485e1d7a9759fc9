/**
 * Draws a tree of time as a flame graph: the wider, the longer; callees above their callers. Hovering tells the rest.
 */
import type { Frame, Origin } from "./Profile.ts"

const width = 1200
const rowHeight = 18
/** What is narrower is not drawn. */
const least = 1.5
const top = 48
const margin = 4
const characterWidth = 6.7

const origins: Readonly<Record<Origin, { readonly color: string; readonly text: string }>> = {
  holdfast: { color: "#f4a259", text: "Holdfast" },
  effect: { color: "#8cb3d9", text: "Effect" },
  library: { color: "#b8a9d9", text: "other libraries" },
  node: { color: "#a3c9a8", text: "Node's library" },
  engine: { color: "#cfcfcf", text: "engine and kernel" }
}

const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)

interface Placed {
  readonly frame: Frame
  readonly x: number
  readonly row: number
}

/** All that is wide enough to be seen, callers before their callees, the longest callee first. */
const place = (frame: Frame, scale: number, x = 0, row = 0): ReadonlyArray<Placed> => {
  let next = x
  const callees = [...frame.callees.values()].toSorted((a, b) => b.time - a.time)
  const placed = callees.flatMap((callee) => {
    const at = next
    next += callee.time * scale
    return callee.time * scale < least ? [] : place(callee, scale, at, row + 1)
  })
  return [{ frame, x, row }, ...placed]
}

export const svg = (root: Frame, title: string): string => {
  const scale = width / root.time
  const placed = place(root, scale)
  const height = top + (Math.max(...placed.map(({ row }) => row)) + 1) * rowHeight + margin
  const draw = ({ frame: { name, origin, time }, row, x }: Placed): string => {
    const y = height - margin - (row + 1) * rowHeight
    const about = `${name}: ${(time / 1000).toFixed(1)} ms, ${((time / root.time) * 100).toFixed(1)} %`
    const room = Math.floor((time * scale - 6) / characterWidth)
    const label = room < 3 ? "" : name.length <= room ? name : `${name.slice(0, room - 1)}…`
    const size = `x="${x.toFixed(1)}" y="${y}" width="${(time * scale).toFixed(1)}" height="${rowHeight - 1}"`
    return [
      `<g><title>${escape(about)}</title><rect class="${origin}" ${size}/>`,
      label === "" ? "" : `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${escape(label)}</text>`,
      "</g>"
    ].join("")
  }
  const key = (origin: Origin, index: number): string =>
    `<rect class="${origin}" x="${10 + index * 150}" y="28" width="12" height="12"/>` +
    `<text x="${27 + index * 150}" y="38">${origins[origin].text}</text>`
  const names = Object.keys(origins) as Array<Origin>
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, monospace" font-size="11">`,
    `<style>${names.map((origin) => `.${origin}{fill:${origins[origin].color}}`).join("")}</style>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="10" y="18" font-size="13" font-weight="bold">${escape(title)}</text>`,
    ...names.map(key),
    ...placed.map(draw),
    "</svg>\n"
  ].join("\n")
}
