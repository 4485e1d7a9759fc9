/** Requests that lead through a conversion webhook and an aggregated API, one after the other without a pause. */
import type * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { Clock, Duration, Effect, type Scope } from "effect"

export interface Load {
  /** Requests so far, and what those that failed were answered. */
  readonly report: () => { readonly requests: number; readonly failures: ReadonlyArray<string> }
}

/** Asks in each of some ways at this pace, until the scope ends. */
export const run = (
  ways: Readonly<Record<string, Effect.Effect<unknown, KubernetesClient.ClientError>>>,
  pace: Duration.Input
): Effect.Effect<Load, never, Scope.Scope> =>
  Effect.gen(function* () {
    let requests = 0
    const failures: Array<string> = []
    const started = yield* Clock.currentTimeMillis
    for (const [name, ask] of Object.entries(ways)) {
      const once = Effect.gen(function* () {
        const result = yield* Effect.result(ask)
        requests++
        if (result._tag === "Success") return
        const at = ((yield* Clock.currentTimeMillis) - started) / 1000
        failures.push(`${at.toFixed(1)} s, ${name}: ${result.failure.message}`)
      })
      yield* Effect.forkScoped(Effect.forever(Effect.andThen(once, Effect.sleep(pace))))
    }
    return { report: () => ({ requests, failures: [...failures] }) }
  })
