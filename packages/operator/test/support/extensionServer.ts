/**
 * A server behind a conversion webhook and an APIService, as somebody else's pod would have it: it converts objects
 * between versions by their names alone, and serves an API of one resource.
 */
import * as https from "node:https"
import type { AddressInfo, Socket } from "node:net"
import type { Serving } from "@holdfast/testkit/Webhook"
import { Effect, Redacted, type Scope } from "effect"

export interface ExtensionServer {
  readonly port: number
  readonly present: (serving: Serving) => Effect.Effect<void>
  /** TLS connections accepted so far. */
  readonly connections: () => number
}

interface ConversionReview {
  readonly request?: {
    readonly uid: string
    readonly desiredAPIVersion: string
    readonly objects: ReadonlyArray<object>
  }
}

const converted = (text: string): object => {
  const { request } = JSON.parse(text) as ConversionReview
  const objects = request?.objects.map((object) => ({ ...object, apiVersion: request.desiredAPIVersion }))
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "ConversionReview",
    response: { uid: request?.uid, result: { status: "Success" }, convertedObjects: objects }
  }
}

const served = (path: string): object | undefined => {
  const [, , group, version, resource] = path.split("/")
  if (resource === "cups") return { kind: "CupList", apiVersion: `${group}/${version}`, metadata: {}, items: [] }
  const cups = { name: "cups", singularName: "cup", namespaced: false, kind: "Cup", verbs: ["list"] }
  return resource === undefined && version !== undefined
    ? { kind: "APIResourceList", apiVersion: "v1", groupVersion: `${group}/${version}`, resources: [cups] }
    : undefined
}

export const make = (host = "127.0.0.1", atPort = 0): Effect.Effect<ExtensionServer, never, Scope.Scope> =>
  Effect.gen(function* () {
    let connections = 0
    let answers = 0
    const stale = new WeakSet<Socket>()
    let fresh = new Set<Socket>()
    const server = https.createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8")
        const body = request.method === "POST" ? converted(text) : served((request.url ?? "").split("?")[0] ?? "")
        // Kept-alive connections and new ones in turn: only a new one meets the certificate.
        if (stale.has(request.socket) || answers++ % 2 === 0) response.setHeader("connection", "close")
        response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" })
        response.end(JSON.stringify(body ?? {}))
      })
    })
    server.on("secureConnection", (socket: Socket) => {
      connections++
      fresh.add(socket)
      socket.on("close", () => fresh.delete(socket))
    })
    server.on("tlsClientError", (_error, socket) => socket.destroy())
    const port = yield* Effect.acquireRelease(
      Effect.callback<number>((resume) => {
        server.listen(atPort, host, () => resume(Effect.succeed((server.address() as AddressInfo).port)))
      }),
      () =>
        Effect.sync(() => {
          server.close()
          server.closeAllConnections()
        })
    )
    return {
      port,
      connections: () => connections,
      present: ({ chainPem, privateKeyPem }) =>
        Effect.sync(() => {
          for (const socket of fresh) stale.add(socket)
          fresh = new Set()
          const key = Redacted.isRedacted(privateKeyPem) ? String(Redacted.value(privateKeyPem)) : privateKeyPem
          server.setSecureContext({ cert: chainPem, key })
        })
    }
  })
