import { interruption } from "./support/interruption.ts"
import { servers } from "./support/operator.ts"

interruption(servers.real, 3000, 1)
