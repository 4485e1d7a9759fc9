/** One API server of a cluster: its listener, its watches, its view of webhook configurations, its faults. */
import { X509Certificate } from "node:crypto"
import type { IncomingMessage } from "node:http"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Faults } from "../Faults.ts"
import type { CountedRequest, Stats } from "../Stats.ts"
import { type Api, handle } from "./Api.ts"
import { Dispatcher } from "./admission/Dispatcher.ts"
import type { WebhookClients } from "./admission/WebhookClients.ts"
import type { Cluster } from "./Cluster.ts"
import { Watches } from "./handlers/Watch.ts"
import { authenticate } from "./http/Authentication.ts"
import { Injector } from "./http/Injector.ts"
import { Listener, type Material } from "./http/Listener.ts"
import { SilentListener } from "./http/SilentListener.ts"

export interface InstanceOptions {
  readonly port: number
  readonly material: Material
  readonly bookmarkInterval: Duration.Input
  readonly anonymousAuth: boolean
}

const limit = 100_000

export class Instance {
  url = ""
  private readonly cluster: Cluster
  private readonly options: InstanceOptions
  private readonly api: Api
  private readonly dispatcher: Dispatcher
  private readonly injector: Injector
  private readonly watches = new Watches()
  private readonly clients: WebhookClients
  private listener: Listener
  private silent: SilentListener | undefined
  private port: number
  private material: Material
  private counted: Array<CountedRequest> = []
  private connections = 0
  /** How far this server's clock is ahead of the cluster's. */
  private skew = 0

  constructor(cluster: Cluster, options: InstanceOptions) {
    const { core } = cluster
    this.cluster = cluster
    this.options = options
    this.port = options.port
    this.material = options.material
    this.injector = new Injector((millis) => new Promise((resolve) => void core.after(millis, resolve)))
    this.clients = cluster.newClients(() => this.millis())
    this.dispatcher = new Dispatcher(core, this.clients)
    this.api = {
      core,
      registry: cluster.registry,
      access: cluster.access,
      aggregator: cluster.aggregator,
      admission: this.dispatcher,
      watches: this.watches,
      url: () => this.url,
      tokens: { get: (token) => cluster.bearer(token), issue: (user) => cluster.issueToken(user) }
    }
    cluster.renewed.add((storage) => this.watches.endAll(storage))
    this.listener = this.newListener()
  }

  async start(): Promise<void> {
    this.port = await this.listener.listen()
    this.url = `https://127.0.0.1:${this.port}`
    this.scheduleBookmarks()
  }

  async stop(): Promise<void> {
    this.clients.close()
    await this.pause()
  }

  /** Listens no more, and cuts what is open. */
  private async pause(): Promise<void> {
    await this.silent?.close()
    this.silent = undefined
    if (this.listener.server.listening) await this.listener.close()
  }

  private async resume(): Promise<void> {
    await this.pause()
    this.listener = this.newListener()
    await this.listener.listen()
  }

  present(material: Material): void {
    this.material = material
    this.listener.present(material)
  }

  private millis(): number {
    return this.cluster.core.millis() + this.skew
  }

  private newListener(): Listener {
    const { cluster, options } = this
    const authentication = {
      tokens: { get: (token: string) => cluster.bearer(token) },
      anonymousAuth: options.anonymousAuth,
      clientCa: new X509Certificate(this.material.clientCaPem),
      now: () => this.millis()
    }
    const listener = new Listener({
      material: this.material,
      port: this.port,
      authenticate: (message) => authenticate(message, authentication),
      handle: (request) => handle(this.api, request),
      millis: () => this.millis(),
      interceptor: this.injector,
      count: (message) => this.count(message)
    })
    listener.server.on("secureConnection", () => this.connections++)
    return listener
  }

  private scheduleBookmarks(): void {
    const millis = Duration.toMillis(Duration.fromInputUnsafe(this.options.bookmarkInterval))
    this.cluster.core.after(millis, () => {
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
    refuse: Effect.promise(() => this.pause()),
    resume: Effect.promise(() => this.resume()),
    stallHandshakes: Effect.promise(async () => {
      await this.pause()
      this.silent = new SilentListener()
      await this.silent.listen(this.port)
    }),
    disconnect: Effect.sync(() => this.listener.disconnect()),
    skewClock: (by) =>
      Effect.sync(() => {
        this.skew = Duration.toMillis(Duration.fromInputUnsafe(by))
      }),
    expireHistory: Effect.sync(() => this.cluster.core.store.forgetAll()),
    lagWebhookConfigurations: (lag) =>
      Effect.sync(() => {
        this.dispatcher.configurations.lag = Duration.toMillis(Duration.fromInputUnsafe(lag))
      }),
    missWebhookConfigurations: (changes = 1) =>
      Effect.sync(() => {
        this.dispatcher.configurations.miss = changes
      })
  }
}
