/**
 * What a rotation sees of the cluster, and what it may do next.
 *
 * @since 0.1.0
 */
import type { Authority, Cause, Leaf, RotationState, Trusted } from "./RotationState.ts"

/**
 * An object that holds a `caBundle`: a webhook configuration, a CRD with a conversion webhook, an APIService.
 *
 * @category models
 * @since 0.1.0
 */
export interface Target {
  readonly name: string
  readonly resourceVersion: string
  /** What its bundle says, as parsed back; empty when it is missing or cannot be read. */
  readonly bundle: ReadonlyArray<Trusted>
  /** The epoch that was published with the bundle; 0 when somebody else wrote it, so that it is published again. */
  readonly epoch: number
  /** When this writer last wrote to it, in milliseconds since the epoch, as far as it remembers. */
  readonly writtenAt?: number
}

/**
 * A pod behind the webhook's Service, terminating ones included.
 *
 * @category models
 * @since 0.1.0
 */
export interface Pod {
  readonly name: string
  /** What it presented at the last handshake; `undefined` when it could not be asked. */
  readonly presents: Leaf | undefined
  /** Since when it has been seen presenting this leaf. */
  readonly since: number
  /** Whether it reads the leaf from a mounted Secret, which its kubelet refreshes late unless nudged. */
  readonly mounted?: boolean
  /** How often and when it was nudged for the leaf it has to present now. */
  readonly nudged?: { readonly times: number; readonly at: number }
}

/**
 * What one API server answered to probes of one target, with the leaf that is staged now.
 *
 * @category models
 * @since 0.1.0
 */
export interface Probe {
  readonly apiServer: string
  readonly target: string
  /** The epoch published in the version of the target that this API server called by. */
  readonly epoch: number
  /**
   * How often in a row it trusted the staged leaf at this epoch; negative: how often in a row it did not; 0 when it was
   * asked and nobody was there to answer the probe.
   */
  readonly inARow: number
  readonly at: number
}

/**
 * The Secret that pods read their leaf from.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServingSecret {
  readonly resourceVersion: string
  readonly epoch: number
  /** The id of the leaf in it. */
  readonly leaf?: string
  /** The id of the staged leaf in it. */
  readonly staged?: string
  /** All that was to be trusted when it was written, for whoever has to begin anew. */
  readonly bundle: ReadonlyArray<Trusted>
  /** When this writer last wrote it, as far as it remembers. */
  readonly writtenAt?: number
}

/**
 * Everything that a decision rests on. The state is read last: since whoever writes into the cluster has persisted
 * before, what was read earlier can then not be newer than the state, unless the state was put back.
 *
 * @category models
 * @since 0.1.0
 */
export interface RotationView {
  /** Milliseconds since the epoch, by this writer's clock. */
  readonly now: number
  /** How far this writer's clock is ahead of the API server's, in milliseconds. */
  readonly skew: number
  /** Read from the API server itself, never from a cache. */
  readonly state: RotationState | undefined
  /** When this process first saw the state in its present phase: another's clock may have set `since`. */
  readonly phaseSeenAt: number
  /**
   * The newest state that this process has seen or written, to restore what was deleted or put back; with the epoch of
   * the newest write into the cluster that was seen with it.
   */
  readonly remembered: { readonly state: RotationState; readonly written: number } | undefined
  readonly serving: ServingSecret | undefined
  readonly targets: ReadonlyArray<Target>
  readonly pods: ReadonlyArray<Pod>
  /** The API servers that answer this writer. */
  readonly apiServers: ReadonlyArray<string>
  /**
   * Whether those are all of them, some (others are known and do not answer), or as many as a load balancer happened to
   * lead to.
   */
  readonly reach: "all" | "some" | "sampled"
  readonly probes: ReadonlyArray<Probe>
  /** Somebody's wish for a rotation; taken up once. */
  readonly request?: { readonly id: string; readonly cause: Extract<Cause, "forced" | "compromised"> }
  /** The authority that its owner brings, in place of those that are made here; it comes and goes as its owner says. */
  readonly brought?: Trusted
  /** Whether the leaf is not the one that is wanted now: other names, another kind of key. */
  readonly reissue?: boolean
  /** Material that was made and is not persisted yet. It is dropped whenever a compare-and-swap fails. */
  readonly hand: { readonly authority?: Authority; readonly leaf?: Leaf }
}

