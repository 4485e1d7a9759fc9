/** The rows of the protocol's failure table that need a real API server and real processes, in the table's words. */
import { existsSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import { Clock, Effect, Exit, Fiber, Scope } from "effect"
import { afterAll, beforeAll } from "vitest"
import * as Hooks from "./hooks.ts"
import type { Verdict } from "./Lab.ts"
import * as OperatorLab from "./OperatorLab.ts"
import * as Rotations from "./Rotations.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))
const isRunnable = binaries._tag === "Some" && existsSync(OperatorLab.bundle)

const hooks = ["hook-0", "hook-1", "hook-2"]
const hour = 3_600_000

type Lab = Effect.Success<ReturnType<typeof OperatorLab.make>>

let skew = 0
let lab: Lab
const scope = Effect.runSync(Scope.make())

const key = `${Hooks.namespace}/hook-0`
const serving = { apiVersion: "v1", kind: "Secret", ...Hooks.secretOf("hook-0") }
const own = { apiVersion: "v1", kind: "Secret", namespace: Rotations.operatorNamespace, name: "holdfast-webhook-tls" }
const stored = {
  apiVersion: "v1",
  kind: "Secret",
  namespace: Rotations.operatorNamespace,
  name: `${Hooks.namespace}.hook-0.pki`
}
const configuration = { apiVersion: "admissionregistration.k8s.io/v1", ...Hooks.configurationOf(hooks, "hook-0") }

interface Webhooks {
  readonly webhooks: ReadonlyArray<{ readonly name: string; readonly clientConfig: { readonly caBundle?: string } }>
}
const webhooks = Effect.suspend(() => lab.client.get(configuration)).pipe(
  Effect.map((object) => (object as KubernetesObject & Webhooks).webhooks)
)
const dataOf = (ref: typeof serving) =>
  Effect.suspend(() => lab.client.get(ref)).pipe(
    Effect.map(
      (secret) => (secret as KubernetesObject & { readonly data?: Readonly<Record<string, string>> }).data ?? {}
    ),
    Effect.orElseSucceed((): Readonly<Record<string, string>> => ({}))
  )

const repeatUntil = <A, E, R>(effect: Effect.Effect<A, E, R>, holds: (value: A) => boolean) =>
  Effect.timeout(Effect.repeat(Effect.delay(effect, "50 millis"), { until: holds }), "1 minute")

const unharmed = (verdict: Verdict) => {
  assert.deepStrictEqual(verdict.failures, [])
  assert.strictEqual(verdict.rejections, 0)
  assert.isAbove(verdict.creates, 20)
}

/** Everyone who leads, or could, ends; the new ones have this clock. */
const restartWith = (clockSkew: number) =>
  Effect.gen(function* () {
    skew = clockSkew
    const before = yield* lab.operators
    yield* Effect.forEach(before, ({ signal }) => signal("SIGKILL"))
    const pids = before.map(({ pid }) => pid)
    yield* repeatUntil(lab.leader, (leader) => leader !== undefined && !pids.includes(leader.pid))
  })

describe.skipIf(!isRunnable)("What goes wrong, and what happens then", () => {
  beforeAll(async () => {
    const made = OperatorLab.make({ hooks, clockSkew: () => skew })
    lab = await Effect.runPromise(Scope.provide(made, scope))
  }, 300_000)
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)), 60_000)

  /** Does something that takes the trust away; requests can fail until it is back, and not a moment longer. */
  const trustLost = Effect.fnUntraced(function* (loss: Effect.Effect<unknown, unknown>) {
    const { result, verdict } = yield* lab.underLoad(
      Effect.gen(function* () {
        const lost = yield* Clock.currentTimeMillis
        yield* loss
        const isBack = (all: Webhooks["webhooks"]) =>
          all.every(({ clientConfig }) => clientConfig.caBundle !== undefined)
        yield* repeatUntil(webhooks, isBack)
        const repaired = yield* Clock.currentTimeMillis
        yield* Effect.sleep("1500 millis")
        return { lost, repaired }
      })
    )
    const { lost, repaired } = result
    assert.isBelow(repaired - lost, 10_000)
    for (const { at, problem } of verdict.failures) {
      assert.match(problem, /certificate signed by unknown authority|unable to load root certificates/)
      assert.isAtLeast(Date.parse(at), lost - 1000)
      assert.isAtMost(Date.parse(at), repaired + 2000)
    }
  })

  it.live(
    "caBundle wiped: re-asserted at once; after more than three times in ten minutes the manager is named",
    () =>
      Effect.gen(function* () {
        const path = "/webhooks/0/clientConfig/caBundle"
        const patch = (fieldManager: string, ...body: ReadonlyArray<object>) =>
          Effect.suspend(() => lab.client.patch(configuration, { type: "json", body, fieldManager }))
        yield* trustLost(patch("wiper", { op: "remove", path }))
        // The placeholder of many a manifest.
        for (let times = 0; times < 4; times++)
          yield* trustLost(patch("gitops", { op: "replace", path, value: "Cg==" }))
        const contested = yield* repeatUntil(lab.condition(key, "Contested"), (is) => is?.status === "True")
        assert.include(contested?.message, '"gitops"')
      }),
    120_000
  )

  it.live(
    "the manifest is replaced: the bundle and the canary's entry are back at once",
    () =>
      Effect.gen(function* () {
        const before = yield* webhooks
        assert.lengthOf(before, 2)
        const [manifest] = Hooks.configurations(hooks).filter(({ metadata }) => metadata.name === "hook-0")
        assert.isDefined(manifest)
        // As kubectl does where the manifest has no version.
        const replace = Effect.flatMap(lab.client.get(configuration), ({ metadata: { resourceVersion } }) =>
          lab.client.replace({
            ...manifest,
            metadata: { ...manifest.metadata, ...(resourceVersion !== undefined && { resourceVersion }) }
          })
        )
        yield* trustLost(replace)
        const after = yield* repeatUntil(webhooks, (all) => all.length === 2)
        assert.deepStrictEqual(
          after.map(({ clientConfig }) => clientConfig.caBundle),
          before.map(({ clientConfig }) => clientConfig.caBundle)
        )
      }),
    120_000
  )

  it.live(
    "Secrets deleted: pods keep serving, and the leader restores them from memory",
    () =>
      Effect.gen(function* () {
        for (const secret of [serving, stored]) {
          const before = yield* dataOf(secret)
          const { verdict } = yield* lab.underLoad(
            Effect.gen(function* () {
              yield* lab.client.delete(secret)
              yield* repeatUntil(dataOf(secret), (data) => Object.keys(data).length > 0)
              yield* Effect.sleep("2 seconds")
            })
          )
          unharmed(verdict)
          const after = yield* dataOf(secret)
          const keys = Object.keys(before).filter((each) => each !== "state.json")
          assert.deepStrictEqual(
            keys.map((each) => after[each]),
            keys.map((each) => before[each])
          )
        }
        assert.strictEqual(lab.rotations.fallen(), 0)
      }),
    120_000
  )

  it.live(
    "the state deleted, and nobody left who remembers it: a new authority, trusted before it serves",
    () =>
      Effect.gen(function* () {
        const before = lab.rotations.state(key)?.current?.id
        const { verdict } = yield* lab.underLoad(
          Effect.gen(function* () {
            const leader = yield* lab.leader
            yield* leader?.signal("SIGKILL") ?? Effect.die(new Error("nobody leads"))
            yield* lab.client.delete(stored)
            yield* lab.until(() => lab.settled(key) && lab.rotations.state(key)?.current?.id !== before, "5 minutes")
          })
        )
        unharmed(verdict)
        assert.strictEqual(lab.rotations.fallen(), 0)
      }),
    360_000
  )

  it.live(
    "Secrets with wrong content: the last good certificate is served, and the content put right",
    () =>
      Effect.gen(function* () {
        const wrong = { "tls.crt": "bm9uc2Vuc2U=", "tls.key": "bm9uc2Vuc2U=" }
        for (const [secret, data] of [
          [serving, wrong],
          [own, wrong],
          [stored, { "state.json": "bm9uc2Vuc2U=" }]
        ] as const) {
          const before = yield* dataOf(secret)
          const { verdict } = yield* lab.underLoad(
            Effect.gen(function* () {
              yield* lab.client.patch(secret, { type: "merge", body: { data } })
              yield* repeatUntil(dataOf(secret), (now) => Object.entries(data).every(([name, is]) => now[name] !== is))
              yield* Effect.sleep("2 seconds")
            }),
            { repositories: true }
          )
          unharmed(verdict)
          const after = yield* dataOf(secret)
          if (secret !== stored) assert.strictEqual(after["tls.crt"], before["tls.crt"])
        }
        assert.strictEqual(lab.rotations.fallen(), 0)
      }),
    120_000
  )

  it.live(
    "two leaders: one that was stopped and goes on later does no harm",
    () =>
      Effect.gen(function* () {
        const { verdict } = yield* lab.underLoad(
          Effect.gen(function* () {
            const stopping = Effect.gen(function* () {
              yield* lab.until(() => lab.rotations.state(key)?.phase === "PROVE", "1 minute")
              const first = yield* lab.leader
              yield* first?.signal("SIGSTOP") ?? Effect.die(new Error("nobody leads"))
              yield* repeatUntil(lab.leader, (leader) => leader !== undefined && leader.pid !== first?.pid)
              yield* lab.until(() => lab.rotations.state(key)?.phase === "DRAIN", "3 minutes")
              yield* first?.signal("SIGCONT") ?? Effect.void
            })
            yield* Effect.all([stopping, lab.rotate(key)], { concurrency: "unbounded" })
          })
        )
        unharmed(verdict)
        assert.strictEqual(lab.rotations.fallen(), 0)
      }),
    480_000
  )

  it.live(
    "a clock that is off by an hour: nothing new is begun until it is right",
    () =>
      Effect.gen(function* () {
        const { verdict } = yield* lab.underLoad(
          Effect.gen(function* () {
            yield* restartWith(hour)
            const before = lab.rotations.state(key)
            const rotating = yield* Effect.forkChild(lab.rotate(key))
            const waiting = yield* repeatUntil(lab.certificate(key), ({ status }) =>
              JSON.stringify(status).includes("the clock to agree with the API server's")
            )
            assert.isDefined(waiting)
            yield* Effect.sleep("10 seconds")
            assert.strictEqual(lab.rotations.state(key)?.phase, "STABLE")
            assert.strictEqual(lab.rotations.state(key)?.leaf?.id, before?.leaf?.id)
            yield* restartWith(0)
            yield* Fiber.join(rotating)
          })
        )
        unharmed(verdict)
      }),
    480_000
  )
})
