import type { RotationSettings } from "../../rotation/RotationSettings.ts"
import type { Authority, Leaf } from "../../rotation/RotationState.ts"

/** Certificates begin an hour before now and end an hour before what they depend on, for clocks that disagree. */
export const clockMargin = 3_600_000
/** With a clock further off than this nothing new is begun. */
export const maxSkew = 1_800_000
/** API servers can miss one of two changes in quick succession (kubernetes/kubernetes#118051). */
export const writeSpacing = 1_000
/** How long a list of pods may be behind. */
export const settling = 15_000
/** How often in a row an API server has to trust the next authority, and how often a load balancer has to lead to one. */
export const enoughAnswers = 2
export const enoughSamples = 20
export const nudgeSpacing = 5_000
export const maxNudges = 5
export const pollInterval = 30_000
/** The API server refuses nothing, but a bundle has to be read at each handshake. */
export const maxAuthorities = 4

/** For what never happened, as far as this process knows. */
export const never = Number.NEGATIVE_INFINITY

export const authorityDue = (authority: Authority, settings: RotationSettings): number =>
  authority.notAfter - settings.authorityRenewBefore

export const leafDue = (leaf: Leaf | undefined, settings: RotationSettings): number => {
  if (leaf === undefined) return Number.POSITIVE_INFINITY
  // Close to its authority's end it was given less than a whole life.
  const life = Math.min(settings.leafValidity, leaf.notAfter - leaf.notBefore - clockMargin)
  return leaf.notAfter - life * (settings.leafRenewBefore / settings.leafValidity)
}

export const isLeafDue = (leaf: Leaf, now: number, settings: RotationSettings): boolean =>
  now >= leafDue(leaf, settings)

export const leafEnd = (issuer: Authority, now: number, settings: RotationSettings): number =>
  Math.min(now + settings.leafValidity, issuer.notAfter - clockMargin)
