/** Whether a webhook stands between a rotation and what it has to write: then, once down, it would stay down. */
import { field, list, text } from "@holdfast/k8s-adapter/Json"

/** What a rotation writes that webhooks are asked about; webhook configurations themselves never are. */
const written = [
  { group: "", resource: "secrets", namespaced: true },
  { group: "coordination.k8s.io", resource: "leases", namespaced: true },
  { group: "certificates.holdfast.dev", resource: "probes", namespaced: false },
  { group: "apiextensions.k8s.io", resource: "customresourcedefinitions", namespaced: false },
  { group: "apiregistration.k8s.io", resource: "apiservices", namespaced: false }
] as const

/** The resources of `written` that an entry guards, in these namespaces or in none. */
export const guarded = (entry: unknown, namespaces: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (text(entry, "failurePolicy") === "Ignore") return []
  // Which objects and requests these let pass nobody can say beforehand.
  if (list(entry, "matchConditions").length > 0 || !isEmpty(field(entry, "objectSelector"))) return []
  const selector = field(entry, "namespaceSelector")
  const isAsked = namespaces.some((namespace) => mayMatch(selector, namespace))
  return written
    .filter(({ namespaced }) => isAsked || !namespaced)
    .filter(({ group, resource }) =>
      list(entry, "rules").some(
        (rule) =>
          has(rule, "apiGroups", group) &&
          (has(rule, "resources", resource) || list(rule, "resources").includes("*/*")) &&
          ["CREATE", "UPDATE"].some((operation) => has(rule, "operations", operation))
      )
    )
    .map(({ resource }) => resource)
}

const has = (rule: unknown, key: string, value: string): boolean => {
  const values = list(rule, key)
  return values.includes("*") || values.includes(value)
}

const isEmpty = (selector: unknown): boolean =>
  Object.keys((field(selector, "matchLabels") ?? {}) as object).length === 0 &&
  list(selector, "matchExpressions").length === 0

const nameLabel = "kubernetes.io/metadata.name"

/** Of a namespace only its name is known, which is one of its labels. By other labels anything may be meant. */
const mayMatch = (selector: unknown, namespace: string): boolean => {
  if (isEmpty(selector)) return true
  const names = (expression: unknown) => list(expression, "values").includes(namespace)
  const expressions = list(selector, "matchExpressions")
  const byName = expressions.filter((expression) => text(expression, "key") === nameLabel)
  const labels = Object.entries((field(selector, "matchLabels") ?? {}) as object)
  if (labels.length > 0 || byName.length < expressions.length) return false
  return byName.every((expression) => {
    const operator = text(expression, "operator")
    return operator === "In" ? names(expression) : operator === "NotIn" ? !names(expression) : operator === "Exists"
  })
}
