import { assert, describe, it } from "@effect/vitest"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import * as Webhook from "@holdfast/testkit/Webhook"
import { Effect, References } from "effect"
import { caBundleOf, entry, make as makeLab, until } from "../support/targetLab.ts"

const vwc = "ValidatingWebhookConfiguration"

/** Three API servers, and a target whose canary they all know at epoch 1, with the old authority. */
const lab = Effect.gen(function* () {
  const server = yield* ApiServer.make({ instances: 3 })
  const base = yield* makeLab(server)
  const { createTarget, findOne, old, probe, publish, service, unique } = base
  yield* createTarget(vwc, { webhooks: [entry("a.example.com", { service })] })
  const find = findOne({ kind: vwc, name: unique })
  yield* publish(yield* find, 1, old)
  const on = Object.fromEntries(server.instances.map(({ kubeconfig }, index) => [`server-${index}`, kubeconfig]))
  const ask = Effect.flatMap(find, (target) => probe([target], { on }))
  const trust = Effect.map(ask, (answers) => answers.map(({ epoch, trusted }) => [trusted, epoch]))
  return { ...base, server, find, ask, trust }
})

const quietly = Effect.provideService(References.MinimumLogLevel, "None")

describe("Probes of several API servers", () => {
  it.live("tell which of them have a new bundle in effect", () =>
    Effect.gen(function* () {
      const { find, next, old, publish, server, trust } = yield* lab
      yield* server.instances[1]!.faults.lagWebhookConfigurations("1 second")
      yield* publish(yield* find, 2, old, next)
      assert.deepStrictEqual(yield* trust, [
        [true, 2],
        [false, 0],
        [true, 2]
      ])
      yield* until(trust, (answers) => answers.every(([trusted, epoch]) => trusted === true && epoch === 2))
    }).pipe(Effect.scoped, quietly)
  )

  it.live("tell that one has missed a change, which a touch heals", () =>
    Effect.gen(function* () {
      const { find, next, old, publish, server, touch, trust } = yield* lab
      yield* server.instances[2]!.faults.missWebhookConfigurations()
      yield* publish(yield* find, 2, old, next)
      const missed = [
        [true, 2],
        [true, 2],
        [false, 0]
      ]
      assert.deepStrictEqual(yield* trust, missed)
      yield* Effect.sleep("300 millis")
      assert.deepStrictEqual(yield* trust, missed, "time alone does not heal it")
      assert.strictEqual(yield* touch(yield* find), "done")
      assert.deepStrictEqual(yield* trust, [
        [true, 2],
        [true, 2],
        [true, 2]
      ])
    }).pipe(Effect.scoped, quietly)
  )

  it.live("do not take an older publication for the newest, though it trusts the staged leaf as well", () =>
    Effect.gen(function* () {
      const { find, next, old, other, publish, server, trust } = yield* lab
      yield* publish(yield* find, 2, old, next)
      yield* server.instances[0]!.faults.missWebhookConfigurations()
      yield* publish(yield* find, 3, old, next, other)
      assert.deepStrictEqual(yield* trust, [
        [false, 0],
        [true, 3],
        [true, 3]
      ])
    }).pipe(Effect.scoped, quietly)
  )

  it.live("tell of one that does not know the canary at all", () =>
    Effect.gen(function* () {
      const { createTarget, findOne, next, probe, publish, server, service, unique } = yield* lab
      yield* createTarget(vwc, { webhooks: [entry("a.example.com", { service })] }, `${unique}-late`)
      const spec = { kind: vwc, name: `${unique}-late` }
      yield* server.instances[1]!.faults.missWebhookConfigurations(2)
      yield* publish(yield* findOne(spec), 5, next)
      const on = { late: server.instances[1]!.kubeconfig }
      const [answer] = yield* probe([yield* findOne(spec)], { on })
      assert.deepStrictEqual(answer, {
        apiServer: "late",
        target: `${vwc}/${unique}-late`,
        epoch: 0,
        trusted: false,
        why: "it does not know the canary entry yet"
      })
    }).pipe(Effect.scoped, quietly)
  )

  it.live("say nothing of one that does not answer", () =>
    Effect.gen(function* () {
      const { ask, find, next, old, publish, server } = yield* lab
      yield* publish(yield* find, 2, old, next)
      yield* server.instances[1]!.faults.refuse
      const [one, gone, three] = yield* ask
      assert.deepStrictEqual([one?.trusted, gone?.trusted, three?.trusted], [true, undefined, true])
      assert.include(gone?.why, "ECONNREFUSED")
    }).pipe(Effect.scoped, quietly)
  )

  it.live("say nothing, and who it was, where somebody else refuses the probe", () =>
    Effect.gen(function* () {
      const { ask, createTarget, find, leafOf, next, old, publish, server, service, unique } = yield* lab
      yield* publish(yield* find, 2, old, next)
      const strict = yield* Webhook.make({
        serving: yield* leafOf(old),
        review: () => ({ allowed: false, message: "an owner has to be named" })
      })
      yield* server.route(service, strict.target)
      const guard = {
        ...entry("owners.example.com", { service, caBundle: caBundleOf(old) }),
        rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"] }]
      }
      yield* createTarget("MutatingWebhookConfiguration", { webhooks: [guard] }, `${unique}-owners`)
      const [answer] = yield* ask
      assert.strictEqual(answer?.trusted, undefined)
      assert.include(answer?.why, 'admission webhook "owners.example.com" denied the request: an owner has to be named')
    }).pipe(Effect.scoped, quietly)
  )
})
