/** A small HTTPS server with its own authority, and kubeconfigs for it. */
import http from "node:http"
import https from "node:https"
import type { AddressInfo, Socket } from "node:net"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse, body: string) => void

export interface TlsServer {
  readonly url: string
  readonly port: number
  /** Method and URL of every request, in order. */
  readonly requests: Array<{
    readonly method: string
    readonly url: string
    readonly headers: http.IncomingHttpHeaders
    readonly body: string
  }>
  /** TLS (or TCP) connections accepted so far. */
  readonly connections: () => number
  handler: Handler
  /** Serves another certificate from now on, on new connections; the old ones are closed. */
  readonly serve: (leaf: CertificateAuthority.IssuedCertificate, clientCa?: string) => Effect.Effect<void>
  /** Breaks every connection. */
  readonly reset: Effect.Effect<void>
}

/** The certificates are looked at by TLS, which knows nothing of a test's virtual clock. */
const anHourAgo = () => new Date(Date.now() - 3_600_000)

export const makeAuthority = (commonName = "lab-ca") =>
  Effect.orDie(CertificateAuthority.make({ commonName, validity: "1 day", notBefore: anHourAgo() }))

export const serverLeaf = (ca: CertificateAuthority.CertificateAuthority, options: object = {}) =>
  Effect.orDie(
    CertificateAuthority.issue(ca, {
      commonName: "api",
      dnsNames: ["localhost", "api.lab"],
      ipAddresses: ["127.0.0.1"],
      validity: "2 hours",
      notBefore: anHourAgo(),
      ...options
    })
  )

export const clientLeaf = (ca: CertificateAuthority.CertificateAuthority, options: object = {}) =>
  Effect.orDie(
    CertificateAuthority.issue(ca, {
      commonName: "ada",
      validity: "2 hours",
      notBefore: anHourAgo(),
      usages: ["client"],
      ...options
    })
  )

export const json = (response: http.ServerResponse, body: unknown, status = 200, headers: object = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(JSON.stringify(body))
}

export const make = (
  tls:
    | {
        readonly leaf: CertificateAuthority.IssuedCertificate
        readonly options?: https.ServerOptions
      }
    | undefined,
  handler: Handler
): Effect.Effect<TlsServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const sockets = new Set<Socket>()
      let connections = 0
      const pemOf = (leaf: CertificateAuthority.IssuedCertificate) => ({
        cert: leaf.chainPem,
        key: Redacted.value(leaf.privateKeyPem)
      })
      const server =
        tls === undefined ? http.createServer() : https.createServer({ ...pemOf(tls.leaf), ...tls.options })
      server.on(tls === undefined ? "connection" : "secureConnection", () => {
        connections++
      })
      server.on("connection", (socket: Socket) => {
        sockets.add(socket)
        socket.once("close", () => sockets.delete(socket))
        socket.on("error", () => {})
      })
      server.on("request", (request, response) => {
        let body = ""
        request.setEncoding("utf8").on("data", (chunk: string) => {
          body += chunk
        })
        request.on("end", () => {
          made.requests.push({
            method: request.method ?? "",
            url: request.url ?? "",
            headers: request.headers,
            body
          })
          made.handler(request, response, body)
        })
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const { port } = server.address() as AddressInfo
      const breakAll = () => {
        for (const socket of sockets) socket.destroy()
      }
      const made: TlsServer & { readonly stop: () => Promise<void> } = {
        url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
        port,
        requests: [],
        connections: () => connections,
        handler,
        serve: (leaf, clientCa) =>
          Effect.sync(() => {
            ;(server as https.Server).setSecureContext({
              ...pemOf(leaf),
              ...(clientCa === undefined ? {} : { ca: clientCa })
            })
            breakAll()
          }),
        reset: Effect.sync(breakAll),
        stop: () =>
          new Promise((resolve) => {
            server.close(() => resolve())
            breakAll()
          })
      }
      return made
    }),
    (server) => Effect.promise(() => server.stop())
  )

export const base64 = (text: string): string => Buffer.from(text).toString("base64")

/** A kubeconfig with one context `lab`, as JSON, which is YAML. */
export const kubeconfigText = (
  cluster: Readonly<Record<string, unknown>>,
  user: Readonly<Record<string, unknown>> = {},
  context: Readonly<Record<string, unknown>> = {}
): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "lab",
    contexts: [{ name: "lab", context: { cluster: "lab", user: "ada", ...context } }],
    clusters: [{ name: "lab", cluster }],
    users: [{ name: "ada", user }]
  })

export const clientFields = (leaf: CertificateAuthority.IssuedCertificate) => ({
  "client-certificate-data": base64(leaf.chainPem),
  "client-key-data": base64(Redacted.value(leaf.privateKeyPem))
})
