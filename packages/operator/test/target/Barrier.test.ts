import { assert, describe, it } from "@effect/vitest"
import * as Barrier from "@holdfast/operator/target/Barrier"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Effect, References } from "effect"
import { caBundleOf, convertedDefinition, make as makeLab } from "../support/targetLab.ts"

const quietly = Effect.provideService(References.MinimumLogLevel, "None")

/** Two CRDs with conversion webhooks, published at different times. */
const lab = Effect.gen(function* () {
  const base = yield* makeLab(yield* ApiServer.make())
  const { createTarget, findOne, next, old, other, provided, publish, service, unique, webhook } = base
  const specs = ["a", "b"].map((each) => {
    const group = `${each}.${unique}.example.com`
    return { group, kind: "CustomResourceDefinition", name: `things.${group}` } as const
  })
  for (const { group, kind, name } of specs) yield* createTarget(kind, convertedDefinition(group, { service }), name)
  const [a, b] = yield* Effect.forEach(specs, ({ kind, name }) => findOne({ kind, name }))
  yield* publish(a!, 4, old, next)
  yield* publish(b!, 3, next, other)
  const find = Effect.forEach(specs, ({ kind, name }) => findOne({ kind, name }))
  const write = Effect.flatMap(find, (targets) => provided(Barrier.make(webhook, "CustomResourceDefinition", targets)))
  const live = base.get("CustomResourceDefinition", `b${webhook.id}.${Barrier.group}`)
  return { ...base, find, write, live }
})

describe("A barrier", () => {
  it.live("is another one as soon as any of its targets is published anew, and is not written without need", () =>
    Effect.gen(function* () {
      const { find, live, next, other, publish, write } = yield* lab
      const { mark } = yield* write
      assert.match(mark, /^4-[0-9a-f]{8}$/)
      const { metadata } = yield* live
      assert.strictEqual((yield* write).mark, mark)
      assert.strictEqual((yield* live).metadata.resourceVersion, metadata.resourceVersion)
      const [, b] = yield* find
      yield* publish(b!, 4, next, other)
      const changed = yield* write
      assert.match(changed.mark, /^4-/, "the newest publication is the same")
      assert.notStrictEqual(changed.mark, mark)
      assert.strictEqual((yield* live)["spec"].conversion.webhook.clientConfig.service.path, `/canary/${changed.mark}`)
    }).pipe(Effect.scoped, quietly)
  )

  it.live("trusts only what all of its targets trust", () =>
    Effect.gen(function* () {
      const { live, next, write } = yield* lab
      yield* write
      assert.strictEqual((yield* live)["spec"].conversion.webhook.clientConfig.caBundle, caBundleOf(next))
    }).pipe(Effect.scoped, quietly)
  )
})
