import type { ClientError, Shape } from "@holdfast/k8s-adapter/KubernetesClient"
import type * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Lease from "./Lease.ts"

export interface Times {
  readonly lease: number
  readonly renew: number
  readonly retry: number
}

interface Moment {
  readonly monotonic: number
  readonly wall: number
}

type Try = "held" | "taken-by-another"

/** One who wants to hold a Lease: what it knows of the Lease, since when, and whether it may act by it now. */
export class Candidate {
  readonly #client: Shape
  readonly #ref: { readonly name: string; readonly namespace: string }
  readonly #identity: string
  readonly #times: Times
  readonly #clock: Clock.Clock
  /** The Lease as last seen, and when this version of it was first seen. */
  #seen: { readonly lease: Lease.Lease; readonly at: number } | undefined
  /** The start of the last try that succeeded; `undefined` for one who does not lead. */
  #renewedAt: Moment | undefined

  constructor(
    client: Shape,
    ref: { readonly name: string; readonly namespace: string },
    identity: string,
    times: Times,
    clock: Clock.Clock
  ) {
    this.#client = client
    this.#ref = ref
    this.#identity = identity
    this.#times = times
    this.#clock = clock
  }

  get term(): number {
    return this.#seen?.lease.transitions ?? 0
  }

  /** Whether it may act as the leader at this moment. */
  isLeader(): boolean {
    return this.#left() > 0
  }

  /** Returns once the Lease is held. */
  readonly acquire: Effect.Effect<void> = Effect.gen({ self: this }, function* () {
    while ((yield* this.#attempt) !== "held") yield* Effect.sleep(yield* this.#pause)
  })

  /** Renews until interrupted, or until another one holds the Lease. */
  readonly renew: Effect.Effect<void> = Effect.gen({ self: this }, function* () {
    do yield* Effect.sleep(yield* this.#pause)
    while ((yield* this.#attempt) !== "taken-by-another")
    this.#renewedAt = undefined
  })

  /** Returns once it may no longer act as the leader; looks often, as one long timer knows nothing of a paused machine. */
  readonly lost: Effect.Effect<void> = Effect.gen({ self: this }, function* () {
    for (let left = this.#left(); left > 0; left = this.#left())
      yield* Effect.sleep(Math.min(left, this.#times.retry / 4))
    this.#renewedAt = undefined
  })

  /** Gives the Lease back, if it is still held. Its failure costs the next leader the wait, and nothing else. */
  readonly release: Effect.Effect<void> = Effect.suspend(() => {
    const lease = this.#seen?.lease
    if (this.#renewedAt === undefined || lease === undefined) return Effect.void
    this.#renewedAt = undefined
    const giveBack = (held: Lease.Lease) => this.#client.replace(Lease.release(held, this.#now().wall))
    return giveBack(lease).pipe(
      // A renewal that was cut off just now may have been done all the same.
      Effect.catchTag("Conflict", (conflict) =>
        Effect.flatMap(this.#read, (now) => (now?.holder === this.#identity ? giveBack(now) : Effect.fail(conflict)))
      ),
      Effect.timeout(this.#times.retry),
      Effect.matchEffect({
        onSuccess: () => Effect.logInfo("the lease is released"),
        onFailure: (error) => Effect.logWarning(`the lease could not be released: ${error.message}`)
      }),
      Effect.ensuring(
        Effect.sync(() => {
          this.#seen = undefined
        })
      )
    )
  })

  #now(): Moment {
    return {
      monotonic: Number(this.#clock.monotonicTimeNanosUnsafe()) / 1e6,
      wall: this.#clock.currentTimeMillisUnsafe()
    }
  }

  /** Milliseconds that the leadership is still good for. The monotonic clock may stand still while a machine is paused,
   * the wall clock may be turned back: whichever has moved more counts. */
  #left(): number {
    if (this.#renewedAt === undefined) return 0
    const now = this.#now()
    const passed = Math.max(now.monotonic - this.#renewedAt.monotonic, now.wall - this.#renewedAt.wall)
    return this.#times.renew - passed
  }

  /** Milliseconds for which the Lease keeps us out, as far as we have seen. */
  #keptOutFor(): number {
    if (this.#seen === undefined) return 0
    const { at, lease } = this.#seen
    if (lease.holder === "" || lease.holder === this.#identity) return 0
    return at + lease.duration - this.#now().monotonic
  }

  /** A bit less than the retry period, so that candidates do not go in step; and no longer than the Lease keeps us out. */
  get #pause(): Effect.Effect<number> {
    return Effect.map(Random.next, (random) => {
      const pause = this.#times.retry * (0.8 + 0.2 * random)
      const out = this.#keptOutFor()
      return out > 0 ? Math.min(pause, out) : pause
    })
  }

  get #attempt(): Effect.Effect<Try | "failed"> {
    return Effect.catch(this.#tryOnce, (error) =>
      Effect.as(Effect.logWarning(`no answer about the lease: ${error.message}`), "failed" as const)
    )
  }

  get #tryOnce(): Effect.Effect<Try, ClientError | Cause.TimeoutError> {
    return Effect.gen({ self: this }, function* () {
      // The holder knows the Lease as it has left it; only if that is wrong it has to look.
      if (this.#seen?.lease.holder === this.#identity && this.#renewedAt !== undefined) {
        if (yield* this.#write(this.#seen.lease)) return "held"
      }
      const lease = yield* this.#read
      if (lease !== undefined && this.#keptOutFor() > 0) return "taken-by-another"
      return (yield* this.#write(lease)) ? "held" : "taken-by-another"
    })
  }

  get #read(): Effect.Effect<Lease.Lease | undefined, ClientError | Cause.TimeoutError> {
    return this.#bounded(this.#client.get({ ...Lease.kind, ...this.#ref })).pipe(
      Effect.map((object) => this.#saw(Lease.decode(object))),
      Effect.catchTag("NotFound", () => Effect.undefined)
    )
  }

  #saw(lease: Lease.Lease): Lease.Lease {
    const version = (of: Lease.Lease | undefined) => of?.object.metadata.resourceVersion
    if (version(this.#seen?.lease) !== version(lease)) this.#seen = { lease, at: this.#now().monotonic }
    return lease
  }

  /** Writes ourselves into the Lease as we know it; false when it is another one by now. */
  #write(lease: Lease.Lease | undefined): Effect.Effect<boolean, ClientError | Cause.TimeoutError> {
    return Effect.suspend(() => {
      // The others count from when they see the write, which is later than this.
      const startedAt = this.#now()
      const holding = { identity: this.#identity, duration: this.#times.lease, now: startedAt.wall }
      const written =
        lease === undefined
          ? this.#client.create(Lease.create(this.#ref.name, this.#ref.namespace, holding))
          : this.#client.replace(Lease.hold(lease, holding))
      const lostTheRace = () => Effect.succeed(false)
      return this.#bounded(written).pipe(
        Effect.map((object) => {
          this.#saw(Lease.decode(object))
          this.#renewedAt = startedAt
          return true
        }),
        Effect.catchTags({ Conflict: lostTheRace, AlreadyExists: lostTheRace, NotFound: lostTheRace })
      )
    })
  }

  /** A request that hangs must leave time for another one. */
  #bounded<A, E>(request: Effect.Effect<A, E>): Effect.Effect<A, E | Cause.TimeoutError> {
    return Effect.timeout(request, this.#times.renew / 2)
  }
}
