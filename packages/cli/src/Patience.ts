/**
 * Holds on through a certificate vacuum while a command writes, and tells every attempt.
 *
 * @since 0.1.0
 */
import * as HoldOn from "@holdfast/k8s-adapter/HoldOn"
import type { ClientError } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Effect from "effect/Effect"
import * as Reachability from "./apply/Reachability.ts"
import type { retryFlags } from "./CommandFlags.ts"
import type { Values } from "./commandline/Flag.ts"
import type { Host } from "./Host.ts"
import { tellNotice } from "./output/ApplyTelling.ts"
import { Progress } from "./output/Progress.ts"
import * as RetryTelling from "./output/RetryTelling.ts"
import { readPolicy } from "./RetryFlags.ts"

type Flags = Values<typeof retryFlags> & {
  readonly wake: boolean | undefined
  readonly nudge: boolean | undefined
}

/**
 * Runs an operation, again while its failure passes by itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface Patience {
  readonly run: <A, R>(
    name: string,
    effect: Effect.Effect<A, ClientError, R>
  ) => Effect.Effect<A, HoldOn.HoldOnError, R>
  readonly attemptsOf: (name: string) => number
}

/**
 * Makes it from the flags.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (flags: Flags, host: Host) {
  const policy = yield* readPolicy(flags, host)
  const progress = yield* Progress
  const retries = yield* RetryTelling.make
  const holder = yield* HoldOn.make({
    policy,
    wake: flags.wake,
    nudge: flags.nudge,
    classify: Reachability.make().classify,
    onNotice: (notice) => Effect.provideService(tellNotice(notice), Progress, progress)
  })
  const patience: Patience = {
    run: (name, effect) => holder.run(effect, { name, onEvent: retries.onEvent(name) }),
    attemptsOf: retries.attemptsOf
  }
  return patience
})
