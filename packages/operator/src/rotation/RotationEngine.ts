/**
 * The whole idea of a rotation without a gap, with no I/O in it: state and view in, the one next action out.
 *
 * Two clients have to be right at every moment, and neither can be told when to switch: an API server, which takes up
 * a new `caBundle` late, and a pod, which takes up a new leaf late. So the engine never makes a change that needs the
 * other side to have changed already, unless it has seen that it has:
 *
 * - **the next authority is trusted long before it signs** what is served, so the new leaf verifies wherever the bundle
 *   has arrived, and a probe through each API server shows where it has;
 * - **the new leaf carries a bridge**, the new authority signed by the old one, so it verifies also where the bundle has
 *   not arrived, or was set back;
 * - **the old authority stays trusted** until every pod has been seen presenting a leaf that does not need it.
 *
 * Only RETIRE takes trust away. Only LEAF and SERVE change what is served. Time alone never lets anything happen.
 *
 * Every decision is made from scratch, so a crash costs nothing: what is not as the state wants it is done again, with
 * the same bytes.
 *
 * @since 0.1.0
 */
import {
  awaitPods,
  hasRetired,
  isDrained,
  needsOther,
  protectsAnything,
  prove,
  unprovenPairs
} from "../internal/rotation/proof.ts"
import { publish, serve, settle, wrongTargets } from "../internal/rotation/repair.ts"
import {
  authorityDue,
  clockMargin,
  isLeafDue,
  leafDue,
  leafEnd,
  maxSkew,
  settling
} from "../internal/rotation/times.ts"
import { wait } from "../internal/rotation/wait.ts"
import type { RotationSettings } from "./RotationSettings.ts"
import { type Authority, isValid, type Leaf, type Phase, type RotationState } from "./RotationState.ts"
import { type Action, type RotationView, remembered, type Wait, written } from "./RotationView.ts"

/**
 * Decides what to do next.
 *
 * @category deciding
 * @since 0.1.0
 */
export const next = (view: RotationView, settings: RotationSettings): Action => {
  const { state } = view
  const isClockOff = Math.abs(view.skew) > maxSkew
  if (state === undefined || isPutBack(view, state)) return isClockOff ? clockIsOff(view) : begin(view)
  const renewal = isClockOff ? undefined : renewLeaf(view, state, settings)
  const wrong = wrongTargets(view, state)
  const repair = renewal ?? publish(view, state, wrong) ?? serve(view, state) ?? settle(view, wrong)
  if (repair !== undefined) return repair
  return isClockOff
    ? clockIsOff(view)
    : (takeUpRequest(view, state, settings) ?? phases[state.phase](view, state, settings))
}

type Step = (view: RotationView, state: RotationState, settings: RotationSettings) => Action

