/** Brings what the state says into the cluster: bundles into targets, the leaf into the Secret that pods read. */
import { authorities, type RotationState, settled, type Trusted } from "../../rotation/RotationState.ts"
import type { Action, RotationView, Target } from "../../rotation/RotationView.ts"
import { has, hasId } from "./ids.ts"
import { isDrained } from "./proof.ts"
import { maxAuthorities, maxSkew, never, writeSpacing } from "./times.ts"
import { names, wait } from "./wait.ts"

export interface WrongTarget {
  readonly target: Target
  /** What it should have. */
  readonly bundle: ReadonlyArray<Trusted>
}

export const wrongTargets = (view: RotationView, state: RotationState): ReadonlyArray<WrongTarget> => {
  const isFollowed = state.next !== undefined || view.brought !== undefined
  const isRetiring = state.phase === "RETIRE" && isFollowed && isDrained(view, state)
  return view.targets.flatMap((target) => {
    const bundle = isRetiring ? settled(state) : grownBundle(view, state, target)
    const isPublished = target.epoch > 0 || bundle.length === 0
    return has(target.bundle, bundle) && isPublished ? [] : [{ target, bundle }]
  })
}

/** Writes the bundle where it is not what it should be, one write for each object and change. */
export const publish = (
  view: RotationView,
  { epoch }: RotationState,
  wrong: ReadonlyArray<WrongTarget>
): Action | undefined => {
  const ready = wrong.find(({ target }) => view.now >= (target.writtenAt ?? never) + writeSpacing)
  return ready === undefined ? undefined : { _tag: "Publish", ...ready, epoch }
}

/** Lets a target rest that is wrong again right after it was written. */
export const settle = (view: RotationView, wrong: ReadonlyArray<WrongTarget>): Action | undefined =>
  wrong.length === 0
    ? undefined
    : wait(view, "targets to settle", names(wrong.map(({ target }) => target)), view.now + writeSpacing)

/** All that the state wants, and what is there besides: others may need it, and only RETIRE takes trust away. */
const grownBundle = (view: RotationView, state: RotationState, target: Target): ReadonlyArray<Trusted> => {
  const own = authorities(state)
  const found = target.bundle.filter(({ id, notAfter }) => !hasId(own, id) && view.now <= notAfter + maxSkew)
  // Too many: those go first that no pod needs, and of these the ones that end first.
  const isNeeded = (each: Trusted) => view.pods.some(({ presents }) => presents?.issuer === each.id)
  const byWorth = found.toSorted((a, b) => Number(isNeeded(b)) - Number(isNeeded(a)) || b.notAfter - a.notAfter)
  return [...own, ...byWorth.slice(0, maxAuthorities - own.length)]
}

/** Gives pods what they are to present, and to probes what they are to see. */
export const serve = (view: RotationView, state: RotationState): Action | undefined => {
  const { serving } = view
  const { epoch, leaf, staged } = state
  const bundle = authorities(state)
  const asWanted =
    (leaf === undefined || serving?.leaf === leaf.id) &&
    serving?.staged === staged?.id &&
    has(serving?.bundle ?? [], bundle)
  // A Secret without a leaf would be mounted by pods that could otherwise wait for it.
  if (asWanted || (serving === undefined && leaf === undefined)) return undefined
  return {
    _tag: "Serve",
    over: serving,
    bundle,
    epoch,
    ...(leaf === undefined ? {} : { leaf }),
    ...(staged === undefined ? {} : { staged })
  }
}
