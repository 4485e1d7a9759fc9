import * as ApiServer from "@holdfast/testkit/ApiServer"
import { describe } from "vitest"
import { areas } from "./areas.ts"
import { run } from "./support/Lab.ts"

describe("embedded", () => {
  run({ kind: "embedded", make: ApiServer.make({ controllerManager: false }) }, areas)
})
