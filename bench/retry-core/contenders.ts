import * as Classification from "@holdfast/retry-core/Classification"
import { retry } from "@holdfast/retry-core/promise"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import type * as Wake from "@holdfast/retry-core/Wake"
import * as cockatiel from "cockatiel"
import { Effect, Schedule } from "effect"
import { backOff } from "exponential-backoff"
import pRetry from "p-retry"

/** Something that calls a function again when it fails. */
export interface Contender {
  readonly name: string
  /** Retries at once. */
  readonly immediate: (fn: () => Promise<number>) => Promise<number>
  /** Retries after a minute. */
  readonly slow: (fn: () => Promise<number>, wake?: Wake.Wake) => Promise<number>
}

const transient = Classification.transient({ kind: "bench" })
const classify = () => transient
const immediately = RetryPolicy.make({ baseDelay: 0, maxDelay: 0, jitter: "none" })
const slowly = RetryPolicy.make({ baseDelay: "1 minute", jitter: "none" })

const handOver = async (fn: () => Promise<number>, millis: number) => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fn()
    } catch (error) {
      if (attempt === 10) throw error
      if (millis > 0) await new Promise((resolve) => setTimeout(resolve, millis))
    }
  }
}

const patience = (initialDelay: number) =>
  cockatiel.retry(cockatiel.handleAll, { maxAttempts: 9, backoff: new cockatiel.ConstantBackoff(initialDelay) })
const soon = patience(0)
const late = patience(60_000)

const throughEffect = (fn: () => Promise<number>, schedule: Schedule.Schedule<unknown>) =>
  Effect.runPromise(Effect.retry(Effect.tryPromise({ try: fn, catch: (error) => error }), schedule))

export const contenders: ReadonlyArray<Contender> = [
  {
    name: "holdfast",
    immediate: (fn) => retry(fn, { classify, policy: immediately }),
    slow: (fn, wake) => retry(fn, { classify, policy: slowly, wake })
  },
  {
    name: "p-retry",
    immediate: (fn) => pRetry(fn, { retries: 9, minTimeout: 0, maxTimeout: 0 }),
    slow: (fn) => pRetry(fn, { retries: 9, minTimeout: 60_000, maxTimeout: 60_000 })
  },
  { name: "cockatiel", immediate: (fn) => soon.execute(fn), slow: (fn) => late.execute(fn) },
  {
    name: "exponential-backoff",
    immediate: (fn) => backOff(fn, { numOfAttempts: 10, startingDelay: 0, delayFirstAttempt: false }),
    slow: (fn) => backOff(fn, { numOfAttempts: 10, startingDelay: 60_000 })
  },
  {
    name: "Effect.retry",
    immediate: (fn) => throughEffect(fn, Schedule.recurs(9)),
    slow: (fn) => throughEffect(fn, Schedule.spaced("1 minute"))
  },
  { name: "hand loop", immediate: (fn) => handOver(fn, 0), slow: (fn) => handOver(fn, 60_000) }
]
