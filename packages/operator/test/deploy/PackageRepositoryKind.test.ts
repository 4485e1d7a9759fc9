import * as ApiServer from "@holdfast/testkit/ApiServer"
import { packageRepositoryKindSuite } from "./packageRepositoryKindSuite.ts"

packageRepositoryKindSuite("the embedded API server", ApiServer.make())
