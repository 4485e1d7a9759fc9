/** OpenAPI v3 as far as kubectl reads it: field names for `explain`, and which parameters a PATCH takes. */
import type { Answer } from "../http/Request.ts"
import { isObject, type Json, type JsonObject, type Mutable } from "../Json.ts"
import type { Resources, ResourceType } from "../Resources.ts"
import { pathNotFound } from "../Status.ts"
import type { ObjectShape, Shape } from "../schema/Shape.ts"

const metaTypes = new Set(
  "Condition FieldSelectorRequirement LabelSelector LabelSelectorRequirement ManagedFieldsEntry ObjectMeta OwnerReference".split(
    " "
  )
)

/** The name of a type's schema in a real document. */
const schemaName = (name: string): string => {
  if (metaTypes.has(name)) return `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`
  if (!name.includes(".")) return `io.k8s.api.core.v1.${name}`
  if (name.startsWith("apiextensions.")) return `io.k8s.apiextensions-apiserver.pkg.apis.${name}`
  return name.startsWith("apiregistration.") ? `io.k8s.kube-aggregator.pkg.apis.${name}` : `io.k8s.api.${name}`
}

const groupPath = (resource: ResourceType) => (resource.group === "" ? "api/v1" : `apis/${resource.apiVersion}`)

export const answer = (resources: Resources, path: string): Answer => {
  if (path === "/openapi/v2") {
    const info = { title: "Kubernetes", version: "v1.37.0" }
    return { status: 200, body: { swagger: "2.0", info, paths: {}, definitions: {} } }
  }
  const wanted = path.replace(/^\/openapi\/v3\/?/, "")
  const paths = [...new Set(resources.all().map(groupPath))]
  if (wanted === "") {
    const entry = (each: string) =>
      [each, { serverRelativeURL: `/openapi/v3/${each}?hash=${resources.revision}` }] as const
    return { status: 200, body: { paths: Object.fromEntries(paths.map(entry)) } }
  }
  if (!paths.includes(wanted)) throw pathNotFound()
  return { status: 200, body: document(resources.all().filter((each) => groupPath(each) === wanted)) }
}

const parameter = (name: string) => ({ name, in: "query", schema: { type: "string", uniqueItems: true } })

const document = (resources: ReadonlyArray<ResourceType>): JsonObject => {
  const paths: Mutable = {}
  const schemas: Mutable = {}
  for (const each of resources) {
    const gvk = { group: each.group, version: each.version, kind: each.kind }
    const scope = each.namespaced ? "namespaces/{namespace}/" : ""
    const operation = {
      "x-kubernetes-group-version-kind": gvk,
      parameters: ["dryRun", "fieldManager", "fieldValidation", "force"].map(parameter),
      responses: { "200": { description: "OK" } }
    }
    paths[`/${groupPath(each)}/${scope}${each.plural}/{name}`] = {
      get: { "x-kubernetes-group-version-kind": gvk, responses: { "200": { description: "OK" } } },
      put: operation,
      patch: operation
    }
    paths[`/${groupPath(each)}/${scope}${each.plural}`] = { post: operation }
    const name =
      each.shape._tag === "Object" && each.shape.name !== undefined
        ? schemaName(each.shape.name)
        : `${each.group.split(".").toReversed().join(".")}.${each.version}.${each.kind}`
    const described =
      each.custom !== undefined
        ? customSchema(each.custom.schema)
        : each.shape._tag === "Object"
          ? struct(each.shape, schemas)
          : { type: "object" }
    schemas[name] = { ...described, "x-kubernetes-group-version-kind": [gvk] }
  }
  return { openapi: "3.0.0", info: { title: "Kubernetes", version: "v1.37.0" }, paths, components: { schemas } }
}

const customSchema = (schema: Json | undefined): JsonObject => {
  const given = isObject(schema) ? schema : {}
  const own = isObject(given["properties"]) ? given["properties"] : {}
  const string = { type: "string" }
  return {
    ...given,
    type: "object",
    properties: { ...own, apiVersion: string, kind: string, metadata: { type: "object" } }
  }
}

const scalars: Readonly<Record<string, JsonObject>> = {
  string: { type: "string" },
  quantity: { type: "string" },
  integer: { type: "integer", format: "int32" },
  number: { type: "number" },
  boolean: { type: "boolean" },
  "int-or-string": { type: "string", format: "int-or-string" },
  time: { type: "string", format: "date-time" },
  bytes: { type: "string", format: "byte" }
}

const schemaOf = (shape: Shape, schemas: Mutable): JsonObject => {
  if (shape._tag === "Any") return { type: "object" }
  if (shape._tag === "Scalar") return scalars[shape.type] ?? {}
  if (shape._tag === "List") {
    const merge = shape.merge
    return {
      type: "array",
      items: schemaOf(shape.items, schemas),
      "x-kubernetes-list-type": merge.type,
      ...(merge.type === "map" ? { "x-kubernetes-list-map-keys": merge.keys } : {}),
      ...(shape.strategic === undefined
        ? {}
        : {
            "x-kubernetes-patch-strategy": "merge",
            ...(shape.strategic === "=" ? {} : { "x-kubernetes-patch-merge-key": shape.strategic })
          })
    }
  }
  if (shape.name === undefined) {
    const values = shape.field("")
    return { type: "object", ...(values === undefined ? {} : { additionalProperties: schemaOf(values, schemas) }) }
  }
  const reference = schemaName(shape.name)
  if (schemas[reference] === undefined) {
    schemas[reference] = {}
    schemas[reference] = struct(shape, schemas)
  }
  return { allOf: [{ $ref: `#/components/schemas/${reference}` }] }
}

const struct = (shape: ObjectShape, schemas: Mutable): JsonObject => {
  const fields = [...shape.fields()]
  const required = fields.filter(([, each]) => each.required).map(([name]) => name)
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(([name, each]) => [name, schemaOf(each.shape, schemas)])),
    ...(required.length === 0 ? {} : { required })
  }
}
