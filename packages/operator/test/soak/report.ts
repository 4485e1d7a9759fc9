/** What came of a soak: its verdict, its table and its plot. */
import { readFileSync, writeFileSync } from "node:fs"
import { arch, cpus, platform } from "node:os"
import type { LoadCounts, LoadFailure } from "../hammer/Load.ts"
import type { ClientCounts, ClientFailure } from "./Client.ts"
import type { Disturbance } from "./disturbances.ts"
import { type Quantity, quantities, type Trend, trends, valueOf } from "./flatness.ts"
import { draw, type Panel } from "./plot.ts"
import type { Series } from "./Samples.ts"

/** A disturbance, from its beginning until everything was as before. */
export interface Happened extends Pick<Disturbance, "name" | "explains"> {
  readonly from: number
  readonly until: number
  /** How many processes of the machine wanted to run in the minute before. */
  readonly machineLoad: number
  /** Why it could not be done, or not be recovered from. */
  readonly problem: string | undefined
}

export interface Soak {
  readonly began: number
  readonly ended: number
  /** Milliseconds between two samples. */
  readonly every: number
  readonly happened: ReadonlyArray<Happened>
  readonly load: { readonly counts: LoadCounts; readonly failures: ReadonlyArray<LoadFailure> }
  readonly client: { readonly counts: ClientCounts; readonly failures: ReadonlyArray<ClientFailure> }
  readonly rotations: { readonly authorities: number; readonly leaves: number; readonly fallen: number }
  /** The processes that lasted from the beginning to the end. */
  readonly names: ReadonlyMap<number, string>
  /** How many of those ended nevertheless. */
  readonly gone: number
  readonly series: ReadonlyArray<Series>
  /** Who leads, from when on: the process's number. */
  readonly leaders: ReadonlyArray<{ readonly at: number; readonly pid: number }>
}

export interface Report {
  readonly problems: ReadonlyArray<string>
  readonly text: string
  readonly plot: string
  readonly json: unknown
}

/** A request that was sent so long after a disturbance was over may still fail of it. */
const margin = 2000

