/** What simulated controllers see of the cluster, and how they act on it: one at a time for each object. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ApiError, type Client } from "../client/Client.ts"
import { isObject, type Json, type JsonObject, objectAt, stringAt } from "../Json.ts"

const paths = {
  pods: "/api/v1",
  secrets: "/api/v1",
  configmaps: "/api/v1",
  services: "/api/v1",
  deployments: "/apis/apps/v1",
  jobs: "/apis/batch/v1",
  endpointslices: "/apis/discovery.k8s.io/v1",
  events: "/api/v1"
} as const

export type Plural = keyof typeof paths

export const keyOf = (object: JsonObject): string => `${namespaceOf(object)}/${nameOf(object)}`
export const nameOf = (object: JsonObject): string => stringAt(object, "metadata", "name") ?? ""
export const namespaceOf = (object: JsonObject): string => stringAt(object, "metadata", "namespace") ?? ""
export const uidOf = (object: JsonObject): string => stringAt(object, "metadata", "uid") ?? ""
export const isDeleted = (object: JsonObject): boolean =>
  stringAt(object, "metadata", "deletionTimestamp") !== undefined

export class World {
  readonly client: Client
  private readonly clock: Clock.Clock
  private readonly fork: (effect: Effect.Effect<void>) => unknown
  private readonly objects = new Map<Plural, Map<string, JsonObject>>()
  private readonly handlers = new Map<Plural, Array<(object: JsonObject) => void>>()
  /** What is being done, by object, and what is to be done next. */
  private readonly busy = new Map<string, Effect.Effect<unknown, unknown> | undefined>()

  private constructor(client: Client, clock: Clock.Clock, fork: (effect: Effect.Effect<void>) => unknown) {
    this.client = client
    this.clock = clock
    this.fork = fork
  }

  static make(client: Client): Effect.Effect<World, never, Scope.Scope> {
    return Effect.gen(function* () {
      const scope = yield* Effect.scope
      const context = yield* Effect.context<never>()
      const run = Effect.runForkWith(context)
      return new World(client, yield* Clock.Clock, (effect) => run(Effect.forkIn(effect, scope)))
    })
  }

  /** Calls back with every object of a kind, when it comes up and whenever it changes. */
  onChange(plural: Plural, handler: (object: JsonObject) => void): void {
    this.handlers.set(plural, [...(this.handlers.get(plural) ?? []), handler])
  }

  get start(): Effect.Effect<void, never, Scope.Scope> {
    return Effect.forEach(
      [...this.handlers.keys()],
      (plural) => {
        const known = new Map<string, JsonObject>()
        this.objects.set(plural, known)
        return this.client.follow(`${paths[plural]}/${plural}`, ({ type, object }) => {
          if (type === "DELETED") known.delete(keyOf(object))
          else known.set(keyOf(object), object)
          for (const handler of this.handlers.get(plural) ?? []) handler(object)
        })
      },
      { concurrency: "unbounded", discard: true }
    )
  }

  get(plural: Plural, namespace: string, name: string): JsonObject | undefined {
    return this.objects.get(plural)?.get(`${namespace}/${name}`)
  }

  all(plural: Plural): ReadonlyArray<JsonObject> {
    return [...(this.objects.get(plural)?.values() ?? [])]
  }

  ownedBy(plural: Plural, uid: string): ReadonlyArray<JsonObject> {
    return this.all(plural).filter((object) => {
      const owners = objectAt(object, "metadata")["ownerReferences"]
      return Array.isArray(owners) && owners.some((each) => isObject(each) && each["uid"] === uid)
    })
  }

  now(): string {
    return new Date(this.clock.currentTimeMillisUnsafe()).toISOString().replace(/\.\d+Z$/, "Z")
  }

  /** Does something for an object, never twice at once; of those that come meanwhile, the last is done next. */
  act(id: string, effect: Effect.Effect<unknown, unknown>): void {
    if (this.busy.has(id)) {
      this.busy.set(id, effect)
      return
    }
    this.busy.set(id, undefined)
    this.fork(
      Effect.catch(effect, complain).pipe(
        Effect.andThen(
          Effect.sync(() => {
            const next = this.busy.get(id)
            this.busy.delete(id)
            if (next !== undefined) this.act(id, next)
          })
        )
      )
    )
  }

  /** Does something for as long as it takes. */
  run(effect: Effect.Effect<void>): void {
    this.fork(effect)
  }

  after(millis: number, task: () => void): void {
    this.fork(Effect.andThen(Effect.sleep(Duration.millis(millis)), Effect.sync(task)))
  }

  path(plural: Plural, namespace: string, name?: string): string {
    return `${paths[plural]}/namespaces/${namespace}/${plural}${name === undefined ? "" : `/${name}`}`
  }

  setStatus(plural: Plural, object: JsonObject, status: JsonObject): Effect.Effect<unknown, unknown> {
    return this.client.patch(`${this.path(plural, namespaceOf(object), nameOf(object))}/status`, "merge", { status })
  }

  /** Tells what happened to an object. */
  event(
    object: JsonObject,
    type: "Normal" | "Warning",
    reason: string,
    message: string
  ): Effect.Effect<unknown, unknown> {
    const namespace = namespaceOf(object)
    const now = this.now()
    return this.client.create(this.path("events", namespace), {
      apiVersion: "v1",
      kind: "Event",
      metadata: { generateName: `${nameOf(object)}.`, namespace },
      involvedObject: {
        apiVersion: object["apiVersion"],
        kind: object["kind"],
        namespace,
        name: nameOf(object),
        uid: uidOf(object)
      },
      type,
      reason,
      message,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      source: { component: "kubelet" }
    })
  }
}

/** What belongs to the work of a controller, whose next round will see to it. */
const usual = new Set(["NotFound", "Conflict", "AlreadyExists"])

const complain = (error: unknown): Effect.Effect<void> =>
  error instanceof ApiError && !usual.has(error.reason)
    ? Effect.logWarning(`A simulated controller was refused: ${error.message}`)
    : Effect.void

export const owner = (object: JsonObject, apiVersion: string, kind: string): Json => ({
  apiVersion,
  kind,
  name: nameOf(object),
  uid: uidOf(object),
  controller: true,
  blockOwnerDeletion: true
})
