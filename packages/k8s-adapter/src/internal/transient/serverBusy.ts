import * as Classification from "@holdfast/retry-core/Classification"
import type { Rule } from "./Rule.ts"

/** What a 500 says when it is etcd, or the server on its way up or down, and not the request. */
const passingInternalError =
  /etcdserver: (?:leader changed|request timed out|too many requests|no leader|server stopped|not leader)|etcd(?:client|server)?: no (?:available endpoint|leader)|context deadline exceeded|http2: (?:server|client) connection|connection refused|connection reset by peer|rpc error: code = (?:Unavailable|DeadlineExceeded)|transport is closing|unexpected EOF|not yet ready to handle request|apiserver is (?:not ready|shutting down)/

/**
 * The server has no time now: 503, timeouts, and the 500s of etcd changing its leader.
 *
 * @category rules
 * @since 0.1.0
 */
export const serverBusy: Rule = (error) => {
  switch (error._tag) {
    case "ServiceUnavailable":
      return Classification.transient({ kind: "unavailable", retryAfter: error.retryAfter, note: error.detail })
    case "Timeout":
      return Classification.transient({ kind: "timeout", retryAfter: error.retryAfter, note: error.detail })
    case "InternalError":
      return error.retryAfter !== undefined || passingInternalError.test(error.detail)
        ? Classification.transient({ kind: "internal", retryAfter: error.retryAfter, note: error.detail })
        : undefined
    default:
      return undefined
  }
}
