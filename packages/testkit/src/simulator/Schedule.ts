/**
 * All that chance has a say in, written down: the same schedule always gives the same run.
 *
 * Nothing is drawn at random while a schedule runs. So a part of it can be taken away without moving the rest, which
 * is what makes the shortest failing schedule findable.
 *
 * @since 0.1.0
 */

/**
 * Something that happens to the cluster. Times are in milliseconds from the beginning.
 *
 * - `rotate`: somebody asks for a new authority; `compromised` when its key is known.
 * - `crash`: a process dies before or after its nth deed, and starts anew `down` later.
 * - `pause`: a process stops between deciding on its nth deed and doing it, and goes on as if nothing were.
 * - `stale`: an API server misses the next change of any target, until a further one or ten minutes later
 *   (kubernetes/kubernetes#118051 brought the race).
 * - `partition`: an API server hears of no changes and answers no probes, and goes on calling webhooks.
 * - `wipe`, `restore`: a GitOps writer empties a bundle, or sets it back to what it was in the beginning.
 * - `restart`: a pod goes, and comes back with what it reads then.
 * - `unreachable`: a pod answers API servers, and not the processes that rotate.
 * - `deleteState`, `rollBackState`, `deleteServing`: Secrets are deleted, or restored from a backup of the beginning.
 *
 * @category models
 * @since 0.1.0
 */
export type Happening =
  | { readonly at: number; readonly kind: "rotate"; readonly cause: "forced" | "compromised" }
  | {
      readonly kind: "crash"
      readonly process: number
      readonly deed: number
      readonly when: "before" | "after"
      readonly down: number
    }
  | { readonly kind: "pause"; readonly process: number; readonly deed: number; readonly for: number }
  | { readonly at: number; readonly kind: "stale"; readonly apiServer: number }
  | { readonly at: number; readonly kind: "partition"; readonly apiServer: number; readonly for: number }
  | { readonly at: number; readonly kind: "wipe" | "restore"; readonly target: number }
  | { readonly at: number; readonly kind: "restart"; readonly pod: number; readonly down: number }
  | { readonly at: number; readonly kind: "unreachable"; readonly pod: number; readonly for: number }
  | { readonly at: number; readonly kind: "deleteState" | "rollBackState" | "deleteServing" }

/**
 * A cluster and what happens to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Schedule {
  readonly seed: number
  /** How late each API server hears of a change, and how far its clock is ahead. */
  readonly apiServers: ReadonlyArray<{ readonly lag: number; readonly skew: number }>
  /** How late each pod hears of a new leaf, and whether that is for a kubelet to tell. */
  readonly pods: ReadonlyArray<{ readonly lag: number; readonly mounted: boolean }>
  readonly targets: number
  /** The processes that rotate, all at once: how old their caches are, how long a deed takes, how their clock goes. */
  readonly processes: ReadonlyArray<{ readonly cache: number; readonly pace: number; readonly skew: number }>
  /** Whether processes reach the API servers by a load balancer alone, and cannot tell them apart. */
  readonly balanced: boolean
  /** Whether pods are served by certificates of unknown origin in the beginning. */
  readonly foreign: boolean
  readonly happenings: ReadonlyArray<Happening>
  /** When the run ends. */
  readonly end: number
}

/**
 * When the cluster is calm enough to be judged, unless it begins with foreign certificates, which nothing may disturb.
 *
 * @category constants
 * @since 0.1.0
 */
export const calm = 600_000

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** A small generator of good numbers from a seed (splitmix32), the same on every machine. */
const generator = (seed: number) => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return ((z ^ (z >>> 16)) >>> 0) / 0x1_0000_0000
  }
  const upTo = (limit: number): number => Math.floor(next() * (limit + 1))
  return {
    upTo,
    chance: (p: number): boolean => next() < p,
    /** Mostly short, sometimes long: every order of magnitude is as likely. */
    span: (from: number, to: number): number => Math.round(from * (to / from) ** next()),
    oneOf: <A>(first: A, ...rest: ReadonlyArray<A>): A => [first, ...rest][upTo(rest.length)] ?? first,
    list: <A>(length: number, make: (index: number) => A): ReadonlyArray<A> => Array.from({ length }, (_, i) => make(i))
  }
}

