import { assert, describe, it } from "@effect/vitest"
import * as Installed from "@holdfast/cli/bootstrap/Installed"
import { Effect } from "effect"

const workload = (images: ReadonlyArray<string>, wanted: ReadonlyArray<string>): Installed.InstalledWorkload => ({
  name: "web/deployment.apps/operator",
  images,
  wanted
})

describe("Installed", () => {
  it.effect("refuses to go back to an older version, and names both", () =>
    Effect.gen(function* () {
      const older = workload(["example.org/operator:v1.10.0"], ["example.org/operator:v1.9.3"])
      const { message } = yield* Effect.flip(Installed.refuseDowngrade([older]))
      assert.include(message, "v1.10.0")
      assert.include(message, "v1.9.3")
      assert.include(message, "--force")
    })
  )

  it.effect("lets the same, a newer and an unversioned image pass", () =>
    Effect.gen(function* () {
      yield* Installed.refuseDowngrade([
        workload(["example.org/operator:v1.9.3"], ["example.org/operator:v1.9.3"]),
        workload(["example.org/operator:v1.9.3"], ["example.org/operator:v1.10.0"]),
        workload(["example.org/operator:latest"], ["example.org/operator:v1.10.0"]),
        workload(["example.org/other:v9.0.0"], ["example.org/operator:v1.10.0"])
      ])
    })
  )
})
