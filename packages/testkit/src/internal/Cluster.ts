/** What all API servers of a cluster share: storage, kinds, Services, tokens, and the work of a controller manager. */
import type * as Clock from "effect/Clock"
import type { RouteTarget, ServiceReference } from "../TestCluster.ts"
import { Access } from "./access/Access.ts"
import { Services } from "./admission/Services.ts"
import { WebhookClients } from "./admission/WebhookClients.ts"
import { Aggregator } from "./aggregation/Aggregator.ts"
import { Core } from "./Core.ts"
import { converter } from "./crd/Conversion.ts"
import * as CustomResources from "./crd/CustomResources.ts"
import { GarbageCollector } from "./gc/GarbageCollector.ts"
import { Namespaces } from "./gc/Namespaces.ts"
import type { User } from "./http/Request.ts"
import { stringAt } from "./Json.ts"
import * as Kinds from "./registry/Kinds.ts"
import { Registry } from "./registry/Registry.ts"
import { seed } from "./seed.ts"

export interface ClusterOptions {
  readonly clock: Clock.Clock
  readonly random: { nextDoubleUnsafe(): number }
  readonly tokens: Readonly<Record<string, { readonly name: string; readonly groups: ReadonlyArray<string> }>>
  readonly historyLimit: number
  readonly namespaces: ReadonlyArray<string>
  readonly controllerManager: boolean
}

/** Told when the storage of a kind is renewed or goes, so that the watches on it end. */
type StorageListener = (storage: string) => void

export class Cluster {
  readonly core: Core
  readonly registry: Registry
  readonly access: Access
  readonly services: Services
  readonly aggregator: Aggregator
  readonly renewed = new Set<StorageListener>()
  private readonly clients: WebhookClients
  private readonly tokens: Map<string, User>

  constructor(options: ClusterOptions) {
    this.core = new Core(options)
    this.access = new Access(this.core)
    this.registry = new Registry(this.core, Kinds.make(), this.access)
    this.tokens = new Map(Object.entries(options.tokens))
    this.services = new Services(this.core)
    this.clients = this.newClients(() => this.core.millis())
    this.core.convert = converter(this.core, this.clients)
    this.aggregator = new Aggregator(this.core, this.services, this.clients)
    const tell: StorageListener = (storage) => {
      for (const listener of this.renewed) listener(storage)
    }
    CustomResources.serve(this.core, {
      changed: tell,
      removed: (storage) => {
        tell(storage)
        this.core.store.drop(storage)
      }
    })
    if (options.controllerManager) {
      new GarbageCollector(this.core)
      new Namespaces(this.core)
    }
    seed(this.core, options.namespaces)
    this.aggregator.registerLocal()
  }

  /** Connections of its own for each API server, which verifies by its own clock. */
  newClients(now: () => number): WebhookClients {
    return new WebhookClients(this.services, now)
  }

  stop(): void {
    this.core.stop()
    this.clients.close()
  }

  route(service: ServiceReference, target: RouteTarget): void {
    this.services.route(service, target)
  }

  issueToken(user: User): string {
    const token = `testkit-${this.core.uuid()}`
    this.tokens.set(token, user)
    return token
  }

  /** The bearer of a token; that of a service account is good as long as the account is there. */
  bearer(token: string): User | undefined {
    const user = this.tokens.get(token)
    const [, , namespace, name] = user?.name.startsWith("system:serviceaccount:") === true ? user.name.split(":") : []
    if (user?.uid === undefined || namespace === undefined) return user
    const account = this.core.store.get("/serviceaccounts", `${namespace}/${name}`)
    return stringAt(account, "metadata", "uid") === user.uid ? user : undefined
  }
}
