/** A lab for rows of the protocol's failure table that need a real API server and real processes. */
import { existsSync } from "node:fs"
import { assert, describe } from "@effect/vitest"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import { Effect, Exit, Scope } from "effect"
import { afterAll, beforeAll } from "vitest"
import * as Hooks from "./hooks.ts"
import type { Verdict } from "./Lab.ts"
import * as OperatorLab from "./OperatorLab.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))
const isRunnable = binaries._tag === "Some" && existsSync(OperatorLab.bundle)

export const hooks = ["hook-0", "hook-1", "hook-2"]
/** The webhook that things happen to. */
export const key = `${Hooks.namespace}/hook-0`

export type Lab = Effect.Success<ReturnType<typeof OperatorLab.make>>

/** What comes to be once the rows run. */
export interface FailureLab {
  readonly lab: () => Lab
  /** Everyone who leads, or could, ends; the new ones have this clock. */
  readonly restartWith: (clockSkew: number) => Effect.Effect<void, unknown>
}

/** Rows that share a lab. */
export const inLab = (title: string, rows: (made: FailureLab) => void): void => {
  describe.skipIf(!isRunnable)(title, () => {
    let skew = 0
    let lab: Lab
    const scope = Effect.runSync(Scope.make())
    beforeAll(async () => {
      const made = OperatorLab.make({ hooks, clockSkew: () => skew })
      lab = await Effect.runPromise(Scope.provide(made, scope))
    }, 300_000)
    afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)), 60_000)

    rows({
      lab: () => lab,
      restartWith: (clockSkew) =>
        Effect.gen(function* () {
          skew = clockSkew
          const before = yield* lab.operators
          yield* Effect.forEach(before, ({ signal }) => signal("SIGKILL"))
          const pids = before.map(({ pid }) => pid)
          yield* repeatUntil(lab.leader, (leader) => leader !== undefined && !pids.includes(leader.pid))
        })
    })
  })
}

export const repeatUntil = <A, E, R>(effect: Effect.Effect<A, E, R>, holds: (value: A) => boolean) =>
  Effect.timeout(Effect.repeat(Effect.delay(effect, "50 millis"), { until: holds }), "1 minute")

export const unharmed = (verdict: Verdict) => {
  assert.deepStrictEqual(verdict.failures, [])
  assert.strictEqual(verdict.rejections, 0)
  assert.isAbove(verdict.creates, 20)
}
