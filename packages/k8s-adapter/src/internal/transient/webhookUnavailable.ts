import * as Classification from "@holdfast/retry-core/Classification"
import type { Rule } from "./Rule.ts"

/**
 * Webhooks that cannot be reached: no endpoints yet, refused, reset, timed out, no certificate yet. What answers but is
 * no webhook stays so: permanent.
 *
 * @category rules
 * @since 0.1.0
 */
export const webhookUnavailable: Rule = (error) =>
  error._tag !== "WebhookUnavailable"
    ? undefined
    : error.transient
      ? Classification.transient({ kind: "webhook-unavailable", retryAfter: error.retryAfter, note: error.explanation })
      : Classification.permanent