const phases: Record<Phase, Step> = {
  STABLE: (view, state, settings) => {
    const { current, next } = state
    if (current === undefined) return enter(view, state, "STAGE", { cause: "adopted" })
    if (view.brought !== undefined) {
      const { id, notAfter, notBefore } = view.brought
      if (id !== current.id) return enter(view, state, "STAGE", { cause: "forced" })
      // Its owner has prolonged it: the same key in a certificate that ends at another time.
      if (notAfter !== current.notAfter) return persist(view, state, { current: { ...current, notBefore, notAfter } })
      return wait(view, "a certificate to be due", [], leafDue(state.leaf, settings))
    }
    if (next === undefined || view.now > next.notAfter - clockMargin) {
      return stageAuthority(view, state, settings, (authority) =>
        persist(view, state, { next: authority, nextPublishedAt: undefined })
      )
    }
    if (state.nextPublishedAt === undefined) return persist(view, state, { nextPublishedAt: view.now })
    const due = authorityDue(current, settings)
    return view.now >= due
      ? enter(view, state, "STAGE", { cause: "age" })
      : wait(view, "a certificate to be due", [], Math.min(due, leafDue(state.leaf, settings)))
  },

  LEAF: (view, state, settings) => {
    const behind = view.pods.filter(({ presents }) => presents?.id !== state.leaf?.id)
    if (behind.length === 0) return enter(view, state, "STABLE")
    // A pod that cannot be reached must not keep the authority from being changed in time.
    const isOwn = view.brought === undefined
    if (isOwn && state.current !== undefined && view.now >= authorityDue(state.current, settings)) {
      return enter(view, state, "STAGE", { cause: "age" })
    }
    return awaitPods(view, behind)
  },

  STAGE: (view, state, settings) => {
    // Its owner has put back the one that serves.
    if (servesBrought(view, state)) return enter(view, state, "STABLE", { staged: undefined, cause: undefined })
    return stageAuthority(view, state, settings, (made) => {
      const authority = state.cause === "compromised" ? { ...made, bridges: [] } : made
      return stageLeaf(view, settings, authority, (staged) =>
        enter(view, state, "TRUST", {
          next: authority,
          staged,
          nextPublishedAt: authority.id === state.next?.id ? state.nextPublishedAt : undefined
        })
      )
    })
  },

  TRUST: (view, state, settings) => {
    // Every target has the bundle: publishing comes before any phase.
    if (state.nextPublishedAt === undefined) return persist(view, state, { nextPublishedAt: view.now })
    const until = state.nextPublishedAt + settings.minPublish
    return state.cause === "age" && view.now < until
      ? wait(view, "publication", [], until)
      : enter(view, state, "PROVE")
  },

  PROVE: (view, state, settings) => {
    const { next, staged } = state
    const isOther = view.brought !== undefined && view.brought.id !== next?.id
    if (next === undefined || staged === undefined || isOther || isLeafDue(staged, view.now, settings)) {
      return enter(view, state, "STAGE")
    }
    const serveIt = (proven = state.proven) =>
      enter(view, state, "SERVE", {
        previous: state.current,
        current: next,
        leaf: staged,
        next: undefined,
        nextPublishedAt: undefined,
        staged: undefined,
        proven
      })
    const unproven = unprovenPairs(view)
    if (unproven.length > 0) {
      // At a first start there may be nobody yet to answer a probe.
      const isMute = unproven.every(({ probe }) => probe?.inARow === 0) && view.now >= view.phaseSeenAt + settling
      return isMute && !protectsAnything(view, state) ? serveIt() : prove(view, unproven)
    }
    if (view.reach === "all") return serveIt(next.id)
    // Servers that cannot be asked are carried by a bridge from what they were last seen to trust. Where nobody can tell
    // servers apart, samples and a long publication have to do. A known key waits for nobody.
    if (state.cause === "compromised" || !protectsAnything(view, state)) return serveIt()
    if (staged.bridges.some(({ by }) => by === state.proven)) return serveIt()
    return view.reach === "sampled" && view.now >= (state.nextPublishedAt ?? view.now) + settings.minPublish
      ? serveIt(next.id)
      : wait(view, "API servers")
  },

  SERVE: (view, state) => enter(view, state, "DRAIN"),

  DRAIN: (view, state, settings) => {
    if (!isDrained(view, state)) {
      const behind = view.pods.filter((pod) => needsOther(view, state, pod))
      return awaitPods(view, behind)
    }
    if (hasRetired(view, state)) return enter(view, state, "RETIRE")
    const hurry = state.cause === "compromised" || pending(view, state)?.cause === "compromised"
    const until = Math.max(
      Math.max(state.since, view.phaseSeenAt) + (hurry ? settling : Math.max(settling, settings.rollback)),
      ...view.pods.map(({ since }) => since + (hurry ? 0 : settings.keepAlive))
    )
    return view.now < until ? wait(view, "connections to end", [], until) : enter(view, state, "RETIRE")
  },

  RETIRE: (view, state, settings) => {
    if (!isDrained(view, state)) return enter(view, state, "DRAIN")
    // The next authority comes first, so that one write takes the previous one out and puts the next one in.
    return state.next === undefined && view.brought === undefined
      ? stageAuthority(view, state, settings, (authority) => persist(view, state, { next: authority }))
      : enter(view, state, "STABLE", {
          nextPublishedAt: state.next === undefined ? undefined : view.now,
          previous: undefined,
          adopted: undefined,
          cause: undefined
        })
  }
}

/**
 * Whether the state is not the newest: nothing is written into the cluster before the state is, so one that is older than
 * what is there, or than what this process knows, was put back from a backup.
 */
const isPutBack = (view: RotationView, state: RotationState): boolean =>
  state.epoch < Math.max(written(view), remembered(view)?.epoch ?? 0)

/**
 * An epoch is larger than the last one, and no smaller than the time in seconds. So it is larger than any that was before
 * even where a backup, or nothing at all, was left to say which was the last.
 */
const epochAfter = ({ now }: RotationView, last: number): number => Math.max(last + 1, Math.floor(now / 1_000))

/** Takes up where another process stopped, or starts anew beside what is trusted and served already. */
const begin = (view: RotationView): Action => {
  const { now, serving, state, targets } = view
  const known = remembered(view)
  const epoch = epochAfter(view, Math.max(written(view), state?.epoch ?? 0, known?.epoch ?? 0))
  if (known !== undefined) return { _tag: "Persist", state: { ...known, epoch } }
  const found = [...targets.flatMap(({ bundle }) => bundle), ...(serving?.bundle ?? [])]
  const adopted = found.filter(
    ({ id, notAfter }, index) => now <= notAfter + maxSkew && found.findIndex((each) => each.id === id) === index
  )
  return { _tag: "Persist", state: { epoch, phase: "STAGE", since: now, cause: "adopted", adopted } }
}

