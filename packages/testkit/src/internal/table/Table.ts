/** `as=Table` answers: what `kubectl get` prints. */

import { listMeta, type Page } from "../handlers/List.ts"
import type { ApiRequest } from "../http/Request.ts"
import type { JsonObject } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import { columnsOf } from "./Columns.ts"

export interface TableRequest {
  readonly includeObject: string
  readonly now: number
}

/** Whether a request prefers a table. */
export const wanted = (request: ApiRequest): TableRequest | undefined => {
  const accept = request.message.headers.accept ?? ""
  const first = accept.split(",")[0] ?? ""
  if (!first.includes("as=Table")) return undefined
  return { includeObject: request.query.get("includeObject") ?? "Metadata", now: request.startedAt }
}

const row = (resource: ResourceType, object: JsonObject, table: TableRequest): JsonObject => ({
  cells: columnsOf(resource).map((column) => column.cell(object, table.now)),
  ...(table.includeObject === "None"
    ? {}
    : {
        object:
          table.includeObject === "Object"
            ? object
            : { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object["metadata"] }
      })
})

export const of = (
  resource: ResourceType,
  objects: ReadonlyArray<JsonObject>,
  metadata: JsonObject,
  table: TableRequest
): JsonObject => ({
  kind: "Table",
  apiVersion: "meta.k8s.io/v1",
  metadata,
  columnDefinitions: columnsOf(resource).map(({ name, type, format, description, priority }) => ({
    name,
    type,
    format,
    description,
    priority
  })),
  rows: objects.map((object) => row(resource, object, table))
})

export const ofPage = (resource: ResourceType, page: Page, table: TableRequest): JsonObject =>
  of(resource, page.items, listMeta(page), table)
