/** Deletion of one object: preconditions, finalizers, propagation, and what the client gets back. */
import { type Core, keyOf } from "../Core.ts"
import type { User } from "../http/Request.ts"
import { isArray, type JsonObject, numberAt, objectAt, setAt, stringAt, stringsAt } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import { conflict, forbidden, invalid, notFound } from "../Status.ts"
import type { Admission } from "./Registry.ts"

export interface DeleteOptions {
  readonly propagationPolicy: string | undefined
  readonly gracePeriodSeconds: number | undefined
  readonly preconditions: JsonObject
  readonly dryRun: boolean
  readonly user: User
  readonly warnings: Array<string>
}

const policies = ["Foreground", "Background", "Orphan"]

/** `DeleteOptions` of the body over those of the query. */
export const readOptions = (body: JsonObject, query: URLSearchParams): Omit<DeleteOptions, "user" | "warnings"> => {
  const grace =
    numberAt(body, "gracePeriodSeconds") ??
    (query.has("gracePeriodSeconds") ? Number(query.get("gracePeriodSeconds")) : undefined)
  const dryRun = body["dryRun"]
  const propagationPolicy = stringAt(body, "propagationPolicy") ?? query.get("propagationPolicy") ?? undefined
  if (propagationPolicy !== undefined && !policies.includes(propagationPolicy)) {
    const detail = `supported values: ${[...policies, "nil"].map((each) => JSON.stringify(each)).join(", ")}`
    throw invalid({ group: "meta.k8s.io", plural: "", kind: "DeleteOptions" }, "", [
      { type: "NotSupported", field: "propagationPolicy", value: propagationPolicy, detail }
    ])
  }
  return {
    propagationPolicy,
    gracePeriodSeconds: grace,
    preconditions: objectAt(body, "preconditions"),
    dryRun: (isArray(dryRun) && dryRun.length > 0) || query.has("dryRun")
  }
}

const foreground = "foregroundDeletion"
const permanent = ["default", "kube-system", "kube-public"]

/** Returns the object when finalizers hold it back, else the status of success; `removed` when it is gone. */
export const deleteObject = async (
  core: Core,
  admission: Admission,
  resource: ResourceType,
  namespace: string | undefined,
  name: string,
  options: DeleteOptions
): Promise<{ readonly object: JsonObject; readonly removed: boolean }> => {
  const key = keyOf(namespace, name)
  const stored = core.store.get(resource.storage, key)
  if (stored === undefined) throw notFound(resource, name)
  const [shown = stored] =
    stored["apiVersion"] === resource.apiVersion ? [stored] : await core.convert([stored], resource)
  if (resource.storage === "/namespaces" && permanent.includes(name)) {
    throw forbidden(resource, name, "this namespace may not be deleted")
  }
  checkPreconditions(stored, resource, name, options.preconditions)
  const attributes = {
    operation: "DELETE" as const,
    resource,
    subresource: undefined,
    namespace,
    name,
    object: null,
    oldObject: shown,
    dryRun: options.dryRun,
    user: options.user,
    options: { kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1" },
    warnings: options.warnings
  }
  await admission.mutate(attributes)
  await admission.validate(attributes)
  const current = core.store.get(resource.storage, key)
  if (current === undefined) throw notFound(resource, name)
  checkPreconditions(current, resource, name, options.preconditions)
  const held = withFinalizers(current, options.propagationPolicy)
  const waits = stringsAt(held, "metadata", "finalizers").length > 0 || stringsAt(held, "spec", "finalizers").length > 0
  if (!waits) {
    if (options.dryRun) return { object: shown, removed: true }
    const last = core.store.remove(resource.storage, key) ?? current
    return { object: last, removed: true }
  }
  const marked = mark(core, held, options.gracePeriodSeconds)
  if (options.dryRun || marked === current) return { object: marked, removed: false }
  return { object: core.store.put(resource.storage, key, marked), removed: false }
}

const checkPreconditions = (
  object: JsonObject,
  resource: ResourceType,
  name: string,
  preconditions: JsonObject
): void => {
  const uid = stringAt(preconditions, "uid")
  const ownUid = stringAt(object, "metadata", "uid")
  if (uid !== undefined && uid !== ownUid) {
    throw conflict(
      { ...resource, plural: resource.kind },
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${ownUid}). The object might have been deleted and then recreated`
    )
  }
  const version = stringAt(preconditions, "resourceVersion")
  const own = stringAt(object, "metadata", "resourceVersion")
  if (version !== undefined && version !== own) {
    throw conflict(
      { ...resource, plural: resource.kind },
      name,
      `the ResourceVersion in the precondition (${version}) does not match the ResourceVersion in record (${own}). The object might have been modified`
    )
  }
}

const withFinalizers = (object: JsonObject, policy: string | undefined): JsonObject => {
  const finalizers = stringsAt(object, "metadata", "finalizers")
  const wanted = finalizers.filter((each) => policy === undefined || (each !== "orphan" && each !== foreground))
  if (policy === "Orphan") wanted.push("orphan")
  if (policy === "Foreground") wanted.push(foreground)
  const same = wanted.length === finalizers.length && wanted.every((each) => finalizers.includes(each))
  return same ? object : setAt(object, ["metadata", "finalizers"], wanted.length === 0 ? undefined : wanted)
}

const mark = (core: Core, object: JsonObject, grace: number | undefined): JsonObject => {
  if (stringAt(object, "metadata", "deletionTimestamp") !== undefined) return object
  const generation = numberAt(object, "metadata", "generation")
  const metadata = {
    ...objectAt(object, "metadata"),
    deletionTimestamp: core.now(),
    deletionGracePeriodSeconds: grace ?? 0,
    ...(generation === undefined ? {} : { generation: generation + 1 })
  }
  const marked = { ...object, metadata }
  return object["kind"] === "Namespace" && objectAt(object, "spec")["finalizers"] !== undefined
    ? { ...marked, status: { ...objectAt(object, "status"), phase: "Terminating" } }
    : marked
}

export const successStatus = (resource: ResourceType, object: JsonObject): JsonObject => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
  details: {
    name: stringAt(object, "metadata", "name") ?? "",
    ...(resource.group === "" ? {} : { group: resource.group }),
    kind: resource.plural,
    uid: stringAt(object, "metadata", "uid") ?? ""
  }
})
