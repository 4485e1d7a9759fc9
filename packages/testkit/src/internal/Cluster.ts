/** Puts the parts together: storage, API, admission, listener. */
import type { IncomingMessage } from "node:http"
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Faults } from "../Faults.ts"
import type { CountedRequest, Stats } from "../Stats.ts"
import type { RouteTarget, ServiceReference } from "../TestCluster.ts"
import { type Api, handle } from "./Api.ts"
import { Access } from "./access/Access.ts"
import { Dispatcher } from "./admission/Dispatcher.ts"
import { Services } from "./admission/Services.ts"
import { WebhookClients } from "./admission/WebhookClients.ts"
import { Aggregator } from "./aggregation/Aggregator.ts"
import { Core } from "./Core.ts"
import { converter } from "./crd/Conversion.ts"
import * as CustomResources from "./crd/CustomResources.ts"
import { GarbageCollector } from "./gc/GarbageCollector.ts"
import { Namespaces } from "./gc/Namespaces.ts"
import { Watches } from "./handlers/Watch.ts"
import { authenticate } from "./http/Authentication.ts"
import { Injector } from "./http/Injector.ts"
import { Listener, type Material } from "./http/Listener.ts"
import type { User } from "./http/Request.ts"
import { stringAt } from "./Json.ts"
import * as Kinds from "./registry/Kinds.ts"
import { Registry } from "./registry/Registry.ts"
import { seed } from "./seed.ts"

export interface ClusterOptions {
  readonly clock: Clock.Clock
  readonly random: { nextDoubleUnsafe(): number }
  readonly port: number
  readonly material: Material
  readonly tokens: Readonly<Record<string, { readonly name: string; readonly groups: ReadonlyArray<string> }>>
  readonly historyLimit: number
  readonly bookmarkInterval: Duration.Input
  readonly namespaces: ReadonlyArray<string>
  readonly controllerManager: boolean
  readonly anonymousAuth: boolean
}

const limit = 100_000

export class Cluster {
  url = ""
  private readonly options: ClusterOptions
  private readonly core: Core
  private readonly api: Api
  private readonly injector: Injector
  private readonly watches = new Watches()
  private readonly services: Services
  private readonly clients: WebhookClients
  private readonly tokens: Map<string, User>
  private listener: Listener
  private port: number
  private material: Material
  private counted: Array<CountedRequest> = []
  private connections = 0

  constructor(options: ClusterOptions) {
    this.options = options
    this.port = options.port
    this.material = options.material
    this.core = new Core(options)
    this.tokens = new Map(Object.entries(options.tokens))
    this.injector = new Injector((millis) => new Promise((resolve) => void this.core.after(millis, resolve)))
    this.services = new Services(this.core)
    this.clients = new WebhookClients(this.services, () => this.core.millis())
    this.core.convert = converter(this.core, this.clients)
    const aggregator = new Aggregator(this.core, this.services, this.clients)
    this.api = {
      core: this.core,
      registry: new Registry(this.core, Kinds.make()),
      admission: new Dispatcher(this.core, this.clients),
      watches: this.watches,
      access: new Access(this.core),
      aggregator,
      url: () => this.url,
      tokens: {
        get: (token) => this.user(token),
        issue: (user) => {
          const token = `testkit-${this.core.uuid()}`
          this.tokens.set(token, user)
          return token
        }
      }
    }
    const endWatches = (storage: string) => {
      for (const each of this.watches.open) if (each.resource.storage === storage) each.end("end")
    }
    CustomResources.serve(this.core, {
      changed: endWatches,
      removed: (storage) => {
        endWatches(storage)
        this.core.store.drop(storage)
      }
    })
    if (options.controllerManager) {
      new GarbageCollector(this.core)
      new Namespaces(this.core)
    }
    seed(this.core, options.namespaces)
    aggregator.registerLocal()
    this.listener = this.newListener()
  }

  async start(): Promise<void> {
    this.port = await this.listener.listen()
    this.url = `https://127.0.0.1:${this.port}`
    this.scheduleBookmarks()
  }

  async stop(): Promise<void> {
    this.core.stop()
    this.clients.close()
    await this.listener.close()
  }

  route(service: ServiceReference, target: RouteTarget): void {
    this.services.route(service, target)
  }

  present(material: Material): void {
    this.material = material
    this.listener.present(material)
  }

  /** The bearer of a token; that of a service account is good as long as the account is there. */
  private user(token: string): User | undefined {
    const user = this.tokens.get(token)
    const [, , namespace, name] = user?.name.startsWith("system:serviceaccount:") === true ? user.name.split(":") : []
    if (user?.uid === undefined || namespace === undefined) return user
    const account = this.core.store.get("/serviceaccounts", `${namespace}/${name}`)
    return stringAt(account, "metadata", "uid") === user.uid ? user : undefined
  }

  private newListener(): Listener {
    const { core } = this
    const listener = new Listener({
      material: this.material,
      port: this.port,
      authenticate: (message) =>
        authenticate(message, { get: (token) => this.user(token) }, this.options.anonymousAuth),
      handle: (request) => handle(this.api, request),
      millis: () => core.millis(),
      uuid: () => core.uuid(),
      interceptor: this.injector,
      count: (message) => this.count(message)
    })
    listener.server.on("secureConnection", () => this.connections++)
    return listener
  }

  private scheduleBookmarks(): void {
    const millis = Duration.toMillis(Duration.fromInputUnsafe(this.options.bookmarkInterval))
    this.core.after(millis, () => {
      this.watches.bookmarkAll()
      this.scheduleBookmarks()
    })
  }

  private count(message: IncomingMessage): void {
    const url = message.url ?? ""
    const question = url.indexOf("?")
    if (this.counted.length >= limit) this.counted = this.counted.slice(limit / 2)
    this.counted.push({
      method: message.method ?? "",
      path: question < 0 ? url : url.slice(0, question),
      query: question < 0 ? "" : url.slice(question + 1),
      userAgent: message.headers["user-agent"] ?? ""
    })
  }

  readonly stats: Stats = {
    requests: Effect.sync(() => [...this.counted]),
    count: (match) =>
      Effect.sync(
        () =>
          this.counted.filter(
            ({ method, path }) =>
              (match?.method === undefined || match.method === method) &&
              (match?.path === undefined ||
                (typeof match.path === "string" ? path === match.path : match.path.test(path)))
          ).length
      ),
    connections: Effect.sync(() => this.connections),
    reset: Effect.sync(() => {
      this.counted = []
      this.connections = 0
    })
  }

  readonly faults: Faults = {
    inject: (fault, options) =>
      Effect.sync(() => {
        const injected = this.injector.add(fault, options?.match ?? {}, options?.times ?? Number.POSITIVE_INFINITY)
        return {
          hits: Effect.sync(() => injected.hits),
          clear: Effect.sync(() => void this.injector.active.delete(injected))
        }
      }),
    clear: Effect.sync(() => this.injector.active.clear()),
    refuse: Effect.promise(() => this.listener.close()),
    resume: Effect.promise(async () => {
      this.injector.stalled = false
      if (this.listener.server.listening) return
      this.listener = this.newListener()
      await this.listener.listen()
    }),
    stallHandshakes: Effect.sync(() => {
      this.injector.stalled = true
      this.listener.disconnect()
    }),
    disconnect: Effect.sync(() => this.listener.disconnect()),
    expireHistory: Effect.sync(() => this.core.store.forgetAll())
  }
}
