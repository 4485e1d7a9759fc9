/** What a request asks for, read from its path and query: the same split as in the API server's request info. */

export interface RequestInfo {
  readonly group: string
  readonly version: string
  readonly apiVersion: string
  readonly namespace: string | undefined
  readonly plural: string
  readonly name: string | undefined
  readonly subresource: string | undefined
  readonly verb: Verb
}

type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection"

const isTrue = (text: string | null): boolean => text === "true" || text === "1" || text === ""

/** `undefined` when the path is not below a group and version, or ends with them (discovery). */
export const parse = (method: string, path: string, query: URLSearchParams): RequestInfo | undefined => {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent)
  const prefix = parts.shift()
  const group = prefix === "apis" ? (parts.shift() ?? "") : ""
  const version = parts.shift()
  if ((prefix !== "api" && prefix !== "apis") || version === undefined || parts.length === 0) return undefined
  const watched = parts[0] === "watch"
  if (watched) parts.shift()
  let namespace: string | undefined
  if (parts[0] === "namespaces" && parts.length > 2 && !["status", "finalize"].includes(parts[2] ?? "")) {
    namespace = parts[1]
    parts.splice(0, 2)
  }
  const [plural = "", name, ...rest] = parts
  const subresource = rest.length > 0 ? rest.join("/") : undefined
  const verb = verbOf(method, name, watched || isTrue(query.get("watch") ?? "false"))
  if (verb === undefined) return undefined
  const apiVersion = group === "" ? version : `${group}/${version}`
  return { group, version, apiVersion, namespace, plural, name, subresource, verb }
}

const verbOf = (method: string, name: string | undefined, watched: boolean): Verb | undefined => {
  if (method === "GET" || method === "HEAD") {
    if (watched) return "watch"
    return name === undefined ? "list" : "get"
  }
  if (method === "POST") return "create"
  if (method === "PUT") return "update"
  if (method === "PATCH") return "patch"
  return method === "DELETE" ? (name === undefined ? "deletecollection" : "delete") : undefined
}
