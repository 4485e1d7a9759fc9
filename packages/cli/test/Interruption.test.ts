import { interruption } from "./support/interruption.ts"
import { servers } from "./support/operator.ts"

interruption(servers.embedded, 1000, 3)
