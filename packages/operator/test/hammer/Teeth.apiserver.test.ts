import { assert, describe, it } from "@effect/vitest"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import { Effect } from "effect"
import * as Hooks from "./hooks.ts"
import * as Lab from "./Lab.ts"
import * as Naive from "./naive.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))
const hooks = ["hook-0", "hook-1"]

describe.skipIf(binaries._tag === "None")("The hammer", () => {
  it.live(
    "sees requests fail under rotations that are naive, and none without a rotation",
    () =>
      Effect.gen(function* () {
        const { apply, client, underLoad } = yield* Lab.make({ hooks })
        yield* apply(Hooks.configurations(hooks))
        const rotators = hooks.map((name) => Naive.make(client, hooks, name))
        yield* Effect.forEach(rotators, ({ swap }) => swap)
        const configMap = {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "first", namespace: Hooks.namespace }
        }
        yield* Effect.eventually(client.create(configMap))

        const rotating = (how: (rotator: ReturnType<typeof Naive.make>) => Effect.Effect<void, unknown>) =>
          Effect.map(underLoad(Effect.forEach(rotators, how)), ({ verdict }) => verdict)

        const still = yield* rotating(() => Effect.sleep("2 seconds"))
        assert.deepStrictEqual(still.failures, [])
        assert.strictEqual(still.rejections, 0)
        assert.isAbove(still.creates + still.updates, 60)
        assert.isAbove(still.fresh, 20)

        for (const [name, how] of Object.entries({
          "swapped at once": ({ swap }: (typeof rotators)[number]) => swap,
          "overlapped too late": ({ overlapAfter }: (typeof rotators)[number]) => overlapAfter("300 millis")
        })) {
          const verdict = yield* rotating((rotator) => Effect.repeat(how(rotator), { times: 4 }))
          assert.isAbove(verdict.failures.length, 0, name)
          assert.isAtLeast(verdict.rejections, verdict.failures.length, name)
          assert.include(verdict.failures[0]?.problem, "certificate signed by unknown authority", name)
        }
      }),
    90_000
  )
})
