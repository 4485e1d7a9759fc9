/**
 * Starts a control plane, prints its folder and waits to be killed: a test run that comes to a bad end.
 */
import { dirname } from "node:path"
import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

const program = Effect.gen(function* () {
  const { instances } = yield* KubeApiserver.make()
  yield* Console.log(dirname(dirname(instances[0]?.logFile ?? "")))
  yield* Effect.sleep("5 minutes")
})

await Effect.runPromise(Effect.scoped(program))
