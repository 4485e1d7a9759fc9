/**
 * Whether a healthy bootstrap takes longer with the retry layer than without: the built program bootstraps what is
 * there already, on one embedded API server, with and without in turn. `node bench/healthy.ts [--rounds N]`.
 */
import { parseArgs } from "node:util"
import { Effect } from "effect"
import { servers, withOperator } from "../test/support/operator.ts"

const { values } = parseArgs({ options: { rounds: { type: "string", default: "10" } } })

const median = (times: ReadonlyArray<number>) => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN

const program = Effect.gen(function* () {
  const { bootstrap } = yield* withOperator(yield* servers.embedded.make)
  const timed = (...flags: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const began = performance.now()
      const { code, stderr } = yield* bootstrap(...flags)
      if (code !== 0) throw new Error(stderr)
      return performance.now() - began
    })
  const without = timed("--retry-max-attempts", "1", "--no-wake", "--no-nudge")
  yield* without
  const times = { with: [] as Array<number>, without: [] as Array<number> }
  for (let round = 0; round < Number(values.rounds); round++) {
    // Each goes first in turn: what the machine does beside them hits both.
    if (round % 2 === 0) times.with.push(yield* timed())
    times.without.push(yield* without)
    if (round % 2 === 1) times.with.push(yield* timed())
  }
  const ratio = median(times.with) / median(times.without)
  console.log(`with the retry layer:    ${median(times.with).toFixed(0)} ms (median of ${values.rounds})`)
  console.log(`without:                 ${median(times.without).toFixed(0)} ms`)
  console.log(`with / without:          ${ratio.toFixed(3)}`)
})

await Effect.runPromise(Effect.scoped(program))
