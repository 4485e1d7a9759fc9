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
  type Authority,
  authorities,
  isValid,
  type Leaf,
  type Phase,
  type RotationState,
  type Trusted,
  verifies
} from "./RotationState.ts"
import type { Action, Pod, Probe, RotationView, Target, Wait } from "./RotationView.ts"

/**
 * The times a rotation keeps, in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface RotationSettings {
  /** How long an authority is good for from the moment it is to serve; it is replaced after two thirds. */
  readonly authorityValidity: number
  /** How long a leaf is good for; it is renewed after two thirds. */
  readonly leafValidity: number
  /** How long the next authority is published before it serves, unless somebody is in a hurry. */
  readonly minPublish: number
  /** How long an API server keeps an idle connection. */
  readonly keepAlive: number
  /** How long the previous authority stays trusted after it served, for a Deployment that is rolled back. */
  readonly rollback: number
}

/**
 * The settings of a webhook that nobody has configured.
 *
 * @category constructors
 * @since 0.1.0
 */
export const defaults: RotationSettings = {
  authorityValidity: 365 * 86_400_000,
  leafValidity: 30 * 86_400_000,
  minPublish: 86_400_000,
  keepAlive: 90_000,
  rollback: 3_600_000
}

/** Certificates begin an hour before now and end an hour before what they depend on, for clocks that disagree. */
const clockMargin = 3_600_000
/** With a clock further off than this nothing new is begun. */
const maxSkew = 1_800_000
/** API servers can miss one of two changes in quick succession (kubernetes/kubernetes#118051). */
const writeSpacing = 1_000
/** How long a list of pods may be behind. */
const settling = 15_000
const nudgeSpacing = 5_000
const maxNudges = 5
const pollInterval = 30_000
/** The API server refuses nothing, but a bundle has to be read at each handshake. */
const maxAuthorities = 4

/**
 * Decides what to do next.
 *
 * @category deciding
 * @since 0.1.0
 */
export const next = (view: RotationView, settings: RotationSettings): Action => {
  const { remembered, state } = view
  // Nothing is written into the cluster before the state is, so a state older than what is there, or than what this
  // process knows, was lost or put back from a backup.
  const written = Math.max(view.serving?.epoch ?? 0, ...view.targets.map(({ epoch }) => epoch))
  const isClockOff = Math.abs(view.skew) > maxSkew
  if (state === undefined || state.epoch < Math.max(written, remembered?.epoch ?? 0)) {
    return isClockOff ? clockIsOff(view) : begin(view, written)
  }
  const renewal = isClockOff ? undefined : renewLeaf(view, state, settings)
  const wrong = wrongTargets(view, state)
  const repair = renewal ?? publish(view, state, wrong) ?? serve(view, state) ?? settle(view, wrong)
  if (repair !== undefined) return repair
  return isClockOff ? clockIsOff(view) : (takeUpRequest(view, state) ?? phases[state.phase](view, state, settings))
}

type Step = (view: RotationView, state: RotationState, settings: RotationSettings) => Action

