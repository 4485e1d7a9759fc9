/**
 * A way to say "the world has changed, try now" to operations that wait for their next attempt.
 *
 * A wake is a counter that only grows. An operation notes the count before each attempt and compares it when the
 * attempt has failed: a hint that came while the attempt was in flight is therefore not lost, and any number of hints
 * in that time count as one.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"

/**
 * Something happened that may let the next attempt succeed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Hint {
  /** What happened, for logs and progress lines: `the caBundle of webhook x changed`. */
  readonly reason: string
}

/**
 * A source of hints, shared by any number of waiting operations.
 *
 * @see {@link make} for making one
 * @category models
 * @since 0.1.0
 */
export interface Wake {
  /** How many hints there have been. */
  readonly version: number
  /** The latest hint. */
  readonly latest: Hint | undefined
  /** Calls the listener at every hint, until the function that it returns is called. */
  subscribe(listener: (hint: Hint) => void): () => void
}

class Signal implements Wake {
  version = 0
  latest: Hint | undefined = undefined
  readonly listeners = new Set<(hint: Hint) => void>()

  subscribe(listener: (hint: Hint) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
}

/**
 * Makes a wake that can be notified, at once.
 *
 * **When to use**
 *
 * Use outside Effect, as with the Promise facade.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeUnsafe = (): Wake => new Signal()

/**
 * Makes a wake that can be notified.
 *
 * **Example** (Cutting a long wait short)
 *
 * ```ts import.meta.vitest
 * import { Effect } from "effect"
 * import * as Classification from "@holdfast/retry-core/Classification"
 * import { retry } from "@holdfast/retry-core/Retry"
 * import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
 * import * as Wake from "@holdfast/retry-core/Wake"
 *
 * let ready = false
 * const program = Effect.gen(function*() {
 *   const wake = yield* Wake.make
 *   yield* Effect.forkChild(Effect.delay(
 *     Effect.suspend(() => {
 *       ready = true
 *       return Wake.notify(wake, { reason: "the certificate was replaced" })
 *     }),
 *     "10 millis"
 *   ))
 *   return yield* retry(Effect.suspend(() => ready ? Effect.succeed("in") : Effect.fail("not yet")), {
 *     classify: () => Classification.transient({ kind: "not-ready" }),
 *     policy: RetryPolicy.make({ baseDelay: "1 hour", jitter: "none", deadline: "2 hours" }),
 *     wake
 *   })
 * })
 *
 * await Effect.runPromise(program) // => "in"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<Wake> = Effect.sync(makeUnsafe)

/**
 * A wake that never has a hint.
 *
 * @category constructors
 * @since 0.1.0
 */
export const never: Wake = { version: 0, latest: undefined, subscribe: () => () => {} }

/**
 * Gives a hint, at once, to all who wait and to all attempts in flight. Does nothing to {@link never}.
 *
 * @category combinators
 * @since 0.1.0
 */
export const notifyUnsafe = (self: Wake, hint: Hint): void => {
  if (!(self instanceof Signal)) return
  self.version++
  self.latest = hint
  // A copy: an operation that is woken here may fail and wait again before the loop is over.
  for (const listener of [...self.listeners]) listener(hint)
}

/**
 * Gives a hint to all who wait and to all attempts in flight.
 *
 * @category combinators
 * @since 0.1.0
 */
export const notify = (self: Wake, hint: Hint): Effect.Effect<void> => Effect.sync(() => notifyUnsafe(self, hint))
