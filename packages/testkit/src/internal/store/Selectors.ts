/** Label and field selectors: the query syntax of lists and watches, and `LabelSelector` objects. */
import { arrayAt, type Json, type JsonObject, objectAt, stringAt, stringsAt } from "../Json.ts"
import { badRequest } from "../Status.ts"

export type Predicate = (object: JsonObject) => boolean
type Labels = Readonly<Record<string, Json | undefined>>
type Requirement = (labels: Labels) => boolean

export const everything: Predicate = () => true

const requirement = (text: string): Requirement => {
  const sets = /^\s*([^\s!=,()]+)\s+(in|notin)\s*\(([^)]*)\)\s*$/.exec(text)
  if (sets !== null) {
    const [, key = "", operator, list = ""] = sets
    const values = new Set(list.split(",").map((each) => each.trim()))
    return operator === "in"
      ? (labels) => typeof labels[key] === "string" && values.has(labels[key])
      : (labels) => typeof labels[key] !== "string" || !values.has(labels[key])
  }
  const equality = /^\s*([^\s!=]+)\s*(==|=|!=)\s*([^\s=!]*)\s*$/.exec(text)
  if (equality !== null) {
    const [, key = "", operator, value = ""] = equality
    return operator === "!=" ? (labels) => labels[key] !== value : (labels) => labels[key] === value
  }
  const exists = /^\s*(!?)\s*([^\s!=,()]+)\s*$/.exec(text)
  if (exists === null) throw badRequest(`unable to parse requirement: found '${text.trim()}', expected: identifier`)
  const [, not, key = ""] = exists
  return not === "!" ? (labels) => labels[key] === undefined : (labels) => labels[key] !== undefined
}

/** Splits at commas that are not inside parentheses. */
const split = (text: string): ReadonlyArray<string> => text.split(/,(?![^(]*\))/).filter((each) => each.trim() !== "")

/** The `labelSelector` of a query. */
export const labels = (text: string | undefined): Predicate => {
  if (text === undefined || text.trim() === "") return everything
  const requirements = split(text).map(requirement)
  return (object) => {
    const found = objectAt(object, "metadata", "labels")
    return requirements.every((each) => each(found))
  }
}

/** A `LabelSelector` object; an empty one selects everything. */
export const labelSelector = (selector: JsonObject): ((labels: Labels) => boolean) => {
  const requirements: Array<Requirement> = Object.entries(objectAt(selector, "matchLabels")).map(
    ([key, value]) =>
      (found) =>
        found[key] === value
  )
  for (const each of arrayAt(selector, "matchExpressions")) {
    const key = stringAt(each, "key") ?? ""
    const values = stringsAt(each, "values")
    const operator = stringAt(each, "operator")
    requirements.push((found) => {
      const value = found[key]
      const within = typeof value === "string" && values.includes(value)
      if (operator === "In") return within
      if (operator === "NotIn") return !within
      return operator === "Exists" ? value !== undefined : value === undefined
    })
  }
  return (found) => requirements.every((each) => each(found))
}

const fieldsOf: Readonly<Record<string, ReadonlyArray<string>>> = {
  "/pods": [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "status.phase",
    "status.podIP"
  ],
  "/secrets": ["type"],
  "/namespaces": ["status.phase"],
  "/nodes": ["spec.unschedulable"],
  "/events": [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type"
  ],
  "batch/jobs": ["status.successful"],
  "certificates.k8s.io/certificatesigningrequests": ["spec.signerName"]
}

/** The `fieldSelector` of a query, for the fields that a resource supports. */
export const fields = (text: string | undefined, storage: string, selectable: ReadonlyArray<string>): Predicate => {
  if (text === undefined || text.trim() === "") return everything
  const allowed = ["metadata.name", "metadata.namespace", ...(fieldsOf[storage] ?? []), ...selectable]
  const checks = split(text).map((each) => {
    const match = /^\s*([^=!\s]+)\s*(==|=|!=)\s*(.*?)\s*$/.exec(each)
    if (match === null) throw badRequest(`invalid field selector: ${each}`)
    const [, field = "", operator, value = ""] = match
    if (!allowed.includes(field)) {
      throw badRequest(
        fieldsOf[storage] === undefined
          ? `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
          : `field label not supported: ${field}`
      )
    }
    const path = field.split(".")
    return (object: JsonObject) => {
      const parent = objectAt(object, ...path.slice(0, -1))
      const found = parent[path[path.length - 1] ?? ""]
      const text = found === undefined || found === null ? "" : String(found)
      return operator === "!=" ? text !== value : text === value
    }
  })
  return (object) => checks.every((check) => check(object))
}

/** The one name that a field selector asks for, when it does: spares a scan. */
export const selectedName = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : (/^\s*metadata\.name\s*={1,2}\s*([^,\s]+)\s*$/.exec(text)?.[1] ?? undefined)
