import { assert, describe, it } from "@effect/vitest"
import * as Classification from "@holdfast/retry-core/Classification"
import { retry } from "@holdfast/retry-core/promise"
import { DeadlineExceeded } from "@holdfast/retry-core/RetryErrors"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as Wake from "@holdfast/retry-core/Wake"
import { afterEach, beforeEach, vi } from "vitest"

const classify = () => Classification.transient({ kind: "test" })
const hourly = RetryPolicy.make({ baseDelay: "1 hour", jitter: "none", deadline: "10 hours" })

const rejectionOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error("expected a rejection")
}

describe("retry, as a promise", () => {
  // The facade keeps to the timers of the host, so its users can test with the fake ones of their test runner.
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    assert.strictEqual(vi.getTimerCount(), 0, "a timer was left behind")
    vi.useRealTimers()
  })

  it("gives a value that needs no promise", async () => {
    assert.strictEqual(await retry(() => 1, { classify }), 1)
  })

  it("takes what throws for what rejects", async () => {
    const result = retry(
      ({ attempt }) => {
        if (attempt < 3) throw new Error("no")
        return attempt
      },
      { classify, policy: hourly }
    )
    await vi.advanceTimersByTimeAsync(3 * 3_600_000)
    assert.strictEqual(await result, 3)
  })

  it("does not call the function when the signal is aborted before", async () => {
    const reason = new Error("enough")
    let calls = 0
    const error = await rejectionOf(retry(() => ++calls, { classify, signal: AbortSignal.abort(reason) }))
    assert.strictEqual(error, reason)
    assert.strictEqual(calls, 0)
  })

  it("rejects with the caller's reason as soon as the signal is aborted, during a wait", async () => {
    const controller = new AbortController()
    const reason = { why: "enough" }
    let calls = 0
    const result = rejectionOf(
      retry(
        async () => {
          calls++
          throw new Error("no")
        },
        { classify, policy: hourly, signal: controller.signal }
      )
    )
    await vi.advanceTimersByTimeAsync(1000)
    controller.abort(reason)
    assert.strictEqual(await result, reason)
    await vi.advanceTimersByTimeAsync(10 * 3_600_000)
    assert.strictEqual(calls, 1)
  })

  for (const number of [1, 2]) {
    it(`aborts attempt ${number} in flight with the caller's reason, and does not wait for it`, async () => {
      const controller = new AbortController()
      const reason = new Error("enough")
      const seen: Array<unknown> = []
      const result = rejectionOf(
        retry(
          async ({ attempt, signal }) => {
            if (attempt < number) throw new Error("no")
            signal.addEventListener("abort", () => seen.push(signal.reason))
            return new Promise(() => {})
          },
          { classify, policy: hourly, signal: controller.signal }
        )
      )
      await vi.advanceTimersByTimeAsync((number - 1) * 3_600_000 + 5)
      controller.abort(reason)
      assert.strictEqual(await result, reason)
      assert.deepStrictEqual(seen, [reason])
    })
  }

  it("never calls the function again after an abort, wherever it comes from", async () => {
    for (const place of ["attempt", "AttemptFailed", "Retrying"]) {
      const controller = new AbortController()
      let calls = 0
      const result = rejectionOf(
        retry(
          async () => {
            calls++
            if (place === "attempt") controller.abort("enough")
            throw new Error("no")
          },
          {
            classify,
            policy: RetryPolicy.make({ baseDelay: 0 }),
            signal: controller.signal,
            onEvent: (event) => {
              if (event._tag === place) controller.abort("enough")
            }
          }
        )
      )
      await vi.advanceTimersByTimeAsync(1000)
      assert.strictEqual(await result, "enough")
      assert.strictEqual(calls, 1, place)
    }
  })

  it("hears of an abort even while it retries without any delay", async () => {
    const controller = new AbortController()
    const result = rejectionOf(
      retry(
        () => {
          throw new Error("no")
        },
        { classify, policy: RetryPolicy.make({ baseDelay: 0 }), signal: controller.signal }
      )
    )
    setTimeout(() => controller.abort("enough"), 100)
    await vi.advanceTimersByTimeAsync(200)
    assert.strictEqual(await result, "enough")
  })

  it("aborts an attempt that takes too long with a TimeoutError", async () => {
    const names: Array<string> = []
    const result = rejectionOf(
      retry(
        ({ signal }) =>
          new Promise(() => {
            signal.addEventListener("abort", () => names.push(signal.reason.name))
          }),
        { classify, policy: RetryPolicy.make({ attemptTimeout: "3 seconds", deadline: "8 seconds" }) }
      )
    )
    await vi.advanceTimersByTimeAsync(8001)
    assert.isTrue((await result) instanceof DeadlineExceeded)
    assert.deepStrictEqual(names, ["TimeoutError", "TimeoutError", "TimeoutError"])
  })

  it("gives an aborted signal to who asks for it late", async () => {
    const late: Array<boolean> = []
    const result = retry(
      async (context) => {
        if (context.attempt === 2) return "done"
        await new Promise((resolve) => setTimeout(resolve, 5000))
        late.push(context.signal.aborted)
        return "too late"
      },
      { classify, policy: RetryPolicy.make({ attemptTimeout: "1 second", baseDelay: "10 seconds", jitter: "none" }) }
    )
    await vi.advanceTimersByTimeAsync(20_000)
    assert.strictEqual(await result, "done")
    assert.deepStrictEqual(late, [true])
  })

  it("leaves no listener on the caller's signal", async () => {
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, "addEventListener")
    const removed = vi.spyOn(signal, "removeEventListener")
    await retry(() => Promise.resolve(1), { classify, signal })
    await rejectionOf(retry(() => Promise.reject(1), { classify: () => Classification.permanent, signal }))
    await vi.advanceTimersByTimeAsync(1)
    assert.strictEqual(added.mock.calls.length, 2)
    assert.strictEqual(removed.mock.calls.length, 2)
  })

  it("rejects with what the caller's own callbacks throw", async () => {
    const fails = () => Promise.reject(new Error("no"))
    const mistake = new Error("a mistake")
    const thrower = () => {
      throw mistake
    }
    assert.strictEqual(await rejectionOf(retry(fails, { classify: thrower })), mistake)
    assert.strictEqual(await rejectionOf(retry(fails, { classify, onEvent: thrower })), mistake)
    await vi.advanceTimersByTimeAsync(1)
  })

  it("is woken without Effect", async () => {
    const wake = Wake.makeUnsafe()
    const result = retry(({ attempt }) => (attempt === 1 ? Promise.reject(1) : Promise.resolve(attempt)), {
      classify,
      policy: hourly,
      wake
    })
    await vi.advanceTimersByTimeAsync(1000)
    Wake.notifyUnsafe(wake, { reason: "changed" })
    await vi.advanceTimersByTimeAsync(100)
    assert.strictEqual(await result, 2)
  })

  it("times attempts even where a loop never lets the event loop turn", async () => {
    for (let i = 0; i < 5000; i++) await retry(() => Promise.resolve(i), { classify })
    const result = rejectionOf(
      retry(() => new Promise(() => {}), { classify, policy: RetryPolicy.make({ deadline: "1 second" }) })
    )
    await vi.advanceTimersByTimeAsync(1001)
    assert.isTrue((await result) instanceof DeadlineExceeded)
  })
})
