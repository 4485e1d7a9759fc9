/** One line of a watch: a change, a bookmark, or the reason why there will be no more. */
import { fromStatus, type KubernetesError } from "../KubernetesError.ts"
import { isKubernetesObject, type KubernetesObject } from "../KubernetesObject.ts"
import { UnexpectedResponse } from "../UnexpectedResponse.ts"
import { isRecord } from "./kubeconfigDocument.ts"

export interface Change {
  readonly _tag: "Added" | "Modified" | "Deleted"
  readonly object: KubernetesObject
  readonly resourceVersion: string
}

export type News =
  | Change
  | { readonly _tag: "Bookmark"; readonly resourceVersion: string }
  | { readonly _tag: "Failed"; readonly error: KubernetesError }

const tags: { readonly [type: string]: Change["_tag"] | undefined } = {
  ADDED: "Added",
  MODIFIED: "Modified",
  DELETED: "Deleted"
}

export const read = (line: string, path: string): News => {
  const event = parse(line)
  if (!isRecord(event) || typeof event["type"] !== "string") return broken(path, "a line is not a watch event")
  const { object, type } = event
  if (type === "ERROR") {
    const status = isRecord(object) && typeof object["code"] === "number" ? object["code"] : 500
    return { _tag: "Failed", error: fromStatus({ status, body: object }, { method: "GET", url: path }) }
  }
  const resourceVersion = isKubernetesObject(object) ? object.metadata.resourceVersion : undefined
  if (!isKubernetesObject(object) || resourceVersion === undefined) {
    return broken(path, "an event carries no object with a resourceVersion")
  }
  if (type === "BOOKMARK") return { _tag: "Bookmark", resourceVersion }
  const tag = tags[type]
  return tag === undefined ? broken(path, "an event is of an unknown type") : { _tag: tag, object, resourceVersion }
}

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const broken = (path: string, detail: string): News => ({
  _tag: "Failed",
  error: new UnexpectedResponse({ method: "GET", url: path, status: 200, contentType: "application/json", detail })
})
