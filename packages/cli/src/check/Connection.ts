/**
 * The certificates on our own way to the API server: what the kubeconfig trusts, who it says we are, and what the server
 * presents.
 *
 * @since 0.1.0
 */
import type { Certificate } from "@holdfast/certificates/Certificate"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import * as CertificateChain from "@holdfast/certificates/CertificateChain"
import type { Kubeconfig } from "@holdfast/k8s-adapter/Kubeconfig"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Moments from "../output/Moments.ts"
import type { Finding, Outlook } from "./Finding.ts"
import type { Mend } from "./Mend.ts"
import * as Server from "./Server.ts"
import * as Trust from "./Trust.ts"

const isAddress = (host: string) => /^[\d.]+$|:/.test(host)

/**
 * Where the API server of a kubeconfig is reached; `undefined` where it is reached without TLS or through a proxy.
 *
 * @category getters
 * @since 0.1.0
 */
export const addressOf = ({ cluster }: Kubeconfig): Server.Address | undefined => {
  const { hostname, port, protocol } = new URL(cluster.server)
  return protocol !== "https:" || cluster.proxyUrl !== undefined
    ? undefined
    : {
        host: hostname.replace(/^\[|\]$/g, ""),
        port: port === "" ? 443 : Number(port),
        serverName: cluster.tlsServerName
      }
}

const lasting = (
  subject: string,
  certificate: Pick<Certificate, "notBefore" | "notAfter">,
  outlook: Outlook,
  mend: Mend
): Finding => ({
  subject,
  ...(Trust.lifeOf("it", certificate, outlook, mend) ?? {
    result: "success",
    detail: `valid until ${Moments.format(certificate.notAfter)}`
  })
})

const renewClient: Mend = {
  hint: "Log in again, or have the kubeconfig's client certificate renewed (with kubeadm: kubeadm certs renew admin.conf)"
}
const renewAuthority: Mend = {
  hint: "Its end is the cluster's: make a new authority of the cluster, trust both for a while, and write it to every kubeconfig"
}
const renewServer: Mend = {
  hint: "Renew the API server's certificate and restart it (with kubeadm: kubeadm certs renew apiserver)"
}

const served = Effect.fnUntraced(function* (
  kubeconfig: Kubeconfig,
  outlook: Outlook
): Effect.fn.Return<ReadonlyArray<Finding>> {
  const { certificateAuthority, insecureSkipTlsVerify, server, tlsServerName } = kubeconfig.cluster
  const subject = `certificate of ${server}`
  if (insecureSkipTlsVerify) {
    return [
      {
        subject,
        result: "warning",
        detail: "it is not verified (insecure-skip-tls-verify), so anybody may answer in its place",
        hint: "Put the cluster's authority into the kubeconfig as certificate-authority-data, and drop insecure-skip-tls-verify"
      }
    ]
  }
  const address = addressOf(kubeconfig)
  const chain = address && Result.getOrUndefined(yield* Effect.result(Server.presented(address)))
  // That it cannot be reached is told by the first request.
  if (address === undefined || chain === undefined) return []
  const name = tlsServerName ?? address.host
  const verified =
    certificateAuthority === undefined
      ? Result.void
      : CertificateChain.verify({
          chain,
          roots: certificateAuthority,
          at: outlook.now,
          ...(isAddress(name) ? { ipAddress: name } : { dnsName: name })
        })
  if (Result.isFailure(verified) && !["expired", "not-yet-valid"].includes(verified.failure.reason)) {
    const { message, reason } = verified.failure
    const hint =
      reason === "hostname-mismatch"
        ? "Use an address that it is valid for, or name one of its names with --tls-server-name"
        : "Get a new kubeconfig of this cluster: its authority was made anew, or another server answers at this address"
    return [{ subject, result: "error", detail: message, hint }]
  }
  return [lasting(subject, chain[0], outlook, renewServer)]
})

/**
 * Looks at all of them.
 *
 * @category checks
 * @since 0.1.0
 */
export const connection = Effect.fnUntraced(function* (
  kubeconfig: Kubeconfig,
  outlook: Outlook
): Effect.fn.Return<ReadonlyArray<Finding>> {
  const { cluster, source, user } = kubeconfig
  const authorities = CertificateBundle.parse(cluster.certificateAuthority ?? "")
  const last = Result.isSuccess(authorities)
    ? authorities.success.certificates.reduce((latest, one) => (one.notAfter > latest.notAfter ? one : latest))
    : undefined
  return [
    ...(last === undefined ? [] : [lasting(`certificate authority in ${source}`, last, outlook, renewAuthority)]),
    ...(user.clientCertificate === undefined
      ? []
      : [lasting(`client certificate in ${source}`, user.clientCertificate, outlook, renewClient)]),
    ...(yield* served(kubeconfig, outlook))
  ]
})
