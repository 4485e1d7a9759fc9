/** A row of the failure table that takes minutes: see FailureTable. */
import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { inLab, key, repeatUntil, unharmed } from "./failureLab.ts"

const hour = 3_600_000

inLab("What goes wrong, and what happens then", (made) => {
  it.live(
    "a clock that is off by an hour: nothing new is begun until it is right",
    () =>
      Effect.gen(function* () {
        const lab = made.lab()
        const { verdict } = yield* lab.underLoad(
          Effect.gen(function* () {
            yield* made.restartWith(hour)
            const before = lab.rotations.state(key)
            const rotating = yield* Effect.forkChild(lab.rotate(key))
            const waiting = yield* repeatUntil(lab.certificate(key), ({ status }) =>
              JSON.stringify(status).includes("the clock to agree with the API server's")
            )
            assert.isDefined(waiting)
            yield* Effect.sleep("10 seconds")
            assert.strictEqual(lab.rotations.state(key)?.phase, "STABLE")
            assert.strictEqual(lab.rotations.state(key)?.leaf?.id, before?.leaf?.id)
            yield* made.restartWith(0)
            yield* Fiber.join(rotating)
          })
        )
        unharmed(verdict)
      }),
    480_000
  )
})