const takeUpRequest: (...args: Parameters<Step>) => Action | undefined = (view, state, settings) => {
  const request = pending(view, state)
  // Later on the rotation is ended first.
  const before: ReadonlyArray<Phase> = ["STABLE", "LEAF", "STAGE", "TRUST", "PROVE"]
  if (request === undefined || !before.includes(state.phase)) return undefined
  // An authority that is brought changes when its owner brings another. What there is to do is a new leaf.
  return state.current !== undefined && servesBrought(view, state)
    ? stageLeaf(view, settings, state.current, (leaf) =>
        enter(view, state, "LEAF", { leaf, request: request.id, staged: undefined, cause: undefined })
      )
    : enter(view, state, "STAGE", {
        cause: state.cause === "adopted" ? "adopted" : request.cause,
        request: request.id
      })
}

const pending = ({ request }: RotationView, state: RotationState): RotationView["request"] =>
  request?.id === state.request ? undefined : request

const servesBrought = ({ brought }: RotationView, { current }: RotationState): boolean =>
  brought !== undefined && brought.id === current?.id

/** A new leaf of the same authority changes no bundle, so it can come at any time. */
const renewLeaf: (...args: Parameters<Step>) => Action | undefined = (view, state, settings) => {
  const { current, leaf } = state
  if (leaf === undefined || current === undefined) return undefined
  if (view.reissue !== true) {
    if (!isLeafDue(leaf, view.now, settings)) return undefined
    // Close to the authority's own end a new leaf would live no longer than the old one.
    const worthwhile = Math.min(clockMargin, (settings.leafValidity - settings.leafRenewBefore) / 2)
    if (leafEnd(current, view.now, settings) < leaf.notAfter + worthwhile) return undefined
  }
  return stageLeaf(view, settings, current, (renewed) =>
    state.phase === "STABLE" ? enter(view, state, "LEAF", { leaf: renewed }) : persist(view, state, { leaf: renewed })
  )
}

/** Goes on with the next authority: the one that is there, else the one just made or taken, else one to make or take. */
const stageAuthority = (
  view: RotationView,
  state: RotationState,
  settings: RotationSettings,
  then: (authority: Authority) => Action
): Action => {
  const { brought } = view
  const { current } = state
  const usable = [state.next, view.hand.authority].find(
    (each) =>
      each !== undefined &&
      each.id !== current?.id &&
      (brought === undefined ? view.now < each.notAfter - clockMargin : each.id === brought.id)
  )
  if (usable !== undefined) return then(usable)
  const from = Math.max(view.now, current === undefined ? 0 : authorityDue(current, settings))
  const made = {
    _tag: "MakeAuthority",
    ...(brought === undefined
      ? { notBefore: view.now - clockMargin, notAfter: from + settings.authorityValidity }
      : { notBefore: brought.notBefore, notAfter: brought.notAfter, brought: brought.id })
  } as const
  // A key that is known to others must not vouch for its successor.
  if (current === undefined || (state.cause === "compromised" && state.phase === "STAGE")) return made
  // One bridge is enough from where every API server has been; else it takes all of them down to there.
  const bridges = current.id === state.proven ? [] : current.bridges.filter((each) => isValid(each, view.now))
  return { ...made, bridgedBy: { ...current, bridges } }
}

/** Goes on with a leaf of this authority: the one just made, else one to make. */
const stageLeaf = (
  view: RotationView,
  settings: RotationSettings,
  issuer: Authority,
  then: (leaf: Leaf) => Action
): Action => {
  const { leaf } = view.hand
  const bridges = issuer.bridges.filter((bridge) => isValid(bridge, view.now))
  return leaf !== undefined &&
    leaf.issuer === issuer.id &&
    sameBridges(leaf, bridges) &&
    !isLeafDue(leaf, view.now, settings)
    ? then(leaf)
    : {
        _tag: "MakeLeaf",
        issuer: { ...issuer, bridges },
        notBefore: view.now - clockMargin,
        notAfter: leafEnd(issuer, view.now, settings)
      }
}

const sameBridges = (leaf: Leaf, bridges: Authority["bridges"]): boolean =>
  leaf.bridges.length === bridges.length && bridges.every(({ by }) => leaf.bridges.some((each) => each.by === by))

const clockIsOff = (view: RotationView): Wait => wait(view, "the clock to agree with the API server's")

type Changes = { readonly [K in keyof RotationState]?: RotationState[K] | undefined }

const persist = (view: RotationView, state: RotationState, changes: Changes): Action => {
  const changed: Changes = { ...state, ...changes, epoch: epochAfter(view, state.epoch) }
  const kept = Object.entries(changed).filter(([, value]) => value !== undefined)
  return { _tag: "Persist", state: Object.fromEntries(kept) as unknown as RotationState }
}

const enter = (view: RotationView, state: RotationState, phase: Phase, changes: Changes = {}): Action =>
  persist(view, state, { ...changes, phase, since: view.now })
