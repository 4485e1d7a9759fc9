import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { DelayHeap } from "../../src/internal/runtime/DelayHeap.ts"

describe("the heap of delays", () => {
  it("gives keys as a sorted list would, whatever is added and taken out in between", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            key: fc.nat(20).map(String),
            due: fc.nat(100),
            what: fc.constantFrom("add", "add", "delete", "take")
          }),
          { maxLength: 300 }
        ),
        (steps) => {
          const heap = new DelayHeap()
          const model = new Map<string, number>()
          for (const { due, key, what } of steps) {
            if (what === "add") {
              heap.add(key, due)
              model.set(key, Math.min(due, model.get(key) ?? due))
            } else if (what === "delete") {
              heap.delete(key)
              model.delete(key)
            } else {
              const expected = [...model].filter(([, at]) => at <= due)
              for (const [each] of expected) model.delete(each)
              assert.sameMembers(
                [...heap.takeDue(due)],
                expected.map(([each]) => each)
              )
            }
            assert.strictEqual(heap.size, model.size)
            assert.strictEqual(heap.next(), model.size === 0 ? undefined : Math.min(...model.values()))
          }
        }
      )
    )
  })
})
