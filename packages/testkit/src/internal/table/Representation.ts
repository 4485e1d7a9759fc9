/** How a client wants to see objects: as they are, as rows of a table, or their metadata alone. */
import { listMeta, type Page } from "../handlers/List.ts"
import type { ApiRequest } from "../http/Request.ts"
import type { JsonObject } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import { columnsOf } from "./Columns.ts"

export interface Representation {
  /** Tells representations apart, for what is kept encoded. */
  readonly id: string
  readonly one: (object: JsonObject) => JsonObject
  readonly page: (page: Page) => JsonObject
}

const partial = (object: JsonObject): JsonObject => ({
  kind: "PartialObjectMetadata",
  apiVersion: "meta.k8s.io/v1",
  metadata: object["metadata"]
})

/** What the first media type of the Accept header asks for; `undefined` for objects as they are. */
export const wanted = (request: ApiRequest, resource: ResourceType): Representation | undefined => {
  const first = (request.message.headers.accept ?? "").split(",")[0] ?? ""
  if (first.includes("as=Table")) {
    return table(resource, request.query.get("includeObject") ?? "Metadata", request.startedAt)
  }
  return first.includes("as=PartialObjectMetadata") ? metadataOnly : undefined
}

const metadataOnly: Representation = {
  id: "metadata",
  one: partial,
  page: (page) => ({
    kind: "PartialObjectMetadataList",
    apiVersion: "meta.k8s.io/v1",
    metadata: listMeta(page),
    items: page.items.map(partial)
  })
}

const table = (resource: ResourceType, includeObject: string, now: number): Representation => {
  const columns = columnsOf(resource)
  const row = (object: JsonObject): JsonObject => ({
    cells: columns.map((column) => column.cell(object, now)),
    ...(includeObject === "None" ? {} : { object: includeObject === "Object" ? object : partial(object) })
  })
  const of = (objects: ReadonlyArray<JsonObject>, metadata: JsonObject): JsonObject => ({
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: columns.map(({ cell: _, ...column }) => column),
    rows: objects.map(row)
  })
  return {
    id: `table-${includeObject}`,
    one: (object) => of([object], {}),
    page: (page) => of(page.items, listMeta(page))
  }
}
