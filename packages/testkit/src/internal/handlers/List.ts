/** Lists: selectors, paging by `limit` and `continue`, and the meaning of `resourceVersion`. */
import type { Core } from "../Core.ts"
import { encode } from "../http/Request.ts"
import { type JsonObject, objectAt, stringAt } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import { badRequest, ConversionFailure, corruptList, expired, StatusError, tooLargeResourceVersion } from "../Status.ts"
import * as Selectors from "../store/Selectors.ts"

export interface Page {
  readonly items: ReadonlyArray<JsonObject>
  readonly resourceVersion: string
  readonly continueToken: string | undefined
  readonly remaining: number | undefined
}

/** Sorts right behind a key: where the next page starts. */
const keyEnd = String.fromCharCode(0)

interface Token {
  readonly rv: number
  readonly start: string
}

const encodeToken = (token: Token): string =>
  Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: token.rv, start: `${token.start}${keyEnd}` })).toString(
    "base64url"
  )

const decodeToken = (text: string): Token => {
  try {
    const { rv, start } = JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as Token
    return { rv: Number(rv), start: start.endsWith(keyEnd) ? start.slice(0, -1) : start }
  } catch {
    throw badRequest("continue key is not valid: not a valid token")
  }
}

const tooOld =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without " +
  "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. " +
  "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or " +
  "deleted between the time the first chunk was returned and now may show up in the list."

/** The selectors of a query, over objects in the version asked for. */
export const predicate = (query: URLSearchParams, resource: ResourceType): Selectors.Predicate => {
  const byLabel = Selectors.labels(query.get("labelSelector") ?? undefined)
  const byField = Selectors.fields(
    query.get("fieldSelector") ?? undefined,
    resource.storage,
    resource.custom?.selectableFields ?? []
  )
  if (byLabel === Selectors.everything) return byField
  return byField === Selectors.everything ? byLabel : (object) => byLabel(object) && byField(object)
}

const revisionOf = (core: Core, query: URLSearchParams): number | undefined => {
  const text = query.get("resourceVersion") ?? ""
  if (text === "") return undefined
  const revision = Number(text)
  if (!/^\d+$/.test(text)) {
    throw badRequest(
      `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`
    )
  }
  if (revision > core.store.revision) throw tooLargeResourceVersion(revision, core.store.revision)
  return revision
}

const matchError = (message: string) =>
  new StatusError(422, "Invalid", `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: ${message}`)

export const list = async (
  core: Core,
  resource: ResourceType,
  namespace: string | undefined,
  query: URLSearchParams
): Promise<Page> => {
  const collection = core.store.collection(resource.storage)
  const limit = Number(query.get("limit") ?? 0) || 0
  const continued = query.get("continue") ?? ""
  const match = query.get("resourceVersionMatch") ?? ""
  if (match !== "" && !query.get("resourceVersion")) {
    throw matchError("resourceVersionMatch is forbidden unless resourceVersion is provided")
  }
  let revision = core.store.revision
  let start: string | undefined
  if (continued !== "") {
    if (query.get("resourceVersion") && query.get("resourceVersion") !== "0") {
      throw badRequest("specifying resource version is not allowed when using continue")
    }
    const token = decodeToken(continued)
    start = token.start
    if (token.rv > 0) revision = token.rv
  } else {
    const wanted = revisionOf(core, query)
    if (wanted !== undefined && match === "Exact") revision = wanted
  }
  const entries = revision >= core.store.revision ? collection.entries() : collection.at(revision)
  if (entries === undefined) {
    const error = expired(continued === "" ? `The resourceVersion for the provided list is too old.` : tooOld)
    if (continued === "" || start === undefined) throw error
    const status = { ...error.toStatus(), metadata: { continue: encodeToken({ rv: -1, start }) } }
    throw Object.assign(error, { toStatus: () => status })
  }
  const matches = predicate(query, resource)
  const prefix = namespace === undefined ? "" : `${namespace}/`
  const found: Array<readonly [string, JsonObject]> = []
  for (const entry of entries) {
    if (prefix !== "" && !entry[0].startsWith(prefix)) continue
    if (start !== undefined && entry[0] <= start) continue
    found.push(entry)
  }
  const objects = await convertAll(
    core,
    found.map(([, object]) => object),
    resource
  ).catch((error: unknown) => {
    const [key, object] = found.find(([, each]) => each["apiVersion"] !== resource.apiVersion) ?? []
    if (!(error instanceof ConversionFailure) || key === undefined) throw error
    throw corruptList(error, { resource, key, revision: stringAt(object, "metadata", "resourceVersion") ?? "" })
  })
  const items: Array<JsonObject> = []
  let last = ""
  let index = 0
  for (; index < objects.length; index++) {
    const object = objects[index] as JsonObject
    if (!matches(object)) continue
    if (limit > 0 && items.length === limit) break
    items.push(object)
    last = found[index]?.[0] ?? last
  }
  const more = index < objects.length
  const exact = matches === Selectors.everything
  return {
    items,
    resourceVersion: String(revision),
    continueToken: more ? encodeToken({ rv: revision, start: last }) : undefined,
    remaining: more && exact ? objects.length - items.length : undefined
  }
}

export const convertAll = async (
  core: Core,
  objects: ReadonlyArray<JsonObject>,
  resource: ResourceType
): Promise<ReadonlyArray<JsonObject>> =>
  objects.some((each) => each["apiVersion"] !== resource.apiVersion) ? core.convert(objects, resource) : objects

export const listMeta = (page: Page): JsonObject => ({
  resourceVersion: page.resourceVersion,
  ...(page.continueToken === undefined ? {} : { continue: page.continueToken }),
  ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining })
})

/** The list as JSON, put together from the encoded items; those of built-in kinds go without kind and version. */
export const encodeList = (page: Page, resource: ResourceType): string => {
  const head = { kind: resource.listKind, apiVersion: resource.apiVersion, metadata: listMeta(page) }
  const prefix = `${JSON.stringify({ apiVersion: resource.apiVersion, kind: resource.kind }).slice(0, -1)},`
  const item = (object: JsonObject): string => {
    const text = encode(object)
    return resource.custom === undefined && text.startsWith(prefix) ? `{${text.slice(prefix.length)}` : text
  }
  return `${JSON.stringify(head).slice(0, -1)},"items":[${page.items.map(item).join(",")}]}`
}

export const nameOf = (object: JsonObject): string => stringAt(object, "metadata", "name") ?? ""
export const namespaceOf = (object: JsonObject): string | undefined => {
  const namespace = objectAt(object, "metadata")["namespace"]
  return typeof namespace === "string" && namespace !== "" ? namespace : undefined
}
