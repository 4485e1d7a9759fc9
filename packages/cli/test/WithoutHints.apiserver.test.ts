import { servers } from "./support/operator.ts"
import { withoutHints } from "./support/withoutHints.ts"

withoutHints(servers.real)
