/**
 * The long runs of the hammer, and their tables for the documentation.
 *
 *     node packages/operator/test/hammer/run.ts rotations [--rotations=100] [--leaves=200] [--minutes=60] [--write]
 *     node packages/operator/test/hammer/run.ts kills [--kills=10] [--planes=1] [--minutes=60] [--write]
 *
 * `--planes` shares the kills between so many control planes, each with an operator and a hammer of its own, and `--minutes`
 * ends them early. `--write` puts the table into docs/hammer.md; `--logs=FOLDER` keeps the logs of everything.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { arch, cpus, platform } from "node:os"
import process from "node:process"
import { parseArgs } from "node:util"
import { Clock, Console, Effect, Schedule } from "effect"
import * as Kills from "./kills.ts"
import type { Verdict } from "./Lab.ts"
import * as OperatorLab from "./OperatorLab.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rotations: { type: "string", default: "100" },
    leaves: { type: "string", default: "200" },
    kills: { type: "string", default: "10" },
    planes: { type: "string", default: "1" },
    minutes: { type: "string", default: "60" },
    logs: { type: "string" },
    write: { type: "boolean", default: false }
  }
})

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`)

/** Forced rotations of ten authorities at a time, ours too; four webhooks whose leaves are renewed every 20 seconds. */
const rotations = Effect.gen(function* () {
  const wanted = { authorities: Number(values.rotations), leaves: Number(values.leaves) }
  const authorities = numbered("authority", 9)
  const leaves = { hooks: numbered("leaf", 4), leaf: { validity: "10m", renewBefore: "580s" } }
  const lab = yield* OperatorLab.make({ hooks: authorities, leaves, logDirectory: values.logs })
  const before = { authorities: lab.rotations.authorities(), leaves: lab.rotations.leaves() }
  const done = () => ({
    authorities: lab.rotations.authorities() - before.authorities,
    leaves: lab.rotations.leaves() - before.leaves
  })
  const keys = [...authorities.map(lab.keyOf), OperatorLab.own]
  const end = (yield* Clock.currentTimeMillis) + Number(values.minutes) * 60_000
  const isLate = Effect.map(Clock.currentTimeMillis, (now) => now >= end)
  const forced = Effect.forEach(
    keys,
    (key) =>
      Effect.repeat(Effect.andThen(lab.rotate(key, "20 minutes"), isLate), {
        while: (late) => !late && done().authorities < wanted.authorities
      }),
    { concurrency: "unbounded", discard: true }
  )
  const all = Effect.andThen(
    forced,
    Effect.repeat(Effect.andThen(Effect.sleep("1 second"), isLate), {
      until: (late) => late || done().leaves >= wanted.leaves
    })
  )
  const { minutes, verdict } = yield* timed(
    lab.underLoad(
      telling(all, () => ({ ...done(), phases: keys.map((key) => lab.rotations.state(key)?.phase).join(" ") })),
      // Two of three requests go through the webhooks of others.
      { rate: 31, repositories: true }
    )
  )
  const { authorities: changed, leaves: renewed } = done()
  return table(verdict, minutes, [
    ["webhooks (ours, others)", `1, ${lab.hooks.length}`],
    ["full rotations of an authority", changed],
    ["rotations of a leaf alone", renewed],
    ["epochs that fell", lab.rotations.fallen()]
  ])
})

/** Rotations without a pause, while the leader is killed in each phase; on several control planes side by side. */
const kills = Effect.gen(function* () {
  const labs = Array.from({ length: Number(values.planes) }, () => killing)
  const { minutes, all } = yield* timed(Effect.map(Effect.all(labs, { concurrency: "unbounded" }), (all) => ({ all })))
  const killed = all.flatMap((each) => each.killed)
  const verdict = all.map((each) => each.verdict).reduce(sum)
  return table(verdict, minutes, [
    ["control planes side by side", labs.length],
    ...Kills.phases.map((phase): Row => {
      const left = killed.filter(({ at }) => at === phase).map((kill) => kill.left)
      const counts = Array.from(new Set(left), (each) => `${left.filter((other) => other === each).length} ${each}`)
      return [`SIGKILLs of the leader on ${phase}, and what it left behind`, `${left.length}: ${counts.join(", ")}`]
    }),
    ["full rotations of an authority that were completed", all.reduce((count, each) => count + each.completed, 0)],
    ["rotations that were not", all.reduce((count, each) => count + each.unfinished, 0)],
    ["epochs that fell", all.reduce((count, each) => count + each.fallen, 0)]
  ])
})

