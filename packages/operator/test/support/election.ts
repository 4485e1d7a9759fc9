/** Several who want to lead, in virtual time. */
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as LeaderElection from "@holdfast/operator/runtime/LeaderElection"
import { Clock, Effect } from "effect"
import * as VirtualCluster from "./VirtualCluster.ts"

export const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", name: "operator", namespace: "default" }

/** Candidates on machines of their own, and who of them works at each moment. */
export const election = Effect.gen(function* () {
  const cluster = yield* VirtualCluster.make
  const working = new Set<string>()
  const guarded: Array<readonly [at: number, who: string]> = []
  let mostAtOnce = 0
  const clock = yield* Clock.Clock

  const candidate = Effect.fnUntraced(function* (identity: string, stopsSlowly = 0) {
    const machine = yield* cluster.machine()
    let leads: Effect.Effect<boolean> = Effect.succeed(false)
    const work = (leadership: LeaderElection.Leadership) =>
      Effect.gen(function* () {
        leads = leadership.isValid
        working.add(identity)
        mostAtOnce = Math.max(mostAtOnce, working.size)
        for (;;) {
          yield* leadership.guard(Effect.sync(() => guarded.push([clock.currentTimeMillisUnsafe(), identity])))
          yield* Effect.sleep("500 millis")
        }
      }).pipe(
        Effect.ensuring(
          Effect.andThen(
            Effect.sleep(stopsSlowly),
            Effect.sync(() => working.delete(identity))
          )
        )
      )
    const fiber = yield* LeaderElection.run(work, { name: "operator", namespace: "default", identity }).pipe(
      Effect.provideService(KubernetesClient, machine.client),
      Effect.provideService(Clock.Clock, machine.clock),
      Effect.forkScoped
    )
    // What is stopped could not be ended with the test.
    yield* Effect.addFinalizer(() => machine.resume)
    return { ...machine, fiber, identity, leads: Effect.suspend(() => leads) }
  })
  const spec = Effect.map(cluster.client.get(lease), (object) => object["spec"] as Record<string, unknown>)
  return { ...cluster, candidate, working, guarded, mostAtOnce: () => mostAtOnce, spec }
})
