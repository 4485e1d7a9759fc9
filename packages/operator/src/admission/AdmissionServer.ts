/**
 * An HTTPS server for admission webhooks, made so that no certificate change and no shutdown costs a request.
 *
 * - The certificate is swapped in the running listener; a request in flight ends on the connection that it came by.
 * - A connection that was opened under an earlier leaf is answered with `Connection: close`, so that the API server opens
 *   a new one when it has nothing in flight there; its old one is never cut.
 * - It listens from the start. Until its first certificate is there, only canaries get a handshake, and the pod is not
 *   ready.
 * - Connections are kept alive for longer than the API server keeps them (90 s). With Node's 5 s, an API server that
 *   uses one at that very moment loses its request with `EOF`.
 *
 * @see https://github.com/kubernetes/apiserver/blob/master/pkg/util/webhook/client.go
 * @since 0.1.0
 */
import * as https from "node:https"
import type { AddressInfo } from "node:net"
import { createSecureContext, type SecureContext, type TLSSocket } from "node:tls"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { type Handler, respond, respondAsCanary } from "../internal/admission/respond.ts"
import { type ListenError, listen } from "../runtime/StatusServer.ts"
import type { ServingCertificate, ServingPair } from "./ServingCertificate.ts"
import type { StagedLeaves } from "./StagedLeaves.ts"

/**
 * Decides on one request. What it needs for that it has to have: it can fail only by a defect, which the API server takes
 * for a webhook that did not answer, so that its `failurePolicy` decides.
 *
 * @category models
 * @since 0.1.0
 */
export type AdmissionHandler = Handler

/**
 * How to serve.
 *
 * @category options
 * @since 0.1.0
 */
export interface AdmissionServerOptions {
  readonly certificate: ServingCertificate
  /** Handlers by path: `/validate-packages-glasskube-dev-v1alpha1-packagerepository`. */
  readonly handlers: Readonly<Record<string, AdmissionHandler>>
  /** What is presented to those who ask for a canary's name. They get a canary's answers, too. */
  readonly canaries?: StagedLeaves
  /** 0 takes a free one. */
  readonly port: number
  /** All addresses unless given. */
  readonly host?: string
  /** The largest body that is read, in bytes; 7 MiB unless given, which two objects of the largest size fit in. */
  readonly maxBodyBytes?: number
}

/**
 * A running server.
 *
 * @category models
 * @since 0.1.0
 */
export interface AdmissionServer {
  readonly port: number
  /** Returns once the first certificate is there. */
  readonly serving: Effect.Effect<void>
  /** Whether it has a certificate, and takes connections. */
  readonly isServing: () => boolean
  /**
   * Ends in order. For `delay` it serves on, as endpoints still point here, while every connection is asked to close
   * after its answer; then it listens no more, and returns when the requests in flight are answered.
   */
  readonly drain: (delay: Duration.Input) => Effect.Effect<void>
}

/**
 * Serves until the scope ends.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: AdmissionServerOptions): Effect.Effect<AdmissionServer, ListenError, Scope.Scope> =>
  Effect.gen(function* () {
    const { canaries, certificate, handlers, host, port } = options
    const maxBodyBytes = options.maxBodyBytes ?? 7 * 1024 * 1024
    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    const serving = Latch.makeUnsafe(false)
    /** The leaf by which each connection was opened, and whether it was opened to a canary. */
    const opened = new WeakMap<object, { readonly leaf: string; readonly forCanary: boolean }>()
    const contexts = new WeakMap<ServingPair, SecureContext>()
    let served: string | undefined
    let isDraining = false
    let inFlight = 0
    const idle = Latch.makeUnsafe(true)

    const isCanary = (host: string) => canaries?.isCanary(host) === true
    const contextFor = (host: string, done: (error: Error | null, context?: SecureContext) => void) => {
      if (!isCanary(host)) return done(null)
      const pair = canaries?.pairFor(host)
      // Another leaf would be taken for a verdict on the staged one.
      if (pair === undefined) return done(new Error("no leaf is known for this canary"))
      const context = contexts.get(pair) ?? createSecureContext(tlsOptions(pair))
      contexts.set(pair, context)
      done(null, context)
    }
    const server = https.createServer(
      {
        keepAliveTimeout: 120_000,
        headersTimeout: 125_000,
        requestTimeout: 130_000,
        minVersion: "TLSv1.2",
        SNICallback: contextFor
      },
      (request, response) => {
        inFlight += 1
        idle.closeUnsafe()
        response.on("close", () => {
          inFlight -= 1
          if (inFlight === 0) idle.openUnsafe()
        })
        const { forCanary = false, leaf = "" } = opened.get(request.socket) ?? {}
        const answered = forCanary
          ? respondAsCanary(request, leaf, maxBodyBytes)
          : respond(request, handlers, maxBodyBytes)
        const handling = runFork(
          Effect.map(answered, ({ body, status, type }) => {
            // Asked when the answer is ready: the leaf may have changed while the handler was at work.
            // The next probe is to come by a new handshake, too.
            if (isDraining || leaf !== served || forCanary || !request.complete) {
              response.setHeader("connection", "close")
            }
            response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) }).end(body)
          })
        )
        response.on("close", () => handling.interruptUnsafe())
      }
    )
    server.on("secureConnection", (socket: TLSSocket) => {
      const leaf = plain(socket.getX509Certificate()?.fingerprint256 ?? "")
      opened.set(socket, { leaf, forCanary: isCanary(socket.servername || "") })
    })
    // Scanners, and clients that do not trust us: theirs to tell.
    server.on("tlsClientError", (_error, socket) => socket.destroy())

    const serve = (pair: ServingPair): Effect.Effect<void> =>
      Effect.suspend(() => {
        server.setSecureContext(tlsOptions(pair))
        served = pair.leaf.fingerprint256
        return serving.open
      })
    yield* certificate.onChange((pair) =>
      Effect.catchCause(serve(pair), (cause) => Effect.logError("the certificate could not be served with", cause))
    )
    yield* listen(server, host, port)
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        isDraining = true
        server.close()
        server.closeAllConnections()
      })
    )

    return {
      port: (server.address() as AddressInfo).port,
      serving: serving.await,
      isServing: () => served !== undefined && server.listening,
      drain: (delay) =>
        Effect.gen(function* () {
          isDraining = true
          yield* Effect.sleep(Duration.fromInputUnsafe(delay))
          // Closes what is idle, too: that has not been used since the drain began.
          server.close()
          yield* idle.await
        })
    }
  })

const tlsOptions = ({ chainPem, privateKeyPem }: ServingPair) => ({
  cert: chainPem,
  key: Redacted.value(privateKeyPem),
  minVersion: "TLSv1.2" as const
})

const plain = (fingerprint: string) => fingerprint.replaceAll(":", "").toLowerCase()
