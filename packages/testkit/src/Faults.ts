/**
 * Faults of an API server on demand: what a client sees when a network, an overloaded server or a certificate change
 * gets in its way. A fault is data; it is injected into a running server, applies to the requests it matches, and is
 * taken out again when it has been used up or cleared.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/**
 * Which requests a fault concerns. Everything that is left out matches.
 *
 * @category models
 * @since 0.1.0
 */
export interface Match {
  /** HTTP method. */
  readonly method?: string
  /** The path and query, a substring or a pattern. */
  readonly path?: string | RegExp
}

/**
 * One fault.
 *
 * @category models
 * @since 0.1.0
 */
export type Fault =
  /** Answers late. */
  | { readonly _tag: "Latency"; readonly delay: Duration.Input }
  /** Cuts the connection: before anything was done, or after the request took effect and before it is answered. */
  | { readonly _tag: "Reset"; readonly when: "before-effect" | "after-effect" }
  /** Answers with a `Status` instead of doing anything. */
  | {
      readonly _tag: "Answer"
      readonly code: number
      readonly reason: string
      readonly message: string
      readonly retryAfterSeconds?: number
    }
  /** Takes the request, has it take effect, and answers with this instead. */
  | { readonly _tag: "AnswerAfter"; readonly code: number; readonly reason: string; readonly message: string }
  /** Cuts a watch in the middle of a line, after it was open for a time. */
  | { readonly _tag: "TruncatedWatch"; readonly after: Duration.Input }

/**
 * An injected fault.
 *
 * @category models
 * @since 0.1.0
 */
export interface InjectedFault {
  /** How many requests it has hit so far. */
  readonly hits: Effect.Effect<number>
  /** Takes it out. */
  readonly clear: Effect.Effect<void>
}

/**
 * The faults of one running server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Faults {
  /** Injects a fault; `times` bounds how often it hits, without end when left out. */
  readonly inject: (
    fault: Fault,
    options?: { readonly match?: Match; readonly times?: number }
  ) => Effect.Effect<InjectedFault>
  /** Takes all faults out. */
  readonly clear: Effect.Effect<void>
  /** Stops listening: new connections are refused, open ones are cut. `resume` listens on the same port again. */
  readonly refuse: Effect.Effect<void>
  /** Listens again after `refuse`, and answers handshakes again after `stallHandshakes`. */
  readonly resume: Effect.Effect<void>
  /** Accepts connections and never answers their TLS handshake. */
  readonly stallHandshakes: Effect.Effect<void>
  /** Cuts all connections that are open now. */
  readonly disconnect: Effect.Effect<void>
  /**
   * Sets this server's clock ahead of the cluster's, or behind it (`"-2 hours"`); zero sets it right. The server
   * verifies client certificates and those of admission webhooks by it, and writes it in the `Date` header. Connections
   * that are open live on. Timestamps of objects are the cluster's: its `clock` option skews those as well.
   */
  readonly skewClock: (by: Duration.Input) => Effect.Effect<void>
  /** Forgets history, as compaction does: watches and pages from before get 410. */
  readonly expireHistory: Effect.Effect<void>
  /** From now on, changes of webhook configurations take effect in this server only after a time. */
  readonly lagWebhookConfigurations: (lag: Duration.Input) => Effect.Effect<void>
  /**
   * This server keeps its webhooks as they are through the next changes of their configurations (one, when left out),
   * until a later change heals it. A real API server can do so after two changes in quick succession.
   */
  readonly missWebhookConfigurations: (changes?: number) => Effect.Effect<void>
}

/**
 * Answers late.
 *
 * @category constructors
 * @since 0.1.0
 */
export const latency = (delay: Duration.Input): Fault => ({ _tag: "Latency", delay })

/**
 * Cuts the connection before the request is looked at, or after it took effect.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reset = (when: "before-effect" | "after-effect"): Fault => ({ _tag: "Reset", when })

/**
 * Answers 429 with `Retry-After`, as API priority and fairness does.
 *
 * @category constructors
 * @since 0.1.0
 */
export const tooManyRequests = (retryAfterSeconds = 1): Fault => ({
  _tag: "Answer",
  code: 429,
  reason: "TooManyRequests",
  message: "too many requests, please try again later",
  retryAfterSeconds
})

