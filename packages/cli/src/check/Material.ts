/**
 * What is served, or stored to be served: a chain, and in a Secret its key and often the authority that signed it.
 *
 * @since 0.1.0
 */
import type { Certificate } from "@holdfast/certificates/Certificate"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import { decoded, part } from "../input/Json.ts"

/**
 * What one Secret holds, or one server presents.
 *
 * @category models
 * @since 0.1.0
 */
export interface Material {
  /** `undefined` for what a server presents. */
  readonly secret: KubernetesObject | undefined
  /** `Secret shop/web-tls`, or `https://hook.example.org`. */
  readonly where: string
  readonly chain: string
  /** Empty where it is not known, as for what a server presents. */
  readonly key: string
  /** Empty where it is not there. */
  readonly authority: string
  /** The WebhookCertificate whose rotation writes the Secret. */
  readonly rotatedBy: string | undefined
  /** The keys of the Secret's data that hold the chain and the authority. */
  readonly names: { readonly chain: string; readonly authority: string }
}

/** The keys of Kubernetes' own type, and those of `kube-webhook-certgen`. */
const layouts = [
  { chain: "tls.crt", key: "tls.key", authority: "ca.crt" },
  { chain: "cert", key: "key", authority: "ca" }
] as const

/**
 * The material of a Secret; `undefined` where it holds no certificate to serve.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromSecret = (secret: KubernetesObject, rotatedBy: string | undefined): Material | undefined => {
  const read = (name: string) => decoded(part(secret, "data", name))
  const names = layouts.find(({ chain }) => read(chain) !== "")
  if (names === undefined) return undefined
  return {
    secret,
    rotatedBy,
    where: `Secret ${secret.metadata.namespace}/${secret.metadata.name}`,
    chain: read(names.chain),
    key: read(names.key),
    authority: read(names.authority),
    names
  }
}

/**
 * The material that a server presents.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromServer = (where: string, chain: ReadonlyArray<Certificate>): Material => ({
  secret: undefined,
  rotatedBy: undefined,
  where,
  chain: chain.map(({ pem }) => pem).join(""),
  key: "",
  authority: "",
  names: layouts[0]
})
