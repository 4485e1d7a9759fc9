/**
 * How a bench ends: its table on standard output and, with `--json FILE`, its rows in a file.
 */
import { writeFileSync } from "node:fs"
import { arch, cpus, platform } from "node:os"
import { parseArgs } from "node:util"
import type { Row } from "./Row.ts"

/** Reads the flags of a bench: those of every bench, and its own, all of which are numbers and have a default. */
export const flags = <const Own extends Readonly<Record<string, number>>>(
  own: Own
): { readonly [K in keyof Own]: number } => {
  const { values } = parseArgs({
    options: {
      json: { type: "string" },
      "left-out": { type: "string" },
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
  const { values } = parseArgs({
    options: { json: { type: "string" }, "left-out": { type: "string" } },
    strict: false
  })
  if (typeof values.json === "string") writeFileSync(values.json, json(rows))
  if (typeof values["left-out"] === "string") writeFileSync(values["left-out"], json(leftOut))
}

/** JSON knows nothing infinite: where the peer never comes to an end, the ratio is the largest number that there is. */
export const json = (value: unknown): string =>
  `${JSON.stringify(value, (_, field) => (field === Number.POSITIVE_INFINITY ? Number.MAX_VALUE : field), 2)}\n`

/** What a figure holds for. */
export const machine = (): string => {
  const [cpu, ...others] = cpus()
  const cores = `${others.length + 1} × ${cpu?.model.trim() ?? "unknown"}`
  return `${cores}, ${platform()} ${arch()}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`
}

export const table = (rows: ReadonlyArray<Row>): string => {
  const lines = [
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
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((row) => row[column]?.length ?? 0)))
  const line = (row: ReadonlyArray<string>) =>
    row
      .map((cell, column) =>
        [1, 2, 4].includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
      )
      .join("  ")
      .trimEnd()
  return lines.map(line).join("\n")
}

export const figure = (value: number): string =>
  value >= Number.MAX_VALUE
    ? "∞"
    : value >= 100
      ? Math.round(value).toLocaleString("en-US")
      : String(Number(value.toPrecision(3)))
