/** The verbs on resources: reads the request, asks the registry, shapes the answer. */

import type { Access } from "../access/Access.ts"
import * as ManagedFields from "../apply/ManagedFields.ts"
import type { Core } from "../Core.ts"
import { keyOf } from "../Core.ts"
import * as Protobuf from "../http/Protobuf.ts"
import {
  type Answer,
  type ApiRequest,
  contentType,
  decode,
  encode,
  type Reply,
  read,
  readObject
} from "../http/Request.ts"
import type { RequestInfo } from "../http/RequestInfo.ts"
import { isObject, type Json, type JsonObject, setAt } from "../Json.ts"
import { jsonPatch, mergePatch, strategicMergePatch } from "../patch/Patches.ts"
import { createdByUpdate, type ResourceType } from "../Resources.ts"
import { deleteObject, readOptions, successStatus } from "../registry/Deletion.ts"
import type { Admission, Registry, WriteOptions, Written } from "../registry/Registry.ts"
import { separateConfig } from "../registry/Strategy.ts"
import { badRequest, forbidden, invalid, notFound, StatusError, unsupportedMediaType } from "../Status.ts"
import * as Representation from "../table/Representation.ts"
import { encodeList, list, nameOf, namespaceOf } from "./List.ts"
import { type Watches, watch } from "./Watch.ts"

export interface Services {
  readonly core: Core
  readonly registry: Registry
  readonly admission: Admission
  readonly watches: Watches
  readonly access: Access
}

type Handler<A extends Answer = Reply> = (
  services: Services,
  request: ApiRequest,
  info: RequestInfo,
  resource: ResourceType
) => Promise<A>

const fieldManager = (request: ApiRequest): string => {
  const given = request.query.get("fieldManager") ?? ""
  if (given !== "") return given
  const agent = request.message.headers["user-agent"] ?? ""
  return agent.split("/")[0] || "unknown"
}

const isDryRun = (query: URLSearchParams, kind: "Create" | "Update" | "Patch"): boolean => {
  const values = query.getAll("dryRun")
  if (values.some((value) => value !== "All")) {
    throw invalid({ group: "meta.k8s.io", plural: "", kind: `${kind}Options` }, "", [
      { type: "NotSupported", field: "dryRun", value: values, detail: 'supported values: "All"' }
    ])
  }
  return values.length > 0
}

const writeOptions = (
  request: ApiRequest,
  info: RequestInfo,
  resource: ResourceType,
  kind: "Create" | "Update" | "Patch"
): WriteOptions => ({
  resource,
  namespace: resource.namespaced ? info.namespace : undefined,
  name: info.name,
  subresource: info.subresource,
  user: request.user,
  dryRun: isDryRun(request.query, kind),
  manager: fieldManager(request),
  fieldValidation: request.query.get("fieldValidation") || "Warn",
  warnings: request.warnings
})

const reply = (request: ApiRequest, resource: ResourceType, object: JsonObject, status = 200): Reply => {
  const shown = Representation.wanted(request, resource)
  return { status, body: shown === undefined ? encode(object) : shown.one(object) }
}

const written = (request: ApiRequest, resource: ResourceType, result: Written): Reply =>
  reply(request, resource, result.object, result.created ? 201 : 200)

export const get: Handler = async (services, request, info, resource) =>
  reply(request, resource, await services.registry.get(resource, info.namespace, info.name ?? ""))

export const listObjects: Handler = async (services, request, info, resource) => {
  const page = await list(services.core, resource, info.namespace, request.query)
  const shown = Representation.wanted(request, resource)
  return { status: 200, body: shown === undefined ? encodeList(page, resource) : shown.page(page) }
}

export const watchObjects: Handler<Answer> = (services, request, info, resource) =>
  watch(
    services.core,
    services.watches,
    request,
    resource,
    info.namespace,
    info.name,
    Representation.wanted(request, resource)
  )

export const create: Handler = async (services, request, info, resource) => {
  const object = await readObject(request)
  const options = { ...writeOptions(request, info, resource, "Create"), name: undefined }
  return written(request, resource, await services.registry.create(object, options, services.admission))
}

export const update: Handler = async (services, request, info, resource) => {
  const object = await readObject(request)
  const options = writeOptions(request, info, resource, "Update")
  if (nameOf(object) === "") throw badRequest("name must be provided")
  if (
    resource.custom !== undefined &&
    (object["metadata"] as JsonObject)["resourceVersion"] === undefined &&
    info.subresource === undefined
  ) {
    const stored = services.core.store.get(resource.storage, keyOf(options.namespace, info.name ?? ""))
    if (stored === undefined) throw notFound(resource, info.name ?? "")
    throw invalid({ ...resource, kind: resource.plural }, info.name ?? "", [
      { type: "Invalid", field: "metadata.resourceVersion", value: 0, detail: "must be specified for an update" }
    ])
  }
  const key = keyOf(options.namespace, info.name ?? "")
  const absent = services.core.store.get(resource.storage, key) === undefined
  return written(
    request,
    resource,
    absent && info.subresource === undefined && createdByUpdate.has(resource.storage)
      ? await services.registry.create(
          setAt(object, ["metadata", "resourceVersion"], undefined),
          options,
          services.admission
        )
      : await services.registry.change(options, services.admission, () => object)
  )
}

