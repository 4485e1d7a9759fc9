/** Calls mutating webhooks one after the other and validating ones together, and words what comes of it. */

import type { Core } from "../Core.ts"
import { evaluate } from "../cel/Evaluate.ts"
import {
  arrayAt,
  equals,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  numberAt,
  objectAt,
  stringAt
} from "../Json.ts"
import { jsonPatch } from "../patch/Patches.ts"
import type { ResourceType } from "../Resources.ts"
import type { Admission, Attributes } from "../registry/Registry.ts"
import { badRequest, forbidden, internalError, StatusError } from "../Status.ts"
import { Configurations } from "./Configurations.ts"
import { match } from "./Matching.ts"
import { CallError, type WebhookClients } from "./WebhookClients.ts"

interface Verdict {
  readonly allowed: boolean
  readonly patch: Json | undefined
  readonly result: JsonObject
}

/** The webhook could not be asked; `failurePolicy` decides. */
class Unreachable extends Error {}

const exempt = (resource: ResourceType): boolean => resource.group === "admissionregistration.k8s.io"

const gvk = (resource: ResourceType) => ({ group: resource.group, version: resource.version, kind: resource.kind })
const gvr = (resource: ResourceType) => ({
  group: resource.group,
  version: resource.version,
  resource: resource.plural
})

export class Dispatcher implements Admission {
  readonly configurations: Configurations
  private readonly core: Core
  private readonly clients: WebhookClients
  constructor(core: Core, clients: WebhookClients) {
    this.core = core
    this.clients = clients
    this.configurations = new Configurations(core)
  }

  async mutate(attributes: Attributes): Promise<JsonObject | null> {
    const webhooks = this.configurations.mutating()
    if (webhooks.length === 0 || exempt(attributes.resource)) return attributes.object
    let object = attributes.object
    const called: Array<JsonObject> = []
    let again = false
    for (const webhook of webhooks) {
      const changed = await this.mutateBy(webhook, { ...attributes, object })
      if (changed === undefined) continue
      if (!equals(changed.object, object) && called.length > 0) again = true
      object = changed.object
      called.push(webhook)
    }
    if (again) {
      for (const webhook of called.slice(0, -1)) {
        if (stringAt(webhook, "reinvocationPolicy") !== "IfNeeded") continue
        object = (await this.mutateBy(webhook, { ...attributes, object }))?.object ?? object
      }
    }
    return object
  }

  private async mutateBy(
    webhook: JsonObject,
    attributes: Attributes
  ): Promise<{ readonly object: JsonObject | null } | undefined> {
    const version = match(this.core, webhook, attributes)
    if (version === undefined || !(await this.isWanted(webhook, version, attributes))) return undefined
    const name = stringAt(webhook, "name") ?? ""
    const verdict = await this.ask(webhook, version, attributes, true)
    if (verdict === undefined) return { object: attributes.object }
    if (!verdict.allowed) throw denial(name, verdict.result)
    if (verdict.patch === undefined) return { object: attributes.object }
    if (attributes.object === null) {
      throw internalError(
        `admission webhook ${JSON.stringify(name)} attempted to modify the object, which is not supported for this operation`
      )
    }
    try {
      const shown = await this.inVersion(attributes.object, version)
      const patched = jsonPatch(shown ?? {}, verdict.patch)
      return { object: await this.inVersion(patched, attributes.resource) }
    } catch (error) {
      throw internalError(error instanceof Error ? error.message : String(error))
    }
  }

  async validate(attributes: Attributes): Promise<void> {
    const webhooks = this.configurations.validating()
    if (webhooks.length === 0 || exempt(attributes.resource)) return
    const calls: Array<{ readonly webhook: JsonObject; readonly version: ResourceType }> = []
    for (const webhook of webhooks) {
      const version = match(this.core, webhook, attributes)
      if (version !== undefined && (await this.isWanted(webhook, version, attributes))) calls.push({ webhook, version })
    }
    if (calls.length === 0) return
    const errors = await Promise.all(
      calls.map(async ({ webhook, version }) => {
        try {
          const verdict = await this.ask(webhook, version, attributes, false)
          return verdict === undefined || verdict.allowed
            ? undefined
            : denial(stringAt(webhook, "name") ?? "", verdict.result)
        } catch (error) {
          return error
        }
      })
    )
    const first = errors.find((error) => error !== undefined)
    if (first !== undefined) throw first
  }

  /** Whether the match conditions let a request through to the webhook. */
  private async isWanted(webhook: JsonObject, version: ResourceType, attributes: Attributes): Promise<boolean> {
    const conditions = arrayAt(webhook, "matchConditions")
    if (conditions.length === 0) return true
    const { request } = await this.review("", version, attributes)
    const { object, oldObject } = objectAt(request)
    let failure: string | undefined
    for (const condition of conditions) {
      try {
        const scope = { request, object: object ?? null, oldObject: oldObject ?? null }
        if (evaluate(stringAt(condition, "expression") ?? "", scope) !== true) return false
      } catch (error) {
        failure ??= error instanceof Error ? error.message : String(error)
      }
    }
    if (failure === undefined) return true
    if (stringAt(webhook, "failurePolicy") === "Ignore") return false
    throw forbidden(attributes.resource, attributes.name, failure)
  }

