import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"

/** A gauge whose value is read when somebody looks, for as long as the scope lives. */
export const observe = (
  gauge: Metric.Metric<number, Metric.GaugeState<number>>,
  read: () => number
): Effect.Effect<void, never, Scope.Scope> => register(gauge, () => ({ value: read() }))

/** A counter whose count is read when somebody looks, for as long as the scope lives. */
export const observeCounter = (
  counter: Metric.Metric<number, Metric.CounterState<number>>,
  read: () => number
): Effect.Effect<void, never, Scope.Scope> => register(counter, () => ({ count: read(), incremental: true }))

const register = <State>(
  metric: Metric.Metric<number, State>,
  get: () => State
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.flatMap(Effect.context<Scope.Scope>(), (context) => {
    const registration = Metric.registerUnsafe(metric, context, { get, update: () => {}, modify: () => {} })
    return Effect.addFinalizer(() => Effect.sync(registration.remove))
  })
