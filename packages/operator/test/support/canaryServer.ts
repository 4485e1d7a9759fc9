/** A server of canaries: answers as the operator's does, with a leaf that the test chooses. */
import * as https from "node:https"
import type { AddressInfo } from "node:net"
import type { TLSSocket } from "node:tls"
import type { IssuedCertificate } from "@holdfast/certificates/CertificateAuthority"
import * as CanaryAnswer from "@holdfast/operator/target/CanaryAnswer"
import { Effect, Redacted, type Scope } from "effect"

export interface CanaryServer {
  readonly port: number
  readonly present: (leaf: IssuedCertificate) => Effect.Effect<void>
  /** Stops listening, and cuts what is connected. */
  readonly down: Effect.Effect<void>
}

export const make: Effect.Effect<CanaryServer, never, Scope.Scope> = Effect.gen(function* () {
  const server = https.createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const certificate = (request.socket as TLSSocket).getX509Certificate()
      const { body, status, type } = CanaryAnswer.answer({
        method: request.method ?? "",
        path: request.url ?? "",
        body: Buffer.concat(chunks).toString("utf8"),
        leaf: (certificate?.fingerprint256 ?? "").replaceAll(":", "").toLowerCase()
      })
      response.writeHead(status, { "content-type": type, connection: "close" }).end(body)
    })
  })
  server.on("tlsClientError", (_error, socket) => socket.destroy())
  const down = Effect.sync(() => {
    server.close()
    server.closeAllConnections()
  })
  const port = yield* Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () => down
  )
  return {
    port,
    // The leaf alone: with its bridges it would verify under an older bundle, too.
    present: ({ certificatePem, privateKeyPem }) =>
      Effect.sync(() => server.setSecureContext({ cert: certificatePem, key: Redacted.value(privateKeyPem) })),
    down
  }
})
