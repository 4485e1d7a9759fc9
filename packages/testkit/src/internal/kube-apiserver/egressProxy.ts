/**
 * How a real kube-apiserver reaches a Service where there is no node and no kube-proxy.
 *
 * A kube-apiserver turns a Service reference (of a webhook, a conversion webhook or an APIService) into the Service's
 * ClusterIP and connects to it. Nothing listens there: it takes kube-proxy's packet filter, so root, to make it lead
 * somewhere. But an `EgressSelectorConfiguration` sends just these connections, and no others, through a proxy (it is
 * meant for control planes that cannot reach the cluster's network). Our proxy is this one: it answers `CONNECT` on a
 * Unix socket, asks for the Service that has the ClusterIP, and dials the listener that the test has named for it, or one
 * of the Service's pods.
 *
 * Facts read in k8s.io/apiserver v0.37.2: `cluster` is what Service references use and `controlplane` is what webhooks
 * by URL use (pkg/util/webhook/authentication.go), so those by URL still go directly; anything but a 200 becomes
 * `proxy error from SOCKET while dialing ADDRESS, code 503: STATUS LINE` (pkg/server/egressselector).
 */
import { writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { connect, type Socket } from "node:net"
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** Finds the listener behind a ClusterIP and port. */
export type Resolve = (clusterIP: string, port: number) => Effect.Effect<Listener | undefined>

export interface Listener {
  readonly host: string
  readonly port: number
}

/** Writes the configuration file that sends a kube-apiserver to the socket. */
export const configure = (file: string, socketPath: string): Effect.Effect<void> =>
  Effect.promise(() =>
    writeFile(
      file,
      JSON.stringify({
        apiVersion: "apiserver.k8s.io/v1beta1",
        kind: "EgressSelectorConfiguration",
        egressSelections: [
          {
            name: "cluster",
            connection: { proxyProtocol: "HTTPConnect", transport: { uds: { udsName: socketPath } } }
          }
        ]
      })
    )
  )

/** Listens on a Unix socket until the scope ends. */
export const listen = (socketPath: string, resolve: Resolve): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.callback<{ readonly close: Effect.Effect<void> }>((resume) => {
        const open = new Set<Duplex>()
        const track = (socket: Duplex) => {
          open.add(socket)
          socket.once("close", () => open.delete(socket))
        }
        const server = createServer((_, response) => response.writeHead(405).end())
        server.on("connect", (request, client) => {
          track(client)
          client.on("error", () => {})
          const { hostname, port } = new URL(`tcp://${request.url}`)
          Effect.runFork(
            Effect.map(resolve(hostname, Number(port)), (target) => {
              if (target === undefined) return refuse(client, request.url ?? "")
              const upstream = connect({ host: target.host, port: target.port })
              track(upstream)
              join(client, upstream, request.url ?? "")
            })
          )
        })
        server.listen(socketPath, () =>
          resume(
            Effect.succeed({
              close: Effect.callback((closed) => {
                for (const socket of open) socket.destroy()
                server.close(() => closed(Effect.void))
                server.closeAllConnections()
              })
            })
          )
        )
        server.unref()
      }),
      ({ close }) => close
    )
  )

// The words of Go's dialer, so that the message ends as it would without the proxy in between.
const refuse = (client: Duplex, address: string): void =>
  end(client, `HTTP/1.1 503 dial tcp ${address}: connect: connection refused\r\nContent-Length: 0\r\n\r\n`)

/** Says the last word, and reads on until the other side has said its own: a socket that nobody reads never closes. */
const end = (client: Duplex, last = ""): void => {
  client.end(last)
  client.resume()
}

const join = (client: Duplex, upstream: Socket, address: string): void => {
  let connected = false
  const accept = () => {
    connected = true
    client.write("HTTP/1.1 200 OK\r\n\r\n")
    client.pipe(upstream).pipe(client)
  }
  upstream.once("connect", accept)
  upstream.once("close", () => end(client))
  client.once("close", () => upstream.destroy())
  upstream.on("error", (error: NodeJS.ErrnoException) => {
    if (!connected && error.code === "ECONNREFUSED") return refuse(client, address)
    // A listener that resets what it has accepted may be reported before the connection is.
    if (!connected) accept()
    end(client)
  })
}
