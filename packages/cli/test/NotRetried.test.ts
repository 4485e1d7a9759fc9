import { notRetried } from "./support/notRetried.ts"
import { servers } from "./support/operator.ts"

notRetried(servers.embedded)
