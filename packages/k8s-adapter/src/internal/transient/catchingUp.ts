import * as Classification from "@holdfast/retry-core/Classification"
import type { Rule } from "./Rule.ts"

/**
 * The server has not caught up with itself: a namespace whose service account is still to be made, an object of the same
 * name that is still being deleted, two requests that counted against a quota at once.
 *
 * @category rules
 * @since 0.1.0
 */
export const catchingUp: Rule = (error) => {
  const settling = Classification.transient({ kind: "settling", note: error.detail })
  switch (error._tag) {
    case "Forbidden":
      return /error looking up service account [^:]{1,600}: serviceaccount "[^"]{1,300}" not found/.test(error.detail)
        ? settling
        : undefined
    case "AlreadyExists":
    case "Conflict":
      return error.detail.startsWith("object is being deleted: ") || error.details?.kind === "resourcequotas"
        ? settling
        : undefined
    default:
      return undefined
  }
}
