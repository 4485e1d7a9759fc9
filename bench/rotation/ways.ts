/**
 * Rotations of webhooks' authorities under one and the same hammer: three API servers, three pods that serve all webhooks,
 * and creates and updates without a pause, each through every webhook.
 */
import { Effect } from "effect"
import * as Hooks from "../../packages/operator/test/hammer/hooks.ts"
import * as Lab from "../../packages/operator/test/hammer/Lab.ts"
import * as Naive from "../../packages/operator/test/hammer/naive.ts"
import * as OperatorLab from "../../packages/operator/test/hammer/OperatorLab.ts"

export interface Rotation {
  /** From its start until nothing trusts the old authority, or until nobody does anything any more. */
  readonly seconds: number
  /** From the first request that failed to the last one, in milliseconds. */
  readonly risk: number
  readonly verdict: Lab.Verdict
}

/** Requests a second: with 40, a gap of 25 milliseconds is seen. */
const rate = 40

/** One webhook whose pods see their Secret at once, and one whose pods see it as late as a quick kubelet shows it. */
const hooks = ["prompt", "mounted"]
const lags = { mounted: 10_000 }

const judged = (seconds: number, verdict: Lab.Verdict): Rotation => {
  const times = verdict.failures.map(({ at }) => Date.parse(at))
  const risk = times.length === 0 ? 0 : Math.max(...times) - Math.min(...times) + 1000 / rate
  return { seconds, risk, verdict }
}

const timed = <A, E, R>(rotation: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const began = performance.now()
    return Effect.map(rotation, () => (performance.now() - began) / 1000)
  })

/** So many rotations of each naive way, one after the other, each under a load of its own. */
export const naive = Effect.fnUntraced(function* (rounds: number) {
  const { apply, client, underLoad } = yield* Lab.make({ hooks, lags })
  yield* apply(Hooks.configurations(hooks))
  const prompt = Naive.make(client, hooks, "prompt")
  const mounted = Naive.make(client, hooks, "mounted")
  yield* Effect.andThen(prompt.swap, mounted.swap)
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "first", namespace: Hooks.namespace } }
  yield* Effect.eventually(client.create(configMap))
  const rotations = (way: Effect.Effect<void, unknown>, lag = 0) => {
    const untilSeen = Effect.tap(timed(way), () => Effect.sleep(lag))
    const rotation = Effect.map(underLoad(untilSeen, { rate }), ({ result, verdict }) => judged(result, verdict))
    return Effect.replicateEffect(rotation, rounds)
  }
  return {
    "naive swap, pods see it at once": yield* rotations(prompt.swap),
    "naive swap, pods see it in 10 s": yield* rotations(mounted.swap, lags.mounted),
    "overlap only, bundle first": yield* rotations(prompt.overlapFirst),
    "overlap only, bundle 0.3 s late": yield* rotations(prompt.overlapAfter("300 millis"))
  }
}, Effect.scoped)

/** A rotation of each webhook by the operator, side by side. */
export const operator = Effect.gen(function* () {
  const { keyOf, rotate, underLoad } = yield* OperatorLab.make({ hooks, lags })
  const all = Effect.forEach(hooks, (hook) => timed(rotate(keyOf(hook))), { concurrency: "unbounded" })
  const { result, verdict } = yield* underLoad(all, { rate })
  // A failure cannot be told from those of the other: each is charged with all.
  return { rotations: result.map((seconds) => judged(seconds, verdict)), verdict }
}).pipe(Effect.scoped)
