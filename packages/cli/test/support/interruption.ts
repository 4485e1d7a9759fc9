import { assert, describe, it } from "@effect/vitest"
import type { TestCluster } from "@holdfast/testkit"
import { Clock, Effect, Random } from "effect"
import { finalObjects } from "./finalObjects.ts"
import { type Server, withOperator } from "./operator.ts"

const seed = "interruption"

/** `count` moments, each in its own part of a duration. */
const spread = (count: number, duration: number) =>
  Effect.forEach(Array.from({ length: count }), (_, part) =>
    Effect.map(Random.nextBetween(part, part + 1), (at) => (at / count) * duration)
  )

/** A cluster with the demo's operator, how long its rotation takes, and what that leaves behind. */
const rotated = Effect.fnUntraced(function* <C extends TestCluster.TestCluster>(cluster: C, lag: number) {
  const operator = yield* withOperator(cluster)
  const fresh = yield* operator.bootstrap()
  assert.strictEqual(fresh.code, 0, fresh.stderr)
  operator.simulation.lag = lag
  const began = yield* Clock.currentTimeMillis
  const { code, stderr } = yield* operator.bootstrap("--rotate")
  assert.strictEqual(code, 0, stderr)
  const duration = (yield* Clock.currentTimeMillis) - began
  return { ...operator, duration, undisturbed: yield* finalObjects(cluster.kubeconfig) }
})

/** Starts a bootstrap, sends the signal when a time has passed, and waits for the end of the process. */
const interrupted = Effect.fnUntraced(function* (
  { startBootstrap }: Effect.Success<ReturnType<typeof withOperator>>,
  signal: NodeJS.Signals,
  moment: number,
  ...flags: ReadonlyArray<string>
) {
  const { child, ended } = yield* startBootstrap(...flags)
  yield* Effect.sleep(moment)
  const sent = yield* Clock.currentTimeMillis
  child.kill(signal)
  const ran = yield* Effect.promise(() => ended)
  return { ...ran, took: (yield* Clock.currentTimeMillis) - sent }
})

const phaseOf = (stderr: string) => stderr.match(/► (.*)/g)?.at(-1) ?? "before its first line"

/** A bootstrap that ends in the middle is finished by the next one. */
export const interruption = ({ title, make }: Server, lag: number, clusters: number) =>
  describe(`an interrupted bootstrap, on ${title}`, () => {
    it.live(
      "leaves the same objects after kill -9 at ten moments and a second run",
      () =>
        Effect.gen(function* () {
          const moments = 10
          const share = Array.from({ length: clusters }, (_, index) => index)
          const states = yield* Effect.forEach(
            share,
            (own) =>
              Effect.gen(function* () {
                const operator = yield* rotated(yield* make, lag)
                const all = yield* Random.withSeed(spread(moments, operator.duration), seed)
                for (const [index, moment] of all.entries()) {
                  if (index % clusters !== own) continue
                  const killed = yield* interrupted(operator, "SIGKILL", moment, "--rotate")
                  assert.isTrue(killed.signal === "SIGKILL" || killed.code === 0, killed.stderr)
                  // As a person would: the same line again, or the plain one.
                  const again = yield* operator.bootstrap(...(index % 4 < 2 ? ["--rotate"] : []), "-o", "json")
                  const what = `killed after ${Math.round(moment)} of ${operator.duration} ms, at "${phaseOf(killed.stderr)}"`
                  console.log(`${title}: ${what}`)
                  assert.strictEqual(again.code, 0, `${what}: ${again.stderr}`)
                  const report = JSON.parse(again.stdout)
                  assert.strictEqual(report.result, "ready", what)
                  assert.strictEqual(report.repository.ready, "ready", what)
                  const state = yield* finalObjects(operator.cluster.kubeconfig)
                  assert.deepStrictEqual(state, operator.undisturbed, what)
                }
                return operator.undisturbed
              }).pipe(Effect.scoped),
            { concurrency: clusters }
          )
          for (const state of states) {
            assert.deepStrictEqual(state, states[0])
            assert.deepStrictEqual(state.trusted, [true])
          }
        }),
      180_000
    )

    it.live(
      "stops at once at Ctrl-C with 130 and without a stack trace, and the next run finishes it",
      () =>
        Effect.gen(function* () {
          const operator = yield* rotated(yield* make, lag)
          const moments = yield* Random.withSeed(spread(3, operator.duration - 500), seed)
          for (const moment of moments) {
            // A Ctrl-C before the program runs is Node's own affair.
            const stopped = yield* interrupted(operator, "SIGINT", 500 + moment, "--rotate")
            const what = `Ctrl-C after ${Math.round(500 + moment)} of ${operator.duration} ms, at "${phaseOf(stopped.stderr)}"`
            console.log(`${title}: ${what}, stopped in ${stopped.took} ms`)
            if (stopped.code === 0) continue
            assert.strictEqual(stopped.code, 130, `${what}: ${stopped.stderr}`)
            assert.strictEqual(stopped.stdout, "", what)
            assert.match(stopped.stderr, /error: interrupted; run it again to finish\n$/, what)
            assert.notMatch(stopped.stderr, /\n +at /, what)
            assert.isAtMost(stopped.took, 1000, what)
          }
          const again = yield* operator.bootstrap()
          assert.strictEqual(again.code, 0, again.stderr)
          assert.deepStrictEqual(yield* finalObjects(operator.cluster.kubeconfig), operator.undisturbed)
        }).pipe(Effect.scoped),
      120_000
    )
  })

/**
 * The first bootstrap of a cluster that ends in the middle, each time in a cluster of its own: what the second run does
 * not finish was never there.
 */
export const firstInterruption = ({ title, make }: Server) =>
  describe(`an interrupted first bootstrap, on ${title}`, () => {
    it.live(
      "leaves the same objects after kill -9 at ten moments and a second run",
      () =>
        Effect.gen(function* () {
          const undisturbed = yield* Effect.scoped(
            Effect.gen(function* () {
              const operator = yield* withOperator(yield* make)
              const began = yield* Clock.currentTimeMillis
              const { code, stderr } = yield* operator.bootstrap()
              assert.strictEqual(code, 0, stderr)
              const duration = (yield* Clock.currentTimeMillis) - began
              return { duration, objects: yield* finalObjects(operator.cluster.kubeconfig) }
            })
          )
          const moments = yield* Random.withSeed(spread(10, undisturbed.duration), seed)
          yield* Effect.forEach(
            moments,
            (moment) =>
              Effect.gen(function* () {
                const operator = yield* withOperator(yield* make)
                const killed = yield* interrupted(operator, "SIGKILL", moment)
                const what = `killed after ${Math.round(moment)} of ${undisturbed.duration} ms, at "${phaseOf(killed.stderr)}"`
                console.log(`${title}: first bootstrap ${what}`)
                const again = yield* operator.bootstrap()
                assert.strictEqual(again.code, 0, `${what}: ${again.stderr}`)
                assert.deepStrictEqual(yield* finalObjects(operator.cluster.kubeconfig), undisturbed.objects, what)
              }).pipe(Effect.scoped),
            { concurrency: 2 }
          )
        }),
      120_000
    )
  })
