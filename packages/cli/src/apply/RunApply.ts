/**
 * The work of `holdfast apply`.
 *
 * @since 0.1.0
 */
import * as Apply from "@holdfast/k8s-adapter/Apply"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { format, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Wait from "@holdfast/k8s-adapter/Wait"
import * as Effect from "effect/Effect"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { applyFlags } from "../commands/Apply.ts"
import { execute } from "../Execute.ts"
import { tellApply, tellCluster } from "../output/ApplyTelling.ts"
import * as Objects from "../output/Objects.ts"
import { Progress, tell } from "../output/Progress.ts"
import * as RetryTelling from "../output/RetryTelling.ts"
import * as WaitTelling from "../output/WaitTelling.ts"
import { impatient, readPolicy } from "../RetryFlags.ts"
import * as Reachability from "./Reachability.ts"
import { readNamed } from "./ReadManifests.ts"

const awaitReady = Effect.fnUntraced(function* (applied: ReadonlyArray<Apply.Applied>, deadline: number) {
  const onProgress = yield* WaitTelling.onProgress
  yield* Effect.forEach(
    applied,
    ({ ref, live }) =>
      Effect.andThen(
        Wait.ready(live, { last: live, deadline, onProgress }),
        tell({ type: "Waiting", key: format(ref), text: undefined })
      ),
    { concurrency: "unbounded" }
  )
})

/**
 * Applies manifests.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof applyFlags> = ({ flags, host }) => {
  const program = Effect.gen(function* () {
    const policy = yield* readPolicy(flags, host)
    const objects = yield* readNamed(flags, host, { command: "apply", verb: "apply" })
    const print = (results: ReadonlyArray<Objects.ObjectResult>) =>
      Effect.sync(() => host.stdout.write(Objects.render(results, flags.output)))

    if (flags.dryRun === "client") {
      yield* print(
        objects.map((object) => ({
          ref: toRef(object),
          result: "would be applied (client dry run)",
          attempts: 0,
          object
        }))
      )
      return
    }
    const retries = yield* RetryTelling.make
    const progress = yield* Progress
    const reachability = Reachability.make()
    const options: Apply.ApplyOptions = {
      policy,
      wake: flags.wake,
      nudge: flags.nudge,
      fieldManager: flags.fieldManager,
      force: flags.forceConflicts,
      classify: reachability.classify,
      onEvent: (event) =>
        Effect.andThen(
          reachability.observe(event),
          Effect.provideService(tellApply(retries, "retries")(event), Progress, progress)
        )
    }
    const work = Effect.gen(function* () {
      yield* tellCluster
      if (flags.dryRun === "server") {
        const { onEvent: _, ...apply } = options
        const { dryRun } = yield* Effect.promise(() => import("./DryRun.ts"))
        return yield* dryRun(
          objects,
          { apply: { ...apply, policy: impatient(policy), nudge: false }, diff: false, output: flags.output },
          host
        )
      }
      const results = (applied: ReadonlyArray<Apply.Applied>) =>
        applied.map(({ ref, outcome, live }) => ({
          ref,
          result: outcome,
          attempts: retries.attemptsOf(format(ref)),
          object: live
        }))
      const applied = yield* Apply.apply(objects, options).pipe(
        Effect.tapError((error) => print(results(error.applied)))
      )
      yield* print(results(applied))
      if (flags.wait === true) yield* awaitReady(applied, flags.timeout ?? 300_000)
    })
    yield* Effect.provide(work, KubernetesClient.layer(clientOptions(flags, host)))
  })
  return execute(host, { ...flags, title: "holdfast apply" }, program)
}
