/**
 * The certificates and configuration files of a control plane of its own.
 */
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as KeyPair from "@holdfast/certificates/KeyPair"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { TestCluster } from "../../TestCluster.ts"
import type { Identity } from "./https.ts"

interface ControlPlanePki {
  readonly ca: CertificateAuthority.CertificateAuthority
  readonly admin: Required<Identity>
  /** The arguments that name the files to a kube-apiserver. */
  readonly arguments: ReadonlyArray<string>
}

/** The Service network; its first address is that of the Service `kubernetes`. */
const serviceCidr = "10.96.0.0/16"

/** Makes everything, for API servers at these addresses too, and writes what a kube-apiserver reads into a folder. */
export const make = Effect.fnUntraced(function* (folder: string, addresses: ReadonlyArray<string>) {
  const validity = "365 days"
  const ca = yield* CertificateAuthority.make({ commonName: "kubernetes-ca", validity })
  const frontProxyCa = yield* CertificateAuthority.make({ commonName: "front-proxy-ca", validity })
  const service = "kubernetes.default.svc"
  const serving = yield* CertificateAuthority.issue(ca, {
    commonName: "kube-apiserver",
    dnsNames: ["localhost", "kubernetes", "kubernetes.default", service, `${service}.cluster.local`],
    ipAddresses: ["127.0.0.1", "10.96.0.1", ...addresses],
    validity
  })
  const frontProxy = yield* CertificateAuthority.issue(frontProxyCa, {
    commonName: "front-proxy-client",
    validity,
    usages: ["client"]
  })
  const accounts = yield* KeyPair.generate()
  const admin = yield* client(ca, { user: "admin", groups: ["system:masters"] })
  const files = {
    "ca.crt": ca.certificate.pem,
    "front-proxy-ca.crt": frontProxyCa.certificate.pem,
    "serving.crt": serving.chainPem,
    "serving.key": Redacted.value(serving.privateKeyPem),
    "front-proxy.crt": frontProxy.chainPem,
    "front-proxy.key": Redacted.value(frontProxy.privateKeyPem),
    "accounts.pub": accounts.publicKeyPem,
    "accounts.key": Redacted.value(accounts.privateKeyPem),
    "authentication.json": JSON.stringify(authentication)
  }
  yield* Effect.promise(() => mkdir(folder, { recursive: true, mode: 0o700 }))
  yield* Effect.forEach(
    Object.entries(files),
    ([name, content]) => Effect.promise(() => writeFile(join(folder, name), content, { mode: 0o600 })),
    { discard: true }
  )
  const at = (name: keyof typeof files) => join(folder, name)
  return {
    ca,
    admin,
    arguments: [
      `--client-ca-file=${at("ca.crt")}`,
      `--tls-cert-file=${at("serving.crt")}`,
      `--tls-private-key-file=${at("serving.key")}`,
      `--authentication-config=${at("authentication.json")}`,
      `--service-cluster-ip-range=${serviceCidr}`,
      `--service-account-issuer=https://${service}.cluster.local`,
      `--service-account-key-file=${at("accounts.pub")}`,
      `--service-account-signing-key-file=${at("accounts.key")}`,
      `--requestheader-client-ca-file=${at("front-proxy-ca.crt")}`,
      "--requestheader-allowed-names=front-proxy-client",
      "--requestheader-username-headers=X-Remote-User",
      "--requestheader-group-headers=X-Remote-Group",
      "--requestheader-extra-headers-prefix=X-Remote-Extra-",
      `--proxy-client-cert-file=${at("front-proxy.crt")}`,
      `--proxy-client-key-file=${at("front-proxy.key")}`
    ]
  } satisfies ControlPlanePki
})

/** Issues a client certificate: its common name is the user, its organizations are the groups. */
export const client = (
  ca: CertificateAuthority.CertificateAuthority,
  options: Parameters<TestCluster["kubeconfigFor"]>[0]
) =>
  Effect.map(
    CertificateAuthority.issue(ca, {
      commonName: options.user,
      organization: options.groups,
      validity: options.validity ?? "365 days",
      notBefore: options.notBefore,
      usages: ["client"]
    }),
    (issued): Required<Identity> => ({
      ca: ca.certificate.pem,
      cert: issued.chainPem,
      key: Redacted.value(issued.privateKeyPem)
    })
  )

/** Whoever shows no credentials may ask for the server's health, and nothing else. */
const authentication = {
  apiVersion: "apiserver.config.k8s.io/v1beta1",
  kind: "AuthenticationConfiguration",
  anonymous: { enabled: true, conditions: [{ path: "/livez" }, { path: "/readyz" }, { path: "/healthz" }] }
}
