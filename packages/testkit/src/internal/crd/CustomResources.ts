/** CustomResourceDefinitions at work: accepted, established, and their kinds served. */

import { parseBundle } from "../admission/GoTls.ts"
import type { Core } from "../Core.ts"
import { arrayAt, equals, isObject, type Json, type JsonObject, objectAt, setAt, stringAt, stringsAt } from "../Json.ts"
import type { CustomResource, PrinterColumn, ResourceType } from "../Resources.ts"
import type { FieldError } from "../Status.ts"
import * as Check from "../schema/Check.ts"
import { objectMeta } from "../schema/Shape.ts"
import { ruleErrors } from "./Rules.ts"
import { flag, properties, prune, shapeOf, withDefaults } from "./Structural.ts"
import { duplicates, validate } from "./Validation.ts"

export const storage = "apiextensions.k8s.io/customresourcedefinitions"

const kindOf = (definition: JsonObject): string => stringAt(definition, "spec", "names", "kind") ?? ""

/** What an API server adds to a definition that leaves it out. */
export const defaults = (definition: JsonObject): JsonObject => {
  const names = objectAt(definition, "spec", "names")
  const kind = kindOf(definition)
  const conversion = objectAt(definition, "spec", "conversion")
  const filled = setAt(definition, ["spec", "names"], {
    ...names,
    listKind: names["listKind"] ?? `${kind}List`,
    singular: names["singular"] ?? kind.toLowerCase()
  })
  const service = objectAt(conversion, "webhook", "clientConfig", "service")
  const withPort =
    service["name"] === undefined
      ? conversion
      : setAt(conversion, ["webhook", "clientConfig", "service"], { ...service, port: service["port"] ?? 443 })
  return setAt(filled, ["spec", "conversion"], { ...withPort, strategy: conversion["strategy"] ?? "None" })
}

export const errors = (definition: JsonObject, before: JsonObject | undefined): ReadonlyArray<FieldError> => {
  const found: Array<FieldError> = []
  const name = stringAt(definition, "metadata", "name") ?? ""
  const group = stringAt(definition, "spec", "group") ?? ""
  const plural = stringAt(definition, "spec", "names", "plural") ?? ""
  if (group === "") found.push({ type: "Required", field: "spec.group", detail: "" })
  if (plural === "") found.push({ type: "Required", field: "spec.names.plural", detail: "" })
  if (kindOf(definition) === "") found.push({ type: "Required", field: "spec.names.kind", detail: "" })
  if (name !== `${plural}.${group}`) {
    found.push({
      type: "Invalid",
      field: "metadata.name",
      value: name,
      detail: 'must be spec.names.plural+"."+spec.group'
    })
  }
  const scope = stringAt(definition, "spec", "scope") ?? ""
  if (scope === "") found.push({ type: "Required", field: "spec.scope", detail: "" })
  else if (scope !== "Namespaced" && scope !== "Cluster") {
    found.push({
      type: "NotSupported",
      field: "spec.scope",
      value: scope,
      detail: 'supported values: "Cluster", "Namespaced"'
    })
  }
  const versions = arrayAt(definition, "spec", "versions")
  if (versions.filter((each) => isObject(each) && each["storage"] === true).length !== 1) {
    found.push({
      type: "Invalid",
      field: "spec.versions",
      value: versions,
      detail: "must have exactly one version marked as storage version"
    })
  }
  versions.forEach((version, index) => {
    const schema = objectAt(version, "schema")["openAPIV3Schema"]
    if (!isObject(schema)) {
      found.push({
        type: "Required",
        field: `spec.versions[${index}].schema.openAPIV3Schema`,
        detail: "schemas are required"
      })
    } else if (schema["type"] !== "object") {
      const field = `spec.versions[${index}].schema.openAPIV3Schema.type`
      if (schema["type"] === undefined) found.push({ type: "Required", field, detail: "must not be empty at the root" })
      else found.push({ type: "Invalid", field, value: schema["type"], detail: "must be object at the root" })
    }
  })
  const same = versions.every((each) => equals(objectAt(each)["schema"], objectAt(versions[0])["schema"]))
  versions.forEach((version, index) => {
    if (same && index > 0) return
    const field = same ? "spec.validation.openAPIV3Schema" : `spec.versions[${index}].schema.openAPIV3Schema`
    found.push(...structureErrors(objectAt(version, "schema")["openAPIV3Schema"], field))
  })
  return [...found, ...bundleErrors(definition, before)]
}

