/** Kills the leader in every phase of a rotation, again and again. */
import type { Phase } from "@holdfast/operator/rotation/RotationState"
import type { Container } from "@holdfast/testkit/ContainerRuntime"
import { Effect } from "effect"
import type * as OperatorLab from "./OperatorLab.ts"
import * as Rotations from "./Rotations.ts"

type Lab = Effect.Success<ReturnType<typeof OperatorLab.make>>

export const phases = ["STABLE", "LEAF", "STAGE", "TRUST", "PROVE", "SERVE", "DRAIN", "RETIRE"] as const

/** A kill: the phase whose beginning was its signal, and the phase that the dead leader has left behind. */
export interface Kill {
  readonly at: Phase
  readonly left: Phase | undefined
}

/**
 * Kills whoever leads as soon as a rotation enters a phase, until there were so many kills in each. Some phases last for
 * a few milliseconds, so the leader may have been a step further when it died.
 */
export const everyPhase = (lab: Lab, times: number, onKill: (kill: Kill, kills: number) => void) =>
  Effect.gen(function* () {
    const { client, leader, rotations } = lab
    const kills: Array<Kill> = []
    const isWanted = (phase: Phase) => kills.filter(({ at }) => at === phase).length < times
    let victim: Container | undefined
    let hit: { readonly key: string; readonly phase: Phase } | undefined
    rotations.onPhase((key, phase) => {
      if (victim === undefined || hit !== undefined || !isWanted(phase)) return
      hit = { key, phase }
      Effect.runSync(victim.signal("SIGKILL"))
    })
    let dead = 0
    while (phases.some(isWanted)) {
      const next = yield* Effect.repeat(Effect.delay(leader, "300 millis"), {
        until: (is): is is Container => is !== undefined && is.pid !== dead
      })
      hit = undefined
      victim = next
      const { key, phase } = yield* Effect.repeat(
        Effect.map(Effect.sleep("50 millis"), () => hit),
        { until: (is) => is !== undefined }
      )
      dead = next.pid
      yield* next.ended
      const name = `${key.replace("/", ".")}.pki`
      const secret = yield* client.get({
        apiVersion: "v1",
        kind: "Secret",
        namespace: Rotations.operatorNamespace,
        name
      })
      const kill = { at: phase, left: Rotations.stateOf(secret)?.phase }
      kills.push(kill)
      onKill(kill, kills.length)
    }
    return kills
  })
