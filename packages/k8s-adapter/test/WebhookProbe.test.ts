import * as ApiServer from "@holdfast/testkit/ApiServer"
import { webhookSuite } from "./support/webhookSuite.ts"

webhookSuite("the embedded API server", ApiServer.make())
