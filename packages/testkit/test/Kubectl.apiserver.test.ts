import { assert, describe, it } from "@effect/vitest"
import { ApiServer } from "@holdfast/testkit"
import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import * as Effect from "effect/Effect"
import { commands, isThere, kubectl, steady } from "./kubectl/run.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))

describe.skipIf(binaries._tag === "None" || !isThere)(
  "kubectl (needs kubectl on the PATH and a real API server)",
  () => {
    it.live(
      `prints the same in ${commands.length} commands, whichever of the two servers it talks to`,
      () =>
        Effect.gen(function* () {
          const embedded = yield* kubectl(yield* ApiServer.make({ controllerManager: false }))
          const real = yield* kubectl(yield* KubeApiserver.make())
          for (const { text } of commands) {
            const [expected, found] = [yield* real(text), yield* embedded(text)]
            assert.strictEqual(steady(found.output), steady(expected.output), text)
            assert.strictEqual(found.code, expected.code, text)
          }
        }).pipe(Effect.scoped),
      300_000
    )
  }
)
