/**
 * How a bench ends: its table on standard output and, with `--json FILE`, its rows in a file.
 */
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import type { Row } from "./Row.ts"

/** Reads the flags of a bench: `--json FILE` and its own, all of which have a default. */
export const flags = <const Own extends Readonly<Record<string, number>>>(
  own: Own
): { readonly [K in keyof Own]: number } => {
  const { values } = parseArgs({
    options: {
      json: { type: "string" },
      ...Object.fromEntries(Object.keys(own).map((name) => [name, { type: "string" as const }]))
    }
  })
  const numbers = Object.entries(own).map(([name, fallback]) => {
    const given = (values as Record<string, string | undefined>)[name]
    const number = given === undefined ? fallback : Number(given)
    if (!Number.isFinite(number)) throw new TypeError(`--${name} takes a number, not "${given}"`)
    return [name, number]
  })
  return Object.fromEntries(numbers)
}

/** Prints the rows and what had to be left out, and writes them where `--json` says. */
export const report = (rows: ReadonlyArray<Row>, leftOut: ReadonlyArray<string> = []): void => {
  console.log(table(rows))
  for (const what of leftOut) console.log(`left out: ${what}`)
  const { values } = parseArgs({ options: { json: { type: "string" } }, strict: false })
  if (typeof values.json === "string") writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`)
}

export const table = (rows: ReadonlyArray<Row>): string => {
  const cells = [
    ["what", "ours", "peer", "", "peer / ours", "spread", "goal", "runs", ""],
    ...rows.map(({ goal, name, ours, peer, peerName, ratio, runs, spread, unit }) => [
      name,
      `${figure(ours)} ${unit}`,
      `${figure(peer)} ${unit}`,
      peerName,
      `${figure(ratio)}×`,
      spread === undefined ? "" : `${figure(spread[0])}–${figure(spread[1])}`,
      goal === undefined ? "" : `≥ ${figure(goal)}`,
      String(runs),
      goal === undefined ? "" : ratio >= goal ? "met" : "MISSED"
    ])
  ]
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: ReadonlyArray<string>) =>
    row
      .map((cell, column) =>
        [1, 2, 4].includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
      )
      .join("  ")
      .trimEnd()
  return cells.map(line).join("\n")
}

const figure = (value: number): string =>
  value === Number.POSITIVE_INFINITY
    ? "∞"
    : value >= 100
      ? Math.round(value).toLocaleString("en-US")
      : value.toPrecision(3).replace(/\.?0+$/, "")