export const make = (soak: Soak): Report => {
  const { began, client, ended, happened, load, rotations } = soak
  const minutes = (ended - began) / 60_000
  const isExplained = (failure: LoadFailure) =>
    happened.some(({ explains, from, until }) => {
      const at = Date.parse(failure.at)
      return at + failure.took >= from && at <= until + margin && explains(failure)
    })
  const unexplained = load.failures.filter((failure) => !isExplained(failure))
  const isLong = minutes >= 10
  const leads = (pid: number) => (at: number) => soak.leaders.findLast((leader) => leader.at <= at)?.pid === pid
  const judged = soak.series.flatMap((series) => {
    const name = soak.names.get(series.pid)
    return name === undefined ? [] : [{ name, trends: trends(series, (began + ended) / 2, leads(series.pid)) }]
  })
  const problems = [
    ...unexplained.map(({ at, problem, request, server }) => `${at}: ${request} at ${server}: ${problem}`),
    ...client.failures.map(({ at, operation, problem, server }) => `${at}: ${operation} at ${server}: ${problem}`),
    ...happened.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`])),
    ...(soak.gone > 0 ? [`${soak.gone} replicas ended that nobody had ended`] : []),
    ...(rotations.fallen > 0 ? [`${rotations.fallen} epochs fell`] : []),
    ...(isLong ? judged : []).flatMap(({ name, trends }) =>
      trends
        .filter(({ isFlat }) => !isFlat)
        .map(
          ({ growth, most, quantity }) =>
            `${quantity} of ${name} grew by ${format(quantity, growth)}, more than ${format(quantity, most)}`
        )
    )
  ]
  const kinds = new Set(happened.map(({ name }) => name))
  const rows: ReadonlyArray<readonly [string, string | number]> = [
    ["minutes", minutes.toFixed(1)],
    [
      "processes that wanted to run, the most",
      Math.max(0, ...happened.map(({ machineLoad }) => machineLoad)).toFixed(0)
    ],
    ["disturbances", `${happened.length}, of ${kinds.size} kinds`],
    ["full rotations of an authority, rotations of a leaf alone", `${rotations.authorities}, ${rotations.leaves}`],
    ["epochs that fell", rotations.fallen],
    ["requests of the load generator, which tries nothing again", load.counts.requests],
    ["… that failed of what was happening at that moment", load.failures.length - unexplained.length],
    ["**… that failed otherwise**", `**${unexplained.length}**`],
    ["operations of the client, which holds on", client.counts.operations],
    [
      "… attempts that failed, watches that were opened again",
      `${client.counts.attemptsFailed}, ${client.counts.watchesReconnected}`
    ],
    ["… the longest it held on, in seconds", (client.counts.longest / 1000).toFixed(1)],
    ["**… operations that failed, changes that no watch told**", `**${client.counts.failed}**`]
  ]
  const verdict =
    problems.length > 0
      ? `**Not clean:** ${problems.length} problems.`
      : isLong
        ? "**Flat, and nothing lost.**"
        : "**Nothing lost.** Too short to judge what is flat."
  const model = cpus()[0]?.model.trim() ?? "unknown"
  const text = [
    "| | |",
    "| --- | --- |",
    ...rows.map(([what, figure]) => `| ${what} | ${figure} |`),
    "",
    "In the later half, each figure is the median, and in brackets the growth from its beginning to its end (by the median slope):",
    "",
    `| | ${quantities.map((quantity) => titles[quantity]).join(" | ")} |`,
    `| --- | ${quantities.map(() => "---").join(" | ")} |`,
    ...judged.map(({ name, trends }) => `| ${name} | ${trends.map(cell).join(" | ")} |`),
    "",
    `${verdict} Node ${process.versions.node}, ${platform()} ${arch()}, ${cpus().length} cores (${model})`,
    ...problems.slice(0, 20).map((problem) => `- ${problem}`)
  ].join("\n")
  const { load: _, ...rest } = soak
  return {
    problems,
    text,
    plot: plot(soak),
    json: {
      ...rest,
      names: Object.fromEntries(soak.names),
      load: load.counts,
      failures: { explained: load.failures.filter(isExplained), unexplained },
      judged,
      problems
    }
  }
}

const titles: Readonly<Record<Quantity, string>> = {
  heap: "heap after GC",
  resident: "resident",
  sockets: "sockets",
  descriptors: "file descriptors",
  handles: "handles"
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

const format = (quantity: Quantity, value: number): string =>
  quantity === "heap" || quantity === "resident" ? megabytes(value) : String(Math.round(value * 10) / 10)

const cell = ({ growth, isFlat, median, quantity }: Trend): string => {
  const change = `${growth < 0 ? "−" : "+"}${format(quantity, Math.abs(growth))}`
  return `${format(quantity, median)} (${isFlat ? change : `**${change}**`})`
}

const plot = (soak: Soak): string => {
  const lines = (quantity: Quantity) =>
    soak.series
      .map(({ pid, samples }) => ({
        name: soak.names.get(pid) ?? "",
        isAside: !soak.names.has(pid),
        // Who has a wrong clock tells wrong times.
        points: samples
          .filter(({ at }) => at <= soak.ended)
          .map((sample) => [sample.at, valueOf(quantity, sample)] as const)
      }))
      // What is compared lies behind, and the lines keep their colours from panel to panel.
      .sort((one, other) => Number(other.isAside) - Number(one.isAside))
  const panel = (quantity: Quantity): Panel => ({
    title: titles[quantity],
    lines: lines(quantity),
    format: (value) => format(quantity, value)
  })
  const failures = soak.load.failures.map(({ at }, index) => [Date.parse(at), index + 1] as const)
  const failed: Panel = {
    title: "failures so far",
    lines: [
      { name: "requests of the load generator", points: [[soak.began, 0], ...failures, [soak.ended, failures.length]] },
      {
        name: "operations of the client",
        points: [
          [soak.began, 0],
          [soak.ended, soak.client.failures.length]
        ]
      }
    ],
    format: (value) => value.toFixed(0)
  }
  const marks = soak.happened.map(({ from, name }) => ({ at: from, name }))
  const panels = [...(["heap", "resident", "sockets", "handles"] as const).map(panel), failed]
  return draw(panels, { from: soak.began, to: soak.ended, marks })
}

/** Puts the table and the plot into the documentation. */
export const write = ({ plot, text }: Report): void => {
  const docs = new URL("../../../../docs/", import.meta.url)
  writeFileSync(new URL("soak.svg", docs), plot)
  const page = new URL("reliability.md", docs)
  const [begin, end] = ["<!-- soak -->", "<!-- /soak -->"]
  const before = readFileSync(page, "utf8")
  const head = before.slice(0, before.indexOf(begin) + begin.length)
  writeFileSync(
    page,
    `${head}\n\n${text}\n\n![What the processes use, over time](./soak.svg)\n\n${before.slice(before.indexOf(end))}`
  )
}
