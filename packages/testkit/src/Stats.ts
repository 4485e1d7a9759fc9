/**
 * Counts of what clients asked a server: for tests that prove how many requests something makes.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"

/**
 * One request as it was counted.
 *
 * @category models
 * @since 0.1.0
 */
export interface CountedRequest {
  readonly method: string
  /** Path without the query. */
  readonly path: string
  readonly query: string
  readonly userAgent: string
}

/**
 * The counters of one server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stats {
  /** Requests since the start or the last reset, oldest first; at most the last 100,000. */
  readonly requests: Effect.Effect<ReadonlyArray<CountedRequest>>
  /** How many requests had this method (any, when left out) and a path that matches. */
  readonly count: (match?: { readonly method?: string; readonly path?: RegExp | string }) => Effect.Effect<number>
  /** TLS connections accepted since the start or the last reset. */
  readonly connections: Effect.Effect<number>
  readonly reset: Effect.Effect<void>
}