const phases: Record<Phase, Step> = {
  STABLE: (view, state, settings) => {
    const { current, next } = state
    if (current === undefined) return enter(view, state, "STAGE", { cause: "adopted" })
    if (next === undefined || view.now > next.notAfter - clockMargin) {
      return stageAuthority(view, state, settings, (authority) =>
        persist(state, { next: authority, nextPublishedAt: undefined })
      )
    }
    if (state.nextPublishedAt === undefined) return persist(state, { nextPublishedAt: view.now })
    const due = authorityDue(current, settings)
    return view.now >= due
      ? enter(view, state, "STAGE", { cause: "age" })
      : wait(view, "a certificate to be due", [], Math.min(due, leafDue(state.leaf, settings)))
  },

  LEAF: (view, state, settings) => {
    const behind = view.pods.filter(({ presents }) => presents?.id !== state.leaf?.id)
    if (behind.length === 0) return enter(view, state, "STABLE")
    // A pod that cannot be reached must not keep the authority from being changed in time.
    if (state.current !== undefined && view.now >= authorityDue(state.current, settings)) {
      return enter(view, state, "STAGE", { cause: "age" })
    }
    return nudge(view, behind) ?? wait(view, "pods", names(behind))
  },

  STAGE: (view, state, settings) =>
    stageAuthority(view, state, settings, (made) => {
      const authority = state.cause === "compromised" ? { ...made, bridges: [] } : made
      return stageLeaf(view, settings, authority, (staged) =>
        enter(view, state, "TRUST", {
          next: authority,
          staged,
          nextPublishedAt: authority.id === state.next?.id ? state.nextPublishedAt : undefined
        })
      )
    }),

  TRUST: (view, state, settings) => {
    // Every target has the bundle: publishing comes before any phase.
    if (state.nextPublishedAt === undefined) return persist(state, { nextPublishedAt: view.now })
    const until = state.nextPublishedAt + settings.minPublish
    return state.cause === "age" && view.now < until
      ? wait(view, "publication", [], until)
      : enter(view, state, "PROVE")
  },

  PROVE: (view, state, settings) => {
    const { next, staged } = state
    if (next === undefined || staged === undefined || isLeafDue(staged, view.now, settings)) {
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
      return nudge(view, behind) ?? wait(view, "pods", names(behind))
    }
    const hurry = state.cause === "compromised"
    const until = Math.max(
      Math.max(state.since, view.phaseSeenAt) + (hurry ? settling : Math.max(settling, settings.rollback)),
      ...view.pods.map(({ since }) => since + (hurry ? 0 : settings.keepAlive))
    )
    return view.now < until ? wait(view, "connections to end", [], until) : enter(view, state, "RETIRE")
  },

  RETIRE: (view, state, settings) => {
    if (!isDrained(view, state)) return enter(view, state, "DRAIN")
    // The next authority comes first, so that one write takes the previous one out and puts the next one in.
    return state.next === undefined
      ? stageAuthority(view, state, settings, (authority) => persist(state, { next: authority }))
      : enter(view, state, "STABLE", {
          nextPublishedAt: view.now,
          previous: undefined,
          adopted: undefined,
          cause: undefined
        })
  }
}

/** Takes up where another process stopped, or starts anew beside what is trusted and served already. */
const begin = (view: RotationView, written: number): Action => {
  const { now, remembered, serving, state, targets } = view
  const epoch = Math.max(written, state?.epoch ?? 0) + 1
  if (remembered !== undefined && remembered.epoch >= written) {
    return { _tag: "Persist", state: { ...remembered, epoch: Math.max(epoch, remembered.epoch + 1) } }
  }
  const found = [...targets.flatMap(({ bundle }) => bundle), ...(serving?.bundle ?? [])]
  const adopted = found.filter(
    ({ id, notAfter }, index) => now <= notAfter + maxSkew && found.findIndex((each) => each.id === id) === index
  )
  return { _tag: "Persist", state: { epoch, phase: "STAGE", since: now, cause: "adopted", adopted } }
}

/** Gives pods what they are to present, and to probes what they are to see. */
const serve = (view: RotationView, state: RotationState): Action | undefined => {
  const { serving } = view
  const { epoch, leaf, staged } = state
  const bundle = authorities(state)
  const asWanted =
    (leaf === undefined || serving?.leaf === leaf.id) &&
    serving?.staged === staged?.id &&
    sameIds(serving?.bundle ?? [], bundle)
  if (asWanted) return undefined
  return {
    _tag: "Serve",
    over: serving,
    bundle,
    epoch,
    ...(leaf === undefined ? {} : { leaf }),
    ...(staged === undefined ? {} : { staged })
  }
}

interface WrongTarget {
  readonly target: Target
  /** What it should have. */
  readonly bundle: ReadonlyArray<Trusted>
}

const wrongTargets = (view: RotationView, state: RotationState): ReadonlyArray<WrongTarget> => {
  const isRetiring = state.phase === "RETIRE" && state.next !== undefined && isDrained(view, state)
  return view.targets.flatMap((target) => {
    const bundle = isRetiring ? settled(state) : grownBundle(view, state, target)
    return sameIds(bundle, target.bundle) ? [] : [{ target, bundle }]
  })
}