/**
 * The epoch of the newest write that is seen in the cluster.
 *
 * @category getters
 * @since 0.1.0
 */
export const written = ({
  serving,
  targets
}: {
  readonly serving: Pick<ServingSecret, "epoch"> | undefined
  readonly targets: ReadonlyArray<Pick<Target, "epoch">>
}): number => Math.max(serving?.epoch ?? 0, ...targets.map(({ epoch }) => epoch))

/**
 * Whether an API server was seen to trust the newest authority: at every target the one that is staged, or the one that
 * signs where none is.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isProven = ({ probes, state, targets }: RotationView, apiServer: string): boolean =>
  state?.staged === undefined
    ? state?.current !== undefined && state.proven === state.current.id
    : targets.every(({ epoch, name }) =>
        probes.some(
          (probe) => probe.apiServer === apiServer && probe.target === name && probe.epoch >= epoch && probe.inARow > 0
        )
      )

/**
 * The state that a process remembers, unless history went on without it: a write that is newer than those it knew of, and
 * older than its state, was made under another state than the one it remembers.
 *
 * @category getters
 * @since 0.1.0
 */
export const remembered = (
  view: Pick<RotationView, "remembered" | "serving" | "targets">
): RotationState | undefined => {
  const newest = written(view)
  return view.remembered !== undefined && (newest <= view.remembered.written || newest === view.remembered.state.epoch)
    ? view.remembered.state
    : undefined
}

/**
 * The one thing to do next. After it everything is looked at again.
 *
 * - `MakeAuthority`, `MakeLeaf` make material in memory; nobody else sees it.
 * - `Persist` replaces the state by compare-and-swap with the state that was looked at.
 * - `Publish` replaces a target's bundle, `Touch` changes the target in no way that matters, `Serve` writes the Secret
 *   that pods read; each fails when the object is no longer the one that was looked at (`resourceVersion`).
 * - `Probe` asks API servers for a canary, `Nudge` makes a pod's kubelet look.
 * - `Wait` names what is missing, and when at the latest to look again.
 *
 * @category models
 * @since 0.1.0
 */
export type Action =
  | {
      readonly _tag: "MakeAuthority"
      readonly notBefore: number
      readonly notAfter: number
      readonly bridgedBy?: Authority
      /** The id of the one that is brought, which is not made but taken. */
      readonly brought?: string
    }
  | { readonly _tag: "MakeLeaf"; readonly issuer: Authority; readonly notBefore: number; readonly notAfter: number }
  | { readonly _tag: "Persist"; readonly state: RotationState }
  | {
      readonly _tag: "Publish"
      readonly target: Target
      readonly bundle: ReadonlyArray<Trusted>
      readonly epoch: number
    }
  | { readonly _tag: "Touch"; readonly target: Target }
  | {
      readonly _tag: "Serve"
      readonly over: ServingSecret | undefined
      /** Left out, the leaf that is there stays. */
      readonly leaf?: Leaf
      readonly staged?: Leaf
      readonly bundle: ReadonlyArray<Trusted>
      readonly epoch: number
    }
  | {
      readonly _tag: "Probe"
      readonly pairs: ReadonlyArray<{ readonly apiServer: string; readonly target: string }>
    }
  | { readonly _tag: "Nudge"; readonly pod: string }
  | Wait

/**
 * Nothing to do before something changes, or before `until`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Wait {
  readonly _tag: "Wait"
  readonly for:
    | "a certificate to be due"
    | "the clock to agree with the API server's"
    | "targets to settle"
    | "publication"
    | "API servers"
    | "pods"
    | "connections to end"
  /** The names of the targets, API servers or pods that are waited for. */
  readonly missing: ReadonlyArray<string>
  readonly until: number
}
