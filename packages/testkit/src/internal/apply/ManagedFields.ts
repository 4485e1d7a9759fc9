/** Who owns which field: `metadata.managedFields`, kept on every write, and server-side apply with its conflicts. */
import {
  arrayAt,
  equals,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  type Mutable,
  objectAt,
  setAt,
  stringAt
} from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import { badRequest, StatusError } from "../Status.ts"
import * as FieldSet from "./FieldSet.ts"
import { compare, fieldSet, merge, prune, undeclared } from "./Typed.ts"

export interface Manager {
  readonly name: string
  readonly operation: "Apply" | "Update"
  readonly subresource?: string
}

interface Entry extends Manager {
  readonly apiVersion: string
  readonly time: string | undefined
  readonly fields: FieldSet.FieldSet
}

const never: ReadonlyArray<ReadonlyArray<string>> = [
  ["f:apiVersion"],
  ["f:kind"],
  ["f:metadata"],
  ...[
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "generation",
    "managedFields",
    "resourceVersion"
  ].map((field) => ["f:metadata", `f:${field}`])
]

const owned = (set: FieldSet.FieldSet): FieldSet.FieldSet => never.reduce(FieldSet.withoutMember, set)

const decode = (object: JsonObject): ReadonlyArray<Entry> =>
  arrayAt(object, "metadata", "managedFields").flatMap((each) => {
    const name = stringAt(each, "manager")
    const operation = stringAt(each, "operation")
    if (name === undefined && operation === undefined) return []
    const subresource = stringAt(each, "subresource")
    return [
      {
        name: name ?? "",
        operation: operation === "Apply" ? ("Apply" as const) : ("Update" as const),
        apiVersion: stringAt(each, "apiVersion") ?? "",
        time: stringAt(each, "time"),
        fields: objectAt(each, "fieldsV1"),
        ...(subresource === undefined || subresource === "" ? {} : { subresource })
      }
    ]
  })

const same = (a: Manager, b: Manager): boolean =>
  a.name === b.name && a.operation === b.operation && a.subresource === b.subresource

const encode = (object: JsonObject, entries: ReadonlyArray<Entry>): JsonObject => {
  const kept = entries.filter((entry) => !FieldSet.isEmpty(entry.fields))
  const sorted = kept.toSorted(
    (a, b) =>
      (a.operation < b.operation ? -1 : a.operation > b.operation ? 1 : 0) ||
      (a.time ?? "").localeCompare(b.time ?? "") ||
      a.name.localeCompare(b.name) ||
      (a.subresource ?? "").localeCompare(b.subresource ?? "")
  )
  const list = sorted.map((entry): Json => {
    const made: Mutable = { manager: entry.name, operation: entry.operation, apiVersion: entry.apiVersion }
    if (entry.time !== undefined) made["time"] = entry.time
    made["fieldsType"] = "FieldsV1"
    made["fieldsV1"] = entry.fields
    if (entry.subresource !== undefined) made["subresource"] = entry.subresource
    return made
  })
  return setAt(object, ["metadata", "managedFields"], list.length === 0 ? undefined : list)
}

const plain = (object: JsonObject): JsonObject => setAt(object, ["metadata", "managedFields"], undefined)

/** The entries after one manager's set was replaced; the time is that of the last change of the object itself. */
const replaceEntry = (
  entries: ReadonlyArray<Entry>,
  manager: Manager,
  fields: FieldSet.FieldSet,
  apiVersion: string,
  time: string | undefined
): ReadonlyArray<Entry> => {
  const old = entries.find((entry) => same(entry, manager))
  if (old === undefined) return [...entries, { ...manager, apiVersion, time, fields }]
  return entries.map((entry) => (entry === old ? { ...old, apiVersion, fields, time: time ?? old.time } : entry))
}

/** Keeps the books after a create, update or patch. */
export const update = (
  before: JsonObject | undefined,
  after: JsonObject,
  resource: ResourceType,
  manager: Manager,
  time: string
): JsonObject => {
  const given = decode(after)
  const raw = arrayAt(after, "metadata", "managedFields")
  const isReset = before !== undefined && raw.length === 1 && given.length === 0 && equals(raw[0], {})
  if (isReset) return encode(after, [])
  const entries = given.length > 0 ? given : before === undefined ? [] : decode(before)
  // Of an object that nobody is booked for, no books are kept until it is applied.
  if (before !== undefined && entries.length === 0) return encode(after, [])
  const comparison = compare(before === undefined ? {} : plain(before), plain(after), resource.shape)
  const changed = FieldSet.union(comparison.added, comparison.modified)
  const touched = FieldSet.union(changed, comparison.removed)
  if (FieldSet.isEmpty(owned(touched))) return encode(after, entries)
  const others = entries.map((entry) =>
    same(entry, manager) ? entry : { ...entry, fields: FieldSet.difference(entry.fields, touched) }
  )
  const mine = entries.find((entry) => same(entry, manager))?.fields ?? FieldSet.empty
  const fields = owned(FieldSet.difference(FieldSet.union(mine, changed), comparison.removed))
  return encode(after, replaceEntry(others, manager, fields, resource.apiVersion, time))
}

