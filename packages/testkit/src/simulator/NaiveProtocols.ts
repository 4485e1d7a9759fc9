/**
 * Ways to rotate that are in use and fail, as the simulator has to show; and so that it is seen to be able to.
 *
 * @since 0.1.0
 */
import type { Deed, Protocol, Sight } from "./Protocol.ts"
import type { Authority, Leaf } from "./Trust.ts"

/**
 * What a naive protocol keeps in its state: the authority and leaf that it last made, and for which request.
 *
 * @category models
 * @since 0.1.0
 */
export interface NaiveState {
  readonly authority: Authority
  readonly previous?: Authority | undefined
  readonly leaf: Leaf
  readonly request: string | undefined
}

/**
 * What a naive protocol has in hand between two steps.
 *
 * @category models
 * @since 0.1.0
 */
export interface NaiveMemory {
  readonly authority?: Authority
}

const year = 365 * 86_400_000
const hour = 3_600_000

const state = (sight: Sight): NaiveState | undefined => sight.state?.value as NaiveState | undefined

/** All of them make a new authority and a leaf on request, keep both in one Secret, and then do their own thing. */
const make = (name: string, then: (state: NaiveState, sight: Sight) => Deed | undefined): Protocol<NaiveMemory> => ({
  name,
  start: () => ({}),
  step: (memory, sight) => {
    const known = state(sight)
    const authority = sight.outcome?.authority ?? memory.authority
    if (known === undefined || known.request !== sight.request?.id) {
      const validity = { notBefore: sight.now - hour, notAfter: sight.now + year }
      if (authority === undefined) return [{}, { kind: "makeAuthority", ...validity }]
      const leaf = sight.outcome?.leaf
      if (leaf === undefined) return [{ authority }, { kind: "makeLeaf", issuer: authority, ...validity }]
      const value: NaiveState = { authority, previous: known?.authority, leaf, request: sight.request?.id }
      return [{}, { kind: "writeState", over: sight.state?.version, value, says: authority.id }]
    }
    return [{}, then(known, sight) ?? { kind: "wait", until: Number.POSITIVE_INFINITY }]
  }
})

const serve = ({ leaf }: NaiveState, { serving }: Sight): Deed | undefined =>
  serving?.value.leaf?.id === leaf.id
    ? undefined
    : { kind: "writeServing", over: serving?.version, value: { leaf, staged: undefined, bundle: [], note: 0 } }

const publish = (bundle: ReadonlyArray<Authority>, { targets }: Sight): Deed | undefined => {
  const wanted = bundle.map(({ id }) => id).join()
  const wrong = targets.find(({ value }) => value.bundle.map(({ id }) => id).join() !== wanted)
  return wrong === undefined
    ? undefined
    : { kind: "writeTarget", target: wrong.name, over: wrong.version, value: { bundle, note: 0 } }
}

const overlap = ({ authority, previous }: NaiveState): ReadonlyArray<Authority> =>
  previous === undefined ? [authority] : [previous, authority]

/**
 * Writes the new leaf and replaces the bundle by the new authority alone, as Glasskube's certificate Job, cert-controller
 * and knative do.
 *
 * @category protocols
 * @since 0.1.0
 */
export const swapAtOnce: Protocol<NaiveMemory> = make(
  "swap at once",
  (known, sight) => serve(known, sight) ?? publish([known.authority], sight)
)

/**
 * Serves the new leaf first, and adds its authority to the bundle then, as when cainjector is slower than the webhook.
 *
 * @category protocols
 * @since 0.1.0
 */
export const leafBeforeBundle: Protocol<NaiveMemory> = make(
  "leaf before bundle",
  (known, sight) => serve(known, sight) ?? publish(overlap(known), sight)
)

/**
 * Publishes both authorities first, and serves the new leaf at once then, without waiting for anybody to have taken up
 * the bundle.
 *
 * @category protocols
 * @since 0.1.0
 */
export const overlapWithoutProof: Protocol<NaiveMemory> = make(
  "overlap without proof",
  (known, sight) => publish(overlap(known), sight) ?? serve(known, sight)
)
