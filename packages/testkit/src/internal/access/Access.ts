/** Authorization by roles and bindings, as far as rules on resources go. */
import type { Core } from "../Core.ts"
import type { User } from "../http/Request.ts"
import { arrayAt, type Json, type JsonObject, objectAt, stringAt, stringsAt } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import { forbidden } from "../Status.ts"

export interface Action {
  readonly verb: string
  readonly group: string
  readonly plural: string
  readonly subresource: string | undefined
  readonly namespace: string | undefined
  readonly name: string | undefined
}

const group = "rbac.authorization.k8s.io"

export class Access {
  private readonly core: Core
  constructor(core: Core) {
    this.core = core
  }

  /** Why an action is not allowed, `undefined` when it is. */
  denies(user: User, action: Action): string | undefined {
    if (this.allows(user, action)) return undefined
    const what = action.subresource === undefined ? action.plural : `${action.plural}/${action.subresource}`
    const where = action.namespace === undefined ? "at the cluster scope" : `in the namespace "${action.namespace}"`
    return `User "${user.name}" cannot ${action.verb} resource "${what}" in API group "${action.group}" ${where}`
  }

  allows(user: User, action: Action): boolean {
    if (user.groups.includes("system:masters")) return true
    if (user.name !== "system:anonymous" && action.verb === "create" && action.plural.startsWith("selfsubject"))
      return true
    const bindings = [...this.core.store.collection(`${group}/clusterrolebindings`).items.values()]
    if (action.namespace !== undefined) {
      for (const [key, binding] of this.core.store.collection(`${group}/rolebindings`).items) {
        if (key.startsWith(`${action.namespace}/`)) bindings.push(binding)
      }
    }
    return bindings.some(
      (binding) => concerns(binding, user) && this.rules(binding).some((rule) => permits(rule, action))
    )
  }

  /** The rules that hold for a user in a namespace. */
  rulesFor(user: User, namespace: string): ReadonlyArray<JsonObject> {
    if (user.groups.includes("system:masters")) return [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }]
    const bindings = [...this.core.store.collection(`${group}/clusterrolebindings`).items.values()]
    for (const [key, binding] of this.core.store.collection(`${group}/rolebindings`).items) {
      if (key.startsWith(`${namespace}/`)) bindings.push(binding)
    }
    return bindings.filter((binding) => concerns(binding, user)).flatMap((binding) => this.rules(binding))
  }

  /** Refuses a role, or a binding to one, that would grant what its author does not have. */
  checkGrant(user: User, object: JsonObject, resource: ResourceType): void {
    if (resource.group !== group || user.groups.includes("system:masters")) return
    const isBinding = resource.kind.endsWith("Binding")
    const namespace = stringAt(object, "metadata", "namespace")
    const name = stringAt(object, "metadata", "name") ?? ""
    const action = {
      group,
      plural: isBinding ? roleOf(object) : resource.plural,
      subresource: undefined,
      namespace,
      name
    }
    if (this.allows(user, { ...action, verb: isBinding ? "bind" : "escalate" })) return
    const own = this.rulesFor(user, namespace ?? "")
    const wanted = isBinding ? this.rules(object) : arrayAt(object, "rules").map((rule) => objectAt(rule))
    const missing = wanted.flatMap(single).filter((rule) => !own.some((each) => covers(each, rule)))
    if (missing.length === 0) return
    const groups = user.groups.map((each) => JSON.stringify(each)).join(" ")
    throw forbidden(
      resource,
      name,
      `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${missing.map(ruleText).join("\n")}`
    )
  }

  private rules(binding: JsonObject): ReadonlyArray<JsonObject> {
    const name = stringAt(binding, "roleRef", "name") ?? ""
    const role =
      stringAt(binding, "roleRef", "kind") === "Role"
        ? this.core.store.get(`${group}/roles`, `${stringAt(binding, "metadata", "namespace")}/${name}`)
        : this.core.store.get(`${group}/clusterroles`, name)
    return arrayAt(role, "rules").map((rule) => objectAt(rule))
  }
}

const roleOf = (binding: JsonObject): string =>
  stringAt(binding, "roleRef", "kind") === "Role" ? "roles" : "clusterroles"

/** A rule for each verb, group and resource that a rule names. */
const single = (rule: JsonObject): ReadonlyArray<JsonObject> =>
  stringsAt(rule, "verbs").flatMap((verb) =>
    stringsAt(rule, "apiGroups").flatMap((apiGroup) =>
      stringsAt(rule, "resources").map((resource) => ({
        ...rule,
        verbs: [verb],
        apiGroups: [apiGroup],
        resources: [resource]
      }))
    )
  )

const covers = (own: JsonObject, wanted: JsonObject): boolean =>
  ["verbs", "apiGroups", "resources"].every((field) => {
    const list = stringsAt(own, field)
    return list.includes("*") || stringsAt(wanted, field).every((each) => list.includes(each))
  }) &&
  (stringsAt(own, "resourceNames").length === 0 ||
    (stringsAt(wanted, "resourceNames").length > 0 &&
      stringsAt(wanted, "resourceNames").every((each) => stringsAt(own, "resourceNames").includes(each))))

const ruleText = (rule: JsonObject): string => {
  const list = (field: string) =>
    stringsAt(rule, field)
      .map((each) => JSON.stringify(each))
      .join(" ")
  return `{APIGroups:[${list("apiGroups")}], Resources:[${list("resources")}], Verbs:[${list("verbs")}]}`
}

const concerns = (binding: JsonObject, user: User): boolean =>
  arrayAt(binding, "subjects").some((subject: Json) => {
    const kind = stringAt(subject, "kind")
    const name = stringAt(subject, "name") ?? ""
    if (kind === "Group") return user.groups.includes(name)
    if (kind === "User") return user.name === name
    const namespace = stringAt(subject, "namespace") ?? stringAt(binding, "metadata", "namespace") ?? ""
    return user.name === `system:serviceaccount:${namespace}:${name}`
  })

const permits = (rule: JsonObject, action: Action): boolean => {
  const has = (field: string, value: string) => {
    const list = stringsAt(rule, field)
    return list.includes("*") || list.includes(value)
  }
  const resources = stringsAt(rule, "resources")
  const wanted = action.subresource === undefined ? action.plural : `${action.plural}/${action.subresource}`
  const names = stringsAt(rule, "resourceNames")
  return (
    has("verbs", action.verb) &&
    has("apiGroups", action.group) &&
    (resources.includes("*") ||
      resources.includes(wanted) ||
      (action.subresource !== undefined && resources.includes(`*/${action.subresource}`))) &&
    (names.length === 0 || (action.name !== undefined && names.includes(action.name)))
  )
}
