/**
 * What a TLS server presents.
 *
 * @since 0.1.0
 */
import { connect, type DetailedPeerCertificate } from "node:tls"
import * as Certificate from "@holdfast/certificates/Certificate"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

/**
 * A TLS server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Address {
  readonly host: string
  readonly port: number
  /** The name to ask for, where it is not the host. */
  readonly serverName?: string | undefined
}

/**
 * No certificate came from a server.
 *
 * @category errors
 * @since 0.1.0
 */
export class NothingServed extends Data.TaggedError("NothingServed")<{
  readonly address: Address
  readonly detail: string
}> {
  override get message(): string {
    return `${this.address.host}:${this.address.port} presented no certificate: ${this.detail}`
  }
}

type Chain = readonly [Certificate.Certificate, ...Array<Certificate.Certificate>]

/** The chain as it was sent; Node links each certificate to its issuer, a root to itself. */
const chainOf = (leaf: DetailedPeerCertificate): ReadonlyArray<Uint8Array> => {
  const chain: Array<Uint8Array> = []
  const seen = new Set<string>()
  for (
    let at: DetailedPeerCertificate | undefined = leaf;
    at?.raw !== undefined && !seen.has(at.fingerprint256);
    at = at.issuerCertificate
  ) {
    seen.add(at.fingerprint256)
    chain.push(at.raw)
  }
  return chain
}

/**
 * Reads the chain that a server presents, whether or not it is to be trusted. Nothing is sent but the handshake.
 *
 * @category reading
 * @since 0.1.0
 */
export const presented = (address: Address): Effect.Effect<Chain, NothingServed> => {
  const fail = (detail: string) => Effect.fail(new NothingServed({ address, detail }))
  return Effect.callback<Chain, NothingServed>((resume) => {
    const { host, port, serverName = host } = address
    const isName = !/^[\d.]+$|:/.test(serverName)
    const socket = connect(
      { host, port, rejectUnauthorized: false, ...(isName ? { servername: serverName } : {}) },
      () => {
        const [leaf, ...more] = Result.getOrElse(
          Result.all(chainOf(socket.getPeerCertificate(true)).map((der) => Certificate.parse(der))),
          () => []
        )
        socket.destroy()
        resume(leaf === undefined ? fail("it cannot be read") : Effect.succeed([leaf, ...more] as const))
      }
    )
    socket.on("error", (error: Error & { readonly code?: string }) => resume(fail(error.code ?? error.message)))
    return Effect.sync(() => void socket.destroy())
  }).pipe(Effect.timeoutOrElse({ duration: "10 seconds", orElse: () => fail("it did not answer within 10 s") }))
}