/**
 * Makes a schedule from a seed: 1–5 API servers, 1–5 pods, 1–3 targets, one process or two, and up to a dozen
 * misfortunes around one to three rotations.
 *
 * @category constructors
 * @since 0.1.0
 */
export const generate = (seed: number): Schedule => {
  const random = generator(seed)
  const apiServers = random.list(1 + random.upTo(4), () => ({
    lag: random.span(1, 20 * second),
    skew: random.upTo(4 * minute) - 2 * minute
  }))
  const pods = random.list(1 + random.upTo(4), () => {
    const mounted = random.chance(0.5)
    return { mounted, lag: mounted ? random.span(second, 90 * second) : random.span(1, 5 * second) }
  })
  const targets = 1 + random.upTo(2)
  const processes = random.list(random.chance(0.4) ? 2 : 1, () => ({
    cache: random.span(1, 5 * second),
    pace: random.span(1, 500),
    skew: random.chance(0.8) ? random.upTo(minute) : random.upTo(40 * minute) - 20 * minute
  }))
  const end = 10 * hour
  const rotations = random.list(1 + random.upTo(2), () => ({
    at: calm + random.upTo(7 * hour),
    kind: "rotate" as const,
    cause: random.oneOf("forced" as const, "forced" as const, "forced" as const, "compromised" as const)
  }))
  const balanced = random.chance(0.2)
  const compromised = rotations.some(({ cause }) => cause === "compromised")
  /** Most misfortunes come while a rotation is under way. */
  const sometime = (): number =>
    random.chance(0.7)
      ? random.oneOf(rotations[0]?.at ?? calm, ...rotations.map(({ at }) => at)) + random.span(1, 30 * minute)
      : calm + random.upTo(8 * hour)
  const misfortune = (): Happening => {
    const at = sometime()
    const process = random.upTo(processes.length - 1)
    const kind = random.oneOf(
      "crash" as const,
      "crash" as const,
      "pause" as const,
      "stale" as const,
      "partition" as const,
      "wipe" as const,
      "restore" as const,
      "restart" as const,
      "restart" as const,
      "unreachable" as const,
      "deleteState" as const,
      "rollBackState" as const,
      "deleteServing" as const
    )
    switch (kind) {
      case "crash":
        return {
          kind,
          process,
          deed: 1 + random.upTo(40),
          when: random.oneOf("before", "after"),
          down: random.span(second, 10 * minute)
        }
      case "pause":
        return { kind, process, deed: 1 + random.upTo(40), for: random.span(second, 20 * minute) }
      case "partition":
        // A known key waits for nobody: an API server that never heard of its successor cannot be helped. And a load
        // balancer sends nobody to one that is cut off.
        return {
          at,
          kind: compromised || balanced ? "stale" : kind,
          apiServer: random.upTo(apiServers.length - 1),
          for: random.span(second, hour)
        }
      case "stale":
        return { at, kind, apiServer: random.upTo(apiServers.length - 1) }
      case "wipe":
      case "restore":
        return { at, kind, target: random.upTo(targets - 1) }
      case "restart":
        return { at, kind, pod: random.upTo(pods.length - 1), down: random.span(second, 5 * minute) }
      case "unreachable":
        return { at, kind, pod: random.upTo(pods.length - 1), for: random.span(second, 30 * minute) }
      default:
        return { at, kind }
    }
  }
  return {
    seed,
    apiServers,
    pods,
    targets,
    processes,
    balanced,
    foreign: random.chance(0.15),
    happenings: [...rotations, ...survivable(random.list(random.upTo(10), misfortune))],
    end
  }
}

/**
 * One copy of what is trusted, and one of what is served, has to survive; nobody could help a cluster that lost them all.
 * So where bundles are emptied and the state is lost, the serving Secret stays; and where both Secrets are lost, pods do.
 */
const survivable = (happenings: ReadonlyArray<Happening>): ReadonlyArray<Happening> => {
  const has = (...kinds: ReadonlyArray<Happening["kind"]>) => happenings.some(({ kind }) => kinds.includes(kind))
  const without = (lost: Happening["kind"]) => happenings.filter(({ kind }) => kind !== lost)
  if (!has("deleteState", "rollBackState") || !has("deleteServing")) return happenings
  return has("wipe", "restore") ? without("deleteServing") : without("restart")
}
