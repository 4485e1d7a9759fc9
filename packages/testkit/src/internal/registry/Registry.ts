/**
 * The one way into and out of storage for every kind: create, update, patch, apply, with admission, validation, managed
 * fields, optimistic locking and dry run in the order of a real API server.
 */

import type { Access } from "../access/Access.ts"
import * as ManagedFields from "../apply/ManagedFields.ts"
import type { Core } from "../Core.ts"
import { keyOf } from "../Core.ts"
import type { User } from "../http/Request.ts"
import { isObject, type JsonObject, objectAt, setAt, stringAt } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import {
  alreadyExists,
  badRequest,
  ConversionFailure,
  conflict,
  corruptObject,
  type FieldError,
  forbidden,
  invalid,
  modified,
  notFound,
  StatusError,
  undecodableObject
} from "../Status.ts"
import { checkKind, checkPath, metadataErrors, separate, stampChanged, stampNew } from "./Strategy.ts"

export interface Attributes {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT"
  readonly resource: ResourceType
  readonly subresource: string | undefined
  readonly namespace: string | undefined
  readonly name: string
  readonly object: JsonObject | null
  readonly oldObject: JsonObject | null
  readonly dryRun: boolean
  readonly user: User
  readonly options: JsonObject
  readonly warnings: Array<string>
}

export interface Admission {
  readonly mutate: (attributes: Attributes) => Promise<JsonObject | null>
  readonly validate: (attributes: Attributes) => Promise<void>
}

/** An object cannot be read as its kind: Go's words for why. */
export class DecodeFailure extends Error {}

/** What depends on the kind: decoding with pruning and defaults, and rules. */
export interface Kinds {
  /** Prunes and defaults; adds to `warnings`, or throws, according to `fieldValidation`. */
  readonly decode: (
    object: JsonObject,
    resource: ResourceType,
    fieldValidation: string,
    warnings: Array<string>
  ) => JsonObject
  readonly errors: (
    after: JsonObject,
    before: JsonObject | undefined,
    resource: ResourceType,
    subresource: string | undefined
  ) => ReadonlyArray<FieldError>
  /** Server-side values of a new object: addresses, phases. */
  readonly created: (object: JsonObject, resource: ResourceType) => JsonObject
  /** Server-side values that an update leaves out and does not mean to take away. */
  readonly carried: (before: JsonObject, after: JsonObject, resource: ResourceType) => JsonObject
}

export interface WriteOptions {
  readonly resource: ResourceType
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly subresource: string | undefined
  readonly user: User
  readonly dryRun: boolean
  readonly manager: string
  readonly fieldValidation: string
  readonly warnings: Array<string>
  /** Whether the input is the result of a patch, which words what is wrong with it another way. */
  readonly patching?: boolean
}

/** Server-side apply: the configuration, and how it is laid over the object. */
export interface Applied {
  readonly config: JsonObject
  readonly run: (before: JsonObject | undefined, config: JsonObject) => JsonObject
}

export interface Written {
  readonly object: JsonObject
  readonly created: boolean
}

export class Registry {
  readonly core: Core
  private readonly kinds: Kinds
  private readonly access: Access
  constructor(core: Core, kinds: Kinds, access: Access) {
    this.core = core
    this.access = access
    this.kinds = kinds
  }

  /** The object in the version asked for, as stored now. */
  async get(resource: ResourceType, namespace: string | undefined, name: string): Promise<JsonObject> {
    const stored = this.core.store.get(resource.storage, keyOf(namespace, name))
    if (stored === undefined) throw notFound(resource, name)
    try {
      return await this.converted(stored, resource)
    } catch (error) {
      if (!(error instanceof ConversionFailure)) throw error
      throw corruptObject(error, { resource, key: keyOf(namespace, name), revision: revisionOf(stored) })
    }
  }

  private async converted(stored: JsonObject, resource: ResourceType): Promise<JsonObject> {
    if (stored["apiVersion"] === resource.apiVersion) return stored
    const [object] = await this.core.convert([stored], resource)
    return object ?? stored
  }

  private async toStorage(object: JsonObject, resource: ResourceType): Promise<JsonObject> {
    if (resource.storageApiVersion === resource.apiVersion) return object
    const storage = this.core.resources.at(resource.storageApiVersion, resource.plural)
    if (storage === undefined) return object
    const [converted] = await this.core.convert([object], storage)
    return converted ?? object
  }