const killing = Effect.gen(function* () {
  const authorities = numbered("authority", 3)
  const leaves = { hooks: numbered("leaf", 1), leaf: { validity: "10m", renewBefore: "575s" } }
  const lab = yield* OperatorLab.make({ hooks: authorities, leaves, logDirectory: values.logs })
  const before = lab.rotations.authorities()
  const killed: Array<Kills.Kill> = []
  let isOver = false
  const rotating = Effect.forEach(
    authorities.map(lab.keyOf),
    (key) => Effect.repeat(lab.rotate(key, "1 hour"), { while: () => !isOver }),
    { concurrency: "unbounded", discard: true }
  )
  const times = Math.ceil(Number(values.kills) / Number(values.planes))
  const onKill = (kill: Kills.Kill) => {
    killed.push(kill)
    console.error(`kill ${killed.length}: on ${kill.at}, ${kill.left} left`)
  }
  const everyPhase = Effect.raceFirst(
    Kills.everyPhase(lab, times, onKill),
    Effect.sleep(`${Number(values.minutes)} minutes`)
  )
  const untilOver = Effect.andThen(
    everyPhase,
    Effect.sync(() => {
      isOver = true
    })
  )
  const { verdict } = yield* lab.underLoad(Effect.all([untilOver, rotating], { concurrency: "unbounded" }))
  const unfinished = lab.keys.filter((key) => !lab.settled(key)).length
  return {
    killed,
    verdict,
    unfinished,
    completed: lab.rotations.authorities() - before,
    fallen: lab.rotations.fallen()
  }
})

const sum = (one: Verdict, other: Verdict): Verdict => ({
  requests: one.requests + other.requests,
  creates: one.creates + other.creates,
  updates: one.updates + other.updates,
  fresh: one.fresh + other.fresh,
  failed: one.failed + other.failed,
  slowest: Math.max(one.slowest, other.slowest),
  failures: [...one.failures, ...other.failures],
  rejections: one.rejections + other.rejections
})

const timed = <A extends object, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const started = yield* Clock.currentTimeMillis
    const result = yield* effect
    return { ...result, minutes: ((yield* Clock.currentTimeMillis) - started) / 60_000 }
  })

const telling = <A, E, R>(effect: Effect.Effect<A, E, R>, what: () => object) =>
  Effect.raceFirst(
    effect,
    Effect.andThen(
      Effect.repeat(
        Effect.suspend(() => Console.error(JSON.stringify(what()))),
        Schedule.spaced("30 seconds")
      ),
      Effect.never
    )
  )

type Row = readonly [string, string | number]

const table = (verdict: Verdict, minutes: number, rows: ReadonlyArray<Row>) => {
  const all: ReadonlyArray<Row> = [
    ["real kube-apiservers, on one etcd", 3],
    ["operator replicas, as processes", 3],
    ...rows,
    ["minutes under load", minutes.toFixed(1)],
    [
      "creates and updates a second, each through every webhook",
      ((verdict.creates + verdict.updates) / minutes / 60).toFixed(1)
    ],
    ["requests (creates, updates, deletions)", verdict.requests],
    ["of these on a fresh connection", verdict.fresh],
    ["slowest request, in milliseconds", verdict.slowest],
    ["**failed requests**", `**${verdict.failed}**`],
    ["**webhook calls that failed, as all API servers count them**", `**${verdict.rejections}**`]
  ]
  const lines = all.map(([what, figure]) => `| ${what} | ${figure} |`)
  const model = cpus()[0]?.model.trim() ?? "unknown"
  const machine = `Node ${process.versions.node}, ${platform()} ${arch()}, ${cpus().length} cores (${model})`
  return { verdict, text: ["| | |", "| --- | --- |", ...lines, "", machine].join("\n") }
}

const write = (name: string, text: string) => {
  const file = new URL("../../../../docs/hammer.md", import.meta.url)
  const begin = `<!-- ${name} -->`
  const end = `<!-- /${name} -->`
  const page = readFileSync(file, "utf8")
  const before = page.slice(0, page.indexOf(begin) + begin.length)
  writeFileSync(file, `${before}\n\n${text}\n\n${page.slice(page.indexOf(end))}`)
}

const runs = { rotations, kills }
const name = positionals[0] ?? "rotations"
if (!(name in runs)) {
  console.error(`unknown run "${name}": choose one of ${Object.keys(runs).join(", ")}`)
  process.exit(64)
}
const { text, verdict } = await Effect.runPromise(Effect.scoped(runs[name as keyof typeof runs]))
console.log(text)
for (const failure of verdict.failures.slice(0, 20)) console.error(JSON.stringify(failure))
if (values.write) write(name, text)
process.exit(verdict.failed === 0 && verdict.rejections === 0 ? 0 : 1)
