import { ApiServer } from "@holdfast/testkit"
import { run } from "./support/certificateVacuum.ts"

run(ApiServer.make())
