/**
 * Webhooks that can lock a cluster out: whatever fails behind them stops the very objects that would mend it.
 *
 * @since 0.1.0
 */
import { type Callee, listOf, part, textOf } from "./Callee.ts"
import type { Finding } from "./Finding.ts"

/** What the control plane, or a webhook's own recovery, cannot do without. */
const vital: ReadonlyArray<readonly [group: string, resource: string]> = [
  ["", "secrets"],
  ["", "pods"],
  ["", "nodes"],
  ["", "namespaces"],
  ["coordination.k8s.io", "leases"],
  ["apps", "deployments"]
]

const covers = (rule: unknown, [group, resource]: readonly [string, string]): boolean => {
  const has = (key: string, ...wanted: ReadonlyArray<string>) =>
    listOf(part(rule, key)).some((one) => one === "*" || wanted.includes(textOf(one)))
  return has("apiGroups", group) && has("resources", resource, "*/*")
}

/**
 * Looks whether a webhook stands in the way of what would mend it: its failure refuses vital objects in every
 * namespace, its own among them.
 *
 * @category checks
 * @since 0.1.0
 */
export const lockout = (callee: Callee): Omit<Finding, "subject"> | undefined => {
  const { entry } = callee
  if (callee.kind !== "admission" || textOf(part(entry, "failurePolicy")) === "Ignore") return undefined
  const narrowed =
    Object.keys((part(entry, "namespaceSelector") as object | undefined) ?? {}).length > 0 ||
    Object.keys((part(entry, "objectSelector") as object | undefined) ?? {}).length > 0 ||
    listOf(part(entry, "matchConditions")).length > 0
  if (narrowed) return undefined
  const covered = vital.filter((one) => listOf(part(entry, "rules")).some((rule) => covers(rule, one)))
  return covered.length === 0
    ? undefined
    : {
        result: "warning",
        detail: `while it fails, nobody can change ${covered.map(([, resource]) => resource).join(", ")} in any namespace`,
        hint: "Leave kube-system and its own namespace out with a namespaceSelector, or set failurePolicy: Ignore"
      }
}
