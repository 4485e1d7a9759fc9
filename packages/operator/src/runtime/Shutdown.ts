/**
 * An orderly end within the pod's grace period: not ready at the first signal, then everything drains at the same time,
 * and what is left is interrupted, which gives the Lease back.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Health from "./Health.ts"

/**
 * Something that is to come to an end in order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Drain {
  readonly name: string
  readonly run: Effect.Effect<void>
}

/**
 * How to end.
 *
 * @category options
 * @since 0.1.0
 */
export interface ShutdownOptions {
  readonly health: Health.Health
  readonly drains: ReadonlyArray<Drain>
  /** All the time there is; 25 seconds unless given, as Kubernetes kills after 30. */
  readonly gracePeriod?: Duration.Input
  /** What asks for the end, `Shutdown.signal` unless given. */
  readonly requested?: Effect.Effect<string>
}

/**
 * Returns at the first SIGTERM or SIGINT with its name. A second one then kills, as it does any program.
 *
 * @category constructors
 * @since 0.1.0
 */
export const signal: Effect.Effect<string> = Effect.callback<string>((resume) => {
  const handlers = (["SIGTERM", "SIGINT"] as const).map((name) => {
    const handler = () => {
      forget()
      resume(Effect.succeed(name))
    }
    process.on(name, handler)
    return [name, handler] as const
  })
  const forget = () => {
    for (const [name, handler] of handlers) process.removeListener(name, handler)
  }
  return Effect.sync(forget)
})

/**
 * Runs a program until it ends by itself, or until its end is asked for and has been made in order. The result tells
 * which: `"ended"`, `"drained"`, or `"cut-off"` when the grace period was too short.
 *
 * @category combinators
 * @since 0.1.0
 */
export const run = <A, E, R>(
  program: Effect.Effect<A, E, R>,
  options: ShutdownOptions
): Effect.Effect<"ended" | "drained" | "cut-off", E, R> =>
  Effect.gen(function* () {
    // Not a child: a parent waits for its children, and the grace period has to hold whatever the program does.
    const running = yield* Effect.forkDetach(program)
    const first = yield* Effect.raceFirst(
      Effect.map(Fiber.await(running), (exit) => ({ exit })),
      Effect.map(options.requested ?? signal, (name) => ({ name }))
    ).pipe(Effect.onInterrupt(() => Fiber.interrupt(running)))
    if ("exit" in first) return yield* Exit.map(first.exit, () => "ended" as const)
    yield* options.health.stop
    yield* Effect.logInfo(`${first.name}: shutting down`)
    const startedAt = yield* Clock.monotonicTimeNanos
    const since = Effect.map(Clock.monotonicTimeNanos, (now) =>
      Duration.format(Duration.millis(Math.round(Number(now - startedAt) / 1e6)))
    )
    const drained = Effect.forEach(
      options.drains,
      ({ name, run }) =>
        Effect.andThen(
          run,
          Effect.flatMap(since, (time) => Effect.logInfo(`${name} drained in ${time}`))
        ),
      { concurrency: "unbounded", discard: true }
    )
    const ending = yield* Effect.forkDetach(Effect.andThen(drained, Fiber.interrupt(running)))
    const end = yield* Effect.timeoutOption(Fiber.await(ending), options.gracePeriod ?? "25 seconds")
    if (end._tag === "Some") return "drained"
    yield* Effect.logError("the grace period is over before everything has drained")
    return "cut-off"
  })
