import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import * as KubeBinaries from "@holdfast/testkit/KubeBinaries"
import * as Effect from "effect/Effect"
import { describe } from "vitest"
import { areas } from "./areas.ts"
import { run } from "./support/Lab.ts"

const binaries = await Effect.runPromise(Effect.option(KubeBinaries.find))

describe.skipIf(binaries._tag === "None")("kube-apiserver", () => {
  run({ kind: "kube-apiserver", make: KubeApiserver.make() }, areas)
})
