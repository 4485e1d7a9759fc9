/**
 * Whether there is anything behind a Service that the API server calls.
 *
 * @since 0.1.0
 */
import { listOf, part, textOf } from "../input/Json.ts"
import type { CalledService } from "./Callee.ts"
import type { Outlook, Problem } from "./Finding.ts"
import * as Mend from "./Mend.ts"
import { podsBehind, type Snapshot } from "./Snapshot.ts"

/**
 * Looks at the Service, its port and its endpoints.
 *
 * @category checks
 * @since 0.1.0
 */
export const reach = (called: CalledService, snapshot: Snapshot, outlook: Outlook): Problem | undefined => {
  const { name, namespace, port } = called
  const key = `${namespace}/${name}`
  if (snapshot.services === undefined) return undefined
  const service = snapshot.services.get(key)
  if (service === undefined) {
    return {
      result: "error",
      detail: `its Service ${key} is not there`,
      hint: "Bring the Service back, by installing what it belongs to, or remove what calls it"
    }
  }
  // The address is somebody else's, and there are no endpoints to look at.
  if (textOf(part(service, "spec", "type")) === "ExternalName") return undefined
  const ports = listOf(part(service, "spec", "ports")).map((one) => part(one, "port"))
  if (!ports.includes(port)) {
    return {
      result: "error",
      detail: `its Service ${key} has no port ${port} (it has ${ports.join(", ") || "none"})`,
      hint: "Name a port that the Service has, or add the port to the Service"
    }
  }
  if (snapshot.endpoints === undefined || (snapshot.endpoints.get(key) ?? 0) > 0) return undefined
  const selector = (part(service, "spec", "selector") ?? {}) as Readonly<Record<string, string>>
  const pods = podsBehind(snapshot, called).map(({ metadata }) => metadata.name ?? "")
  return {
    result: "error",
    detail: `its Service ${key} has no ready endpoints`,
    ...Mend.start(called, selector, pods, outlook)
  }
}
