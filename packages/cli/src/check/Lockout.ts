/**
 * Webhooks that can lock a cluster out: whatever fails behind them stops the very objects that would mend it.
 *
 * @since 0.1.0
 */
import { selects } from "@holdfast/k8s-adapter/LabelSelector"
import { listOf, part, textOf } from "../input/Json.ts"
import type { Callee } from "./Callee.ts"
import type { Outlook, Problem } from "./Finding.ts"
import * as Mend from "./Mend.ts"
import type { Snapshot } from "./Snapshot.ts"

/** What the control plane, or a webhook's own recovery, cannot do without. */
const vital: ReadonlyArray<readonly [group: string, resource: string]> = [
  ["", "secrets"],
  ["", "pods"],
  ["coordination.k8s.io", "leases"],
  ["apps", "deployments"]
]

const covers = (rule: unknown, [group, resource]: readonly [string, string]): boolean => {
  const has = (key: string, ...wanted: ReadonlyArray<string>) =>
    listOf(part(rule, key)).some((one) => one === "*" || wanted.includes(textOf(one)))
  return (
    has("apiGroups", group) &&
    has("resources", resource, "*/*") &&
    has("operations", "CREATE", "UPDATE") &&
    textOf(part(rule, "scope")) !== "Cluster"
  )
}

/**
 * Looks whether a webhook stands in the way of what would mend it: its failure refuses vital objects in the control
 * plane's namespace, or in its own.
 *
 * @category checks
 * @since 0.1.0
 */
export const lockout = (callee: Callee, { namespaces }: Snapshot, outlook: Outlook): Problem | undefined => {
  const { entry, object, service } = callee
  if (callee.kind !== "admission" || textOf(part(entry, "failurePolicy")) === "Ignore") return undefined
  // Which objects these leave out is not ours to say.
  const narrowed =
    Object.keys((part(entry, "objectSelector") as object | undefined) ?? {}).length > 0 ||
    listOf(part(entry, "matchConditions")).length > 0
  if (narrowed) return undefined
  const covered = vital.filter((one) => listOf(part(entry, "rules")).some((rule) => covers(rule, one)))
  if (covered.length === 0) return undefined
  const labels = (name: string) => namespaces?.get(name) ?? { "kubernetes.io/metadata.name": name }
  const selector = part(entry, "namespaceSelector") ?? {}
  const caught = [...new Set(["kube-system", ...(service === undefined ? [] : [service.namespace])])].filter((name) =>
    selects(selector, labels(name))
  )
  if (caught.length === 0) return undefined
  const index = listOf(object["webhooks"]).indexOf(entry)
  return {
    result: "warning",
    detail: `while it fails, nobody can change ${covered.map(([, resource]) => resource).join(", ")} in ${caught.join(" and ")}`,
    ...Mend.exempt(callee, index, caught, outlook)
  }
}
