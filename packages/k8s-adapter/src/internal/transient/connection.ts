import * as Classification from "@holdfast/retry-core/Classification"
import type { Rule } from "./Rule.ts"

/**
 * No answer at all: refused, reset, timed out, no name, no route. A port that speaks another protocol is permanent.
 *
 * @category rules
 * @since 0.1.0
 */
export const connection: Rule = (error) =>
  error._tag !== "ConnectionError"
    ? undefined
    : error.transient
      ? Classification.transient({ kind: "connection", note: error.detail })
      : Classification.permanent
