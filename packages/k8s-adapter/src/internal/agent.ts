/**
 * One pool of kept-alive connections to one API server with one set of certificates.
 *
 * A connection counts as open when its TLS handshake is through: Node itself sets no limit to that, and a server that
 * accepts and says nothing would be waited for without end.
 */
import type { Agent, ClientRequestArgs } from "node:http"
import https from "node:https"
import { isIP } from "node:net"
import type { Duplex } from "node:stream"
import tls from "node:tls"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import type { ClientCertificate, Cluster } from "../Kubeconfig.ts"
import { http } from "./builtins.ts"
import { bare } from "./proxy.ts"
import { tunnel } from "./tunnel.ts"

/** Shorter than the 90 s for which kube-apiserver keeps an idle connection, so that it is not the one to close it. */
const idleLimit = 60_000
const keepAliveProbe = 30_000

export interface ConnectionPool {
  readonly agent: Agent
  /** Lets requests under way finish, and opens no connection for others. */
  readonly retire: () => void
  /** Whether it holds no connection; a retired one can be forgotten then. */
  readonly isEmpty: () => boolean
  /** Closes everything now. */
  readonly close: () => void
}

export interface PoolOptions {
  readonly cluster: Cluster
  readonly clientCertificate: ClientCertificate | undefined
  readonly proxy: URL | undefined
  readonly connectTimeout: Duration.Duration
}

/** Makes a pool; the certificates are read here, so that one that TLS refuses fails here and not in an event. */
export const make = Effect.fnUntraced(function* (options: PoolOptions) {
  const server = new URL(options.cluster.server)
  const secure = server.protocol === "https:"
  const shared = { keepAlive: true, keepAliveMsecs: keepAliveProbe, scheduling: "lifo" as const, timeout: idleLimit }
  const agent: Agent = secure
    ? new https.Agent({ ...shared, ...(yield* tlsOptions(options)) })
    : new (http().Agent)(shared)
  const openNow = agent.createConnection
  const fork = Effect.runCallbackWith(yield* Effect.context<never>())
  const cancels = new Set<() => void>()

  /** Opens a connection and hands it over in the very event that says it is open, before anything can happen to it. */
  const connect = (given: ClientRequestArgs, handOver: (socket: Duplex) => void): Effect.Effect<void, Error> =>
    Effect.gen(function* () {
      if (options.proxy === undefined) return yield* opened(() => openNow.call(agent, given), secure, handOver)
      const socket = yield* tunnel(options.proxy, bare(server.hostname), Number(server.port || (secure ? 443 : 80)))
      if (secure) yield* opened(() => openNow.call(agent, { ...given, socket }), secure, handOver)
      else handOver(socket)
    }).pipe(
      Effect.timeoutOrElse({
        duration: options.connectTimeout,
        orElse: () =>
          Effect.fail(
            timedOut(`no ${secure ? "TLS " : ""}connection within ${Duration.format(options.connectTimeout)}`)
          )
      })
    )

  agent.createConnection = (given, callback) => {
    let cancel: (() => void) | undefined
    cancel = fork(
      connect(given, (socket) => callback?.(null, socket)),
      {
        onExit: (exit) => {
          if (cancel !== undefined) cancels.delete(cancel)
          if (Exit.isFailure(exit)) callback?.(Cause.squash(exit.cause) as Error, undefined as never)
        }
      }
    )
    cancels.add(cancel)
    return undefined
  }
  const retire = () => {
    agent.maxFreeSockets = 0
    for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
  }
  const isEmpty = () =>
    cancels.size === 0 &&
    [agent.sockets, agent.freeSockets, agent.requests].every((held) => Object.keys(held).length === 0)
  const close = () => {
    for (const cancel of cancels) cancel()
    agent.destroy()
  }
  return { agent, retire, isEmpty, close } satisfies ConnectionPool
})

const tlsOptions = ({ clientCertificate, cluster }: PoolOptions): Effect.Effect<https.AgentOptions, Error> =>
  Effect.try({
    try: () => {
      const name = cluster.tlsServerName
      return {
        secureContext: tls.createSecureContext({
          ...(cluster.certificateAuthority === undefined ? {} : { ca: cluster.certificateAuthority }),
          ...(clientCertificate === undefined
            ? {}
            : { cert: clientCertificate.chainPem, key: Redacted.value(clientCertificate.privateKeyPem) })
        }),
        rejectUnauthorized: !cluster.insecureSkipTlsVerify,
        ...(name === undefined
          ? {}
          : {
              // An address is no name to ask for (RFC 6066), but one to expect.
              servername: isIP(name) === 0 ? name : "",
              checkServerIdentity: (_host: string, certificate: tls.PeerCertificate) =>
                tls.checkServerIdentity(name, certificate)
            })
      }
    },
    catch: (error) => error as Error
  })

const opened = (
  open: () => Duplex | null | undefined,
  secure: boolean,
  handOver: (socket: Duplex) => void
): Effect.Effect<void, Error> =>
  Effect.callback((resume) => {
    const socket = open() as Duplex
    let handedOver = false
    const onError = (error: Error) => resume(Effect.fail(error))
    const onClose = () =>
      resume(Effect.fail(Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" })))
    socket.once("error", onError)
    socket.once("close", onClose)
    socket.once(secure ? "secureConnect" : "connect", () => {
      socket.off("error", onError)
      socket.off("close", onClose)
      handedOver = true
      handOver(socket)
      resume(Effect.void)
    })
    return Effect.sync(() => handedOver || socket.destroy())
  })

const timedOut = (message: string): Error => Object.assign(new Error(message), { code: "ETIMEDOUT" })
