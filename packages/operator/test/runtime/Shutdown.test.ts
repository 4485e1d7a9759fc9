import { assert, describe, it } from "@effect/vitest"
import * as Health from "@holdfast/operator/runtime/Health"
import * as Shutdown from "@holdfast/operator/runtime/Shutdown"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"

const lab = (options: { readonly drains?: ReadonlyArray<string>; readonly cleanUp?: string } = {}) =>
  Effect.gen(function* () {
    const health = yield* Health.make
    const signal = yield* Deferred.make<string>()
    const done: Array<string> = []
    const program = Effect.never.pipe(
      Effect.onInterrupt(() =>
        Effect.andThen(
          Effect.sleep((options.cleanUp ?? "0 millis") as "1 second"),
          Effect.sync(() => done.push("released"))
        )
      )
    )
    const drains = (options.drains ?? []).map((time) => ({
      name: time,
      run: Effect.andThen(
        Effect.sleep(time as "1 second"),
        Effect.sync(() => void done.push(time))
      )
    }))
    const running = yield* Effect.forkChild(
      Shutdown.run(program, { health, drains, requested: Deferred.await(signal), gracePeriod: "25 seconds" }),
      { startImmediately: true }
    )
    return { health, done, running, signal: Deferred.succeed(signal, "SIGTERM") }
  })

describe("the shutdown", () => {
  it.effect("is not ready at once, drains everything at the same time, and releases last", () =>
    Effect.gen(function* () {
      const { done, health, running, signal } = yield* lab({ drains: ["5 seconds", "3 seconds"], cleanUp: "1 second" })
      assert.isTrue((yield* health.report("ready")).isOk)
      yield* signal
      yield* TestClock.adjust(0)
      assert.isFalse((yield* health.report("ready")).isOk)
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(done, ["3 seconds"])
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* Fiber.join(running), "drained")
      assert.deepStrictEqual(done, ["3 seconds", "5 seconds", "released"])
    })
  )

  it.effect("ends within the grace period, whatever hangs", () =>
    Effect.gen(function* () {
      for (const hanging of [{ drains: ["1 hour"] }, { cleanUp: "1 hour" }]) {
        const { running, signal } = yield* lab(hanging)
        yield* signal
        yield* TestClock.adjust("24 seconds")
        assert.isUndefined(running.pollUnsafe())
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(running.pollUnsafe(), Exit.succeed("cut-off"))
      }
    })
  )

  it.effect("passes on the end and the failure of a program that ends by itself", () =>
    Effect.gen(function* () {
      const health = yield* Health.make
      const run = (program: Effect.Effect<number, string>) =>
        Effect.exit(Shutdown.run(program, { health, drains: [], requested: Effect.never }))
      assert.deepStrictEqual(yield* run(Effect.succeed(1)), Exit.succeed("ended"))
      assert.deepStrictEqual(yield* run(Effect.fail("broken")), Exit.fail("broken"))
    })
  )

  it.live("is asked for by SIGTERM, once", () =>
    Effect.gen(function* () {
      const before = process.listenerCount("SIGTERM")
      const waiting = yield* Effect.forkChild(Shutdown.signal, { startImmediately: true })
      process.emit("SIGTERM")
      assert.strictEqual(yield* Fiber.join(waiting), "SIGTERM")
      assert.strictEqual(process.listenerCount("SIGTERM"), before)
    })
  )
})
