/**
 * The soak: three replicas of the operator, and a client that uses the library, under load, while one thing after another
 * happens to them. What they use is sampled right after full garbage collections; in the end it has to be flat, and no
 * request may have failed but for what was happening at that moment.
 *
 *     node packages/operator/test/soak/run.ts [--minutes=30] [--seed=1] [--json=FILE] [--write] [--logs=FOLDER]
 *
 * `--write` puts the table and the plot into docs/reliability.md. Less than ten minutes are too short to judge what is
 * flat; failures count always.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { parseArgs } from "node:util"
import { Clock, Console, Duration, Effect, Random } from "effect"
import * as Hooks from "../hammer/hooks.ts"
import * as Load from "../hammer/Load.ts"
import * as OperatorLab from "../hammer/OperatorLab.ts"
import * as Client from "./Client.ts"
import * as Disturbances from "./disturbances.ts"
import * as Report from "./report.ts"
import * as Samples from "./Samples.ts"

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
    logs: { type: "string" },
    write: { type: "boolean", default: false }
  }
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) {
  console.error("usage: soak [--minutes N] [--seed N] [--json FILE] [--write] [--logs FOLDER]")
  process.exit(64)
}
const every = Duration.toMillis(minutes >= 10 ? "10 seconds" : "2 seconds")

const soak = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "holdfast-soak-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
  )
  const clocks: Disturbances.Clocks = { skew: 0 }
  const lab = yield* OperatorLab.make({
    hooks: ["hook-0", "hook-1"],
    leaves: { hooks: ["leaf-0"], leaf: { validity: "10m", renewBefore: "560s" } },
    clockSkew: () => clocks.skew,
    nodeArguments: Samples.nodeArguments(folder, every),
    logDirectory: values.logs
  })
  const kubeconfigs = lab.cluster.instances.map(({ kubeconfig }) => kubeconfig)
  const lasting = (yield* lab.operators).slice(0, 2).map(({ pid }) => pid)
  const load = yield* Load.start({ kubeconfigs, namespace: Hooks.namespace, rate: 9, repositories: true })
  const client = yield* Client.start({ kubeconfigs, namespace: Hooks.namespace }, Samples.nodeArguments(folder, every))
  const before = { authorities: lab.rotations.authorities(), leaves: lab.rotations.leaves() }

  const began = yield* Clock.currentTimeMillis
  const end = began + minutes * 60_000
  const happened: Array<Report.Happened> = []
  const happen = ({ explains, name, run }: Disturbances.Disturbance) =>
    Effect.gen(function* () {
      yield* Effect.sleep(yield* Random.nextIntBetween(3000, 10_000))
      const from = yield* Clock.currentTimeMillis
      if (from >= end) return
      const problem = yield* Effect.andThen(run, Disturbances.recovered(lab)).pipe(
        Effect.as(undefined),
        Effect.catch((error) => Effect.succeed(String(error)))
      )
      const until = yield* Clock.currentTimeMillis
      happened.push({ name, from, until, explains, machineLoad: loadavg()[0] ?? 0, problem })
      const { failed, requests } = load.counts()
      yield* Console.error(
        `${((until - began) / 60_000).toFixed(1)} min: ${name}, ${problem ?? `well after ${until - from} ms`}; ${requests} requests, ${failed} failed; ${JSON.stringify(client.counts())}`
      )
    })
  const isOver = Effect.map(Clock.currentTimeMillis, (now) => now >= end)
  const disturbing = Effect.repeat(
    Effect.gen(function* () {
      yield* Effect.forEach(yield* Random.shuffle(Disturbances.all(lab, clocks)), happen, { discard: true })
      return yield* isOver
    }),
    { until: (over) => over }
  )
  const rotating = Effect.forEach(
    [...lab.hooks.slice(0, 2).map(lab.keyOf), OperatorLab.own],
    (key) => Effect.forever(Effect.ignore(lab.rotate(key, "10 minutes"))),
    { concurrency: "unbounded", discard: true }
  )
  const leaders: Array<{ readonly at: number; readonly pid: number }> = []
  const watching = Effect.forever(
    Effect.gen(function* () {
      const leader = yield* lab.leader
      const at = yield* Clock.currentTimeMillis
      if (leader !== undefined && leader.pid !== leaders.at(-1)?.pid) leaders.push({ at, pid: leader.pid })
      yield* Effect.sleep("2 seconds")
    })
  )
  yield* Effect.raceAllFirst([disturbing, rotating, watching])
  yield* Effect.ignore(Disturbances.recovered(lab))
  yield* Effect.sleep("5 seconds")

  const alive = (yield* lab.operators).map(({ pid }) => pid)
  return Report.make({
    began,
    ended: yield* Clock.currentTimeMillis,
    every,
    happened,
    load: { counts: load.counts(), failures: load.failures() },
    client: { counts: client.counts(), failures: client.failures() },
    rotations: {
      authorities: lab.rotations.authorities() - before.authorities,
      leaves: lab.rotations.leaves() - before.leaves,
      fallen: lab.rotations.fallen()
    },
    names: new Map([...lasting.map((pid, index) => [pid, `replica ${index + 1}`] as const), [client.pid, "client"]]),
    gone: lasting.filter((pid) => !alive.includes(pid)).length,
    series: Samples.read(folder),
    leaders
  })
})

const report = await Effect.runPromise(Effect.scoped(soak).pipe(Random.withSeed(values.seed)))
console.log(report.text)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report.json, null, 2)}\n`)
if (values.write) Report.write(report)
process.exit(report.problems.length === 0 ? 0 : 1)
