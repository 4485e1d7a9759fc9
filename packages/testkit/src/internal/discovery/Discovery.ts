/** Discovery, legacy and aggregated: which groups, versions and resources are served. */
import type { JsonObject } from "../Json.ts"
import type { Resources, ResourceType } from "../Resources.ts"

const subresourceKinds: Record<string, { readonly group: string; readonly version: string; readonly kind: string }> = {
  scale: { group: "autoscaling", version: "v1", kind: "Scale" },
  token: { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" },
  eviction: { group: "policy", version: "v1", kind: "Eviction" }
}

const subresourceVerbs = (name: string): ReadonlyArray<string> =>
  name === "token" || name === "eviction" ? ["create"] : name === "finalize" ? ["update"] : ["get", "patch", "update"]

const versionRank = (version: string): ReadonlyArray<number> => {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version)
  if (match === null) return [0, 0, 0]
  const [, major, stage, minor] = match
  return [stage === undefined ? 3 : stage === "beta" ? 2 : 1, Number(major), Number(minor ?? 0)]
}

/** Newest and most stable first, as Kubernetes orders versions. */
const compareVersions = (a: string, b: string): number => {
  const left = versionRank(a)
  const right = versionRank(b)
  for (let index = 0; index < 3; index++) {
    const difference = (right[index] ?? 0) - (left[index] ?? 0)
    if (difference !== 0) return difference
  }
  return a < b ? -1 : a > b ? 1 : 0
}

const versions = (resources: Resources, group: string): ReadonlyArray<string> =>
  [
    ...new Set(
      resources
        .all()
        .filter((each) => each.group === group)
        .map((each) => each.version)
    )
  ].sort(compareVersions)

const of = (resources: Resources, group: string, version: string): ReadonlyArray<ResourceType> =>
  resources
    .all()
    .filter((each) => each.group === group && each.version === version)
    .sort((a, b) => (a.plural < b.plural ? -1 : 1))

const groupVersion = (group: string, version: string) => (group === "" ? version : `${group}/${version}`)

const optional = (name: string, list: ReadonlyArray<string>) => (list.length === 0 ? {} : { [name]: list })

/** `/api` */
export const coreVersions = (server: string): JsonObject => ({
  kind: "APIVersions",
  versions: ["v1"],
  serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: server }]
})

const apiGroup = (resources: Resources, group: string): JsonObject => {
  const all = versions(resources, group).map((version) => ({ groupVersion: groupVersion(group, version), version }))
  return { name: group, versions: all, preferredVersion: all[0] ?? {} }
}

interface Remote {
  readonly group: string
  readonly version: string
}

/** `/apis`, with the groups that other servers serve. */
export const groupList = (resources: Resources, remotes: ReadonlyArray<Remote>): JsonObject => {
  const foreign = [...new Set(remotes.map(({ group }) => group))].map((name) => {
    const all = remotes
      .filter(({ group }) => group === name)
      .map(({ version }) => ({ groupVersion: `${name}/${version}`, version }))
    return { name, versions: all, preferredVersion: all[0] ?? {} }
  })
  const own = resources.groups().filter((group) => group !== "")
  return {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [...own.map((group) => apiGroup(resources, group)), ...foreign]
  }
}

/** `/apis/GROUP` */
export const group = (resources: Resources, name: string): JsonObject | undefined =>
  name !== "" && resources.groups().includes(name)
    ? { kind: "APIGroup", apiVersion: "v1", ...apiGroup(resources, name) }
    : undefined

/** `/api/v1` and `/apis/GROUP/VERSION` */
export const resourceList = (resources: Resources, groupName: string, version: string): JsonObject | undefined => {
  const found = of(resources, groupName, version)
  if (found.length === 0) return undefined
  return {
    kind: "APIResourceList",
    ...(groupName === "" ? {} : { apiVersion: "v1" }),
    groupVersion: groupVersion(groupName, version),
    resources: found.flatMap((each) => [
      {
        name: each.plural,
        singularName: each.singular,
        namespaced: each.namespaced,
        kind: each.kind,
        verbs: each.verbs,
        ...optional("shortNames", each.shortNames),
        ...optional("categories", each.categories)
      },
      ...each.subresources.map((name) => {
        const kind = subresourceKinds[name]
        return {
          name: `${each.plural}/${name}`,
          singularName: "",
          namespaced: each.namespaced,
          ...(kind === undefined ? {} : { group: kind.group, version: kind.version }),
          kind: kind?.kind ?? each.kind,
          verbs: subresourceVerbs(name)
        }
      })
    ])
  }
}

/** Built-in kinds leave out what is the same as that of the group around them. */
const responseKind = ({ custom, group, kind, version }: ResourceType) =>
  custom === undefined ? { group: "", version: "", kind } : { group, version, kind }

/** `/api` and `/apis` for clients that ask for `APIGroupDiscoveryList`. */
export const aggregated = (resources: Resources, core: boolean, apiVersion: string): JsonObject => ({
  kind: "APIGroupDiscoveryList",
  apiVersion,
  metadata: {},
  items: resources
    .groups()
    .filter((group) => (group === "") === core)
    .map((name) => ({
      metadata: name === "" ? {} : { name },
      versions: versions(resources, name).map((version) => ({
        version,
        freshness: "Current",
        resources: of(resources, name, version).map((each) => ({
          resource: each.plural,
          responseKind: responseKind(each),
          scope: each.namespaced ? "Namespaced" : "Cluster",
          singularResource: each.singular,
          verbs: each.verbs,
          ...optional("shortNames", each.shortNames),
          ...optional("categories", each.categories),
          ...(each.subresources.length === 0
            ? {}
            : {
                subresources: each.subresources.map((sub) => {
                  const kind = subresourceKinds[sub]
                  return {
                    subresource: sub,
                    responseKind: kind === undefined ? responseKind(each) : kind,
                    verbs: subresourceVerbs(sub)
                  }
                })
              })
        }))
      }))
    }))
})
