import { assert, describe, it } from "@effect/vitest"
import type { Host } from "@holdfast/cli/Host"
import { readPolicy } from "@holdfast/cli/RetryFlags"
import { Duration, Effect } from "effect"

const none = {
  retryMaxAttempts: undefined,
  retryBaseDelay: undefined,
  retryFactor: undefined,
  retryMaxDelay: undefined,
  retryJitter: undefined,
  retryAttemptTimeout: undefined,
  retryDeadline: undefined
}
const host = (env: Readonly<Record<string, string>> = {}) => ({ env }) as unknown as Host

describe("RetryFlags", () => {
  it.effect("reads numbers and durations from flags", () =>
    Effect.gen(function* () {
      const policy = yield* readPolicy(
        { ...none, retryMaxAttempts: "3", retryDeadline: "1m30s", retryJitter: "none" },
        host()
      )
      assert.strictEqual(policy.maxAttempts, 3)
      assert.strictEqual(Duration.toMillis(policy.deadline), 90_000)
      assert.strictEqual(policy.jitter, "none")
    })
  )

  it.effect("reads the environment, and lets a flag win over it", () =>
    Effect.gen(function* () {
      const env = { HOLDFAST_RETRY_MAX_ATTEMPTS: "7", HOLDFAST_RETRY_BASE_DELAY: "50ms" }
      const policy = yield* readPolicy({ ...none, retryMaxAttempts: "2" }, host(env))
      assert.strictEqual(policy.maxAttempts, 2)
      assert.strictEqual(Duration.toMillis(policy.baseDelay), 50)
    })
  )

  it.effect("names the flag, or the variable, whose value is absurd", () =>
    Effect.gen(function* () {
      const problem = (flags: Partial<typeof none>, env: Record<string, string> = {}) =>
        Effect.map(Effect.flip(readPolicy({ ...none, ...flags } as typeof none, host(env))), (error) => {
          assert.strictEqual(error.exit, "usage")
          return error.message
        })
      for (const [flags, name] of [
        [{ retryMaxAttempts: "-1" }, '"-1" for --retry-max-attempts'],
        [{ retryMaxAttempts: "many" }, '"many" for --retry-max-attempts'],
        [{ retryBaseDelay: "-5s" }, '"-5s" for --retry-base-delay'],
        [{ retryFactor: "1e99" }, '"1e99" for --retry-factor'],
        [{ retryDeadline: "0s" }, '"0s" for --retry-deadline'],
        [{ retryMaxDelay: "9000000h" }, "--retry-max-delay"]
      ] as const) {
        assert.include(yield* problem(flags as unknown as Partial<typeof none>), name)
      }
      assert.include(yield* problem({}, { HOLDFAST_RETRY_FACTOR: "x" }), "HOLDFAST_RETRY_FACTOR")
    })
  )
})
