/**
 * The operator as its image runs it, beside what it is asked to be: no peer does the same work. What it costs when there
 * is nothing to do; and how long it takes, and how much memory, when it finds a cluster full of work at its start.
 */
import { Effect } from "effect"
import { convergence } from "./operator/convergence.ts"
import { idle } from "./operator/idle.ts"
import { isBuilt } from "./operator/lab.ts"
import { limit, type Row } from "./src/Row.ts"
import { flags, report } from "./src/report.ts"

const {
  idle: seconds,
  repositories,
  rounds,
  targets,
  webhooks
} = flags({ idle: 60, repositories: 10_000, rounds: 1, targets: 100, webhooks: 10 })

const rows: Array<Row> = []
const leftOut: Array<string> = []
if (!isBuilt()) leftOut.push("operator: it is not built (pnpm --filter @holdfast/operator build)")
else {
  const runs: Array<Effect.Success<ReturnType<typeof convergence>>> = []
  for (let round = 0; round < rounds; round++) {
    runs.push(await Effect.runPromise(convergence({ repositories, targets, webhooks })))
  }
  const all = (pick: (run: (typeof runs)[number]) => number) => runs.map(pick)
  if (runs.length > 0) {
    rows.push(
      limit(
        `start until ${repositories} PackageRepositories are ready`,
        "s",
        all((run) => run.repositoriesReady),
        30
      ),
      limit(
        `start until ${webhooks * targets} targets are ready`,
        "s",
        all((run) => run.targetsReady),
        30
      ),
      // What the manifest grants.
      limit(
        "memory on the way there, RSS",
        "MB",
        all((run) => run.memory),
        256
      )
    )
  }
  if (seconds > 0) {
    const { cpu, memory } = await Effect.runPromise(idle(seconds))
    rows.push(limit("idle: memory, RSS", "MB", [memory], 75), limit("idle: CPU", "% of a core", [cpu], 1))
  }
}
report(rows, leftOut)
process.exit()
