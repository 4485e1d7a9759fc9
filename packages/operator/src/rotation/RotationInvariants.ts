/**
 * What no action of a rotation may ever do, whatever the engine thinks. It is looked at again right before each action
 * is done, and by the tests on every step, in words of its own and not in the engine's.
 *
 * @since 0.1.0
 */
import { authorities, type Leaf, type RotationState, type Trusted, verifies } from "./RotationState.ts"
import { type Action, type RotationView, written } from "./RotationView.ts"

/** As far as two clocks may differ, an authority that ended by one of them may still be needed by the other. */
const maxSkew = 1_800_000

/**
 * Says which invariant an action would break; `undefined` when none.
 *
 * 1. What is trusted and presented after it still fits together, wherever it did before.
 * 2. Nothing is served or published that is not persisted.
 * 3. Only RETIRE takes trust away.
 * 4. The epoch never falls.
 * 5. A leaf ends before its authority.
 *
 * @category checking
 * @since 0.1.0
 */
export const broken = (view: RotationView, action: Action): string | undefined => {
  switch (action._tag) {
    case "Persist":
      return action.state.epoch > Math.max(view.state?.epoch ?? 0, written(view))
        ? undefined
        : "the epoch would not grow"
    case "MakeLeaf":
      return action.notAfter < action.issuer.notAfter && action.notBefore < view.now
        ? undefined
        : "the leaf would not live inside its authority's life"
    case "Publish":
      return view.state === undefined ? "there is no state" : publishing(view, view.state, action)
    case "Serve":
      return view.state === undefined ? "there is no state" : serving(view, view.state, action)
    default:
      return undefined
  }
}

const publishing = (
  view: RotationView,
  state: RotationState,
  { bundle, epoch, target }: Extract<Action, { readonly _tag: "Publish" }>
): string | undefined => {
  if (epoch !== state.epoch || epoch < target.epoch) return "the epoch would fall"
  const known = [...authorities(state), ...target.bundle]
  const stranger = bundle.find(({ id }) => !hasId(known, id))
  if (stranger !== undefined) return `the authority ${stranger.id} is not persisted`
  const lost = target.bundle.filter((each) => !hasId(bundle, each.id) && view.now <= each.notAfter + maxSkew)
  // A crowded bundle may lose what others put there.
  const isCrowded = new Set(known.map(({ id }) => id)).size > 4
  const mayLose = state.phase === "RETIRE" || (isCrowded && !lost.some(({ id }) => hasId(authorities(state), id)))
  if (lost.length > 0 && !mayLose) return "trust would be taken away outside RETIRE"
  const hurt = view.pods.find(
    ({ presents }) => works(presents, target.bundle, view.now) && !works(presents, bundle, view.now)
  )
  return hurt === undefined ? undefined : `the pod ${hurt.name} would no longer be trusted`
}

const serving = (
  view: RotationView,
  state: RotationState,
  { epoch, leaf, staged }: Extract<Action, { readonly _tag: "Serve" }>
): string | undefined => {
  if (epoch !== state.epoch || epoch < (view.serving?.epoch ?? 0)) return "the epoch would fall"
  if (leaf !== undefined && leaf.id !== state.leaf?.id) return "the leaf is not persisted"
  if (staged !== undefined && staged.id !== state.staged?.id) return "the staged leaf is not persisted"
  return leaf === undefined || hasId(authorities(state), leaf.issuer) ? undefined : "nobody is to trust the leaf"
}

const works = (leaf: Leaf | undefined, bundle: ReadonlyArray<Trusted>, at: number): boolean =>
  leaf !== undefined && verifies(leaf, bundle, at)

const hasId = (all: ReadonlyArray<Trusted>, id: string): boolean => all.some((each) => each.id === id)