  async create(input: JsonObject, options: WriteOptions, admission: Admission, applied?: Applied): Promise<Written> {
    const { resource, namespace } = options
    checkKind(input, resource)
    checkPath(input, namespace, options.name)
    if ((stringAt(input, "metadata", "resourceVersion") ?? "") !== "") {
      throw new StatusError(500, "", "resourceVersion should not be set on objects to be created")
    }
    const start = applied === undefined ? input : applied.run(undefined, input)
    const decoded = this.decode(start, options)
    const named = options.name === undefined ? decoded : setAt(decoded, ["metadata", "name"], options.name)
    let object = stampNew(this.core, separate(undefined, named, resource, undefined), resource, namespace)
    if (applied === undefined) {
      const manager = { name: options.manager, operation: "Update" as const }
      object = ManagedFields.update(undefined, object, resource, manager, this.core.now())
    }
    const attributes = (each: JsonObject): Attributes => ({
      operation: "CREATE",
      resource,
      subresource: options.subresource,
      namespace,
      name: stringAt(each, "metadata", "name") ?? "",
      object: each,
      oldObject: null,
      dryRun: options.dryRun,
      user: options.user,
      options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1", fieldManager: options.manager },
      warnings: options.warnings
    })
    this.checkNamespace(resource, namespace, stringAt(object, "metadata", "name") ?? "")
    const mutated = await admission.mutate(attributes(object))
    if (mutated !== null && mutated !== object) object = this.kinds.decode(mutated, resource, "Ignore", [])
    object = this.kinds.created(object, resource)
    this.check(object, undefined, options)
    await admission.validate(attributes(object))
    const name = stringAt(object, "metadata", "name") ?? ""
    const key = keyOf(namespace, name)
    const stored = await this.toStorage(object, resource)
    const present = this.core.store.get(resource.storage, key)
    if (present !== undefined) {
      throw alreadyExists(resource, name, stringAt(present, "metadata", "deletionTimestamp") !== undefined)
    }
    if (options.dryRun) return { object, created: true }
    this.checkNamespace(resource, namespace, name)
    const saved = this.core.store.put(resource.storage, key, stored)
    return {
      object: saved["apiVersion"] === object["apiVersion"] ? saved : this.withVersion(object, saved),
      created: true
    }
  }

  private withVersion(object: JsonObject, saved: JsonObject): JsonObject {
    return setAt(object, ["metadata", "resourceVersion"], stringAt(saved, "metadata", "resourceVersion"))
  }

  /** Changes a stored object; `produce` is called again when another writer came in between. */
  async change(
    options: WriteOptions,
    admission: Admission,
    produce: (current: JsonObject) => JsonObject | Promise<JsonObject>,
    applied?: Applied
  ): Promise<Written> {
    const { resource, namespace } = options
    const name = options.name ?? ""
    const key = keyOf(namespace, name)
    for (let attempt = 0; ; attempt++) {
      const stored = this.core.store.get(resource.storage, key)
      if (stored === undefined) throw notFound(resource, name)
      const before = await this.converted(stored, resource).catch((error: unknown) => {
        throw error instanceof ConversionFailure ? undecodableObject(error, revisionOf(stored)) : error
      })
      const input = await produce(before)
      const wanted = stringAt(input, "metadata", "resourceVersion") ?? ""
      const current = stringAt(before, "metadata", "resourceVersion") ?? ""
      const uid = stringAt(input, "metadata", "uid")
      const ownUid = stringAt(before, "metadata", "uid")
      if (uid !== undefined && uid !== "" && uid !== ownUid) {
        throw conflict(
          resource,
          name,
          `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${ownUid}`
        )
      }
      if (wanted !== "" && wanted !== current) throw conflict(resource, name, modified)
      const pinned = wanted !== "" && stringAt(before, "metadata", "resourceVersion") === wanted
      const after = await this.changed(before, input, options, admission, applied)
      const latest = this.core.store.get(resource.storage, key)
      if (latest !== stored) {
        if (latest === undefined) throw notFound(resource, name)
        if (attempt >= 5 || (pinned && attempt > 0)) throw conflict(resource, name, modified)
        continue
      }
      if (after === before || ManagedFields.isSame(before, after)) return { object: before, created: false }
      if (options.dryRun) return { object: after, created: false }
      const toStore = await this.toStorage(after, resource)
      if (this.core.store.get(resource.storage, key) !== stored) continue
      if (isFinished(after)) {
        this.core.store.remove(resource.storage, key, toStore)
        return { object: after, created: false }
      }
      const saved = this.core.store.put(resource.storage, key, toStore)
      return {
        object: saved["apiVersion"] === after["apiVersion"] ? saved : this.withVersion(after, saved),
        created: false
      }
    }
  }