/** Server-side apply: the object that results, with its books. */
export const apply = (
  before: JsonObject | undefined,
  config: JsonObject,
  resource: ResourceType,
  manager: Manager,
  force: boolean,
  time: string
): JsonObject => {
  if (arrayAt(config, "metadata", "managedFields").length > 0) {
    throw badRequest("metadata.managedFields must be nil")
  }
  const wrong = undeclared(config, resource.shape)
  if (wrong.length > 0) {
    const { name, namespace } = objectAt(config, "metadata")
    const who = `${String(namespace ?? "")}/${String(name ?? "")}; ${resource.group}/${resource.version}, Kind=${resource.kind}`
    const list = wrong.length === 1 ? wrong[0] : `errors:\n${wrong.map((each) => `  ${each}\n`).join("")}`
    throw new StatusError(500, "", `failed to create typed patch object (${who}): ${list}`)
  }
  const live = before === undefined ? {} : plain(before)
  let entries: ReadonlyArray<Entry> = before === undefined ? [] : decode(before)
  if (before !== undefined && entries.length === 0) {
    const added = owned(compare({}, live, resource.shape).added)
    const all = resource.subresources.includes("status") ? FieldSet.without(added, ["f:status"]) : added
    entries = [
      { name: "before-first-apply", operation: "Update", apiVersion: resource.apiVersion, time: undefined, fields: all }
    ]
  }
  const last = entries.find((entry) => same(entry, manager))?.fields ?? FieldSet.empty
  const mine = owned(fieldSet(config, resource.shape))
  const others = entries.filter((entry) => !same(entry, manager))
  const merged = merge(live, config, resource.shape) as JsonObject
  const everyone = others.reduce((set, entry) => FieldSet.union(set, entry.fields), mine)
  const pruned = FieldSet.isEmpty(last) ? merged : (prune(merged, resource.shape, last, everyone) as JsonObject)

  const comparison = compare(live, pruned, resource.shape)
  const changed = FieldSet.union(comparison.added, comparison.modified)
  const allowed = manager.name === "kubectl" ? lastAppliedFields(live, resource) : FieldSet.empty
  const disputed = others.flatMap((entry) => {
    const fields = FieldSet.difference(FieldSet.intersection(entry.fields, changed), allowed)
    return FieldSet.isEmpty(fields) ? [] : [{ entry, fields }]
  })
  if (disputed.length > 0 && !force) throw conflict(disputed)
  const lost = FieldSet.union(changed, comparison.removed)
  const kept = entries.map((entry) =>
    same(entry, manager) ? entry : { ...entry, fields: FieldSet.difference(entry.fields, lost) }
  )
  return encode(
    withLastApplied(pruned, config, manager),
    replaceEntry(kept, manager, mine, resource.apiVersion, FieldSet.isEmpty(lost) ? undefined : time)
  )
}

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

/** Where client-side apply left its annotation, kubectl's server-side apply keeps it up to date. */
const withLastApplied = (object: JsonObject, config: JsonObject, manager: Manager): JsonObject => {
  if (manager.name !== "kubectl" || objectAt(object, "metadata", "annotations")[lastApplied] === undefined)
    return object
  const text = `${JSON.stringify(sorted(config))}\n`
  return setAt(object, ["metadata", "annotations", lastApplied], text)
}

/** What client-side apply has set may be taken over by kubectl's server-side apply without a conflict. */
const lastAppliedFields = (live: JsonObject, resource: ResourceType): FieldSet.FieldSet => {
  const text = stringAt(live, "metadata", "annotations", lastApplied)
  if (text === undefined) return FieldSet.empty
  const value = parse(text)
  return isObject(value) ? fieldSet(value, resource.shape) : FieldSet.empty
}

/** The annotation is the user's: it may be anything. */
const parse = (text: string): Json => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return null
  }
}

const sorted = (value: Json): Json => {
  if (isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  const keys = Object.keys(value).toSorted()
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key] ?? null)]))
}

const managerText = (entry: Entry): string => {
  const name = JSON.stringify(entry.name)
  const subresource = entry.subresource === undefined ? "" : ` with subresource ${JSON.stringify(entry.subresource)}`
  return entry.operation === "Update" ? `${name}${subresource} using ${entry.apiVersion}` : `${name}${subresource}`
}

const conflict = (
  disputed: ReadonlyArray<{ readonly entry: Entry; readonly fields: FieldSet.FieldSet }>
): StatusError => {
  const single = disputed
    .flatMap(({ entry, fields }) =>
      FieldSet.paths(fields).map((path) => ({ manager: managerText(entry), path: FieldSet.pathText(path) }))
    )
    .toSorted((a, b) => a.manager.localeCompare(b.manager))
  const [first] = single
  const managers = [...new Set(single.map((each) => each.manager))]
  const list = managers
    .map((manager) => {
      const lines = single.filter((each) => each.manager === manager).map((each) => `- ${each.path}`)
      return `conflicts with ${manager}:\n${lines.join("\n")}`
    })
    .join("\n")
  const message =
    single.length === 1 && first !== undefined
      ? `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.path}`
      : `Apply failed with ${single.length} conflicts: ${list}`
  return new StatusError(409, "Conflict", message, {
    causes: single.map((each) => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${each.manager}`,
      field: each.path
    }))
  })
}

/** Whether two states differ in more than the times of their managed fields. */
export const isSame = (a: JsonObject, b: JsonObject): boolean => {
  const timeless = (object: JsonObject) => {
    const entries = arrayAt(object, "metadata", "managedFields")
    if (entries.length === 0) return object
    return setAt(
      setAt(object, ["metadata", "resourceVersion"], undefined),
      ["metadata", "managedFields"],
      entries.map((entry) => (isObject(entry) ? { ...entry, time: undefined } : entry))
    )
  }
  const without = (object: JsonObject) => setAt(timeless(object), ["metadata", "resourceVersion"], undefined)
  return equals(without(a), without(b))
}