/**
 * Answers 503.
 *
 * @category constructors
 * @since 0.1.0
 */
export const serviceUnavailable = (message = "the server is currently unable to handle the request"): Fault => ({
  _tag: "Answer",
  code: 503,
  reason: "ServiceUnavailable",
  message
})

/**
 * Answers 500 with a cause of your own.
 *
 * @category constructors
 * @since 0.1.0
 */
export const internalError = (cause: string): Fault => ({
  _tag: "Answer",
  code: 500,
  reason: "InternalError",
  message: `Internal error occurred: ${cause}`
})

/**
 * Answers as a server whose etcd does not. `after-effect` is the nasty one: the write was done.
 *
 * @category constructors
 * @since 0.1.0
 */
export const etcdTimeout = (when: "before-effect" | "after-effect" = "before-effect"): Fault => {
  const answer = { code: 500, reason: "", message: "etcdserver: request timed out" }
  return when === "before-effect" ? { _tag: "Answer", ...answer } : { _tag: "AnswerAfter", ...answer }
}

/**
 * Cuts watches in the middle of a line.
 *
 * @category constructors
 * @since 0.1.0
 */
export const truncatedWatch = (after: Duration.Input): Fault => ({ _tag: "TruncatedWatch", after })

/**
 * Every fault that single requests meet and that passes by itself, under the name that people give it, with the number of
 * requests in a row that meet it.
 *
 * **When to use**
 *
 * Use as one axis of a matrix; the other are the moments, as what {@link Match} finds.
 *
 * **Example** (A case for every fault)
 *
 * ```ts
 * import * as ApiServer from "@holdfast/testkit/ApiServer"
 * import * as Faults from "@holdfast/testkit/Faults"
 * import { Effect } from "effect"
 *
 * const cases = Object.entries(Faults.passing).map(([name, { fault, times }]) => ({
 *   name,
 *   run: Effect.gen(function*() {
 *     const server = yield* ApiServer.make()
 *     yield* server.faults.inject(fault, { times, match: { method: "PATCH" } })
 *   })
 * }))
 * ```
 *
 * @category constants
 * @since 0.1.0
 */
export const passing: Readonly<Record<string, { readonly fault: Fault; readonly times: number }>> = {
  "slow answers": { fault: latency("400 millis"), times: 5 },
  "connections reset before the write": { fault: reset("before-effect"), times: 2 },
  "connections reset after the write": { fault: reset("after-effect"), times: 2 },
  "429 with Retry-After": { fault: tooManyRequests(1), times: 2 },
  "503": { fault: serviceUnavailable(), times: 3 },
  "500 while etcd changes its leader": { fault: internalError("etcdserver: leader changed"), times: 3 },
  "etcd times out before the write": { fault: etcdTimeout("before-effect"), times: 2 },
  "etcd times out after the write": { fault: etcdTimeout("after-effect"), times: 2 }
}

/**
 * What befalls a server as a whole, and is over within seconds, under the name that people give it.
 *
 * @see {@link passing} for what befalls single requests
 * @category constants
 * @since 0.1.0
 */
export const disruptions: Readonly<Record<string, (faults: Faults) => Effect.Effect<void>>> = {
  "the server is away for a second": (faults) => forASecond(faults, faults.refuse),
  "handshakes hang for a second": (faults) => forASecond(faults, faults.stallHandshakes),
  "all connections are cut": (faults) => faults.disconnect,
  "history is forgotten": (faults) => faults.expireHistory,
  "watches end in the middle of a line": (faults) =>
    Effect.asVoid(faults.inject(truncatedWatch("100 millis"), { times: 10 })),
  "webhook configurations are seen two seconds late": (faults) => faults.lagWebhookConfigurations("2 seconds"),
  "a change of a webhook configuration is missed": (faults) => faults.missWebhookConfigurations(1),
  "the server's clock is five minutes ahead": (faults) => faults.skewClock("5 minutes")
}

const forASecond = (faults: Faults, end: Effect.Effect<void>): Effect.Effect<void> =>
  end.pipe(Effect.andThen(Effect.sleep("1 second")), Effect.andThen(faults.resume))
