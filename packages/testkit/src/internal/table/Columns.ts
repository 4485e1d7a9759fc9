/** The columns that `kubectl get` shows for each kind. */
import { arrayAt, isObject, type Json, type JsonObject, numberAt, objectAt, stringAt, stringsAt } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import { find } from "./JsonPath.ts"

export interface Column {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
  readonly cell: (object: JsonObject, now: number) => Json
}

/** `5d`, `3h12m`: how kubectl tells an age. */
const age = (millis: number): string => {
  const seconds = Math.floor(millis / 1000)
  if (seconds < -1) return "<invalid>"
  if (seconds < 0) return "0s"
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (hours < 192) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`
  if (days < 730) return `${days}d`
  const years = Math.floor(days / 365)
  return days % 365 === 0 || years >= 8 ? `${years}y` : `${years}y${days % 365}d`
}

const since = (text: string | undefined, now: number): string =>
  text === undefined ? "<unknown>" : age(now - Date.parse(text))

type Cell = (object: JsonObject, now: number) => Json

const column = (name: string, cell: Cell, type = "string", priority = 0, format = ""): Column => ({
  name,
  type,
  format,
  description: "",
  priority,
  cell
})

const name = column("Name", (object) => stringAt(object, "metadata", "name") ?? "", "string", 0, "name")
const created = (object: JsonObject, now: number) => since(stringAt(object, "metadata", "creationTimestamp"), now)
const ageColumn = column("Age", created)
const createdAt = column("Created At", (object) => stringAt(object, "metadata", "creationTimestamp") ?? "", "date")
const count =
  (...path: ReadonlyArray<string>): Cell =>
  (object) =>
    numberAt(object, ...path) ?? 0
const text =
  (fallback: string, ...path: ReadonlyArray<string>): Cell =>
  (object) =>
    stringAt(object, ...path) ?? fallback
const sizeOf =
  (...path: ReadonlyArray<string>): Cell =>
  (object) => {
    const last = objectAt(object, ...path.slice(0, -1))[path.at(-1) ?? ""]
    return Array.isArray(last) ? last.length : isObject(last) ? Object.keys(last).length : 0
  }
const containers: Cell = (object) =>
  arrayAt(object, "spec", "template", "spec", "containers")
    .map((each) => stringAt(each, "name") ?? "")
    .join(",")
const images: Cell = (object) =>
  arrayAt(object, "spec", "template", "spec", "containers")
    .map((each) => stringAt(each, "image") ?? "")
    .join(",")
const selector =
  (...path: ReadonlyArray<string>): Cell =>
  (object) => {
    const entries = Object.entries(objectAt(object, ...path))
    return entries.length === 0 ? "<none>" : entries.map(([key, value]) => `${key}=${String(value)}`).join(",")
  }

const ready =
  (key: string): Cell =>
  (object) =>
    `${numberAt(object, "status", "readyReplicas") ?? 0}/${numberAt(object, "spec", key) ?? 1}`

const podStatus: Cell = (object) => {
  if (stringAt(object, "metadata", "deletionTimestamp") !== undefined) return "Terminating"
  for (const each of arrayAt(object, "status", "containerStatuses")) {
    const waiting = stringAt(each, "state", "waiting", "reason") ?? stringAt(each, "state", "terminated", "reason")
    if (waiting !== undefined) return waiting
  }
  return stringAt(object, "status", "reason") ?? stringAt(object, "status", "phase") ?? "Unknown"
}

const jobStatus: Cell = (object) => {
  const is = (type: string) =>
    arrayAt(object, "status", "conditions").some(
      (each) => stringAt(each, "type") === type && stringAt(each, "status") === "True"
    )
  if (is("Complete")) return "Complete"
  if (is("Failed")) return "Failed"
  return is("Suspended") ? "Suspended" : "Running"
}

const ports: Cell = (object) => {
  const list = arrayAt(object, "spec", "ports").map((each) => {
    const node = numberAt(each, "nodePort")
    const port = numberAt(each, "port")
    return `${port}${node === undefined ? "" : `:${node}`}/${stringAt(each, "protocol") ?? "TCP"}`
  })
  return list.length === 0 ? "<none>" : list.join(",")
}

const jobDuration: Cell = (object, now) => {
  const start = stringAt(object, "status", "startTime")
  if (start === undefined) return ""
  const end = stringAt(object, "status", "completionTime")
  return age((end === undefined ? now : Date.parse(end)) - Date.parse(start))
}

const tables: Readonly<Record<string, ReadonlyArray<Column>>> = {
  "/pods": [
    name,
    column("Ready", (object) => {
      const statuses = arrayAt(object, "status", "containerStatuses")
      const up = statuses.filter((each) => isObject(each) && each["ready"] === true).length
      return `${up}/${arrayAt(object, "spec", "containers").length}`
    }),
    column("Status", podStatus),
    column("Restarts", (object) =>
      String(
        arrayAt(object, "status", "containerStatuses").reduce<number>(
          (sum, each) => sum + (numberAt(each, "restartCount") ?? 0),
          0
        )
      )
    ),
    ageColumn,
    column("IP", text("<none>", "status", "podIP"), "string", 1),
    column("Node", text("<none>", "spec", "nodeName"), "string", 1),
    column("Nominated Node", text("<none>", "status", "nominatedNodeName"), "string", 1),
    column("Readiness Gates", () => "<none>", "string", 1)
  ],
  "apps/deployments": [
    name,
    column("Ready", ready("replicas")),
    column("Up-to-date", count("status", "updatedReplicas"), "string"),
    column("Available", count("status", "availableReplicas"), "string"),
    ageColumn,
    column("Containers", containers, "string", 1),
    column("Images", images, "string", 1),
    column("Selector", selector("spec", "selector", "matchLabels"), "string", 1)
  ],
  "apps/statefulsets": [
    name,
    column("Ready", ready("replicas")),
    ageColumn,
    column("Containers", containers, "string", 1),
    column("Images", images, "string", 1)
  ],
  "apps/replicasets": [
    name,
    column("Desired", count("spec", "replicas"), "integer"),
    column("Current", count("status", "replicas"), "integer"),
    column("Ready", count("status", "readyReplicas"), "integer"),
    ageColumn
  ],
  "batch/jobs": [
    name,
    column("Status", jobStatus),
    column(
      "Completions",
      (object) => `${numberAt(object, "status", "succeeded") ?? 0}/${numberAt(object, "spec", "completions") ?? 1}`
    ),
    column("Duration", jobDuration),
    ageColumn,
    column("Containers", containers, "string", 1),
    column("Images", images, "string", 1),
    column("Selector", selector("spec", "selector", "matchLabels"), "string", 1)
  ],
  "batch/cronjobs": [
    name,
    column("Schedule", text("", "spec", "schedule")),
    column("Timezone", text("<none>", "spec", "timeZone")),
    column("Suspend", (object) => (objectAt(object, "spec")["suspend"] === true ? "True" : "False"), "boolean"),
    column("Active", sizeOf("status", "active"), "integer"),
    column("Last Schedule", (object, now) => {
      const last = stringAt(object, "status", "lastScheduleTime")
      return last === undefined ? "<none>" : since(last, now)
    }),
    ageColumn
  ],
  "/services": [
    name,
    column("Type", text("", "spec", "type")),
    column("Cluster-IP", text("<none>", "spec", "clusterIP")),
    column("External-IP", (object) => stringsAt(object, "spec", "externalIPs").join(",") || "<none>"),
    column("Port(s)", ports),
    ageColumn,
    column("Selector", selector("spec", "selector"), "string", 1)
  ],
  "/namespaces": [name, column("Status", text("", "status", "phase")), ageColumn],
  "/configmaps": [
    name,
    column(
      "Data",
      (object) => Object.keys(objectAt(object, "data")).length + Object.keys(objectAt(object, "binaryData")).length
    ),
    ageColumn
  ],
  "/secrets": [name, column("Type", text("", "type")), column("Data", sizeOf("data"), "integer"), ageColumn],
  "/serviceaccounts": [name, column("Secrets", sizeOf("secrets")), ageColumn],
  "/nodes": [
    name,
    column("Status", () => "Ready"),
    column("Roles", () => "<none>"),
    ageColumn,
    column("Version", text("", "status", "nodeInfo", "kubeletVersion"))
  ],
  "/events": [
    column("Last Seen", (object, now) =>
      since(
        stringAt(object, "lastTimestamp") ??
          stringAt(object, "eventTime") ??
          stringAt(object, "metadata", "creationTimestamp"),
        now
      )
    ),
    column("Type", text("", "type")),
    column("Reason", text("", "reason")),
    column(
      "Object",
      (object) =>
        `${(stringAt(object, "involvedObject", "kind") ?? "").toLowerCase()}/${stringAt(object, "involvedObject", "name") ?? ""}`
    ),
    column("Message", text("", "message"))
  ],
  "coordination.k8s.io/leases": [name, column("Holder", text("", "spec", "holderIdentity")), ageColumn],
  "admissionregistration.k8s.io/validatingwebhookconfigurations": [
    name,
    column("Webhooks", sizeOf("webhooks"), "integer"),
    ageColumn
  ],
  "admissionregistration.k8s.io/mutatingwebhookconfigurations": [
    name,
    column("Webhooks", sizeOf("webhooks"), "integer"),
    ageColumn
  ],
  "apiextensions.k8s.io/customresourcedefinitions": [name, createdAt],
  "rbac.authorization.k8s.io/clusterroles": [name, createdAt],
  "rbac.authorization.k8s.io/roles": [name, createdAt],
  "rbac.authorization.k8s.io/clusterrolebindings": [
    name,
    column(
      "Role",
      (object) => `${stringAt(object, "roleRef", "kind") ?? ""}/${stringAt(object, "roleRef", "name") ?? ""}`
    ),
    ageColumn
  ],
  "rbac.authorization.k8s.io/rolebindings": [
    name,
    column(
      "Role",
      (object) => `${stringAt(object, "roleRef", "kind") ?? ""}/${stringAt(object, "roleRef", "name") ?? ""}`
    ),
    ageColumn
  ],
  "networking.k8s.io/networkpolicies": [
    name,
    column("Pod-Selector", selector("spec", "podSelector", "matchLabels")),
    ageColumn
  ]
}

const fallback: ReadonlyArray<Column> = [name, ageColumn]

const custom = (resource: ResourceType): ReadonlyArray<Column> => {
  const columns = resource.custom?.columns ?? []
  if (columns.length === 0) return fallback
  return [
    name,
    ...columns.map((each) => ({
      name: each.name,
      type: each.type,
      format: each.format ?? "",
      description: each.description ?? "",
      priority: each.priority ?? 0,
      cell: (object: JsonObject, now: number): Json => {
        const found = find(object, each.jsonPath)
        if (found === undefined) return null
        return each.type === "date"
          ? since(typeof found === "string" ? found : undefined, now)
          : isObject(found)
            ? JSON.stringify(found)
            : found
      }
    }))
  ]
}

const customColumns = new WeakMap<ResourceType, ReadonlyArray<Column>>()

export const columnsOf = (resource: ResourceType): ReadonlyArray<Column> => {
  if (resource.custom === undefined) return tables[resource.storage] ?? fallback
  let columns = customColumns.get(resource)
  if (columns === undefined) {
    columns = custom(resource)
    customColumns.set(resource, columns)
  }
  return columns
}
