import { servers } from "./support/operator.ts"
import { uninstalling } from "./support/uninstalling.ts"

uninstalling({ ...servers.real, hasControllers: false })
