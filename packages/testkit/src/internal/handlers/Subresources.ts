/** Subresources other than status: scale, finalize, token, eviction. */
import type { Access } from "../access/Access.ts"
import { type Answer, type ApiRequest, contentType, decode, encode, read, readObject } from "../http/Request.ts"
import type { RequestInfo } from "../http/RequestInfo.ts"
import { type JsonObject, numberAt, objectAt, setAt, stringAt } from "../Json.ts"
import { jsonPatch, mergePatch } from "../patch/Patches.ts"
import type { ResourceType } from "../Resources.ts"
import { deleteObject } from "../registry/Deletion.ts"
import { isFinished, type WriteOptions } from "../registry/Registry.ts"
import { methodNotAllowed, pathNotFound } from "../Status.ts"
import type { Services } from "./Objects.ts"
import type { TokenIssuer } from "./Reviews.ts"

export interface SubresourceServices extends Services {
  readonly access: Access
  readonly tokens: TokenIssuer
}

type Handler = (
  services: SubresourceServices,
  request: ApiRequest,
  info: RequestInfo,
  resource: ResourceType
) => Promise<Answer>

const options = (request: ApiRequest, info: RequestInfo, resource: ResourceType): WriteOptions => ({
  resource,
  namespace: resource.namespaced ? info.namespace : undefined,
  name: info.name,
  subresource: info.subresource,
  user: request.user,
  dryRun: request.query.has("dryRun"),
  manager:
    request.query.get("fieldManager") || (request.message.headers["user-agent"] ?? "").split("/")[0] || "unknown",
  fieldValidation: "Ignore",
  warnings: request.warnings
})

export const handle: Handler = async (services, request, info, resource) => {
  if (!resource.subresources.includes(info.subresource ?? "")) throw pathNotFound()
  switch (info.subresource) {
    case "scale":
      return scale(services, request, info, resource)
    case "finalize":
      return finalize(services, request, info, resource)
    case "token":
      return token(services, request, info, resource)
    case "eviction": {
      const gone = { propagationPolicy: undefined, gracePeriodSeconds: undefined, preconditions: {}, dryRun: false }
      await deleteObject(services.core, services.admission, resource, info.namespace, info.name ?? "", {
        ...gone,
        user: request.user,
        warnings: request.warnings
      })
      return { status: 201, body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 } }
    }
    default:
      throw methodNotAllowed()
  }
}

const segments = (path: string): ReadonlyArray<string> => path.replace(/^\./, "").split(".")

const scaleOf = (object: JsonObject, resource: ResourceType): JsonObject => {
  const paths = resource.custom?.scale ?? { spec: ".spec.replicas", status: ".status.replicas", selector: undefined }
  const { name, namespace, uid, resourceVersion, creationTimestamp } = objectAt(object, "metadata")
  const labels = Object.entries(objectAt(object, "spec", "selector", "matchLabels"))
  const selector =
    resource.custom === undefined
      ? labels.map(([key, value]) => `${key}=${String(value)}`).join(",")
      : paths.selector === undefined
        ? ""
        : (stringAt(object, ...segments(paths.selector)) ?? "")
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberAt(object, ...segments(paths.spec)) ?? 0 },
    status: { replicas: numberAt(object, ...segments(paths.status)) ?? 0, ...(selector === "" ? {} : { selector }) }
  }
}

const scale: Handler = async (services, request, info, resource) => {
  const { registry, admission } = services
  if (info.verb === "get") {
    return { status: 200, body: scaleOf(await registry.get(resource, info.namespace, info.name ?? ""), resource) }
  }
  const path = segments(resource.custom?.scale?.spec ?? ".spec.replicas")
  const text = info.verb === "patch" ? (await read(request.message)).toString("utf8") : undefined
  const body = text === undefined ? await readObject(request) : decode(text, "json")
  const produce = (current: JsonObject): JsonObject => {
    const before = scaleOf(current, resource)
    const type = contentType(request.message)
    const after =
      text === undefined
        ? body
        : type === "application/json-patch+json"
          ? jsonPatch(before, body)
          : mergePatch(before, body)
    const version = stringAt(after, "metadata", "resourceVersion")
    const changed = setAt(current, path, numberAt(after, "spec", "replicas") ?? 0)
    return version === undefined ? changed : setAt(changed, ["metadata", "resourceVersion"], version)
  }
  const own = { ...options(request, info, resource), subresource: undefined }
  const { object } = await registry.change(own, admission, produce)
  return { status: 200, body: scaleOf(object, resource) }
}

const finalize: Handler = async (services, request, info, resource) => {
  const body = await readObject(request)
  const current = await services.registry.get(resource, info.namespace, info.name ?? "")
  const changed = setAt(current, ["spec", "finalizers"], objectAt(body, "spec")["finalizers"])
  const { store } = services.core
  const key = info.name ?? ""
  const saved = isFinished(changed)
    ? (store.remove(resource.storage, key, changed) ?? changed)
    : store.put(resource.storage, key, changed)
  return { status: 200, body: encode(saved) }
}

const token: Handler = async (services, request, info, resource) => {
  const body = await readObject(request)
  const account = await services.registry.get(resource, info.namespace, info.name ?? "")
  const namespace = info.namespace ?? ""
  const issued = services.tokens.issue({
    name: `system:serviceaccount:${namespace}:${info.name ?? ""}`,
    uid: stringAt(account, "metadata", "uid") ?? "",
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`]
  })
  const seconds = numberAt(body, "spec", "expirationSeconds") ?? 3600
  const expirationTimestamp = new Date(services.core.millis() + seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z")
  return {
    status: 201,
    body: {
      kind: "TokenRequest",
      apiVersion: "authentication.k8s.io/v1",
      metadata: { name: info.name ?? "", namespace },
      spec: { ...objectAt(body, "spec"), expirationSeconds: seconds },
      status: { token: issued, expirationTimestamp }
    }
  }
}
