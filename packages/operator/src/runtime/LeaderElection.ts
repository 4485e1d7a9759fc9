/**
 * Leader election on a Lease: of several replicas one works, and another takes over when it dies.
 *
 * **What is promised, and how**
 *
 * The leader renews its Lease every `retryPeriod`. Its work is ended `renewDeadline` after the *start* of the last
 * renewal that succeeded; the others take over `leaseDuration` after they *saw* it, which is later. What lies between
 * the two is the time that the work has to stop. Both measure on their own monotonic clock: times that another machine
 * wrote are for people. Every write goes by `resourceVersion`, so that of two who try at once one fails.
 *
 * A process that was stopped (SIGSTOP, a paused machine) may wake up in the middle of its work with its time over
 * already. So work that must not be done by two asks before each step: {@link Leadership.guard}. That closes the gap
 * down to a request in flight; a resource that has to be safe beyond that needs compare-and-swap of its own.
 *
 * @see https://pkg.go.dev/k8s.io/client-go/tools/leaderelection
 * @since 0.1.0
 */
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import { Candidate, type Times } from "../internal/runtime/Candidate.ts"
import { observe } from "../internal/runtime/observe.ts"

/**
 * The work was asked to go on by one who leads no more.
 *
 * @category errors
 * @since 0.1.0
 */
export class LeadershipLost extends Data.TaggedError("LeadershipLost")<{
  readonly lease: string
  readonly identity: string
}> {
  override get message(): string {
    return `${this.identity} no longer leads by the lease ${this.lease}: the work goes on with the next leader`
  }
}

/**
 * What the work is given.
 *
 * @category models
 * @since 0.1.0
 */
export interface Leadership {
  readonly identity: string
  /** How often the Lease has changed hands; grows with every leader. */
  readonly term: number
  /** Whether this process leads at this very moment. */
  readonly isValid: Effect.Effect<boolean>
  /** Runs an effect only while this process leads. */
  readonly guard: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | LeadershipLost, R>
}

/**
 * How to elect.
 *
 * @category options
 * @since 0.1.0
 */
export interface LeaderElectionOptions {
  /** The Lease's name, and the election's in logs and metrics. */
  readonly name: string
  readonly namespace: string
  /** Which candidate this is: unique to the process, such as the pod's name with something random behind it. */
  readonly identity: string
  /** How long a Lease that is not renewed keeps others out; 15 seconds unless given. Leases have whole seconds. */
  readonly leaseDuration?: Duration.Input
  /** How long the leader may go without a renewal that succeeds; 10 seconds unless given. */
  readonly renewDeadline?: Duration.Input
  /** The time between two tries; 2 seconds unless given. */
  readonly retryPeriod?: Duration.Input
}

/**
 * Waits until this process leads, then runs the work, and gives its result.
 *
 * **Details**
 *
 * When the leadership is lost the work is interrupted, and this process is a candidate again; the work begins anew when
 * it leads again. When the caller interrupts, the Lease is renewed until the work has stopped, and then released, so
 * that the next leader need not wait. Errors of the API server are told in the log and tried again.
 *
 * **Example** (Working as the leader)
 *
 * ```ts
 * import { Effect } from "effect"
 * import * as LeaderElection from "@holdfast/operator/runtime/LeaderElection"
 *
 * const program = LeaderElection.run(
 *   (leadership) => Effect.forever(leadership.guard(Effect.log("working")).pipe(Effect.delay("10 seconds"))),
 *   { name: "holdfast-operator", namespace: "holdfast-system", identity: "operator-7c9f_3b1d" }
 * )
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const run = <A, E, R>(
  work: (leadership: Leadership) => Effect.Effect<A, E, R>,
  options: LeaderElectionOptions
): Effect.Effect<A, Exclude<E, LeadershipLost>, R | KubernetesClient> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { identity, name, namespace } = options
      const candidate = new Candidate(
        yield* KubernetesClient,
        { name, namespace },
        identity,
        timesOf(options),
        yield* Clock.Clock
      )
      const status = Metric.gauge("leader_election_master_status", { description: "1 in the process that leads" })
      yield* observe(Metric.withAttributes(status, { name }), () => (candidate.isLeader() ? 1 : 0))
      for (;;) {
        yield* candidate.acquire
        yield* Effect.logInfo(`leading, the Lease has changed hands ${candidate.term} times`)
        const exit = yield* lead(work(leadershipOf(candidate, options)), candidate)
        if (exit !== "lost") return yield* exit
        yield* Effect.logWarning("the leadership is lost: the work was ended")
      }
    })
  ).pipe(Effect.annotateLogs({ lease: `${options.namespace}/${options.name}`, identity: options.identity }))

/** Runs the work and renews; gives the work's exit, or `"lost"` when it was ended for having lost the leadership. */
const lead = <A, E, R>(
  work: Effect.Effect<A, E, R>,
  candidate: Candidate
): Effect.Effect<Exit.Exit<A, Exclude<E, LeadershipLost>> | "lost", never, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const working = yield* Effect.forkChild(restore(work))
      // Apart from each other: a renewal that hangs must not hold up the end of the work.
      const endsWork = (loss: Effect.Effect<void>) =>
        Effect.forkChild(Effect.interruptible(Effect.andThen(loss, Fiber.interrupt(working))))
      const watching = [yield* endsWork(candidate.renew), yield* endsWork(candidate.lost)]
      // Also work that takes its time to stop is covered by the Lease until it has stopped.
      const exit = yield* restore(Fiber.await(working)).pipe(
        Effect.onInterrupt(() => Fiber.interrupt(working)),
        Effect.ensuring(Effect.andThen(Fiber.interruptAll(watching), candidate.release))
      )
      return endedByLoss(exit) ? "lost" : (exit as Exit.Exit<A, Exclude<E, LeadershipLost>>)
    })
  )

/** Nobody but the watch over the leadership interrupts the work: an interruption from outside does not come so far. */
const endedByLoss = (exit: Exit.Exit<unknown, unknown>) =>
  Exit.isFailure(exit) &&
  exit.cause.reasons.every(
    (reason) => reason._tag === "Interrupt" || (reason._tag === "Fail" && reason.error instanceof LeadershipLost)
  )

const leadershipOf = (candidate: Candidate, { identity, name, namespace }: LeaderElectionOptions): Leadership => ({
  identity,
  term: candidate.term,
  isValid: Effect.sync(() => candidate.isLeader()),
  guard: <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | LeadershipLost, R> =>
    Effect.suspend(
      (): Effect.Effect<A, E | LeadershipLost, R> =>
        candidate.isLeader() ? effect : Effect.fail(new LeadershipLost({ lease: `${namespace}/${name}`, identity }))
    )
})

const timesOf = (options: LeaderElectionOptions): Times => {
  const millis = (input: Duration.Input | undefined, byDefault: number) =>
    input === undefined ? byDefault : Duration.toMillis(input)
  const lease = millis(options.leaseDuration, 15_000)
  const renew = millis(options.renewDeadline, 10_000)
  const retry = millis(options.retryPeriod, 2000)
  if (lease % 1000 !== 0) throw new RangeError(`leaseDuration is ${lease} ms, but a Lease counts whole seconds`)
  if (!(lease > renew && renew > 2 * retry && retry > 0)) {
    throw new RangeError(
      `leaseDuration (${lease} ms) must be longer than renewDeadline (${renew} ms), and that longer than two times retryPeriod (${retry} ms)`
    )
  }
  return { lease, renew, retry }
}
