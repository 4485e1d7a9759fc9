/**
 * The side of a rotation that is put to the test: a process that looks at the cluster and does one thing at a time.
 *
 * @since 0.1.0
 */
import type { Authority, Leaf, Trusted } from "./Trust.ts"

/**
 * An object as somebody sees it; `version` is what a compare-and-swap compares.
 *
 * @category models
 * @since 0.1.0
 */
export interface Seen<A> {
  readonly version: number
  readonly value: A
}

/**
 * What the object with the `caBundle` holds.
 *
 * @category models
 * @since 0.1.0
 */
export interface TargetContent {
  readonly bundle: ReadonlyArray<Trusted>
  /** What the protocol noted beside the bundle, such as its epoch; gone when somebody else wrote the object anew. */
  readonly note: number
}

/**
 * What the Secret holds that pods read their leaf from.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServingContent {
  readonly leaf: Leaf | undefined
  readonly staged: Leaf | undefined
  /** What the protocol keeps there beside the leaf, as `ca.crt` does. */
  readonly bundle: ReadonlyArray<Trusted>
  readonly note: number
}

/**
 * How one API server answered one probe.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answer {
  readonly apiServer: string
  readonly target: string
  /** The note in the version of the target that this API server goes by. */
  readonly note: number
  readonly trusted: boolean
}

/**
 * What became of the last deed. A conflict means that the object was no longer the one that was looked at.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outcome {
  readonly conflict: boolean
  readonly authority?: Authority
  readonly leaf?: Leaf
  readonly answers?: ReadonlyArray<Answer>
}

/**
 * All that a protocol gets to see when it decides. Targets, the serving Secret and the list of pods come from a cache
 * that may be behind; the state is read from the API server itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface Sight {
  /** By this process's own clock. */
  readonly now: number
  /** How far that clock is ahead of the API server's. */
  readonly skew: number
  readonly state: Seen<unknown> | undefined
  readonly serving: Seen<ServingContent> | undefined
  readonly targets: ReadonlyArray<Seen<TargetContent> & { readonly name: string }>
  /** What each pod presents; `undefined` when it does not answer this process. */
  readonly pods: ReadonlyArray<{
    readonly name: string
    readonly presents: Leaf | undefined
    readonly mounted: boolean
  }>
  /** The API servers that answer this process; behind a load balancer just that. */
  readonly apiServers: ReadonlyArray<string>
  /** Whether those are all that there are, some of them, or whichever a load balancer leads to. */
  readonly reach: "all" | "some" | "sampled"
  readonly request: { readonly id: string; readonly cause: "forced" | "compromised" } | undefined
  readonly outcome: Outcome | undefined
}

/**
 * One thing to do. Writes take `over`: the version that was looked at, `undefined` for "there was none", or `"any"`.
 *
 * @category models
 * @since 0.1.0
 */
export type Deed =
  | {
      readonly kind: "makeAuthority"
      readonly notBefore: number
      readonly notAfter: number
      /** Cross-signs the new authority; the bridges it comes with itself are carried on. */
      readonly bridgedBy?: Authority | undefined
    }
  | { readonly kind: "makeLeaf"; readonly issuer: Authority; readonly notBefore: number; readonly notAfter: number }
  | {
      readonly kind: "writeState"
      readonly over: number | undefined | "any"
      readonly value: unknown
      readonly says: string
    }
  | { readonly kind: "writeServing"; readonly over: number | undefined | "any"; readonly value: ServingContent }
  | {
      readonly kind: "writeTarget"
      readonly target: string
      readonly over: number | "any"
      readonly value: TargetContent
    }
  | {
      readonly kind: "probe"
      readonly leaf: Leaf
      readonly pairs: ReadonlyArray<{ readonly apiServer: string; readonly target: string }>
    }
  | { readonly kind: "nudge"; readonly pod: string }
  | { readonly kind: "wait"; readonly until: number }

/**
 * A protocol under test. `start` gives the memory of a fresh process, which a crash loses.
 *
 * @category models
 * @since 0.1.0
 */
export interface Protocol<Memory> {
  readonly name: string
  readonly start: () => Memory
  readonly step: (memory: Memory, sight: Sight) => readonly [memory: Memory, deed: Deed]
}
