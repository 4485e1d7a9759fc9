/** Conversion of custom objects between the versions of their kind: by name alone, or by a webhook. */
import { CallError, type WebhookClients } from "../admission/WebhookClients.ts"
import * as Events from "../builtins/events.ts"
import type { Convert, Core } from "../Core.ts"
import { arrayAt, isObject, type JsonObject, objectAt, stringAt } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import { ConversionFailure } from "../Status.ts"
import { storage } from "./CustomResources.ts"
import { withDefaults } from "./Structural.ts"

const failed = (from: string, why: string) => new ConversionFailure(`conversion webhook for ${from} failed: ${why}`)

const gvkText = (object: JsonObject) =>
  `${stringAt(object, "apiVersion") ?? ""}, Kind=${stringAt(object, "kind") ?? ""}`

export const converter =
  (core: Core, clients: WebhookClients): Convert =>
  (objects, to) => {
    if (to.custom === undefined) return objects.map((object) => Events.convert(object, to.apiVersion))
    const definition = core.store.get(storage, to.custom.definition)
    const conversion = objectAt(definition, "spec", "conversion")
    const finish = (object: JsonObject) => withDefaults(object, to.custom?.schema) as JsonObject
    if (stringAt(conversion, "strategy") !== "Webhook") {
      return objects.map((object) =>
        object["apiVersion"] === to.apiVersion ? object : finish({ ...object, apiVersion: to.apiVersion })
      )
    }
    return byWebhook(clients, core, objectAt(conversion, "webhook", "clientConfig"), objects, to, finish)
  }

const byWebhook = async (
  clients: WebhookClients,
  core: Core,
  client: JsonObject,
  objects: ReadonlyArray<JsonObject>,
  to: ResourceType,
  finish: (object: JsonObject) => JsonObject
): Promise<ReadonlyArray<JsonObject>> => {
  const others = objects.filter((object) => object["apiVersion"] !== to.apiVersion)
  const [first] = others
  if (first === undefined) return objects
  const from = gvkText(first)
  const uid = core.uuid()
  const review = {
    kind: "ConversionReview",
    apiVersion: "apiextensions.k8s.io/v1",
    request: { uid, desiredAPIVersion: to.apiVersion, objects: others }
  }
  const answer = await clients.post(client, review, 30).catch((error: unknown) => {
    throw error instanceof CallError ? failed(from, error.message) : error
  })
  const response = objectAt(answer, "response")
  const result = objectAt(response, "result")
  if (stringAt(response, "uid") !== uid) {
    throw failed(from, `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response["uid"] ?? "")}`)
  }
  if (stringAt(result, "status") !== "Success") throw failed(from, stringAt(result, "message") ?? "Internal error")
  const converted = arrayAt(response, "convertedObjects").filter(isObject)
  if (converted.length !== others.length) {
    throw new ConversionFailure(
      `conversion webhook for ${from} returned ${converted.length} objects, expected ${others.length}`
    )
  }
  let next = 0
  return objects.map((object) => {
    if (object["apiVersion"] === to.apiVersion) return object
    const made = converted[next++] as JsonObject
    if (stringAt(made, "apiVersion") !== to.apiVersion) {
      throw failed(
        from,
        `webhook returned invalid converted object at index ${next - 1}: invalid groupVersion, expected ${to.apiVersion}, received ${stringAt(made, "apiVersion") ?? ""}`
      )
    }
    // A converter may change labels and annotations, and no other metadata.
    const { labels, annotations } = objectAt(made, "metadata")
    const metadata = { ...objectAt(object, "metadata"), labels, annotations }
    return finish({
      ...made,
      metadata: Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined))
    })
  })
}
