/** A client whose answers a test writes itself; what the test did not write ends it with a defect. */
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import type { WatchEvent, WatchQuery } from "@holdfast/k8s-adapter/Watch"
import { Effect, Queue, Stream } from "effect"

const unexpected = (what: string) => Effect.die(new Error(`the test answers no ${what}`))

export const stubClient = (answers: Partial<KubernetesClient.Shape>): KubernetesClient.Shape => ({
  server: "https://127.0.0.1:6443",
  context: "test",
  namespace: "default",
  request: (request) => unexpected(`${request.method} ${request.path}`),
  stream: () => Stream.die(new Error("the test answers no stream")),
  version: unexpected("version"),
  resource: (apiVersion, kind) => {
    const [group, version] = apiVersion.includes("/") ? (apiVersion.split("/") as [string, string]) : ["", apiVersion]
    return Effect.succeed({
      group,
      version,
      kind,
      plural: `${kind.toLowerCase()}s`,
      singular: kind.toLowerCase(),
      shortNames: [],
      categories: [],
      namespaced:
        !["Namespace", "CustomResourceDefinition", "APIService"].includes(kind) && !kind.endsWith("Configuration"),
      verbs: [],
      subresources: []
    })
  },
  resources: Effect.succeed([]),
  invalidateDiscovery: Effect.void,
  path: (ref) => Effect.succeed(`/${ref.apiVersion}/${ref.kind}/${ref.namespace ?? ""}/${ref.name ?? ""}`),
  get: (ref) => unexpected(`get ${ref.kind}`),
  list: (query) => unexpected(`list ${query.kind}`),
  create: (object) => unexpected(`create ${object.kind}`),
  replace: (object) => unexpected(`replace ${object.kind}`),
  delete: (ref) => unexpected(`delete ${ref.kind}`),
  patch: (ref) => unexpected(`patch ${ref.kind}`),
  apply: (object) => unexpected(`apply ${object.kind}`),
  watch: (query) => Stream.die(new Error(`the test answers no watch of ${query.kind}`)),
  ...answers
})

export interface WatchStub {
  readonly watch: KubernetesClient.Shape["watch"]
  /** Every query that was ever watched. */
  readonly queries: ReadonlyArray<WatchQuery>
  /** Queries that are watched now. */
  readonly open: () => ReadonlyArray<WatchQuery>
  readonly send: (kind: string, ...events: ReadonlyArray<WatchEvent>) => Effect.Effect<void>
  readonly fail: (kind: string, error: KubernetesClient.ClientError) => void
}

/** Watches whose events the test sends, by kind. A watch opened after an event begins with it. */
export const stubWatch = (): WatchStub => {
  const past = new Map<string, Array<WatchEvent>>()
  const failures = new Map<string, KubernetesClient.ClientError>()
  const open = new Map<Queue.Queue<WatchEvent>, WatchQuery>()
  const queries: Array<WatchQuery> = []
  return {
    queries,
    open: () => [...open.values()],
    fail: (kind, error) => void failures.set(kind, error),
    send: (kind, ...events) =>
      Effect.gen(function* () {
        past.set(kind, [...(past.get(kind) ?? []), ...events])
        for (const [queue, query] of open) if (query.kind === kind) yield* Queue.offerAll(queue, events)
        yield* Effect.yieldNow
      }),
    watch: (query) =>
      Stream.unwrap(
        Effect.gen(function* () {
          queries.push(query)
          const failure = failures.get(query.kind)
          if (failure !== undefined) return Stream.fail(failure)
          const queue = yield* Effect.acquireRelease(Queue.unbounded<WatchEvent>(), (queue) =>
            Effect.sync(() => open.delete(queue))
          )
          open.set(queue, query)
          yield* Queue.offerAll(queue, past.get(query.kind) ?? [])
          return Stream.fromQueue(queue)
        })
      )
  }
}

export const added = (object: KubernetesObject): WatchEvent => ({ _tag: "Added", object })
export const modified = (object: KubernetesObject): WatchEvent => ({ _tag: "Modified", object })
export const removed = (object: KubernetesObject): WatchEvent => ({ _tag: "Deleted", object })
export const listed = (...objects: ReadonlyArray<KubernetesObject>): WatchEvent => ({
  _tag: "Listed",
  resourceVersion: "1",
  objects
})
