import { existsSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import { Effect } from "effect"
import * as OperatorLab from "./OperatorLab.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))

describe.skipIf(binaries._tag === "None" || !existsSync(OperatorLab.bundle))("The operator under the hammer", () => {
  it.live(
    "changes authorities and leaves without a failed request, though its leader is killed on the way",
    () =>
      Effect.gen(function* () {
        const lab = yield* OperatorLab.make({
          hooks: ["hook-0", "hook-1", "hook-2"],
          leaves: { hooks: ["leaf-0"], leaf: { validity: "10m", renewBefore: "9m40s" } }
        })
        const { keyOf, leader, rotate, rotations, underLoad } = lab
        const before = { authorities: rotations.authorities(), leaves: rotations.leaves() }
        const keys = ["hook-0", "hook-1", "hook-2"].map(keyOf)
        const killed = Effect.gen(function* () {
          yield* lab.until(() => rotations.state(keyOf("hook-0"))?.phase === "PROVE", "1 minute")
          const victim = yield* leader
          yield* victim?.signal("SIGKILL") ?? Effect.die(new Error("nobody leads"))
        })
        const { verdict } = yield* underLoad(
          Effect.all([killed, ...keys.map((key) => rotate(key))], { concurrency: "unbounded" })
        )
        assert.deepStrictEqual(verdict.failures, [])
        assert.strictEqual(verdict.rejections, 0)
        assert.strictEqual(rotations.authorities() - before.authorities, keys.length)
        assert.isAbove(rotations.leaves() - before.leaves, 1)
        assert.strictEqual(rotations.fallen(), 0)
        assert.isAbove(verdict.creates + verdict.updates, 500)
        assert.isAbove(verdict.fresh, 250)
      }),
    600_000
  )
})