/** Writes the bundle where it is not what it should be, one write for each object and change. */
const publish = (
  view: RotationView,
  { epoch }: RotationState,
  wrong: ReadonlyArray<WrongTarget>
): Action | undefined => {
  const ready = wrong.find(({ target }) => view.now >= (target.writtenAt ?? 0) + writeSpacing)
  return ready === undefined ? undefined : { _tag: "Publish", ...ready, epoch }
}

/** Lets a target rest that is wrong again right after it was written. */
const settle = (view: RotationView, wrong: ReadonlyArray<WrongTarget>): Action | undefined =>
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

/** The bundle at the end of a rotation. */
const settled = ({ current, next }: RotationState): ReadonlyArray<Authority> =>
  [current, next].filter((each) => each !== undefined)

const takeUpRequest = (view: RotationView, state: RotationState): Action | undefined => {
  const { request } = view
  const before: ReadonlyArray<Phase> = ["STABLE", "LEAF", "STAGE", "TRUST", "PROVE"]
  return request === undefined || request.id === state.request || !before.includes(state.phase)
    ? undefined
    : enter(view, state, "STAGE", {
        cause: state.cause === "adopted" ? "adopted" : request.cause,
        request: request.id
      })
}

/** A new leaf of the same authority changes no bundle, so it can come at any time. */
const renewLeaf: (...args: Parameters<Step>) => Action | undefined = (view, state, settings) => {
  const { current, leaf } = state
  if (leaf === undefined || current === undefined || !isLeafDue(leaf, view.now, settings)) return undefined
  // Close to the authority's own end a new leaf would live no longer than the old one.
  if (leafEnd(current, view.now, settings) < leaf.notAfter + clockMargin) return undefined
  return stageLeaf(view, settings, current, (renewed) =>
    state.phase === "STABLE" ? enter(view, state, "LEAF", { leaf: renewed }) : persist(state, { leaf: renewed })
  )
}