  private async changed(
    before: JsonObject,
    input: JsonObject,
    options: WriteOptions,
    admission: Admission,
    applied?: Applied
  ): Promise<JsonObject> {
    const { resource, subresource, namespace } = options
    checkKind(input, resource)
    checkPath(input, namespace, options.name)
    const start = applied === undefined ? input : applied.run(before, input)
    const decoded = this.decode(start, options)
    const own = stampChanged(before, separate(before, decoded, resource, subresource), resource)
    const managed =
      applied === undefined
        ? ManagedFields.update(
            before,
            own,
            resource,
            { name: options.manager, operation: "Update", ...(subresource === undefined ? {} : { subresource }) },
            this.core.now()
          )
        : own
    const attributes = (each: JsonObject): Attributes => ({
      operation: "UPDATE",
      resource,
      subresource,
      namespace,
      name: options.name ?? "",
      object: each,
      oldObject: before,
      dryRun: options.dryRun,
      user: options.user,
      options: { kind: "UpdateOptions", apiVersion: "meta.k8s.io/v1", fieldManager: options.manager },
      warnings: options.warnings
    })
    let object = managed
    const mutated = await admission.mutate(attributes(object))
    if (mutated !== null && mutated !== object) {
      object = stampChanged(
        before,
        separate(before, this.kinds.decode(mutated, resource, "Ignore", []), resource, subresource),
        resource
      )
    }
    object = this.kinds.carried(before, object, resource)
    this.check(object, before, options)
    await admission.validate(attributes(object))
    return object
  }

  private decode(input: JsonObject, options: WriteOptions): JsonObject {
    const { kind, version } = options.resource
    try {
      return this.kinds.decode(input, options.resource, options.fieldValidation, options.warnings)
    } catch (error) {
      if (!(error instanceof DecodeFailure)) throw error
      if (options.patching === true) {
        const text = JSON.stringify(input)
        throw invalid({ group: "", plural: "", kind: "" }, "", [
          { type: "Invalid", field: "patch", value: text, detail: error.message }
        ])
      }
      throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${error.message}`)
    }
  }

  private check(object: JsonObject, before: JsonObject | undefined, options: WriteOptions): void {
    const errors = [
      ...metadataErrors(object, before, options.resource),
      ...this.kinds.errors(object, before, options.resource, options.subresource)
    ]
    if (errors.length > 0) throw invalid(options.resource, stringAt(object, "metadata", "name") ?? "", errors)
    this.access.checkGrant(options.user, object, options.resource)
  }

  /** New objects need a namespace that exists and is not going away. */
  private checkNamespace(resource: ResourceType, namespace: string | undefined, name: string): void {
    if (!resource.namespaced || namespace === undefined) return
    const namespaces = this.core.resources.at("v1", "namespaces") as ResourceType
    const found = this.core.store.get("/namespaces", namespace)
    if (found === undefined) throw notFound(namespaces, namespace)
    if (stringAt(found, "metadata", "deletionTimestamp") !== undefined) {
      const error = forbidden(
        resource,
        name,
        `unable to create new content in namespace ${namespace} because it is being terminated`
      )
      throw Object.assign(error, {
        details: {
          ...error.details,
          causes: [
            {
              reason: "NamespaceTerminating",
              message: `namespace ${namespace} is being terminated`,
              field: "metadata.namespace"
            }
          ]
        }
      })
    }
  }
}

const revisionOf = (object: JsonObject): string => stringAt(object, "metadata", "resourceVersion") ?? ""

/** Whether an object that is being deleted has lost its last finalizer. */
export const isFinished = (object: JsonObject): boolean => {
  const metadata = objectAt(object, "metadata")
  const finalizers = metadata["finalizers"]
  const spec = object["spec"]
  const held = Array.isArray(finalizers) && finalizers.length > 0
  const heldBySpec =
    object["kind"] === "Namespace" &&
    isObject(spec) &&
    Array.isArray(spec["finalizers"]) &&
    spec["finalizers"].length > 0
  const grace = metadata["deletionGracePeriodSeconds"]
  return metadata["deletionTimestamp"] !== undefined && !held && !heldBySpec && (grace === undefined || grace === 0)
}
