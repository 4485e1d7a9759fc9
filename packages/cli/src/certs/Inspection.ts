/**
 * The certificates of one thing in groups, with what there is to say about each group.
 *
 * @since 0.1.0
 */
import { X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import { rootCertificates } from "node:tls"
import type { Certificate } from "@holdfast/certificates/Certificate"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import * as CertificateChain from "@holdfast/certificates/CertificateChain"
import * as KeyPair from "@holdfast/certificates/KeyPair"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Result from "effect/Result"
import { calleesOf, describe } from "../check/Callee.ts"
import type { Problem } from "../check/Finding.ts"
import * as Material from "../check/Material.ts"
import { decoded, listOf, part, textOf } from "../input/Json.ts"

/**
 * What was found out about a group.
 *
 * @category models
 * @since 0.1.0
 */
export interface Verdict {
  readonly result: Problem["result"] | "success"
  readonly detail: string
}

/**
 * Certificates that belong together, in the order in which they stand.
 *
 * @category models
 * @since 0.1.0
 */
export interface Group {
  readonly title: string
  readonly certificates: ReadonlyArray<Certificate>
  readonly verdicts: ReadonlyArray<Verdict>
}

const begin = "-----BEGIN CERTIFICATE-----"

const signed = (certificate: Certificate, by: Certificate): boolean => {
  const [one, issuer] = [new X509Certificate(certificate.der), new X509Certificate(by.der)]
  return one.checkIssued(issuer) && one.verify(issuer.publicKey)
}

/** Whether each certificate of a chain is signed by the next one. */
const links = (chain: ReadonlyArray<Certificate>): Verdict => {
  const last = chain.at(-1)
  const broken = chain.findIndex((one, index) => {
    const next = chain[index + 1]
    return next !== undefined && !signed(one, next)
  })
  if (broken >= 0) {
    return {
      result: "error",
      detail: `certificate ${broken + 1} is not signed by certificate ${broken + 2}: the order is wrong, or one between them is missing`
    }
  }
  const who = last === undefined || signed(last, last) ? "itself" : `${last.issuer}, which is not sent along`
  return {
    result: "success",
    detail: chain.length === 1 ? `it is signed by ${who}` : `each is signed by the next, the last one by ${who}`
  }
}

/** Reads a text of certificates; what cannot be read of it is told. */
const readPem = (text: string): Pick<Group, "certificates" | "verdicts"> => {
  const parsed = CertificateBundle.parse(text)
  if (Result.isSuccess(parsed)) return { certificates: inOrder(text, parsed.success), verdicts: [] }
  const { message, usable } = parsed.failure
  return { certificates: inOrder(text, usable), verdicts: [{ result: "error", detail: message }] }
}

/** A bundle is sorted by fingerprint; a chain is to be seen as it stands. */
const inOrder = (text: string, { certificates }: CertificateBundle.CertificateBundle) => {
  const flat = (pem: string) => pem.replace(/\s+/g, "")
  const whole = flat(text)
  return certificates.toSorted((a, b) => whole.indexOf(flat(a.pem)) - whole.indexOf(flat(b.pem)))
}

/** Whether a chain verifies; its time has a verdict of its own. */
const verified = (
  chain: ReadonlyArray<Certificate>,
  roots: string,
  what: string,
  { host, now }: { readonly host?: string; readonly now: Date }
): Verdict => {
  const [leaf, ...more] = chain
  if (leaf === undefined) return { result: "error", detail: "there is no certificate" }
  const name = host === undefined ? {} : isIP(host) > 0 ? { ipAddress: host } : { dnsName: host }
  const inTime = now >= leaf.notBefore && now <= leaf.notAfter
  const at = inTime ? now : new Date((leaf.notBefore.getTime() + leaf.notAfter.getTime()) / 2)
  const result = CertificateChain.verify({ chain: [leaf, ...more], roots, at, ...name })
  return Result.isSuccess(result)
    ? { result: "success", detail: `it verifies under ${what}${host === undefined ? "" : ` for ${host}`}` }
    : { result: "error", detail: `it does not verify under ${what}: ${result.failure.message}` }
}

const timed = (certificates: ReadonlyArray<Certificate>, now: Date): ReadonlyArray<Verdict> =>
  certificates.flatMap(({ notAfter, notBefore, subject }) =>
    now > notAfter
      ? [{ result: "error" as const, detail: `${subject} has expired` }]
      : now < notBefore
        ? [{ result: "error" as const, detail: `${subject} is not valid yet` }]
        : []
  )

/**
 * A bundle: authorities side by side.
 *
 * @category constructors
 * @since 0.1.0
 */
export const bundle = (title: string, text: string, now: Date): Group => {
  const { certificates, verdicts } = readPem(text)
  return { title, certificates, verdicts: [...verdicts, ...timed(certificates, now)] }
}

/**
 * A chain: a leaf, and what signed it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const chain = (title: string, text: string, now: Date): Group => {
  const { certificates, verdicts } = readPem(text)
  const linked = certificates.length > 0 && verdicts.length === 0 ? [links(certificates)] : []
  return { title, certificates, verdicts: [...verdicts, ...timed(certificates, now), ...linked] }
}

/**
 * A text of which it is not known what it is: several certificates that sign each other are a chain, others a bundle.
 *
 * @category constructors
 * @since 0.1.0
 */
export const text = (title: string, content: string, now: Date): Group => {
  const { certificates } = readPem(content)
  const [first, second] = certificates
  return first !== undefined && !first.isCA && second !== undefined
    ? chain(title, content, now)
    : bundle(title, content, now)
}

const ofSecret = (secret: KubernetesObject, now: Date): ReadonlyArray<Group> => {
  const material = Material.fromSecret(secret, undefined)
  const title = (key: string) => `Secret ${secret.metadata.namespace ?? "default"}/${secret.metadata.name}: ${key}`
  const data = Object.keys((part(secret, "data") ?? {}) as object)
  const others = data
    .filter((key) => key !== material?.names.chain && decoded(part(secret, "data", key)).includes(begin))
    .map((key) => bundle(title(key), decoded(part(secret, "data", key)), now))
  if (material === undefined) return others
  const served = chain(title(material.names.chain), material.chain, now)
  const [leaf] = served.certificates
  const belongs: ReadonlyArray<Verdict> =
    leaf === undefined || material.key === ""
      ? []
      : KeyPair.matches(leaf, material.key)
        ? [{ result: "success", detail: "the key in the Secret belongs to it" }]
        : [{ result: "error", detail: "the key in the Secret does not belong to it" }]
  const { authority, names } = material
  const rooted = authority === "" ? [] : [verified(served.certificates, authority, names.authority, { now })]
  return [{ ...served, verdicts: [...served.verdicts, ...belongs, ...rooted] }, ...others]
}

/**
 * The certificates in an object; none where a kind has no place for them.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofObject = (object: KubernetesObject, now: Date): ReadonlyArray<Group> => {
  switch (object.kind) {
    case "Secret":
      return ofSecret(object, now)
    case "ConfigMap": {
      const entries = Object.entries((part(object, "data") ?? {}) as Record<string, unknown>)
      return entries
        .filter(([, value]) => textOf(value).includes(begin))
        .map(([key, value]) =>
          text(
            `ConfigMap ${object.metadata.namespace ?? "default"}/${object.metadata.name}: ${key}`,
            textOf(value),
            now
          )
        )
    }
    case "CertificateSigningRequest": {
      const issued = decoded(part(object, "status", "certificate"))
      return issued === "" ? [] : [chain(`csr/${object.metadata.name}`, issued, now)]
    }
    case "Config":
      return ofKubeconfig(object, now)
    default:
      return calleesOf(object)
        .filter(({ caBundle }) => caBundle !== "")
        .map((callee) => bundle(`caBundle of ${describe(callee)}`, callee.caBundle, now))
  }
}

const ofKubeconfig = (kubeconfig: unknown, now: Date): ReadonlyArray<Group> => {
  const entries = (list: string, inner: string, key: string, what: string) =>
    listOf(part(kubeconfig, list)).flatMap((one) => {
      const data = decoded(part(one, inner, key))
      return data === "" ? [] : [text(`${what} ${textOf(part(one, "name"))}`, data, now)]
    })
  return [
    ...entries("clusters", "cluster", "certificate-authority-data", "authority of cluster"),
    ...entries("users", "user", "client-certificate-data", "client certificate of user")
  ]
}

/**
 * What a server presents, for the name it was asked by.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofServer = (
  title: string,
  certificates: ReadonlyArray<Certificate>,
  options: { readonly host: string; readonly roots: string | undefined; readonly now: Date }
): Group => {
  const { host, now, roots } = options
  const trust =
    roots === undefined
      ? verified(certificates, rootCertificates.join("\n"), "the public authorities", { host, now })
      : verified(certificates, roots, "the kubeconfig's authority", { host, now })
  return { title, certificates, verdicts: [...timed(certificates, now), links(certificates), trust] }
}
