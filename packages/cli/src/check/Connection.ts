/**
 * The certificates on our own way to the API server: the client's, and the server's.
 *
 * @since 0.1.0
 */
import { connect } from "node:tls"
import * as Certificate from "@holdfast/certificates/Certificate"
import type { Kubeconfig } from "@holdfast/k8s-adapter/Kubeconfig"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Category, Finding } from "./Finding.ts"
import * as Trust from "./Trust.ts"

/** The certificate that a server presents; nothing is sent, so it is read whether or not it is trusted. */
const served = (server: string): Effect.Effect<Uint8Array | undefined> => {
  const { hostname, port, protocol } = new URL(server)
  if (protocol !== "https:") return Effect.succeed(undefined)
  return Effect.callback<Uint8Array | undefined>((resume) => {
    const host = hostname.replace(/^\[|\]$/g, "")
    const socket = connect({ host, port: port === "" ? 443 : Number(port), rejectUnauthorized: false }, () => {
      resume(Effect.succeed(socket.getPeerX509Certificate()?.raw))
      socket.destroy()
    })
    socket.on("error", () => resume(Effect.succeed(undefined)))
    return Effect.sync(() => void socket.destroy())
  }).pipe(Effect.timeoutOrElse({ duration: "10 seconds", orElse: () => Effect.succeed(undefined) }))
}

const fine = (notAfter: Date) => ({
  result: "success" as const,
  detail: `valid until ${notAfter.toISOString().slice(0, 16).replace("T", " ")}`
})

/**
 * Looks at both certificates.
 *
 * @category checks
 * @since 0.1.0
 */
export const connection = Effect.fnUntraced(function* (
  kubeconfig: Kubeconfig,
  times: Trust.Times
): Effect.fn.Return<Category> {
  const findings: Array<Finding> = []
  const { clientCertificate } = kubeconfig.user
  if (clientCertificate !== undefined) {
    const { notAfter } = clientCertificate
    const life = Trust.lifeOf(
      "it",
      notAfter,
      times,
      "Log in again, or have the kubeconfig renewed (kubeadm certs renew admin.conf)"
    )
    findings.push({ subject: `client certificate in ${kubeconfig.source}`, ...(life ?? fine(notAfter)) })
  }
  const raw = yield* served(kubeconfig.cluster.server)
  const certificate = raw === undefined ? undefined : Result.getOrUndefined(Certificate.parse(raw))
  if (certificate !== undefined) {
    const life = Trust.lifeOf(
      "it",
      certificate.notAfter,
      times,
      "Renew the API server's certificate (kubeadm certs renew apiserver)"
    )
    findings.push({ subject: `certificate of ${kubeconfig.cluster.server}`, ...(life ?? fine(certificate.notAfter)) })
  }
  return { name: "Connection", findings }
})
