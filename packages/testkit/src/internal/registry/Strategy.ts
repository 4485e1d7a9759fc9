/** What happens to every object on its way into storage: names, identity, generation, and who may write which half. */
import type { Core } from "../Core.ts"
import {
  arrayAt,
  equals,
  isObject,
  type Json,
  type JsonObject,
  type Mutable,
  objectAt,
  setAt,
  stringAt,
  stringsAt
} from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import { badRequest, type FieldError } from "../Status.ts"

const withGeneration = new Set(
  (
    "/pods /replicationcontrollers apps/deployments apps/replicasets apps/statefulsets apps/daemonsets batch/jobs " +
    "batch/cronjobs networking.k8s.io/ingresses networking.k8s.io/networkpolicies policy/poddisruptionbudgets " +
    "apiextensions.k8s.io/customresourcedefinitions admissionregistration.k8s.io/mutatingwebhookconfigurations " +
    "admissionregistration.k8s.io/validatingwebhookconfigurations discovery.k8s.io/endpointslices " +
    "admissionregistration.k8s.io/validatingadmissionpolicies networking.k8s.io/ingressclasses " +
    "scheduling.k8s.io/priorityclasses admissionregistration.k8s.io/validatingadmissionpolicybindings"
  ).split(" ")
)

const hasGeneration = (resource: ResourceType): boolean =>
  resource.custom !== undefined || withGeneration.has(resource.storage)

const hasStatus = (resource: ResourceType): boolean => resource.subresources.includes("status")

/** The half of an object that a request may write: everything but status, or status alone. */
export const separate = (
  before: JsonObject | undefined,
  after: JsonObject,
  resource: ResourceType,
  subresource: string | undefined
): JsonObject => {
  if (subresource === "status" && before !== undefined) {
    return {
      ...before,
      metadata: {
        ...objectAt(before, "metadata"),
        managedFields: objectAt(after, "metadata")["managedFields"],
        resourceVersion: objectAt(after, "metadata")["resourceVersion"]
      },
      status: after["status"]
    }
  }
  if (!hasStatus(resource) || (before === undefined && resource.storage === "/nodes")) return after
  return setAt(after, ["status"], before?.["status"])
}

/** What an apply configuration may speak about. */
export const separateConfig = (
  config: JsonObject,
  resource: ResourceType,
  subresource: string | undefined
): JsonObject => {
  if (subresource === "status") {
    const { name, namespace, uid, resourceVersion } = objectAt(config, "metadata")
    const metadata = Object.fromEntries(
      Object.entries({ name, namespace, uid, resourceVersion }).filter(([, value]) => value !== undefined)
    )
    const { apiVersion, kind, status } = config
    return { apiVersion, kind, metadata, ...(status === undefined ? {} : { status }) }
  }
  return hasStatus(resource) ? setAt(config, ["status"], undefined) : config
}

/** Gives a new object its identity. */
export const stampNew = (
  core: Core,
  object: JsonObject,
  resource: ResourceType,
  namespace: string | undefined
): JsonObject => {
  const metadata: Mutable = { ...objectAt(object, "metadata") }
  const prefix = stringAt(object, "metadata", "generateName")
  if (!stringAt(object, "metadata", "name") && prefix) metadata["name"] = `${prefix.slice(0, 58)}${core.suffix()}`
  if (resource.namespaced && namespace !== undefined) metadata["namespace"] = namespace
  else delete metadata["namespace"]
  metadata["uid"] = core.uuid()
  metadata["creationTimestamp"] = core.now()
  for (const key of ["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation"]) {
    delete metadata[key]
  }
  if (hasGeneration(resource)) metadata["generation"] = 1
  return { ...head(resource), ...body(object), metadata }
}

/** First in every stored object, so that a list can leave it out by cutting. */
const head = (resource: ResourceType) => ({ apiVersion: resource.apiVersion, kind: resource.kind })

const body = ({ apiVersion: _, kind: __, ...rest }: JsonObject): JsonObject => rest

/** Keeps the identity of an object that is being changed, and counts generations. */
export const stampChanged = (before: JsonObject, changed: JsonObject, resource: ResourceType): JsonObject => {
  // Only the subresource finalize changes the finalizers of a namespace.
  const after =
    resource.storage === "/namespaces"
      ? setAt(changed, ["spec", "finalizers"], objectAt(before, "spec")["finalizers"])
      : changed
  const old = objectAt(before, "metadata")
  const metadata: Mutable = { ...objectAt(after, "metadata") }
  for (const key of [
    "name",
    "namespace",
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generateName",
    "resourceVersion"
  ]) {
    if (old[key] === undefined) delete metadata[key]
    else metadata[key] = old[key]
  }
  if (hasGeneration(resource)) {
    const generation = Number(old["generation"] ?? 1)
    metadata["generation"] = equals(desired(before, resource), desired(after, resource)) ? generation : generation + 1
  }
  return { ...head(resource), ...body(after), metadata }
}

/** What counts as a new generation when it changes. */
const desired = (object: JsonObject, resource: ResourceType): JsonObject => {
  const { metadata: _, ...rest } = object
  return hasStatus(resource) ? setAt(rest, ["status"], undefined) : rest
}

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
const subdomain = new RegExp(`^${label}(\\.${label})*$`)
const singleLabel = new RegExp(`^${label}$`)

