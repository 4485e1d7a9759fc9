import * as ApiServer from "@holdfast/testkit/ApiServer"
import { applySuite } from "./support/applySuite.ts"

applySuite("the embedded API server", ApiServer.make())
