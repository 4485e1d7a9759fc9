import { assert, describe, it } from "@effect/vitest"
import { ApiServer } from "@holdfast/testkit"
import * as Effect from "effect/Effect"
import { commands, isThere, kubectl } from "./kubectl/run.ts"

describe.skipIf(!isThere)("kubectl, against the embedded API server (needs kubectl on the PATH)", () => {
  it.live(
    `ends each of ${commands.length} commands as it does against a real one`,
    () =>
      Effect.gen(function* () {
        const server = yield* ApiServer.make({ controllerManager: false })
        const run = yield* kubectl(server)
        for (const command of commands) {
          const { code, output } = yield* run(command.text)
          assert.strictEqual(code, command.code, `${command.text}\n${output}`)
        }
      }).pipe(Effect.scoped),
    120_000
  )
})
