/** Which webhooks concern a request: rules, scope, selectors, equivalent versions. */
import type { Core } from "../Core.ts"
import { arrayAt, isObject, type JsonObject, objectAt, stringAt, stringsAt } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import type { Attributes } from "../registry/Registry.ts"
import { labelSelector } from "../store/Selectors.ts"

const ruleMatches = (
  rule: JsonObject,
  resource: ResourceType,
  subresource: string | undefined,
  operation: string
): boolean => {
  const has = (field: string, value: string) => {
    const list = stringsAt(rule, field)
    return list.includes("*") || list.includes(value)
  }
  if (!has("operations", operation) || !has("apiGroups", resource.group) || !has("apiVersions", resource.version))
    return false
  const scope = stringAt(rule, "scope") ?? "*"
  const namespaced = resource.namespaced || resource.storage === "/namespaces"
  if (scope === "Namespaced" && !resource.namespaced) return false
  if (scope === "Cluster" && namespaced && resource.storage !== "/namespaces") return false
  return stringsAt(rule, "resources").some((each) => {
    const [plural, sub] = each.split("/")
    if (each === "*/*") return true
    if (sub === undefined) return subresource === undefined && (plural === "*" || plural === resource.plural)
    return (plural === "*" || plural === resource.plural) && (sub === "*" ? true : sub === subresource)
  })
}

const selected = (core: Core, webhook: JsonObject, attributes: Attributes): boolean => {
  const namespaceSelector = objectAt(webhook, "namespaceSelector")
  if (Object.keys(namespaceSelector).length > 0) {
    const { resource, namespace, object, oldObject } = attributes
    if (resource.storage === "/namespaces") {
      const labels = objectAt(object ?? oldObject ?? {}, "metadata", "labels")
      if (!labelSelector(namespaceSelector)(labels)) return false
    } else if (namespace !== undefined && resource.namespaced) {
      const labels = objectAt(core.store.get("/namespaces", namespace), "metadata", "labels")
      if (!labelSelector(namespaceSelector)(labels)) return false
    }
  }
  const objectSelector = objectAt(webhook, "objectSelector")
  if (Object.keys(objectSelector).length === 0) return true
  const matches = labelSelector(objectSelector)
  return [attributes.object, attributes.oldObject].some(
    (each) => isObject(each) && matches(objectAt(each, "metadata", "labels"))
  )
}

/** The version in which a webhook wants to see the object, `undefined` when it is not concerned. */
export const match = (core: Core, webhook: JsonObject, attributes: Attributes): ResourceType | undefined => {
  const { resource, subresource, operation } = attributes
  const rules = arrayAt(webhook, "rules").filter(isObject)
  const candidates =
    stringAt(webhook, "matchPolicy") === "Exact"
      ? [resource]
      : [resource, ...core.resources.all().filter((each) => each.storage === resource.storage && each !== resource)]
  const found = candidates.find((each) => rules.some((rule) => ruleMatches(rule, each, subresource, operation)))
  return found !== undefined && selected(core, webhook, attributes) ? found : undefined
}