const patchTypes = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply"
} as const

export const patch: Handler = async (services, request, info, resource) => {
  const type = patchTypes[contentType(request.message) as keyof typeof patchTypes]
  if (type === undefined || (type === "strategic" && resource.custom !== undefined)) {
    const accepted = Object.keys(patchTypes).filter((each) => !each.includes("strategic"))
    throw type === undefined
      ? new StatusError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})
      : unsupportedMediaType(accepted)
  }
  const text = (await read(request.message)).toString("utf8")
  const body = decode(text, type === "apply" ? "yaml" : "json")
  const options = { ...writeOptions(request, info, resource, "Patch"), patching: type !== "apply" }
  if (type === "apply") return written(request, resource, await applyPatch(services, request, options, body))
  const produce = (current: JsonObject): JsonObject => {
    const changed = patched(type, current, body, resource)
    if (!isObject(changed)) throw badRequest("the patched value is not an object")
    return changed
  }
  return written(request, resource, await services.registry.change(options, services.admission, produce))
}

const patched = (
  type: "json" | "merge" | "strategic",
  current: JsonObject,
  body: Json,
  resource: ResourceType
): Json => {
  if (type === "json") return jsonPatch(current, body)
  if (type === "merge") return mergePatch(current, body)
  return strategicMergePatch(current, body, resource.shape)
}

const applyPatch = async (
  services: Services,
  request: ApiRequest,
  options: WriteOptions,
  body: Json
): Promise<Written> => {
  const { registry, admission, core } = services
  const { resource, subresource } = options
  const manager = request.query.get("fieldManager") ?? ""
  if (manager === "") {
    throw invalid({ group: "meta.k8s.io", plural: "", kind: "PatchOptions" }, "", [
      { type: "Required", field: "fieldManager", detail: "is required for apply patch" }
    ])
  }
  if (!isObject(body)) throw badRequest("error decoding YAML: the body is not an object")
  if (body["kind"] === undefined || body["apiVersion"] === undefined) {
    const [group = "", version = ""] = /\//.test(String(body["apiVersion"] ?? ""))
      ? String(body["apiVersion"]).split("/")
      : ["", body["apiVersion"] ?? ""]
    throw badRequest(`invalid object type: ${group}/${String(version)}, Kind=${String(body["kind"] ?? "")}`)
  }
  const force = ["true", "1"].includes(request.query.get("force") ?? "")
  const config = separateConfig(body, resource, subresource)
  const identity = { name: manager, operation: "Apply" as const, ...(subresource === undefined ? {} : { subresource }) }
  const run = (before: JsonObject | undefined, each: JsonObject) =>
    ManagedFields.apply(before, each, resource, identity, force, core.now())
  const exists = core.store.get(resource.storage, keyOf(options.namespace, options.name ?? "")) !== undefined
  if (!exists) {
    if (subresource !== undefined) throw notFound(resource, options.name ?? "")
    const { group, plural } = resource
    const action = { verb: "create", group, plural, subresource, namespace: options.namespace, name: options.name }
    const denied = services.access.denies(request.user, action)
    if (denied !== undefined) throw forbidden(resource, options.name ?? "", denied)
    try {
      return await registry.create(config, options, admission, { config, run })
    } catch (error) {
      if (!(error instanceof StatusError && error.reason === "AlreadyExists")) throw error
    }
  }
  return registry.change(options, admission, () => config, { config, run })
}

export const remove: Handler = async (services, request, info, resource) => {
  const options = {
    ...readOptions(await readBody(request), request.query),
    user: request.user,
    warnings: request.warnings
  }
  const { object, removed } = await deleteObject(
    services.core,
    services.admission,
    resource,
    resource.namespaced ? info.namespace : undefined,
    info.name ?? "",
    options
  )
  const returnsObject = !removed || ["/pods", "/services", "/namespaces", "/serviceaccounts"].includes(resource.storage)
  return { status: 200, body: returnsObject ? encode(object) : successStatus(resource, object) }
}

const readBody = async (request: ApiRequest): Promise<JsonObject> => {
  const bytes = await read(request.message)
  if (contentType(request.message) === "application/vnd.kubernetes.protobuf") return Protobuf.decode(bytes)
  const text = bytes.toString("utf8")
  if (text.trim() === "") return {}
  const body = decode(text, contentType(request.message))
  return isObject(body) ? body : {}
}

export const removeAll: Handler = async (services, request, info, resource) => {
  const body = await readBody(request)
  const page = await list(services.core, resource, info.namespace, request.query)
  for (const object of page.items) {
    const options = { ...readOptions(body, request.query), user: request.user, warnings: request.warnings }
    try {
      await deleteObject(services.core, services.admission, resource, namespaceOf(object), nameOf(object), options)
    } catch (error) {
      if (!(error instanceof StatusError && error.reason === "NotFound")) throw error
    }
  }
  return { status: 200, body: encodeList(page, resource) }
}
