/**
 * The Promise facade beside its peers: success on first try, three failures before success, the heap of a sleeping
 * retry, waking a hundred thousand of them, what it adds to a bundle and what it costs to import.
 */
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { type Contender, contenders } from "./retry-core/contenders.ts"
import { bundledSize, importTime } from "./retry-core/weight.ts"
import { compare, limit, type Row } from "./src/Row.ts"
import { flags, report } from "./src/report.ts"

const { rounds } = flags({ rounds: 90 })
const operations = 2000
/** Rounds that are not counted: until then the optimizing compiler is at work. */
const warmUp = 30

const firstTry = () => () => Promise.resolve(1)
const fourthTry = () => {
  let calls = 0
  return () => (++calls > 3 ? Promise.resolve(1) : Promise.reject(new Error("not yet")))
}

/** Of the processor, of which the machine gives less to a round in which it has other work. */
const timeOf = async (contender: Contender, operation: () => () => Promise<number>) => {
  const before = process.cpuUsage()
  await Promise.all(Array.from({ length: operations }, () => contender.immediate(operation())))
  const { system, user } = process.cpuUsage(before)
  return ((user + system) * 1000) / operations
}

/** Nanoseconds for an operation, round by round, in which all take turns; who comes first changes. */
const times = async (operation: () => () => Promise<number>) => {
  const all = new Map(contenders.map(({ name }) => [name, [] as Array<number>]))
  for (let round = -warmUp; round < rounds; round++) {
    const first = (round + warmUp) % contenders.length
    for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)]) {
      const time = await timeOf(contender, operation)
      if (round >= 0) all.get(contender.name)?.push(time)
    }
  }
  return all
}

const beside = (
  name: string,
  unit: string,
  figures: ReadonlyMap<string, ReadonlyArray<number>>,
  goals: Readonly<Record<string, number>> = {}
): ReadonlyArray<Row> =>
  [...figures]
    .filter(([peerName]) => peerName !== "holdfast")
    .map(([peerName, peer]) => {
      const goal = goals[peerName]
      return compare({
        name,
        unit,
        ours: figures.get("holdfast") ?? [],
        peer,
        peerName,
        ...(goal === undefined ? {} : { goal })
      })
    })

const sleeping = (name: string): { readonly bytes: number; readonly wakeAll?: number } =>
  JSON.parse(
    execFileSync(
      process.execPath,
      ["--expose-gc", fileURLToPath(new URL("retry-core/sleeping.ts", import.meta.url)), name],
      { encoding: "utf8" }
    )
  )

const each = async <A>(measure: (name: string) => A | Promise<A>) => {
  const figures = new Map<string, A>()
  for (const { name } of contenders) figures.set(name, await measure(name))
  return figures
}
const onlyOnes = <A>(figures: ReadonlyMap<string, A>, pick: (figure: A) => number) =>
  new Map([...figures].map(([name, figure]) => [name, [pick(figure)]]))

const success = await times(firstTry)
const threeRetries = await times(fourthTry)
const sleepers = await each(sleeping)
const wakeAll = Array.from({ length: 3 }, () => sleeping("holdfast").wakeAll ?? Number.NaN)
report([
  ...beside("success on first try, CPU", "ns", success, { "p-retry": 1, cockatiel: 1 }),
  // "Level": within what two runs of the same code differ by on a shared machine.
  ...beside("three failures, then success, CPU", "ns", threeRetries, { "p-retry": 0.9, cockatiel: 0.9 }),
  ...beside(
    "heap of a sleeping retry",
    "B",
    onlyOnes(sleepers, ({ bytes }) => bytes),
    { "p-retry": 1 }
  ),
  limit("waking 100,000 of them", "ms", wakeAll, 1000),
  ...beside("minified and compressed", "B", await each(async (name) => [await bundledSize(name)])),
  ...beside("time to import", "ms", await each(importTime))
])
