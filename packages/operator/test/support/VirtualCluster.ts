/** The embedded API server in virtual time: requests really travel, but time passes only as the test says. */
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Clock, Duration, Effect, Latch, type Scope } from "effect"
import { TestClock } from "effect/testing"

export interface VirtualCluster {
  readonly server: ApiServer.ApiServer
  readonly client: KubernetesClient.Shape
  /** Lets time pass in steps, and after each lets the requests that it led to come to their end. */
  readonly advance: (time: Duration.Input, step?: Duration.Input) => Effect.Effect<void>
  /** Waits until no request is under way and nobody has anything to do at this moment. */
  readonly settled: Effect.Effect<void>
  /** A machine of its own beside the test's: its clock and its network stand still while it is stopped. */
  readonly machine: () => Effect.Effect<Machine>
}

export interface Machine {
  readonly client: KubernetesClient.Shape
  readonly clock: Clock.Clock
  /** As SIGSTOP does: nothing goes on, while time does. */
  readonly stop: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
  /** Cuts the machine off from the API server, or connects it again. */
  readonly partition: (isCut: boolean) => void
  /** Has every answer come so late, though the request was done at once. */
  readonly delayAnswers: (delay: Duration.Input) => void
}

export const make: Effect.Effect<VirtualCluster, unknown, Scope.Scope> = Effect.gen(function* () {
  const server = yield* ApiServer.make({ clock: yield* Clock.Clock })
  const plain = yield* KubernetesClient.make({ text: server.kubeconfig })
  let underWay = 0
  const counted = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      underWay++
      return Effect.ensuring(
        effect,
        Effect.sync(() => underWay--)
      )
    })
  const client = through(plain, counted)

  const settled = Effect.promise(async () => {
    for (let quiet = 0; quiet < 25; ) {
      await new Promise((resolve) => setImmediate(resolve))
      quiet = underWay === 0 ? quiet + 1 : 0
    }
  })
  const advance = Effect.fnUntraced(function* (time: Duration.Input, step: Duration.Input = "250 millis") {
    const stepMillis = Duration.toMillis(step)
    for (let left = Duration.toMillis(time); left > 0; left -= stepMillis) {
      yield* TestClock.adjust(Math.min(left, stepMillis))
      yield* settled
    }
  })

  const machine = () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const gate = yield* Latch.make(true)
      let isCut = false
      let late: Duration.Input = 0
      const behindGate = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        Effect.andThen(
          gate.await,
          Effect.onExit(effect, () => Effect.andThen(Effect.sleep(late), gate.await))
        )
      return {
        client: through(plain, (effect) => Effect.suspend(() => (isCut ? Effect.never : behindGate(counted(effect))))),
        clock: {
          currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe(),
          currentTimeMillis: clock.currentTimeMillis,
          currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe(),
          currentTimeNanos: clock.currentTimeNanos,
          monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
          monotonicTimeNanos: clock.monotonicTimeNanos,
          sleep: (duration) => Effect.andThen(clock.sleep(duration), gate.await)
        } satisfies Clock.Clock,
        stop: Effect.asVoid(gate.close),
        resume: Effect.asVoid(gate.open),
        partition: (cut: boolean) => {
          isCut = cut
        },
        delayAnswers: (delay: Duration.Input) => {
          late = delay
        }
      }
    })
  return { server, client, advance, settled, machine }
})

type Around = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** The client with something around each of its single requests. */
const through = (client: KubernetesClient.Shape, around: Around): KubernetesClient.Shape => ({
  ...client,
  get: (...args) => around(client.get(...args)),
  list: (...args) => around(client.list(...args)),
  create: (...args) => around(client.create(...args)),
  replace: (...args) => around(client.replace(...args)),
  delete: (...args) => around(client.delete(...args)),
  patch: (...args) => around(client.patch(...args)),
  apply: (...args) => around(client.apply(...args))
})
