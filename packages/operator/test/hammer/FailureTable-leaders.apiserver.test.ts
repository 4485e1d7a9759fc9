/** A row of the failure table that takes minutes: see FailureTable. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { inLab, key, repeatUntil, unharmed } from "./failureLab.ts"

inLab("What goes wrong, and what happens then", (made) => {
  it.live(
    "two leaders: one that was stopped and goes on later does no harm",
    () =>
      Effect.gen(function* () {
        const lab = made.lab()
        const { verdict } = yield* lab.underLoad(
          Effect.gen(function* () {
            const stopping = Effect.gen(function* () {
              yield* lab.until(() => lab.rotations.state(key)?.phase === "PROVE", "1 minute")
              const first = yield* lab.leader
              yield* first?.signal("SIGSTOP") ?? Effect.die(new Error("nobody leads"))
              yield* repeatUntil(lab.leader, (leader) => leader !== undefined && leader.pid !== first?.pid)
              yield* lab.until(() => lab.rotations.state(key)?.phase === "DRAIN", "3 minutes")
              yield* first?.signal("SIGCONT") ?? Effect.void
            })
            yield* Effect.all([stopping, lab.rotate(key)], { concurrency: "unbounded" })
          })
        )
        unharmed(verdict)
        assert.strictEqual(lab.rotations.fallen(), 0)
      }),
    480_000
  )
})
