/**
 * Raw requests to an API server: what is sent and what comes back are not interpreted, so that a test can compare
 * whole answers.
 */
import type { IncomingMessage } from "node:http"
import { Agent, request as httpsRequest } from "node:https"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { parse } from "yaml"

// biome-ignore lint/suspicious/noExplicitAny: bodies are read freely and compared as they come
export type Json = any

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  /** Parsed where it is JSON, else the text. */
  readonly body: Json
}

export type PatchType = "json" | "merge" | "strategic" | "apply"

export interface Api {
  readonly send: (method: string, path: string, body?: Json, headers?: Record<string, string>) => Effect.Effect<Answer>
  readonly get: (path: string, headers?: Record<string, string>) => Effect.Effect<Answer>
  readonly post: (path: string, body: Json) => Effect.Effect<Answer>
  readonly put: (path: string, body: Json) => Effect.Effect<Answer>
  readonly patch: (type: PatchType, path: string, body: Json) => Effect.Effect<Answer>
  readonly delete: (path: string, options?: Json) => Effect.Effect<Answer>
  /** Opens a watch; `query` goes behind `?watch=true`. Closed with the scope. */
  readonly watch: (path: string, query?: string) => Effect.Effect<Watch, never, Scope.Scope>
}

interface WatchEvent {
  readonly type: string
  readonly object: Json
}

interface Watch {
  readonly status: number
  /** The next event, within ten seconds; `undefined` when the server has ended the watch. */
  readonly next: Effect.Effect<WatchEvent | undefined>
  /** All events until the server ends the watch. */
  readonly rest: Effect.Effect<ReadonlyArray<WatchEvent>>
}

const contentTypes: Record<PatchType, string> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml"
}

/** Reads server and identity from a kubeconfig; `token` takes the place of its client certificate. */
export const make = (
  kubeconfig: string,
  options: { readonly token?: string; readonly anonymous?: boolean } = {}
): Api => {
  const config = parse(kubeconfig)
  const server: string = config.clusters[0].cluster.server
  const data = (text: string) => Buffer.from(text, "base64").toString()
  const ca = data(config.clusters[0].cluster["certificate-authority-data"])
  const { user } = config.users[0]
  const withCertificate = options.token === undefined && options.anonymous !== true
  const agent = new Agent({
    keepAlive: true,
    ca,
    ...(withCertificate && { cert: data(user["client-certificate-data"]), key: data(user["client-key-data"]) })
  })
  const authorization = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }

  const open = (
    method: string,
    path: string,
    headers: Record<string, string> | undefined,
    onResponse: (response: IncomingMessage) => void
  ) =>
    httpsRequest(
      `${server}${path}`,
      {
        agent,
        method,
        headers: { accept: "application/json", "content-type": "application/json", ...authorization, ...headers }
      },
      onResponse
    )

  const send: Api["send"] = (method, path, body, headers) =>
    Effect.callback((resume) => {
      const content = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body)
      // Node does not tell the length of a DELETE's body by itself, and the server then takes it for the next request.
      const length = content === "" ? {} : { "content-length": String(Buffer.byteLength(content)) }
      open(method, path, { ...headers, ...length }, (response) => {
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.once("end", () => {
          const text = Buffer.concat(chunks).toString()
          resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, body: parsed(text) }))
        })
      })
        .once("error", (error) => resume(Effect.die(error)))
        .end(content)
    })

  return {
    send,
    get: (path, headers) => send("GET", path, undefined, headers),
    post: (path, body) => send("POST", path, body),
    put: (path, body) => send("PUT", path, body),
    patch: (type, path, body) => send("PATCH", path, body, { "content-type": contentTypes[type] }),
    delete: (path, body) => send("DELETE", path, body),
    watch: (path, query) =>
      Effect.gen(function* () {
        const events = yield* Queue.unbounded<WatchEvent | undefined>()
        const status = yield* Effect.acquireRelease(
          Effect.callback<{ readonly status: number; readonly close: () => void }>((resume) => {
            const suffix = query === undefined ? "" : `&${query}`
            const request = open("GET", `${path}?watch=true${suffix}`, undefined, (response) => {
              let text = ""
              response.setEncoding("utf8")
              response.on("data", (chunk: string) => {
                const lines = (text + chunk).split("\n")
                text = lines.pop() ?? ""
                for (const line of lines) Queue.offerUnsafe(events, JSON.parse(line))
              })
              response.on("error", () => {})
              response.once("close", () => Queue.offerUnsafe(events, undefined))
              resume(Effect.succeed({ status: response.statusCode ?? 0, close: () => request.destroy() }))
            })
            request.on("error", () => {}).end()
          }),
          ({ close }) => Effect.sync(close)
        )
        const next = Effect.timeoutOrElse(Queue.take(events), {
          duration: "10 seconds",
          orElse: () => Effect.die(new Error("no watch event within ten seconds"))
        })
        return {
          status: status.status,
          next,
          rest: Effect.gen(function* () {
            const all: Array<WatchEvent> = []
            for (let event = yield* next; event !== undefined; event = yield* next) all.push(event)
            return all
          })
        }
      })
  }
}

const parsed = (text: string): Json => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
