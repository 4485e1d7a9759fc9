/** Takes a request to its handler: resources, discovery, OpenAPI, health. */
import { createHash } from "node:crypto"
import type { Access } from "./access/Access.ts"
import type { Aggregator } from "./aggregation/Aggregator.ts"
import * as Discovery from "./discovery/Discovery.ts"
import * as OpenApi from "./discovery/OpenApi.ts"
import * as Objects from "./handlers/Objects.ts"
import * as Reviews from "./handlers/Reviews.ts"
import * as Subresources from "./handlers/Subresources.ts"
import { type Answer, type ApiRequest, encode } from "./http/Request.ts"
import * as RequestInfo from "./http/RequestInfo.ts"
import { forbidden, methodNotAllowed, pathNotFound, StatusError } from "./Status.ts"

export interface Api extends Objects.Services {
  readonly access: Access
  readonly aggregator: Aggregator
  readonly url: () => string
  readonly tokens: Reviews.TokenIssuer
}

const version = {
  major: "1",
  minor: "37",
  gitVersion: "v1.37.0+holdfast",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "node",
  platform: "linux/amd64"
}

const ok = (body: Parameters<typeof encode>[0] | string): Answer =>
  typeof body === "string"
    ? { status: 200, body, contentType: "text/plain; charset=utf-8" }
    : { status: 200, body: encode(body) }

const publicPaths = /^\/(version|healthz|livez|readyz)(\/|$)/

export const handle = async (api: Api, request: ApiRequest): Promise<Answer> => {
  const passedOn = await api.aggregator.handle(request)
  if (passedOn !== undefined) return passedOn
  const info = RequestInfo.parse(request.method, request.path, request.query)
  if (info === undefined) return nonResource(api, request)
  const denied = api.access.denies(request.user, info)
  if (denied !== undefined) {
    throw forbidden({ group: info.group, plural: info.plural, kind: "" }, info.name ?? "", denied)
  }
  const resource = api.core.resources.at(info.apiVersion, info.plural)
  if (resource === undefined) {
    if (!api.core.resources.groups().includes(info.group)) return nowhere
    throw pathNotFound()
  }
  if (info.subresource === undefined && !resource.verbs.includes(info.verb)) throw methodNotAllowed()
  if (resource.namespaced && info.namespace === undefined && !["list", "watch"].includes(info.verb))
    throw pathNotFound()
  if (!resource.namespaced && info.namespace !== undefined) throw pathNotFound()
  if (resource.custom?.deprecated !== undefined) {
    request.warnings.push(resource.custom.deprecated || `${resource.apiVersion} ${resource.kind} is deprecated`)
  }
  if (Reviews.isReview(resource)) return Reviews.create(api, request, resource)
  if (info.subresource !== undefined && info.subresource !== "status") {
    return Subresources.handle(api, request, info, resource)
  }
  if (info.subresource !== undefined && !resource.subresources.includes(info.subresource)) throw pathNotFound()
  switch (info.verb) {
    case "get":
      return Objects.get(api, request, info, resource)
    case "list":
      return Objects.listObjects(api, request, info, resource)
    case "watch":
      return Objects.watchObjects(api, request, info, resource)
    case "create":
      return Objects.create(api, request, info, resource)
    case "update":
      return Objects.update(api, request, info, resource)
    case "patch":
      return Objects.patch(api, request, info, resource)
    case "delete":
      return Objects.remove(api, request, info, resource)
    case "deletecollection":
      return Objects.removeAll(api, request, info, resource)
  }
}

const aggregatedVersion = (accept: string): string | undefined => {
  for (const each of accept.split(",")) {
    if (each.includes("as=APIGroupDiscoveryList")) {
      return each.includes("v=v2beta1") ? "apidiscovery.k8s.io/v2beta1" : "apidiscovery.k8s.io/v2"
    }
    if (each.trim() === "application/json") return undefined
  }
  return undefined
}

const nowhere: Answer = { status: 404, body: "404 page not found\n", contentType: "text/plain; charset=utf-8" }

/** A document with its ETag, or 304 for a client that has it. */
const document = (request: ApiRequest, object: Parameters<typeof encode>[0], contentType: string): Answer => {
  const body = encode(object)
  const etag = `"${createHash("sha512").update(body).digest("hex").toUpperCase()}"`
  const headers = { etag, vary: "Accept", "cache-control": "public" }
  return request.message.headers["if-none-match"] === etag
    ? { status: 304, body: "", contentType, headers }
    : { status: 200, body, contentType, headers }
}

const nonResource = (api: Api, request: ApiRequest): Answer => {
  const { path } = request
  if (request.user.name === "system:anonymous" && !publicPaths.test(path)) {
    throw new StatusError(
      403,
      "Forbidden",
      `forbidden: User "system:anonymous" cannot ${request.method.toLowerCase()} path "${path}"`,
      {}
    )
  }
  if (request.method !== "GET" && request.method !== "HEAD") throw methodNotAllowed()
  if (path === "/version" || path === "/version/") return { status: 200, body: JSON.stringify(version, null, 2) }
  if (/^\/(healthz|livez|readyz)/.test(path)) return ok("ok")
  const { resources } = api.core
  const parts = path.split("/").filter((part) => part !== "")
  const [prefix, first, second] = parts
  if (path === "/openapi/v2" || path.startsWith("/openapi/v3")) return OpenApi.answer(resources, path)
  if (prefix === "api" || prefix === "apis") {
    const asked = aggregatedVersion(request.message.headers.accept ?? "")
    if (parts.length === 1 && asked !== undefined) {
      const body = Discovery.aggregated(resources, prefix === "api", asked)
      const [, v] = asked.split("/")
      return document(request, body, `application/json;g=apidiscovery.k8s.io;v=${v};as=APIGroupDiscoveryList`)
    }
    if (parts.length === 1)
      return ok(
        prefix === "api"
          ? Discovery.coreVersions(new URL(api.url()).host)
          : Discovery.groupList(resources, api.aggregator.groups())
      )
    const found =
      prefix === "api"
        ? Discovery.resourceList(resources, "", first ?? "")
        : second === undefined
          ? Discovery.group(resources, first ?? "")
          : Discovery.resourceList(resources, first ?? "", second)
    if (found !== undefined) return ok(found)
    if (second === undefined || !resources.groups().includes(first ?? "")) return nowhere
    throw pathNotFound()
  }
  if (path === "/") return ok({ paths: ["/api", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"] })
  return nowhere
}