/** Goes on with the next authority: the one that is there, else the one just made, else one to make. */
const stageAuthority = (
  view: RotationView,
  state: RotationState,
  settings: RotationSettings,
  then: (authority: Authority) => Action
): Action => {
  const usable = [state.next, view.hand.authority].find(
    (each) => each !== undefined && each.id !== state.current?.id && view.now < each.notAfter - clockMargin
  )
  if (usable !== undefined) return then(usable)
  const { current } = state
  const from = Math.max(view.now, current === undefined ? 0 : authorityDue(current, settings))
  const made = {
    _tag: "MakeAuthority",
    notBefore: view.now - clockMargin,
    notAfter: from + settings.authorityValidity
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

/** Asks those who have not answered twice yet; makes an API server look again that does not see what is there. */
const prove = (view: RotationView, unproven: ReturnType<typeof unprovenPairs>): Action => {
  const stuck = unproven.find(
    ({ probe, target }) => (probe?.inARow ?? 0) <= -3 && view.now >= (target.writtenAt ?? 0) + settling
  )
  if (stuck !== undefined) return { _tag: "Touch", target: stuck.target }
  const rested = unproven.filter(({ probe }) => view.now >= (probe?.at ?? 0) + writeSpacing)
  return rested.length > 0
    ? { _tag: "Probe", pairs: rested.map(({ apiServer, target }) => ({ apiServer, target: target.name })) }
    : wait(
        view,
        "API servers",
        Array.from(new Set(unproven.map(({ apiServer }) => apiServer))),
        view.now + writeSpacing
      )
}

const unprovenPairs = (
  view: RotationView
): ReadonlyArray<{ readonly apiServer: string; readonly target: Target; readonly probe: Probe | undefined }> =>
  view.apiServers.flatMap((apiServer) =>
    view.targets.flatMap((target) => {
      const probe = view.probes.find((each) => each.apiServer === apiServer && each.target === target.name)
      return probe !== undefined && probe.epoch >= target.epoch && probe.inARow >= 2
        ? []
        : [{ apiServer, target, probe }]
    })
  )

/** Makes the kubelets of pods look that read a mounted Secret and have not seen the newest one yet. */
const nudge = (view: RotationView, behind: ReadonlyArray<Pod>): Action | undefined => {
  const pod = behind.find(
    ({ mounted, nudged }) =>
      mounted === true &&
      view.now >= (view.serving?.writtenAt ?? 0) + writeSpacing &&
      (nudged === undefined || (nudged.times < maxNudges && view.now >= nudged.at + nudgeSpacing))
  )
  return pod === undefined ? undefined : { _tag: "Nudge", pod: pod.name }
}

/** Whether a pod may need an authority that is about to lose its trust. One that cannot be asked may need anything. */
const needsOther = (view: RotationView, state: RotationState, { presents }: Pod): boolean =>
  presents === undefined || !verifies(presents, settled(state), view.now)

/** Whether taking away what is no longer wanted can hurt nobody: no pod needs it, or it has ended anyway. */
const isDrained = (view: RotationView, state: RotationState): boolean => {
  const kept = settled(state)
  const trusted = [...authorities(state), ...view.targets.flatMap(({ bundle }) => bundle)]
  return (
    trusted.every((each) => hasId(kept, each.id) || view.now > each.notAfter + maxSkew) ||
    !view.pods.some((pod) => needsOther(view, state, pod))
  )
}

/** Whether anybody is served by what is there. Where nothing works there is nothing to wait for. */
const protectsAnything = (view: RotationView, { leaf }: RotationState): boolean => {
  const serves = view.serving?.leaf !== undefined && (view.serving.leaf !== leaf?.id || isValid(leaf, view.now))
  const works = ({ presents }: Pod) =>
    presents === undefined || view.targets.some(({ bundle }) => verifies(presents, bundle, view.now))
  return serves || view.pods.some(works)
}

/** When an authority has a third of the validity left that it was made with for its time of service. */
const authorityDue = (authority: Authority, settings: RotationSettings): number =>
  authority.notAfter - settings.authorityValidity / 3

const leafDue = (leaf: Leaf | undefined, settings: RotationSettings): number =>
  leaf === undefined
    ? Number.POSITIVE_INFINITY
    : leaf.notAfter - Math.min(settings.leafValidity, leaf.notAfter - leaf.notBefore - clockMargin) / 3

const isLeafDue = (leaf: Leaf, now: number, settings: RotationSettings): boolean => now >= leafDue(leaf, settings)

const leafEnd = (issuer: Authority, now: number, settings: RotationSettings): number =>
  Math.min(now + settings.leafValidity, issuer.notAfter - clockMargin)

const sameBridges = (leaf: Leaf, bridges: Authority["bridges"]): boolean =>
  leaf.bridges.length === bridges.length && bridges.every(({ by }) => leaf.bridges.some((each) => each.by === by))

const hasId = (all: ReadonlyArray<Trusted>, id: string): boolean => all.some((each) => each.id === id)

const sameIds = (a: ReadonlyArray<Trusted>, b: ReadonlyArray<Trusted>): boolean =>
  a.length === b.length && a.every(({ id }) => hasId(b, id))

const clockIsOff = (view: RotationView): Wait => wait(view, "the clock to agree with the API server's")

const names = (all: ReadonlyArray<{ readonly name: string }>): ReadonlyArray<string> => all.map(({ name }) => name)

const wait = (
  view: RotationView,
  what: Wait["for"],
  missing: ReadonlyArray<string> = [],
  until: number = view.now + pollInterval
): Wait => ({ _tag: "Wait", for: what, missing, until })

type Changes = { readonly [K in keyof RotationState]?: RotationState[K] | undefined }

const persist = (state: RotationState, changes: Changes): Action => {
  const changed: Changes = { ...state, ...changes, epoch: state.epoch + 1 }
  const kept = Object.entries(changed).filter(([, value]) => value !== undefined)
  return { _tag: "Persist", state: Object.fromEntries(kept) as unknown as RotationState }
}

const enter = (view: RotationView, state: RotationState, phase: Phase, changes: Changes = {}): Action =>
  persist(state, { ...changes, phase, since: view.now })
