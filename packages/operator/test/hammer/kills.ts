/** Kills the leader in every phase of a rotation, again and again. */
import type { Phase } from "@holdfast/operator/rotation/RotationState"
import type { Container } from "@holdfast/testkit/ContainerRuntime"
import { Effect } from "effect"
import type * as OperatorLab from "./OperatorLab.ts"
import * as Rotations from "./Rotations.ts"

type Lab = Effect.Success<ReturnType<typeof OperatorLab.make>>

export const phases = ["STABLE", "LEAF", "STAGE", "TRUST", "PROVE", "SERVE", "DRAIN", "RETIRE"] as const

/**
 * Kills whoever leads as soon as a rotation enters a phase, until there were so many kills in each.
 *
 * The kill follows the write of the phase by a few milliseconds, so it hits whatever the leader does there; it counts for
 * the phase that the dead leader has left behind.
 */
export const everyPhase = (lab: Lab, times: number, onKill: (phase: Phase, kills: number) => void) =>
  Effect.gen(function* () {
    const { client, leader, rotations } = lab
    const left = new Map<Phase, number>(phases.map((phase) => [phase, times]))
    let victim: Container | undefined
    let hit: string | undefined
    rotations.onPhase((key, phase) => {
      if (victim === undefined || hit !== undefined || (left.get(phase) ?? 0) <= 0) return
      hit = key
      // At once: some phases last for a few milliseconds.
      Effect.runSync(victim.signal("SIGKILL"))
    })
    let kills = 0
    let dead = 0
    while (phases.some((phase) => (left.get(phase) ?? 0) > 0)) {
      const next = yield* Effect.timeout(
        Effect.repeat(Effect.delay(leader, "200 millis"), { until: (is) => is !== undefined && is.pid !== dead }),
        "2 minutes"
      )
      hit = undefined
      victim = next
      yield* lab.until(() => hit !== undefined, "10 minutes")
      const name = String(hit).replace("/", ".")
      dead = next?.pid ?? 0
      yield* next?.ended ?? Effect.void
      const secret = { apiVersion: "v1", kind: "Secret", namespace: Rotations.operatorNamespace }
      const found = Rotations.stateOf(yield* client.get({ ...secret, name: `${name}.pki` }))
      const phase = found?.phase ?? "STABLE"
      left.set(phase, (left.get(phase) ?? 0) - 1)
      kills += 1
      onKill(phase, kills)
    }
    return new Map(phases.map((phase) => [phase, times - (left.get(phase) ?? 0)]))
  })
