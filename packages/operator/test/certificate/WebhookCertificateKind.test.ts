import * as ApiServer from "@holdfast/testkit/ApiServer"
import { webhookCertificateKindSuite } from "./webhookCertificateKindSuite.ts"

webhookCertificateKindSuite("the embedded API server", ApiServer.make())
