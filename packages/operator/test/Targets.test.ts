import * as ApiServer from "@holdfast/testkit/ApiServer"
import { targetSuite } from "./support/targetSuite.ts"

targetSuite("the embedded API server", ApiServer.make())
