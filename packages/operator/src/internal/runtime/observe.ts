import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"

/** A gauge whose value is read when somebody looks, for as long as the scope lives. */
export const observe = (
  gauge: Metric.Metric<number, Metric.GaugeState<number>>,
  read: () => number
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.flatMap(Effect.context<Scope.Scope>(), (context) => {
    const registration = Metric.registerUnsafe(gauge, context, {
      get: () => ({ value: read() }),
      update: () => {},
      modify: () => {}
    })
    return Effect.addFinalizer(() => Effect.sync(registration.remove))
  })
