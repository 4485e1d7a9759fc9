import * as ApiServer from "@holdfast/testkit/ApiServer"
import { describe } from "vitest"
import { areas } from "./areas.ts"
import { run } from "./support/Lab.ts"

describe("embedded", () => {
  const unsupported = {
    "Role-based access control: asks for create to apply something new, and for patch in any case":
      "asks for patch alone",
    "Role-based access control: lets nobody grant more than they have": "takes any role"
  }
  run({ kind: "embedded", make: ApiServer.make({ controllerManager: false }), unsupported }, areas)
})
