import { assert, describe, it } from "@effect/vitest"
import * as RetryBudget from "@holdfast/retry-core/RetryBudget"
import { Schema } from "effect"

const start = performance.now() + 1000

describe("RetryBudget", () => {
  it("fills with the operations that begin", () => {
    const budget = RetryBudget.makeUnsafe({ ratio: 0.5, minPerSecond: 1e-6, capacity: 1 })
    assert.strictEqual(budget.take(start, 0), 0)
    assert.isUndefined(budget.take(start, 0))
    budget.deposit(start)
    assert.isUndefined(budget.take(start, 0))
    budget.deposit(start)
    assert.strictEqual(budget.take(start, 0), 0)
  })

  it("does not starve one who does little", () => {
    const budget = RetryBudget.makeUnsafe({ ratio: 0, minPerSecond: 2, capacity: 1 })
    for (let second = 0; second < 60; second++) assert.strictEqual(budget.take(start + second * 1000, 0), 0)
  })

  it("saves up no more than its capacity", () => {
    const budget = RetryBudget.makeUnsafe({ capacity: 3, minPerSecond: 1 })
    for (let i = 0; i < 100; i++) budget.deposit(start)
    const waits = Array.from({ length: 5 }, () => budget.take(start + 3_600_000, 10_000))
    assert.deepStrictEqual(waits, [0, 0, 0, 1000, 2000])
  })

  it("takes no token where the wait would be too long", () => {
    const budget = RetryBudget.makeUnsafe({ capacity: 1, minPerSecond: 1 })
    assert.strictEqual(budget.take(start, 5000), 0)
    assert.isUndefined(budget.take(start, 999))
    assert.strictEqual(budget.take(start, 1000), 1000)
  })

  it.prop(
    "never allows more retries than capacity, ratio and time give",
    [Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 500 })))],
    ([steps]) => {
      const budget = RetryBudget.makeUnsafe({ ratio: 0.1, minPerSecond: 5, capacity: 10 })
      let now = start
      let deposits = 0
      const taken: Array<number> = []
      for (const step of steps) {
        now += step
        if (step % 3 === 0) {
          budget.deposit(now)
          deposits++
        }
        const wait = budget.take(now, 2000)
        if (wait !== undefined) taken.push(now + wait)
      }
      const end = Math.max(start, ...taken)
      assert.isAtMost(taken.length, 10 + deposits * 0.1 + ((end - start) / 1000) * 5 + 1e-6)
    }
  )

  for (const options of [{ minPerSecond: 0 }, { ratio: -1 }, { capacity: 0 }, { capacity: Number.NaN }]) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(() => RetryBudget.makeUnsafe(options), /invalid retry budget: \w+ is /)
    })
  }
})
