import { Effect, References, type Scope } from "effect"

/** Runs a test in a scope of its own, without the log lines of the trouble that it makes on purpose. */
export const quietly = <A, E, R>(test: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Scope.Scope>> =>
  Effect.scoped(Effect.provideService(test, References.MinimumLogLevel, "None"))
