/** Reviews: questions that are asked by creating an object which is never stored. */
import type { Access, Action } from "../access/Access.ts"
import { type ApiRequest, encode, type Reply, readObject, type User } from "../http/Request.ts"
import { arrayAt, type JsonObject, objectAt, stringAt, stringsAt } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"

export interface TokenIssuer {
  readonly get: (token: string) => User | undefined
  readonly issue: (user: User) => string
}

export const isReview = (resource: ResourceType): boolean =>
  resource.group === "authorization.k8s.io" || resource.group === "authentication.k8s.io"

const actionOf = (attributes: JsonObject): Action => ({
  verb: stringAt(attributes, "verb") ?? "",
  group: stringAt(attributes, "group") ?? "",
  plural: stringAt(attributes, "resource") ?? "",
  subresource: stringAt(attributes, "subresource") || undefined,
  namespace: stringAt(attributes, "namespace") || undefined,
  name: stringAt(attributes, "name") || undefined
})

const decide = (access: Access, user: User, spec: JsonObject): JsonObject => {
  if (spec["resourceAttributes"] === undefined) return { allowed: user.groups.includes("system:masters") }
  return { allowed: access.allows(user, actionOf(objectAt(spec, "resourceAttributes"))) }
}

export const create = async (
  services: { readonly access: Access; readonly tokens: TokenIssuer },
  request: ApiRequest,
  resource: ResourceType
): Promise<Reply> => {
  const object = await readObject(request)
  const spec = objectAt(object, "spec")
  const answer = (status: JsonObject): Reply => ({
    status: 201,
    body: encode({
      kind: resource.kind,
      apiVersion: resource.apiVersion,
      metadata: objectAt(object, "metadata"),
      ...(object["spec"] === undefined ? {} : { spec }),
      status
    })
  })
  const subject: User = { name: stringAt(spec, "user") ?? "", groups: stringsAt(spec, "groups") }
  switch (resource.kind) {
    case "SelfSubjectAccessReview":
      return answer(decide(services.access, request.user, spec))
    case "SubjectAccessReview":
    case "LocalSubjectAccessReview":
      return answer(decide(services.access, subject, spec))
    case "SelfSubjectRulesReview":
      return answer({
        resourceRules: services.access
          .rulesFor(request.user, stringAt(spec, "namespace") ?? "")
          .filter((rule) => arrayAt(rule, "resources").length > 0),
        nonResourceRules: [],
        incomplete: false
      })
    case "SelfSubjectReview":
      return answer({ userInfo: { username: request.user.name, groups: request.user.groups } })
    default: {
      const user = services.tokens.get(stringAt(spec, "token") ?? "")

      return answer(
        user === undefined
          ? { user: {}, error: "invalid bearer token" }
          : { authenticated: true, user: { username: user.name, groups: user.groups } }
      )
    }
  }
}