const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  `'${label}(\\.${label})*')`
const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with " +
  `an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`

const labelNamed = new Set(["/namespaces", "/services"])

/** Complaints about `metadata`. */
export const metadataErrors = (
  object: JsonObject,
  before: JsonObject | undefined,
  resource: ResourceType
): ReadonlyArray<FieldError> => [
  ...nameErrors(object, resource),
  ...ownerErrors(object),
  ...finalizerErrors(object, before)
]

const standardFinalizers = new Set(["kubernetes", "orphan", "foregroundDeletion"])

const finalizerErrors = (object: JsonObject, before: JsonObject | undefined): ReadonlyArray<FieldError> => {
  const finalizers = stringsAt(object, "metadata", "finalizers")
  const errors: Array<FieldError> = finalizers.flatMap((value, index) =>
    standardFinalizers.has(value) || value.includes("/")
      ? []
      : [
          {
            type: "Invalid",
            field: `metadata.finalizers[${index}]`,
            value,
            detail: "name is neither a standard finalizer name nor is it fully qualified"
          }
        ]
  )
  if (stringAt(before, "metadata", "deletionTimestamp") === undefined) return errors
  const old = stringsAt(before, "metadata", "finalizers")
  const added = finalizers.filter((each) => !old.includes(each))
  if (added.length === 0) return errors
  const list = added.map((each) => JSON.stringify(each)).join(", ")
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`
  return [...errors, { type: "Forbidden", field: "metadata.finalizers", detail }]
}

const ownerErrors = (object: JsonObject): ReadonlyArray<FieldError> => {
  const references = arrayAt(object, "metadata", "ownerReferences")
  const [first, second] = references.filter((each) => isObject(each) && each["controller"] === true)
  if (first === undefined || second === undefined) return []
  const name = (each: Json) => `${stringAt(each, "kind")}/${stringAt(each, "name")}`
  const detail = `Only one reference can have Controller set to true. Found "true" in references for ${name(first)} and ${name(second)}`
  return [{ type: "Invalid", field: "metadata.ownerReferences", value: references, detail }]
}

const nameErrors = (object: JsonObject, resource: ResourceType): ReadonlyArray<FieldError> => {
  const name = stringAt(object, "metadata", "name") ?? ""
  const field = "metadata.name"
  const errors: Array<FieldError> = []
  if (name === "") {
    errors.push({ type: "Required", field, detail: "name or generateName is required" })
  } else if (resource.group === "rbac.authorization.k8s.io") {
    if (name === "." || name === ".." || /[/%]/.test(name)) {
      errors.push({
        type: "Invalid",
        field,
        value: name,
        detail: name.includes("/") ? "may not contain '/'" : `may not be '${name}'`
      })
    }
  } else if (labelNamed.has(resource.storage)) {
    if (name.length > 63) errors.push({ type: "Invalid", field, value: name, detail: "must be no more than 63 bytes" })
    if (!singleLabel.test(name)) errors.push({ type: "Invalid", field, value: name, detail: labelText })
  } else {
    if (name.length > 253)
      errors.push({ type: "Invalid", field, value: name, detail: "must be no more than 253 bytes" })
    if (!subdomain.test(name)) errors.push({ type: "Invalid", field, value: name, detail: subdomainText })
  }
  for (const value of Object.values(objectAt(object, "metadata", "labels"))) {
    if (typeof value === "string" && !/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value)) {
      errors.push({
        type: "Invalid",
        field: "metadata.labels",
        value,
        detail:
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start " +
          "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for " +
          "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
      })
    }
  }
  return errors
}

/** The name and namespace in the body must be those of the path. */
export const checkPath = (object: JsonObject, namespace: string | undefined, name: string | undefined): void => {
  const own = stringAt(object, "metadata", "namespace") ?? ""
  if (own !== "" && own !== (namespace ?? "")) {
    throw badRequest(
      namespace === undefined
        ? "namespace specified for a cluster scoped resource"
        : `the namespace of the provided object does not match the namespace sent on the request`
    )
  }
  const found = stringAt(object, "metadata", "name") ?? ""
  if (name !== undefined && found !== "" && found !== name) {
    throw badRequest(`the name of the object (${found}) does not match the name on the URL (${name})`)
  }
}

/** `v1.Secret` for the type of a version, `core.Secret` for the internal one. */
const goType = (apiVersion: string, kind: string, resource?: ResourceType): string =>
  `${resource === undefined ? apiVersion.split("/").at(-1) : resource.group.split(".")[0] || "core"}.${kind}`

/** The object must be of the kind that the path serves. */
export const checkKind = (object: JsonObject, resource: ResourceType): void => {
  const kind = stringAt(object, "kind") ?? ""
  const apiVersion = stringAt(object, "apiVersion") ?? ""
  if (resource.custom !== undefined && (kind === "" || apiVersion === "")) {
    throw badRequest(`Object 'Kind' is missing in '${JSON.stringify(object)}'`)
  }
  if (kind !== "" && kind !== resource.kind) {
    throw badRequest(
      `${kind} in version "${apiVersion.split("/").at(-1)}" cannot be handled as a ${resource.kind}: converting (${goType(apiVersion, kind)}) to (${goType("", resource.kind, resource)}): unknown conversion`
    )
  }
  if (apiVersion !== "" && apiVersion !== resource.apiVersion) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${resource.apiVersion})`
    )
  }
}
