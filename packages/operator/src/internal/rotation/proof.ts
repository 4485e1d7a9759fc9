/** What has been seen of API servers and pods, and how to see more. */
import { authorities, isValid, type RotationState, settled, verifies } from "../../rotation/RotationState.ts"
import type { Action, Pod, Probe, RotationView, Target } from "../../rotation/RotationView.ts"
import { hasId } from "./ids.ts"
import {
  enoughAnswers,
  enoughSamples,
  maxNudges,
  maxSkew,
  never,
  nudgeSpacing,
  pollInterval,
  settling,
  writeSpacing
} from "./times.ts"
import { names, wait } from "./wait.ts"

/** Asks those who have not answered twice yet; makes an API server look again that does not see what is there. */
export const prove = (view: RotationView, unproven: ReturnType<typeof unprovenPairs>): Action => {
  // Behind a load balancer the one that does not see it answers only now and then.
  const refusals = view.reach === "sampled" ? 1 : 3
  const stuck = unproven.find(
    ({ probe, target }) => -(probe?.inARow ?? 0) >= refusals && view.now >= (target.writtenAt ?? never) + settling
  )
  if (stuck !== undefined) return { _tag: "Touch", target: stuck.target }
  const rested = unproven.filter(({ probe }) => view.now >= (probe?.at ?? never) + writeSpacing)
  return rested.length > 0
    ? { _tag: "Probe", pairs: rested.map(({ apiServer, target }) => ({ apiServer, target: target.name })) }
    : wait(
        view,
        "API servers",
        Array.from(new Set(unproven.map(({ apiServer }) => apiServer))),
        view.now + writeSpacing
      )
}

export const unprovenPairs = (
  view: RotationView
): ReadonlyArray<{ readonly apiServer: string; readonly target: Target; readonly probe: Probe | undefined }> =>
  view.apiServers.flatMap((apiServer) =>
    view.targets.flatMap((target) => {
      const enough = view.reach === "sampled" ? enoughSamples : enoughAnswers
      const probe = view.probes.find((each) => each.apiServer === apiServer && each.target === target.name)
      return probe !== undefined && probe.epoch >= target.epoch && probe.inARow >= enough
        ? []
        : [{ apiServer, target, probe }]
    })
  )

/** Waits for pods that have not seen the newest Secret; the kubelets of those that mount it are made to look. */
export const awaitPods = (view: RotationView, behind: ReadonlyArray<Pod>): Action => {
  const pod = behind.find((each) => view.now >= nudgeDue(view, each))
  return pod === undefined
    ? wait(
        view,
        "pods",
        names(behind),
        Math.min(view.now + pollInterval, ...behind.map((each) => nudgeDue(view, each)))
      )
    : { _tag: "Nudge", pod: pod.name }
}

const nudgeDue = ({ serving }: RotationView, { mounted, nudged }: Pod): number => {
  if (mounted !== true || (nudged?.times ?? 0) >= maxNudges) return Number.POSITIVE_INFINITY
  return Math.max((serving?.writtenAt ?? never) + writeSpacing, (nudged?.at ?? never) + nudgeSpacing)
}

/** Whether a pod may need an authority that is about to lose its trust. One that cannot be asked may need anything. */
export const needsOther = (view: RotationView, state: RotationState, { presents }: Pod): boolean =>
  presents === undefined || !verifies(presents, settled(state), view.now)

/** Whether there is nothing left to take away that has not ended anyway. */
export const hasRetired = (view: RotationView, state: RotationState): boolean => {
  const kept = settled(state)
  const trusted = [...authorities(state), ...view.targets.flatMap(({ bundle }) => bundle)]
  return trusted.every((each) => hasId(kept, each.id) || view.now > each.notAfter + maxSkew)
}

/** Whether taking away what is no longer wanted can hurt nobody: no pod needs it. */
export const isDrained = (view: RotationView, state: RotationState): boolean =>
  hasRetired(view, state) || !view.pods.some((pod) => needsOther(view, state, pod))

/** Whether anybody is served by what is there. Where nothing works there is nothing to wait for. */
export const protectsAnything = (view: RotationView, { leaf }: RotationState): boolean => {
  const serves = view.serving?.leaf !== undefined && (view.serving.leaf !== leaf?.id || isValid(leaf, view.now))
  const works = ({ presents }: Pod) =>
    presents === undefined || view.targets.some(({ bundle }) => verifies(presents, bundle, view.now))
  return serves || view.pods.some(works)
}
