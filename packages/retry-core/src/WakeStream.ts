/**
 * Makes wakes from streams, such as watches.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Wake from "./Wake.ts"

/**
 * Makes a wake that passes on every hint of a stream, for as long as the scope is open.
 *
 * A stream that ends or fails gives no more hints: what waits goes on by its own backoff. The failure is logged at debug
 * level.
 *
 * **Example** (Waking on a change)
 *
 * ```ts import.meta.vitest
 * import { Effect, Stream } from "effect"
 * import * as WakeStream from "@holdfast/retry-core/WakeStream"
 *
 * const program = Effect.scoped(Effect.gen(function*() {
 *   const wake = yield* WakeStream.fromStream(Stream.make({ reason: "the Secret changed" }))
 *   yield* Effect.sleep("10 millis")
 *   return wake.latest?.reason
 * }))
 *
 * await Effect.runPromise(program) // => "the Secret changed"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromStream = <E, R>(
  stream: Stream.Stream<Wake.Hint, E, R>
): Effect.Effect<Wake.Wake, never, Scope.Scope | R> =>
  Effect.gen(function* () {
    const wake = yield* Wake.make
    yield* Stream.runForEach(stream, (hint) => Wake.notify(wake, hint)).pipe(
      Effect.catchCause((cause) => Effect.logDebug("a source of hints has failed", cause)),
      Effect.forkScoped
    )
    return wake
  })
