import * as ApiServer from "@holdfast/testkit/ApiServer"
import { runtimeSuite } from "./support/runtimeSuite.ts"

runtimeSuite("the embedded API server", ApiServer.make())