const typeless = (schema: JsonObject) =>
  schema["type"] === undefined && !flag(schema, "int-or-string") && !flag(schema, "preserve-unknown-fields")

/** What makes a schema not structural: fields without a type. */
const structureErrors = (schema: Json | undefined, field: string): ReadonlyArray<FieldError> => {
  if (!isObject(schema)) return []
  const inside = (inner: Json | undefined, at: string, what: string): ReadonlyArray<FieldError> => {
    if (!isObject(inner)) return []
    const missing: ReadonlyArray<FieldError> = typeless(inner)
      ? [{ type: "Required", field: `${at}.type`, detail: `must not be empty for specified ${what}` }]
      : []
    return [...missing, ...structureErrors(inner, at)]
  }
  return [
    ...Object.entries(properties(schema)).flatMap(([name, inner]) =>
      inside(inner, `${field}.properties[${name}]`, "object fields")
    ),
    ...inside(schema["additionalProperties"], `${field}.additionalProperties`, "object fields"),
    ...inside(schema["items"], `${field}.items`, "array items")
  ]
}

/** A caBundle that was good may not become one that cannot be loaded. */
const bundleErrors = (definition: JsonObject, before: JsonObject | undefined): ReadonlyArray<FieldError> => {
  const path = ["spec", "conversion", "webhook", "clientConfig", "caBundle"]
  const problem = (object: JsonObject | undefined): string | undefined => {
    const text = Buffer.from(stringAt(object, ...path) ?? "", "base64").toString("utf8")
    const parsed = text === "" ? [] : parseBundle(text)
    return typeof parsed === "string" ? parsed : undefined
  }
  const detail = problem(definition)
  if (detail === undefined || before === undefined || problem(before) !== undefined) return []
  const value = stringAt(definition, ...path) ?? ""
  return [{ type: "Invalid", field: "spec.conversion.webhookClientConfig.caBundle", value, detail }]
}

const column = (value: Json): PrinterColumn => {
  const format = stringAt(value, "format")
  const description = stringAt(value, "description")
  const priority = objectAt(value)["priority"]
  return {
    name: stringAt(value, "name") ?? "",
    type: stringAt(value, "type") ?? "string",
    jsonPath: stringAt(value, "jsonPath") ?? "",
    ...(format === undefined ? {} : { format }),
    ...(description === undefined ? {} : { description }),
    ...(typeof priority === "number" ? { priority } : {})
  }
}

const storageVersionOf = (definition: JsonObject): string =>
  stringAt(
    arrayAt(definition, "spec", "versions").find((each) => isObject(each) && each["storage"] === true),
    "name"
  ) ?? ""

/** The resource of one served version. */
const resourceOf = (definition: JsonObject, version: JsonObject): ResourceType => {
  const group = stringAt(definition, "spec", "group") ?? ""
  const names = objectAt(definition, "status", "acceptedNames")
  const name = stringAt(version, "name") ?? ""
  const schema = objectAt(version, "schema")["openAPIV3Schema"]
  const subresources = objectAt(version, "subresources")
  const scale = objectAt(subresources, "scale")
  const scaled = subresources["scale"] !== undefined
  const selector = stringAt(scale, "labelSelectorPath")
  const custom: CustomResource = {
    definition: stringAt(definition, "metadata", "name") ?? "",
    schema,
    preserveUnknownFields: objectAt(schema)["x-kubernetes-preserve-unknown-fields"] === true,
    columns: arrayAt(version, "additionalPrinterColumns").map(column),
    selectableFields: arrayAt(version, "selectableFields").map((each) =>
      (stringAt(each, "jsonPath") ?? "").replace(/^\./, "")
    ),
    deprecated: version["deprecated"] === true ? (stringAt(version, "deprecationWarning") ?? "") : undefined,
    ...(scaled
      ? {
          scale: {
            spec: stringAt(scale, "specReplicasPath") ?? "",
            status: stringAt(scale, "statusReplicasPath") ?? "",
            ...(selector === undefined ? {} : { selector })
          }
        }
      : {})
  }
  const plural = stringAt(names, "plural") ?? ""
  const kind = stringAt(names, "kind") ?? ""
  return {
    group,
    version: name,
    apiVersion: `${group}/${name}`,
    kind,
    listKind: stringAt(names, "listKind") ?? `${kind}List`,
    plural,
    singular: stringAt(names, "singular") ?? kind.toLowerCase(),
    namespaced: stringAt(definition, "spec", "scope") === "Namespaced",
    shortNames: stringsAt(names, "shortNames"),
    categories: stringsAt(names, "categories"),
    subresources: [...(subresources["status"] === undefined ? [] : ["status"]), ...(scaled ? ["scale"] : [])],
    verbs: ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"],
    shape: shapeOf(schema, true),
    storage: `${group}/${plural}`,
    storageApiVersion: `${group}/${storageVersionOf(definition)}`,
    custom
  }
}

