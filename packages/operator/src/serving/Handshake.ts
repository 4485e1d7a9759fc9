/**
 * What a server presents: a TLS handshake that ends as soon as the chain is there. Nothing is verified, for whom to trust
 * is another question.
 *
 * @since 0.1.0
 */
import { isIP } from "node:net"
import * as tls from "node:tls"
import * as Certificate from "@holdfast/certificates/Certificate"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

/**
 * The leaf first, then what was presented with it.
 *
 * @category models
 * @since 0.1.0
 */
export type Chain = readonly [Certificate.Certificate, ...Array<Certificate.Certificate>]

/**
 * Where to connect to.
 *
 * @category models
 * @since 0.1.0
 */
export interface Address {
  /** A DNS name or an IP address. */
  readonly host: string
  readonly port: number
  /** The name that is asked for (SNI); the host unless given. */
  readonly serverName?: string
}

/**
 * A server that presented nothing.
 *
 * @category errors
 * @since 0.1.0
 */
export class HandshakeFailed extends Data.TaggedError("HandshakeFailed")<{
  readonly host: string
  readonly port: number
  /** Node's code (`ECONNREFUSED`, …), or `TIMEOUT`, or `MALFORMED` for a chain that cannot be read. */
  readonly code: string
  /** Why, as the end of a sentence. */
  readonly problem: string
}> {
  override get message(): string {
    const where = this.host.includes(":") ? `[${this.host}]:${this.port}` : `${this.host}:${this.port}`
    return `no TLS handshake with ${where}: ${this.problem}`
  }
}

/**
 * Asks a server for its chain.
 *
 * @category operations
 * @since 0.1.0
 */
export const chain = (
  address: Address,
  options: {
    /** How long it may take; 3 seconds unless given. */
    readonly timeout?: Duration.Input
  } = {}
): Effect.Effect<Chain, HandshakeFailed> => {
  const { host, port } = address
  const timeout = Duration.fromInputUnsafe(options.timeout ?? "3 seconds")
  const failed = (code: string, problem: string) => new HandshakeFailed({ host, port, code, problem })
  return Effect.flatMap(
    Effect.timeoutOrElse(presented(address), {
      duration: timeout,
      orElse: () => Effect.fail({ code: "TIMEOUT", problem: `no answer within ${Duration.format(timeout)}` })
    }).pipe(Effect.mapError(({ code, problem }) => failed(code, problem))),
    (ders) => {
      const parsed = Result.all(ders.map((der) => Certificate.parse(der)))
      if (Result.isFailure(parsed)) return Effect.fail(failed("MALFORMED", parsed.failure.message))
      const [leaf, ...rest] = parsed.success
      return leaf === undefined
        ? Effect.fail(failed("MALFORMED", "no certificate was presented"))
        : Effect.succeed([leaf, ...rest] as const)
    }
  )
}

/** Without any root: Node's own 150 would be parsed for nothing. */
let context: tls.SecureContext | undefined
const secureContext = () => {
  context ??= tls.createSecureContext({ ca: [], minVersion: "TLSv1.2" })
  return context
}

const presented = ({ host, port, serverName = host }: Address) =>
  Effect.callback<ReadonlyArray<Buffer>, { readonly code: string; readonly problem: string }>((resume) => {
    const socket = tls.connect({
      host,
      port,
      secureContext: secureContext(),
      rejectUnauthorized: false,
      // As an API server does.
      ALPNProtocols: ["http/1.1"],
      ...(isIP(serverName) === 0 && { servername: serverName })
    })
    socket.once("secureConnect", () => {
      resume(Effect.succeed(peerChain(socket)))
      socket.destroy()
    })
    // For good: an error after the end has nobody left to be told to.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // Who asks for a client certificate has shown its own by then.
      const chain = peerChain(socket)
      resume(
        chain.length > 0
          ? Effect.succeed(chain)
          : Effect.fail({ code: error.code ?? "UNKNOWN", problem: error.message })
      )
    })
    return Effect.sync(() => socket.destroy())
  })

const peerChain = (socket: tls.TLSSocket): ReadonlyArray<Buffer> => {
  const chain: Array<Buffer> = []
  let certificate: tls.DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  // A self-signed one is its own issuer.
  while (certificate?.raw !== undefined && !chain.some((der) => der.equals(certificate?.raw ?? der))) {
    chain.push(certificate.raw)
    certificate = certificate.issuerCertificate
  }
  return chain
}
