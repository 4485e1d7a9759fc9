import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import * as Effect from "effect/Effect"
import { describe } from "vitest"
import { run } from "./support/certificateVacuum.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))

describe.skipIf(binaries._tag === "None")("on a real API server", () => {
  run(KubeApiserver.make())
})