/** Prunes and defaults an object of a custom kind. */
export const decode = (object: JsonObject, resource: ResourceType, unknown: Array<string>): JsonObject => {
  const schema = resource.custom?.schema
  const pruned = withDefaults(prune(object, schema, "", unknown, true), schema) as JsonObject
  // Metadata has a type in Go, whatever the schema says.
  const metadata = Check.decode(objectAt(object, "metadata"), objectMeta)
  unknown.push(...metadata.unknown.map((path) => `metadata.${path}`))
  return setAt(pruned, ["metadata"], metadata.object)
}

const unchecked: FieldError = {
  type: "Invalid",
  field: "<nil>",
  value: null,
  detail:
    "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"
}
const blocking = new Set(["Required", "TooLong", "TooMany", "NotSupported", "TypeInvalid"])

/** Complaints about an object of a custom kind. */
export const objectErrors = (
  object: JsonObject,
  before: JsonObject | undefined,
  resource: ResourceType
): ReadonlyArray<FieldError> => {
  const schema = resource.custom?.schema
  const { metadata: _, ...rest } = object
  const complaints = validate({ ...rest, metadata: {} }, schema, "")
  const all = [...complaints, ...duplicates(rest, schema, "")]
  if (!hasRules(schema)) return all
  return complaints.some((each) => blocking.has(each.type))
    ? [...all, unchecked]
    : [...all, ...ruleErrors(object, before, schema, "")]
}

const ruled = new WeakMap<JsonObject, boolean>()

const hasRules = (schema: Json | undefined): boolean => {
  if (!isObject(schema)) return false
  const known = ruled.get(schema) ?? JSON.stringify(schema).includes('"x-kubernetes-validations"')
  ruled.set(schema, known)
  return known
}

const condition = (type: string, reason: string, message: string, now: string) => ({
  type,
  status: "True",
  lastTransitionTime: now,
  reason,
  message
})

/** Serves the kinds of definitions as they come, change and go. */
export const serve = (
  core: Core,
  on: { readonly changed: (storage: string) => void; readonly removed: (storage: string) => void }
): void => {
  const register = (definition: JsonObject) => {
    const name = stringAt(definition, "metadata", "name") ?? ""
    core.resources.removeWhere((each) => each.custom?.definition === name)
    const plural = stringAt(definition, "spec", "names", "plural") ?? ""
    core.store.open(`${stringAt(definition, "spec", "group") ?? ""}/${plural}`)
    for (const version of arrayAt(definition, "spec", "versions")) {
      if (isObject(version) && version["served"] !== false) core.resources.add(resourceOf(definition, version))
    }
  }
  const accept = (name: string) => {
    const definition = core.store.get(storage, name)
    if (definition === undefined) return
    const names = objectAt(definition, "spec", "names")
    const status = objectAt(definition, "status")
    const current = storageVersionOf(definition)
    const stored = stringsAt(status, "storedVersions")
    const storedVersions = stored.includes(current) ? stored : [...stored, current]
    const old = arrayAt(status, "conditions")
    const now = core.now()
    const established = old.some((each) => stringAt(each, "type") === "Established")
    const wanted = {
      conditions: established
        ? old
        : [
            condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
            condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now)
          ],
      acceptedNames: names,
      storedVersions
    }
    if (equals(status, wanted)) return register(definition)
    register(core.store.put(storage, name, { ...definition, status: wanted }))
  }
  core.store.observers.add((where, change) => {
    if (where !== storage) return
    const name = change.key
    if (change.type === "DELETED") {
      const gone = core.resources.stored().filter((each) => each.custom?.definition === name)
      core.resources.removeWhere((each) => each.custom?.definition === name)
      for (const each of gone) on.removed(each.storage)
    } else {
      // Each change of what a definition says renews the storage of its kind, and ends the watches on it.
      if (change.previous !== undefined && !equals(change.object["spec"], change.previous["spec"])) {
        const { group, names } = objectAt(change.object, "spec")
        on.changed(`${String(group)}/${stringAt(names, "plural") ?? ""}`)
      }
      queueMicrotask(() => accept(name))
    }
  })
}
