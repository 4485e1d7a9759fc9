/**
 * An HTTPS server on the loopback interface, for the API server to call: webhooks and aggregated APIs.
 */
import { createServer as createPlainServer } from "node:http"
import { createServer } from "node:https"
import { createServer as createTcpServer, type Server } from "node:net"
import type { IssuedCertificate } from "@holdfast/certificates/CertificateAuthority"
import type { RouteTarget } from "@holdfast/testkit/TestCluster"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { Json } from "./Api.ts"

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: Json
}

/** What to answer; `never` leaves the request open. */
export type Reply = { readonly status?: number; readonly body: Json } | "never"

export interface TlsServer extends RouteTarget {
  /** All requests so far, the first one first. */
  readonly received: Array<Received>
}

/** How the server meets a connection. */
export type Greeting =
  | { readonly _tag: "Tls"; readonly leaf: IssuedCertificate }
  /** Plain HTTP where TLS is expected. */
  | { readonly _tag: "PlainHttp" }
  /** Accepts a connection and says nothing. */
  | { readonly _tag: "Stalled" }
  /** Accepts a connection and resets it. */
  | { readonly _tag: "Reset" }

/** Listens until the scope ends. */
export const make = (
  greeting: Greeting,
  reply: (received: Received) => Reply
): Effect.Effect<TlsServer, never, Scope.Scope> => {
  const received: Array<Received> = []
  const open = new Set<{ destroy: () => void }>()
  const server = serverFor(greeting, (request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.once("end", () => {
      const text = Buffer.concat(chunks).toString()
      const one: Received = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body: text === "" ? undefined : JSON.parse(text)
      }
      received.push(one)
      const answer = reply(one)
      if (answer === "never") return
      const isText = typeof answer.body === "string"
      response.writeHead(answer.status ?? 200, { "content-type": isText ? "text/plain" : "application/json" })
      response.end(isText ? answer.body : JSON.stringify(answer.body))
    })
  })
  server.on("connection", (socket) => {
    open.add(socket)
    socket.once("close", () => open.delete(socket))
    if (greeting._tag === "Reset") socket.resetAndDestroy()
  })
  return Effect.acquireRelease(
    Effect.callback<TlsServer>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        if (address === null || typeof address === "string") return resume(Effect.die(new Error("no port")))
        resume(Effect.succeed({ host: "127.0.0.1", port: address.port, received }))
      })
    }),
    () =>
      Effect.callback<void>((resume) => {
        for (const socket of open) socket.destroy()
        server.close(() => resume(Effect.void))
      })
  )
}

type Handler = NonNullable<Parameters<typeof createPlainServer>[1]>

const serverFor = (greeting: Greeting, handler: Handler): Server => {
  switch (greeting._tag) {
    case "Tls": {
      const { chainPem, privateKeyPem } = greeting.leaf
      // Longer than the API server keeps an idle connection, which is 90 s.
      const keepAliveTimeout = 120_000
      return createServer({ cert: chainPem, key: Redacted.value(privateKeyPem), keepAliveTimeout }, handler)
    }
    case "PlainHttp":
      return createPlainServer(handler)
    case "Stalled":
    case "Reset":
      return createTcpServer((socket) => socket.on("error", () => {}))
  }
}
