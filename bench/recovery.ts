/**
 * From the end of a certificate vacuum to success: windows of 1 to 120 s on a virtual clock, ours beside Glasskube's
 * sleeps, a poll and plain exponential backoff; and some windows on a real API server, by the bundled program.
 */
import { Effect, Random } from "effect"
import { real } from "./recovery/real.ts"
import { peers, recovery, ways, windows } from "./recovery/virtual.ts"
import { compare, limit, percentile, type Row } from "./src/Row.ts"
import { flags, report } from "./src/report.ts"

const options = flags({ windows: 1000, real: 15 })

const lengths = Effect.runSync(Random.withSeed(windows(options.windows), "windows"))
/** Where a way gives up, the time is infinite. */
const figures = new Map<string, ReadonlyArray<number>>()
for (const [name, way] of Object.entries(ways)) {
  const all = Effect.forEach(lengths, (length) => recovery(way, length))
  figures.set(name, await Effect.runPromise(Random.withSeed(all, "jitter")))
}
const of = (name: keyof typeof ways) => figures.get(name) ?? []
const p99 = (name: keyof typeof ways) => [percentile(of(name), 0.99)]

const outlived = (name: keyof typeof ways) => [of(name).filter(Number.isFinite).length]

const rows: ReadonlyArray<Row> = [
  limit("virtual, woken by a watch: median", "ms", of("woken by a watch"), 100),
  limit("virtual, woken by a watch: p99", "ms", p99("woken by a watch"), 1000),
  limit("virtual, nothing to watch: median", "ms", of("nothing to watch"), 1000),
  limit("virtual, nothing to watch: p99", "ms", p99("nothing to watch"), 2000),
  ...(["woken by a watch", "nothing to watch"] as const).map((name) =>
    compare({
      name: `virtual, ${name}: windows outlived`,
      unit: "",
      ours: outlived(name),
      peer: [options.windows],
      peerName: "all of them",
      goal: 1,
      better: "more"
    })
  ),
  ...peers.flatMap((peerName) => [
    compare({
      name: "woken by a watch: median",
      unit: "ms",
      ours: of("woken by a watch"),
      peer: of(peerName),
      peerName
    }),
    compare({
      name: "nothing to watch: median",
      unit: "ms",
      ours: of("nothing to watch"),
      peer: of(peerName),
      peerName
    }),
    compare({
      name: "nothing to watch: p99",
      unit: "ms",
      ours: p99("nothing to watch"),
      peer: p99(peerName),
      peerName
    }),
    compare({
      name: "windows outlived",
      unit: "",
      ours: outlived("nothing to watch"),
      peer: outlived(peerName),
      peerName,
      better: "more"
    })
  ])
]
const onRealServer = await real(options.real)
report([...rows, ...onRealServer.rows], onRealServer.leftOut)
