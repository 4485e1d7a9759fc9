/**
 * The little client that simulated controllers use: they work through the API of whichever server they are given, as
 * real controllers do, and need no more than these few verbs.
 */
import { request as httpsRequest } from "node:https"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { parse } from "yaml"
import type { TestCluster } from "../../TestCluster.ts"
import { arrayAt, isObject, type Json, type JsonObject, objectAt, stringAt } from "../Json.ts"
import { agent as makeAgent, type NoResponse, request } from "../kube-apiserver/https.ts"

/** The API answered with an error. */
export class ApiError extends Data.TaggedError("ApiError")<{
  readonly code: number
  readonly reason: string
  readonly text: string
}> {
  override get message(): string {
    return `The API answered ${this.code} ${this.reason}: ${this.text}`
  }
}

interface WatchEvent {
  readonly type: string
  readonly object: JsonObject
}

type Failure = ApiError | NoResponse

export interface Client {
  readonly get: (path: string) => Effect.Effect<JsonObject, Failure>
  readonly list: (
    path: string
  ) => Effect.Effect<{ readonly items: ReadonlyArray<JsonObject>; readonly resourceVersion: string }, Failure>
  readonly create: (path: string, object: JsonObject) => Effect.Effect<JsonObject, Failure>
  readonly patch: (path: string, type: "merge" | "json", body: Json) => Effect.Effect<JsonObject, Failure>
  readonly apply: (path: string, object: JsonObject, manager: string) => Effect.Effect<JsonObject, Failure>
  readonly remove: (path: string) => Effect.Effect<void, Failure>
  /**
   * Calls back with every object that exists, and with every change from then on, until the scope ends. Lost watches
   * are taken up again; an object that went meanwhile is told as DELETED.
   */
  readonly follow: (path: string, onEvent: (event: WatchEvent) => void) => Effect.Effect<void, never, Scope.Scope>
}

const decode64 = (text: string | undefined): string => Buffer.from(text ?? "", "base64").toString("utf8")

export const make = (cluster: Pick<TestCluster, "kubeconfig" | "url">): Effect.Effect<Client, never, Scope.Scope> =>
  Effect.gen(function* () {
    const config = parse(cluster.kubeconfig) as Json
    const user = objectAt(arrayAt(config, "users")[0], "user")
    const identity = {
      ca: decode64(stringAt(arrayAt(config, "clusters")[0], "cluster", "certificate-authority-data")),
      cert: decode64(stringAt(user, "client-certificate-data")),
      key: decode64(stringAt(user, "client-key-data"))
    }
    const agent = yield* Effect.acquireRelease(
      Effect.sync(() => makeAgent(identity)),
      (pool) => Effect.sync(() => pool.destroy())
    )
    const send = (method: string, path: string, contentType?: string, body?: Json) =>
      Effect.flatMap(
        request(agent, {
          url: `${cluster.url}${path}`,
          method,
          headers: {
            accept: "application/json",
            "user-agent": "holdfast-testkit-controllers",
            ...(contentType === undefined ? {} : { "content-type": contentType })
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) })
        }),
        ({ status, text }) => {
          const value = parseObject(text)
          return status < 300
            ? Effect.succeed(value)
            : Effect.fail(
                new ApiError({
                  code: status,
                  reason: stringAt(value, "reason") ?? "",
                  text: stringAt(value, "message") ?? text
                })
              )
        }
      )
    const separator = (path: string) => (path.includes("?") ? "&" : "?")
    const list: Client["list"] = (path) =>
      Effect.map(send("GET", path), (value) => ({
        items: arrayAt(value, "items").filter(isObject),
        resourceVersion: stringAt(value, "metadata", "resourceVersion") ?? ""
      }))

    /** One watch, from a revision until it ends for whatever reason. */
    const watchOnce = (path: string, from: string, onEvent: (event: WatchEvent) => boolean): Effect.Effect<void> =>
      Effect.callback((resume, signal) => {
        const done = () => resume(Effect.void)
        const url = `${cluster.url}${path}${separator(path)}watch=true&allowWatchBookmarks=true&resourceVersion=${from}`
        const sent = httpsRequest(
          url,
          { ...identity, agent: false, signal, headers: { accept: "application/json" } },
          (response) => {
            let rest = ""
            response.setEncoding("utf8")
            response.on("data", (chunk: string) => {
              const lines = (rest + chunk).split("\n")
              rest = lines.pop() ?? ""
              for (const line of lines) {
                const event = parseObject(line)
                if (!onEvent({ type: stringAt(event, "type") ?? "", object: objectAt(event, "object") })) sent.destroy()
              }
            })
            response.on("error", done)
            response.on("close", done)
          }
        )
        sent.on("error", done)
        sent.end()
      })

    const follow: Client["follow"] = (path, onEvent) =>
      Effect.gen(function* () {
        const known = new Map<string, JsonObject>()
        let revision = ""
        const relist = Effect.map(list(path), (page) => {
          const found = new Set(page.items.map(identify))
          for (const [id, object] of known) {
            if (found.has(id)) continue
            known.delete(id)
            onEvent({ type: "DELETED", object })
          }
          for (const object of page.items) {
            const before = known.get(identify(object))
            if (before !== undefined && versionOf(before) === versionOf(object)) continue
            known.set(identify(object), object)
            onEvent({ type: before === undefined ? "ADDED" : "MODIFIED", object })
          }
          revision = page.resourceVersion
        })
        const onWatch = (event: WatchEvent): boolean => {
          if (event.type === "ERROR") {
            revision = ""
            return false
          }
          revision = versionOf(event.object)
          if (event.type === "BOOKMARK") return true
          if (event.type === "DELETED") known.delete(identify(event.object))
          else known.set(identify(event.object), event.object)
          onEvent(event)
          return true
        }
        const round = Effect.suspend(() => (revision === "" ? relist : Effect.void)).pipe(
          Effect.andThen(Effect.suspend(() => watchOnce(path, revision, onWatch))),
          Effect.ignore,
          Effect.andThen(Effect.sleep("20 millis"))
        )
        yield* Effect.ignore(relist)
        yield* Effect.forkScoped(Effect.forever(round))
      })

    return {
      get: (path) => send("GET", path),
      list,
      create: (path, object) => send("POST", path, "application/json", object),
      patch: (path, type, body) =>
        send("PATCH", path, type === "json" ? "application/json-patch+json" : "application/merge-patch+json", body),
      apply: (path, object, manager) =>
        send("PATCH", `${path}?fieldManager=${manager}&force=true`, "application/apply-patch+yaml", object),
      remove: (path) => Effect.asVoid(send("DELETE", path)),
      follow
    }
  })

const parseObject = (text: string): JsonObject => {
  try {
    const value = JSON.parse(text) as Json
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

const identify = (object: JsonObject): string =>
  `${stringAt(object, "metadata", "namespace") ?? ""}/${stringAt(object, "metadata", "name") ?? ""}#${stringAt(object, "metadata", "uid") ?? ""}`

const versionOf = (object: JsonObject): string => stringAt(object, "metadata", "resourceVersion") ?? ""
