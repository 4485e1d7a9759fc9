import { assert, describe, it } from "@effect/vitest"
import * as WorkQueue from "@holdfast/operator/runtime/WorkQueue"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import { Deferred, Duration, Effect, Fiber, Metric } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"

const withoutJitter = RetryPolicy.make({ baseDelay: "5 millis", maxDelay: "1 second", jitter: "none" })

/** A queue whose workers note what they work on, and take as long as the test says. */
const lab = (options: { readonly workers?: number; readonly takes?: Duration.Input } = {}) =>
  Effect.gen(function* () {
    const queue = yield* WorkQueue.make({ name: "lab", policy: withoutJitter })
    const worked: Array<string> = []
    const inHand = new Set<string>()
    let doubled = false
    const running = yield* queue
      .run(
        (key) =>
          Effect.gen(function* () {
            doubled ||= inHand.has(key)
            inHand.add(key)
            worked.push(key)
            yield* Effect.sleep(options.takes ?? 0)
            inHand.delete(key)
          }),
        { workers: options.workers ?? 1 }
      )
      .pipe(Effect.forkScoped)
    return { queue, worked, running, doubled: () => doubled }
  })

const tick = TestClock.adjust(0)

describe("the work queue", () => {
  it.effect("works once on a key that was added many times, in the order of arrival", () =>
    Effect.gen(function* () {
      const { queue, worked } = yield* lab()
      for (const key of ["a", "b", "a", "c", "b"]) yield* queue.add(key)
      yield* tick
      assert.deepStrictEqual(worked, ["a", "b", "c"])
    }).pipe(Effect.scoped)
  )

  it.effect("works once more on a key that was added while it was worked on, and never twice at a time", () =>
    Effect.gen(function* () {
      const { doubled, queue, worked } = yield* lab({ workers: 3, takes: "1 second" })
      yield* queue.add("a")
      yield* tick
      yield* queue.add("a")
      yield* queue.add("a")
      yield* TestClock.adjust("500 millis")
      assert.deepStrictEqual(worked, ["a"])
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(worked, ["a", "a"])
      assert.isFalse(doubled())
    }).pipe(Effect.scoped)
  )

  it.effect("works on as many keys at a time as it has workers", () =>
    Effect.gen(function* () {
      const { queue, worked } = yield* lab({ workers: 2, takes: "1 second" })
      for (const key of ["a", "b", "c"]) yield* queue.add(key)
      yield* tick
      assert.deepStrictEqual(worked, ["a", "b"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(worked, ["a", "b", "c"])
    }).pipe(Effect.scoped)
  )

  it.effect("keeps the earlier of two times, and works at once on a key that is added meanwhile", () =>
    Effect.gen(function* () {
      const { queue, worked } = yield* lab()
      yield* queue.addAfter("a", "10 seconds")
      yield* queue.addAfter("a", "5 seconds")
      yield* queue.addAfter("a", "1 minute")
      yield* TestClock.adjust("4999 millis")
      assert.deepStrictEqual(worked, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(worked, ["a"])
      yield* queue.addAfter("a", "10 seconds")
      yield* queue.add("a")
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(worked, ["a", "a"], "the time it waited for is over")
    }).pipe(Effect.scoped)
  )

  it.effect("waits longer from failure to failure, at least as long as asked for, until the key is forgotten", () =>
    Effect.gen(function* () {
      const { queue, worked } = yield* lab()
      const delays: Array<number> = []
      for (let i = 0; i < 10; i++) delays.push(Duration.toMillis(yield* queue.addRateLimited("a")))
      assert.deepStrictEqual(delays, [5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000])
      assert.strictEqual(
        Duration.toMillis(yield* queue.addRateLimited("b")),
        5,
        "other keys have a backoff of their own"
      )
      assert.strictEqual(Duration.toMillis(yield* queue.addRateLimited("b", "3 seconds")), 3000)
      yield* queue.forget("a")
      assert.strictEqual(Duration.toMillis(yield* queue.addRateLimited("a")), 5)
      yield* TestClock.adjust("5 millis")
      assert.deepStrictEqual(worked.sort(), ["a", "b"])
    }).pipe(Effect.scoped)
  )

  it.effect("finishes what is in hand when it is shut down, and begins nothing more", () =>
    Effect.gen(function* () {
      const { queue, running, worked } = yield* lab({ takes: "10 seconds" })
      yield* queue.add("a")
      yield* queue.add("b")
      yield* queue.addAfter("c", "1 second")
      yield* tick
      const down = yield* Effect.forkChild(queue.shutDown)
      yield* TestClock.adjust("9 seconds")
      assert.isUndefined(down.pollUnsafe())
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(down)
      yield* Fiber.join(running)
      yield* queue.add("d")
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(worked, ["a"])
    }).pipe(Effect.scoped)
  )

  it.effect("ends at once what is in hand when it is interrupted", () =>
    Effect.gen(function* () {
      const queue = yield* WorkQueue.make({ name: "lab" })
      const ended = yield* Deferred.make<string>()
      const running = yield* queue
        .run((key) => Effect.onInterrupt(Effect.never, () => Deferred.succeed(ended, key)), { workers: 1 })
        .pipe(Effect.forkScoped)
      yield* queue.add("a")
      yield* tick
      yield* Fiber.interrupt(running)
      assert.strictEqual(yield* Deferred.await(ended), "a")
    }).pipe(Effect.scoped)
  )

  it.effect("counts under client-go's names, and leaves no gauge behind", () =>
    Effect.gen(function* () {
      const values = Effect.map(Metric.snapshot, (all) =>
        Object.fromEntries(
          all.flatMap(({ attributes, id, state }) =>
            attributes?.["name"] === "lab"
              ? [[id, "count" in state ? state.count : (state as { value: number }).value]]
              : []
          )
        )
      )
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { queue } = yield* lab({ takes: "4 seconds" })
          for (const key of ["a", "b", "b", "c"]) yield* queue.add(key)
          yield* queue.addRateLimited("d")
          yield* TestClock.adjust("3 seconds")
          assert.deepStrictEqual(yield* values, {
            workqueue_depth: 3,
            workqueue_adds_total: 4,
            workqueue_retries_total: 1,
            workqueue_queue_duration_seconds: 1,
            workqueue_unfinished_work_seconds: 3,
            workqueue_longest_running_processor_seconds: 3
          })
        })
      )
      assert.notProperty(yield* values, "workqueue_depth")
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.effect("keeps its promises for any order of additions", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              key: fc.constantFrom("a", "b", "c", "d"),
              how: fc.constantFrom("add", "addAfter", "addRateLimited"),
              delay: fc.nat(50),
              pause: fc.nat(30)
            }),
            { maxLength: 60 }
          ),
          fc.integer({ min: 1, max: 3 }),
          (steps, workers) =>
            Effect.runPromise(
              Effect.gen(function* () {
                const { doubled, queue, worked } = yield* lab({ workers, takes: "7 millis" })
                for (const { delay, how, key, pause } of steps) {
                  if (how === "add") yield* queue.add(key)
                  else if (how === "addAfter") yield* queue.addAfter(key, delay)
                  else yield* queue.addRateLimited(key)
                  yield* TestClock.adjust(pause)
                }
                yield* TestClock.adjust("1 minute")
                assert.isFalse(doubled())
                assert.isAtMost(worked.length, steps.length)
                assert.deepStrictEqual([...new Set(worked)].sort(), [...new Set(steps.map(({ key }) => key))].sort())
              }).pipe(Effect.scoped, Effect.provide(TestClock.layer()))
            )
        ),
        { numRuns: 60 }
      )
    )
  )
})
