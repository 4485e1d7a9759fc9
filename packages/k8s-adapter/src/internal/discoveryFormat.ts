/** The two forms of discovery answers, read into resources. What is not as expected is passed over, not refused. */
import type { ApiResource } from "../Discovery.ts"
import { groupVersion } from "../KubernetesObject.ts"
import { isRecord } from "./kubeconfigDocument.ts"

export interface RootDocument {
  readonly resources: ReadonlyArray<ApiResource>
  /** `apiVersion`s that are served, with kinds that are still to be asked for. */
  readonly untold: ReadonlyArray<string>
}

type Json = Readonly<Record<string, unknown>>

/** Reads `/api` or `/apis`, aggregated (`APIGroupDiscoveryList`) or not (`APIVersions`, `APIGroupList`). */
export const readRoot = (body: unknown): RootDocument => {
  if (!isRecord(body)) return { resources: [], untold: [] }
  if (body["kind"] !== "APIGroupDiscoveryList") {
    const groups = records(body["groups"]).flatMap((group) =>
      records(group["versions"]).map((one) => text(one["groupVersion"]))
    )
    return { resources: [], untold: [...texts(body["versions"]), ...groups] }
  }
  const resources: Array<ApiResource> = []
  const untold: Array<string> = []
  for (const item of records(body["items"])) {
    const group = isRecord(item["metadata"]) ? text(item["metadata"]["name"]) : ""
    for (const version of records(item["versions"])) {
      const name = text(version["version"])
      // An aggregated API that does not answer is listed as stale, often without its resources.
      if (version["freshness"] === "Stale") untold.push(group === "" ? name : `${group}/${name}`)
      resources.push(...records(version["resources"]).map((resource) => aggregated(resource, group, name)))
    }
  }
  return { resources, untold }
}

const aggregated = (resource: Json, group: string, version: string): ApiResource => {
  const kind = isRecord(resource["responseKind"]) ? resource["responseKind"] : {}
  return {
    group,
    version,
    kind: text(kind["kind"]),
    plural: text(resource["resource"]),
    singular: text(resource["singularResource"]),
    shortNames: texts(resource["shortNames"]),
    categories: texts(resource["categories"]),
    namespaced: resource["scope"] === "Namespaced",
    verbs: texts(resource["verbs"]),
    subresources: records(resource["subresources"]).map((one) => text(one["subresource"]))
  }
}

/** Reads one version of one group (`APIResourceList`). */
export const readVersion = (body: unknown, apiVersion: string): ReadonlyArray<ApiResource> => {
  const all = isRecord(body) ? records(body["resources"]) : []
  const { group, version } = groupVersion(apiVersion)
  return all
    .filter((one) => !text(one["name"]).includes("/"))
    .map((one) => ({
      group,
      version,
      kind: text(one["kind"]),
      plural: text(one["name"]),
      singular: text(one["singularName"]),
      shortNames: texts(one["shortNames"]),
      categories: texts(one["categories"]),
      namespaced: one["namespaced"] === true,
      verbs: texts(one["verbs"]),
      subresources: all
        .map((other) => text(other["name"]))
        .filter((name) => name.startsWith(`${text(one["name"])}/`))
        .map((name) => name.slice(text(one["name"]).length + 1))
    }))
}

const records = (value: unknown): ReadonlyArray<Json> => (Array.isArray(value) ? value.filter(isRecord) : [])
const texts = (value: unknown): ReadonlyArray<string> => (Array.isArray(value) ? value.map(String) : [])
const text = (value: unknown): string => (typeof value === "string" ? value : "")
