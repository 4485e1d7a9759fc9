/**
 * All certificates in play: where each one is, and who uses it.
 *
 * @since 0.1.0
 */
import * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import type { Kubeconfig } from "@holdfast/k8s-adapter/Kubeconfig"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { describe } from "../check/Callee.ts"
import { addressOf } from "../check/Connection.ts"
import type { Finding } from "../check/Finding.ts"
import * as Server from "../check/Server.ts"
import * as Snapshot from "../check/Snapshot.ts"
import { users } from "../check/TlsSecrets.ts"
import { part, textOf } from "../input/Json.ts"

/**
 * A certificate, with where it is and who uses it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Entry {
  readonly certificate: Certificate.Certificate
  /** `Secret shop/web-tls`, `caBundle of validatingwebhookconfiguration/checks`. */
  readonly foundIn: ReadonlyArray<string>
  /** `pod shop/web-0`, `webhook web.example.org of …`. */
  readonly usedBy: ReadonlyArray<string>
  /** The namespaces of where it is and of what uses it. */
  readonly namespaces: ReadonlySet<string>
}

/**
 * What was found, the one that ends first before the others, and what could not be read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Inventory {
  readonly entries: ReadonlyArray<Entry>
  readonly unread: ReadonlyArray<Finding>
}

interface Place {
  readonly where: string
  readonly users: ReadonlyArray<string>
  readonly namespace?: string | undefined
}

/** Collects certificates by what they are, wherever they are found. */
const collection = () => {
  const found = new Map<
    string,
    {
      readonly certificate: Certificate.Certificate
      readonly foundIn: Set<string>
      readonly usedBy: Set<string>
      readonly namespaces: Set<string>
    }
  >()
  const add = (certificates: ReadonlyArray<Certificate.Certificate>, { namespace, users: who, where }: Place) => {
    for (const certificate of certificates) {
      const key = certificate.fingerprint256
      const entry = found.get(key) ?? {
        certificate,
        foundIn: new Set<string>(),
        usedBy: new Set<string>(),
        namespaces: new Set<string>()
      }
      entry.foundIn.add(where)
      for (const user of who) entry.usedBy.add(user)
      if (namespace !== undefined) entry.namespaces.add(namespace)
      found.set(key, entry)
    }
  }
  /** Of a text, all certificates that can be read. */
  const addText = (text: string, place: Place) =>
    add(
      Result.match(CertificateBundle.parse(text), {
        onFailure: ({ usable }) => usable.certificates,
        onSuccess: ({ certificates }) => certificates
      }),
      place
    )
  const entries = (): ReadonlyArray<Entry> =>
    [...found.values()]
      .map((entry) => ({ ...entry, foundIn: [...entry.foundIn], usedBy: [...entry.usedBy] }))
      .toSorted((a, b) => a.certificate.notAfter.getTime() - b.certificate.notAfter.getTime())
  return { add, addText, entries }
}

/** What the API server itself trusts, where it publishes it. */
const authentication = Effect.gen(function* () {
  const client = yield* KubernetesClient
  const ref = {
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: "kube-system",
    name: "extension-apiserver-authentication"
  }
  return yield* client
    .get(ref)
    .pipe(Effect.catchTags({ Forbidden: () => Effect.undefined, NotFound: () => Effect.undefined }))
})

const clientAuthorities = [
  ["client-ca-file", "client certificates"],
  ["requestheader-client-ca-file", "aggregated APIs"]
] as const

/**
 * Reads them all: those on the way to the API server, those in caBundles, those in TLS Secrets.
 *
 * @category constructors
 * @since 0.1.0
 */
export const read = Effect.fnUntraced(function* (
  kubeconfig: Kubeconfig
): Effect.fn.Return<Inventory, ClientError, KubernetesClient> {
  const { add, addText, entries } = collection()
  const { cluster, source, user } = kubeconfig
  const kubectl = [`kubeconfig context ${kubeconfig.context ?? "(none)"}`]
  addText(cluster.certificateAuthority ?? "", { where: `authority in ${source}`, users: kubectl })
  addText(user.clientCertificate?.chainPem ?? "", { where: `client certificate in ${source}`, users: kubectl })
  const address = addressOf(kubeconfig)
  const served = address && (yield* Effect.result(Server.presented(address)))
  if (served !== undefined && Result.isSuccess(served)) {
    add(served.success, { where: `presented by ${cluster.server}`, users: ["API server"] })
  }
  const snapshot = yield* Snapshot.read
  for (const callee of snapshot.callees) {
    const { kind, name } =
      callee.object.kind === "CustomResourceDefinition"
        ? { kind: "crd", name: callee.name }
        : { kind: callee.object.kind.toLowerCase(), name: callee.object.metadata.name }
    addText(callee.caBundle, {
      where: `caBundle of ${kind}/${name}`,
      users: [describe(callee)],
      namespace: callee.service?.namespace
    })
  }
  const servedBy = new Map<string, Array<string>>()
  for (const callee of snapshot.callees) {
    if (callee.service === undefined) continue
    for (const { where } of Snapshot.materialsBehind(snapshot, callee.service)) {
      servedBy.set(where, [...(servedBy.get(where) ?? []), describe(callee)])
    }
  }
  const usedBy = users(snapshot)
  for (const [key, { authority, chain, where }] of snapshot.materials) {
    const place = { where, namespace: key.split("/")[0] }
    addText(chain, { ...place, users: [...(servedBy.get(where) ?? []), ...(usedBy.get(key) ?? [])] })
    addText(authority, { ...place, users: [] })
  }
  const trusted = yield* authentication
  for (const [key, what] of clientAuthorities) {
    addText(textOf(part(trusted, "data", key)), { where: `API server's ${key}`, users: [`API server, for ${what}`] })
  }
  return { entries: entries(), unread: snapshot.unread }
})

/**
 * Only what has to do with a namespace.
 *
 * @category combinators
 * @since 0.1.0
 */
export const inNamespace = ({ entries, unread }: Inventory, namespace: string | undefined): Inventory => ({
  entries: namespace === undefined ? entries : entries.filter(({ namespaces }) => namespaces.has(namespace)),
  unread
})

/**
 * What a certificate is called in a table: its common name, or else its first name.
 *
 * @category getters
 * @since 0.1.0
 */
export const nameOf = ({ commonName, dnsNames, ipAddresses, serialNumber, subject }: Certificate.Certificate): string =>
  commonName || dnsNames[0] || ipAddresses[0] || subject || `serial ${serialNumber}`
