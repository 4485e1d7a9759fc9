import * as Duration from "effect/Duration"
import type { RetryPolicy } from "../RetryPolicy.ts"

/**
 * The delay after the `failures`-th failure (1 for the first), in milliseconds, never above `maxDelay`. `previous` is
 * the delay before it, which only `decorrelated` looks at; `random` lies in [0, 1).
 */
export const backoffMillis = (
  policy: RetryPolicy,
  failures: number,
  previous: number | undefined,
  random: number
): number => {
  const base = Duration.toMillis(policy.baseDelay)
  const cap = Duration.toMillis(policy.maxDelay)
  if (policy.jitter === "decorrelated") {
    return Math.min(cap, base + random * (Math.max(base, (previous ?? base) * 3) - base))
  }
  // factor ** failures overflows to Infinity, and 0 * Infinity is NaN: a base of 0 stays 0.
  const step = base === 0 ? 0 : Math.min(cap, base * policy.factor ** (failures - 1))
  switch (policy.jitter) {
    case "none":
      return step
    case "full":
      return step * random
    case "equal":
      return step / 2 + (step / 2) * random
  }
}
