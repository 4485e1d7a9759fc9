/**
 * Compares the Promise facade with its peers in one run: success on first try, three failures before success, heap of a
 * sleeping retry, and waking a hundred thousand. `node bench/retry-core.ts [--json FILE] [--rounds N]`.
 */
import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { type Contender, contenders } from "./contenders.ts"

interface Row {
  readonly name: string
  readonly ours: number
  readonly peer: number
  readonly peerName: string
  readonly unit: string
  /** Above 1 we are ahead. */
  readonly ratio: number
  /** The ratio that is asked for; none where the peer is there for orientation. */
  readonly goal: number | undefined
  readonly runs: number
}

const { values } = parseArgs({
  options: { json: { type: "string" }, rounds: { type: "string", default: "40" } }
})
const rounds = Number(values.rounds)
const operations = 2000

const firstTry = () => () => Promise.resolve(1)
const fourthTry = () => {
  let calls = 0
  return () => (++calls > 3 ? Promise.resolve(1) : Promise.reject(new Error("not yet")))
}

const median = (numbers: ReadonlyArray<number>) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

const timeOf = async (contender: Contender, operation: () => () => Promise<number>) => {
  const start = performance.now()
  await Promise.all(Array.from({ length: operations }, () => contender.immediate(operation())))
  return ((performance.now() - start) * 1e6) / operations
}

/** Nanoseconds for an operation, medians of rounds in which all take turns. */
const compareTimes = async (operation: () => () => Promise<number>) => {
  const times = new Map(contenders.map(({ name }) => [name, [] as Array<number>]))
  for (let round = -30; round < rounds; round++) {
    for (const contender of contenders) {
      const time = await timeOf(contender, operation)
      if (round >= 0) times.get(contender.name)?.push(time)
    }
  }
  return new Map([...times].map(([name, list]) => [name, median(list)]))
}

const rowsOf = (
  name: string,
  unit: string,
  figures: ReadonlyMap<string, number>,
  goals: Record<string, number>,
  runs: number
) => {
  const ours = figures.get("holdfast") ?? Number.NaN
  return [...figures]
    .filter(([peerName]) => peerName !== "holdfast")
    .map(
      ([peerName, peer]): Row => ({ name, ours, peer, peerName, unit, ratio: peer / ours, goal: goals[peerName], runs })
    )
}

const sleeping = (name: string): { bytes: number; wakeAll?: number } =>
  JSON.parse(
    execFileSync(process.execPath, ["--expose-gc", fileURLToPath(new URL("sleeping.ts", import.meta.url)), name], {
      encoding: "utf8"
    })
  )

const both = { "p-retry": 1, cockatiel: 1 }
const success = await compareTimes(firstTry)
const threeRetries = await compareTimes(fourthTry)
const sleepers = new Map(contenders.map(({ name }) => [name, sleeping(name)]))
const wakeAll = sleepers.get("holdfast")?.wakeAll ?? Number.NaN
const rows: ReadonlyArray<Row> = [
  ...rowsOf("success on first try", "ns", success, both, rounds),
  ...rowsOf("three failures, then success", "ns", threeRetries, both, rounds),
  ...rowsOf("heap of a sleeping retry", "B", new Map([...sleepers].map(([k, v]) => [k, v.bytes])), { "p-retry": 1 }, 1),
  {
    name: "waking 100,000",
    ours: wakeAll,
    peer: 1000,
    peerName: "one second",
    unit: "ms",
    ratio: 1000 / wakeAll,
    goal: 1,
    runs: 1
  }
]

console.table(
  rows.map(({ goal, name, ours, peer, peerName, ratio, unit }) => ({
    name,
    ours: `${Math.round(ours)} ${unit}`,
    peer: `${peerName}: ${Math.round(peer)} ${unit}`,
    ratio: Number(ratio.toFixed(2)),
    goal: goal === undefined ? "" : ratio >= goal ? `≥ ${goal} met` : `≥ ${goal} MISSED`
  }))
)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`)
