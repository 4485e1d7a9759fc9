/** APIServices: which server answers for a group and version, whether it can be reached, and passing requests to it. */

import type { Services } from "../admission/Services.ts"
import type { WebhookClients } from "../admission/WebhookClients.ts"
import type { Core } from "../Core.ts"
import { type Answer, type ApiRequest, read } from "../http/Request.ts"
import { arrayAt, type JsonObject, numberAt, objectAt, setAt, stringAt } from "../Json.ts"
import type { ResourceType } from "../Resources.ts"
import { stampNew } from "../registry/Strategy.ts"

const storage = "apiregistration.k8s.io/apiservices"

interface Availability {
  readonly status: "True" | "False"
  readonly reason: string
  readonly message: string
}

const nameOf = (group: string, version: string) => `${version}.${group}`
const firstRetry = 100
const lastRetry = 30_000

export class Aggregator {
  private readonly core: Core
  private readonly services: Services
  private readonly clients: WebhookClients
  private readonly retries = new Map<string, () => void>()

  constructor(core: Core, services: Services, clients: WebhookClients) {
    this.core = core
    this.services = services
    this.clients = clients
    core.store.observers.add((where, change) => {
      if (where === storage) {
        if (change.type === "DELETED") this.retries.get(change.key)?.()
        else if (specOf(change.object) !== specOf(change.previous))
          setImmediate(() => void this.check(change.key, firstRetry))
      } else if (where === "/services" || where === "discovery.k8s.io/endpointslices") {
        for (const name of core.store.collection(storage).items.keys())
          setImmediate(() => void this.check(name, firstRetry))
      }
    })
  }

  /** Lists the groups that this server serves by itself. */
  registerLocal(): void {
    const resource = this.core.resources.at("apiregistration.k8s.io/v1", "apiservices") as ResourceType
    for (const each of this.core.resources.all()) {
      const name = nameOf(each.group, each.version)
      if (this.core.store.get(storage, name) !== undefined) continue
      const condition = { type: "Available", ...local, lastTransitionTime: this.core.now() }
      const spec = { group: each.group, version: each.version, groupPriorityMinimum: 17_000, versionPriority: 15 }
      const labels = { "kube-aggregator.kubernetes.io/automanaged": each.custom === undefined ? "onstart" : "true" }
      const object = { metadata: { name, labels }, spec, status: { conditions: [condition] } }
      this.core.store.put(storage, name, stampNew(this.core, object, resource, undefined))
    }
  }

  /** The APIService of another server that answers for a group and version. */
  private remote(group: string, version: string): JsonObject | undefined {
    const found = this.core.store.get(storage, nameOf(group, version))
    return objectAt(found, "spec")["service"] === undefined ? undefined : found
  }

  /** Groups of other servers that are available, with their versions. */
  groups(): ReadonlyArray<{ readonly group: string; readonly version: string }> {
    return [...this.core.store.collection(storage).items.values()]
      .filter((each) => objectAt(each, "spec")["service"] !== undefined && isAvailable(each))
      .map((each) => ({
        group: stringAt(each, "spec", "group") ?? "",
        version: stringAt(each, "spec", "version") ?? ""
      }))
  }

  /** Passes a request on when another server answers for its path; `undefined` when none does. */
  async handle(request: ApiRequest): Promise<Answer | undefined> {
    const [prefix, group = "", version = ""] = request.path.split("/").filter((part) => part !== "")
    const service = prefix === "apis" ? this.remote(group, version) : undefined
    if (service === undefined) return undefined
    const plain = (text: string): Answer => ({ status: 503, body: text, contentType: "text/plain; charset=utf-8" })
    if (!isAvailable(service)) return plain("service unavailable\n")
    const { message, user } = request
    const headers = {
      "x-remote-user": user.name,
      "x-remote-group": [...user.groups],
      accept: message.headers.accept ?? "application/json",
      "content-type": message.headers["content-type"] ?? "application/json"
    }
    const exchange = { method: request.method, headers, body: await read(message) }
    try {
      const answer = await this.clients.forward(objectAt(service, "spec"), message.url ?? request.path, exchange, 30)
      return { status: answer.status, body: answer.text, contentType: answer.contentType }
    } catch (error) {
      const why = error instanceof Error ? error.message.replace(/^\w+ "[^"]*": /, "") : String(error)
      return plain(`error trying to reach service: ${why}\n`)
    }
  }

  /** Finds out whether the server behind an APIService answers, and writes it down. */
  private async check(name: string, retry: number): Promise<void> {
    this.retries.get(name)?.()
    const service = this.core.store.get(storage, name)
    if (service === undefined || objectAt(service, "spec")["service"] === undefined) return
    const found = await this.probe(service)
    const current = this.core.store.get(storage, name)
    if (current === undefined || specOf(current) !== specOf(service)) return
    const before = conditionOf(current)
    if (before["reason"] !== found.reason || before["message"] !== found.message) {
      const condition = { type: "Available", lastTransitionTime: this.core.now(), ...found }
      this.core.store.put(storage, name, setAt(current, ["status", "conditions"], [condition]))
    }
    const wait = found.status === "True" ? lastRetry : retry
    this.retries.set(
      name,
      this.core.after(wait, () => void this.check(name, Math.min(retry * 2, lastRetry)))
    )
  }

  private async probe(service: JsonObject): Promise<Availability> {
    const reference = objectAt(service, "spec", "service")
    const namespace = stringAt(reference, "namespace") ?? ""
    const name = stringAt(reference, "name") ?? ""
    const unavailable = (reason: string, message: string): Availability => ({ status: "False", reason, message })
    if (this.core.store.get("/services", `${namespace}/${name}`) === undefined) {
      return unavailable("ServiceNotFound", `service/${name} in "${namespace}" is not present`)
    }
    const port = numberAt(reference, "port") ?? 443
    const address = this.services.resolve(namespace, name, port)
    const group = stringAt(service, "spec", "group") ?? ""
    const version = stringAt(service, "spec", "version") ?? ""
    const shown = typeof address === "string" ? `${name}.${namespace}.svc:${port}` : address.shown
    const url = `https://${shown}/apis/${group}/${version}`
    const failed = (why: string) => `failing or missing response from ${url}: ${why}`
    try {
      const path = `/apis/${group}/${version}`
      const answer = await this.clients.forward(objectAt(service, "spec"), path, { method: "GET" }, 5)
      if (answer.status >= 200 && answer.status < 300) return passed
      return unavailable("FailedDiscoveryCheck", failed(`bad status from ${url}: ${answer.status}`))
    } catch (error) {
      const why = error instanceof Error ? error.message.replace(/^(\w+) "[^"]*": /, `$1 "${url}": `) : String(error)
      return unavailable("FailedDiscoveryCheck", failed(why))
    }
  }
}

const passed: Availability = { status: "True", reason: "Passed", message: "all checks passed" }
const local: Availability = { status: "True", reason: "Local", message: "Local APIServices are always available" }

const specOf = (object: JsonObject | undefined): string => JSON.stringify(objectAt(object, "spec"))

const conditionOf = (object: JsonObject): JsonObject =>
  objectAt(arrayAt(object, "status", "conditions").find((each) => stringAt(each, "type") === "Available"))

const isAvailable = (object: JsonObject): boolean => conditionOf(object)["status"] === "True"
