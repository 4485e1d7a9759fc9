import * as Classification from "@holdfast/retry-core/Classification"
import type { Rule } from "./Rule.ts"

/**
 * 429: waits at least as long as the server asks.
 *
 * @category rules
 * @since 0.1.0
 */
export const throttled: Rule = (error) =>
  error._tag === "TooManyRequests"
    ? Classification.transient({ kind: "throttled", retryAfter: error.retryAfter, note: error.detail })
    : undefined