  private async inVersion(object: JsonObject | null, version: ResourceType): Promise<JsonObject | null> {
    if (object === null || object["apiVersion"] === version.apiVersion) return object
    const [converted] = await this.core.convert([object], version)
    return converted ?? object
  }

  /** `undefined` when the webhook could not be asked and may be ignored. */
  private async ask(
    webhook: JsonObject,
    version: ResourceType,
    attributes: Attributes,
    mutating: boolean
  ): Promise<Verdict | undefined> {
    const name = stringAt(webhook, "name") ?? ""
    const sideEffects = stringAt(webhook, "sideEffects")
    if (attributes.dryRun && sideEffects !== "None" && sideEffects !== "NoneOnDryRun") {
      throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`)
    }
    try {
      const uid = this.core.uuid()
      const review = await this.review(uid, version, attributes)
      const client = objectAt(webhook, "clientConfig")
      const answer = await this.clients
        .post(client, review, numberAt(webhook, "timeoutSeconds") ?? 10)
        .catch((error: unknown) => {
          if (!(error instanceof CallError)) throw error
          throw new Unreachable(
            `${error.phase === "client" ? "could not get REST client" : "failed to call webhook"}: ${error.message}`
          )
        })
      return verdictOf(answer, uid, mutating, attributes.warnings)
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      if (stringAt(webhook, "failurePolicy") === "Ignore") return undefined
      throw internalError(`failed calling webhook ${JSON.stringify(name)}: ${error.message}`)
    }
  }

  private async review(
    uid: string,
    version: ResourceType,
    attributes: Attributes
  ): Promise<{ readonly request: JsonObject } & JsonObject> {
    const { resource, subresource, namespace, operation, user } = attributes
    const request = {
      uid,
      kind: gvk(version),
      resource: gvr(version),
      ...(subresource === undefined ? {} : { subResource: subresource, requestSubResource: subresource }),
      requestKind: gvk(resource),
      requestResource: gvr(resource),
      ...(attributes.name === "" ? {} : { name: attributes.name }),
      ...(namespace === undefined ? {} : { namespace }),
      operation,
      userInfo: { username: user.name, groups: user.groups, ...(user.uid === undefined ? {} : { uid: user.uid }) },
      object: await this.inVersion(attributes.object, version),
      oldObject: await this.inVersion(attributes.oldObject, version),
      dryRun: attributes.dryRun,
      options: attributes.options
    }
    return { kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", request }
  }
}

const verdictOf = (answer: Json, uid: string, mutating: boolean, warnings: Array<string>): Verdict => {
  const wrong = (why: string) => new Unreachable(`received invalid webhook response: ${why}`)
  if (!isObject(answer)) throw wrong("webhook response was absent")
  const found = `${stringAt(answer, "apiVersion") ?? ""}, Kind=${stringAt(answer, "kind") ?? ""}`
  const response = answer["response"]
  if (!isObject(response)) throw wrong("webhook response was absent")
  if (response["uid"] !== uid)
    throw wrong(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response["uid"] ?? "")}`)
  if (found !== "admission.k8s.io/v1, Kind=AdmissionReview") {
    throw wrong(`expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${found}`)
  }
  const patch = stringAt(response, "patch")
  const patchType = response["patchType"]
  if (!mutating && patch !== undefined) throw wrong("validating webhook may not return response.patch")
  if (!mutating && patchType !== undefined) throw wrong("validating webhook may not return response.patchType")
  if (mutating && patch !== undefined && patchType === undefined)
    throw wrong("webhook returned response.patch but not response.patchType")
  if (mutating && patch === undefined && patchType !== undefined)
    throw wrong("webhook returned response.patchType but not response.patch")
  for (const each of arrayAt(response, "warnings")) warnings.push(String(each))
  let operations: Json | undefined
  if (patch !== undefined) {
    try {
      operations = JSON.parse(Buffer.from(patch, "base64").toString("utf8")) as Json
    } catch (error) {
      throw new Unreachable(`received undecodable patch in webhook response: ${String(error)}`)
    }
  }
  return {
    allowed: response["allowed"] === true,
    patch: isArray(operations) && operations.length === 0 ? undefined : operations,
    result: objectAt(response, "status")
  }
}

/** The answer to a client whose request a webhook denied. */
const denial = (name: string, result: JsonObject): StatusError => {
  const by = `admission webhook ${JSON.stringify(name)} denied the request`
  const message = stringAt(result, "message") ?? ""
  const reason = stringAt(result, "reason") ?? ""
  const code = numberAt(result, "code") ?? 0
  const text = message !== "" ? `${by}: ${message}` : reason !== "" ? `${by}: ${reason}` : `${by} without explanation`
  return new StatusError(Math.max(400, code), reason, text, isObject(result["details"]) ? result["details"] : undefined)
}
