/**
 * What mends a finding, as a hint and where possible as a command line that does it.
 *
 * @since 0.1.0
 */
import * as CertificateChain from "@holdfast/certificates/CertificateChain"
import * as Result from "effect/Result"
import { listOf, part, textOf } from "../input/Json.ts"
import { type CalledService, type Callee, hostOf } from "./Callee.ts"
import type { Outlook, Problem } from "./Finding.ts"
import type { Material } from "./Material.ts"

/**
 * A hint, perhaps with a command.
 *
 * @category models
 * @since 0.1.0
 */
export type Mend = Required<Pick<Problem, "hint">> & Pick<Problem, "command">

/** The argument of kubectl that names an object. */
const target = ({ object }: Callee): string =>
  `${object.kind === "CustomResourceDefinition" ? "crd" : object.kind.toLowerCase()} ${object.metadata.name}`

const annotations = ({ object }: Callee) => object.metadata.annotations ?? {}

/** Controllers that write caBundles; what a person writes there they write over. */
const injectors: ReadonlyArray<readonly [annotation: string, hint: string]> = [
  [
    "cert-manager.io/inject-ca-from",
    "cert-manager's cainjector writes this caBundle: see in its log why it does not, and in its Certificate"
  ],
  [
    "cert-manager.io/inject-ca-from-secret",
    "cert-manager's cainjector writes this caBundle: see in its log why it does not, and in the Secret it is taken from"
  ],
  [
    "service.beta.openshift.io/inject-cabundle",
    "OpenShift's service-ca operator writes this caBundle: see whether it runs"
  ]
]

const bundleField: Readonly<Record<Callee["kind"], string>> = {
  admission: "clientConfig.caBundle",
  conversion: "spec.conversion.webhook.clientConfig.caBundle",
  "aggregated-api": "spec.caBundle"
}

/** Under which of its own data a Secret's chain verifies; a certificate that signed itself is its own authority. */
const authorityIn = ({ authority, chain, names }: Material, callee: Callee, { now }: Outlook): string | undefined => {
  const trusts = (roots: string) =>
    roots !== "" && Result.isSuccess(CertificateChain.verify({ chain, roots, dnsName: hostOf(callee), at: now }))
  return trusts(authority) ? names.authority : trusts(chain) ? names.chain : undefined
}

/**
 * Brings the authority that signed what is served into a callee's bundle.
 *
 * @category constructors
 * @since 0.1.0
 */
export const bundle = (callee: Callee, materials: ReadonlyArray<Material>, outlook: Outlook): Mend => {
  const injector = injectors.find(([annotation]) => annotations(callee)[annotation] !== undefined)
  if (injector !== undefined) return { hint: injector[1] }
  const rotated = materials.find(({ rotatedBy }) => rotatedBy !== undefined)
  if (rotated !== undefined) {
    const namespace = rotated.secret?.metadata.namespace
    return {
      hint: `Holdfast's operator writes this caBundle by its WebhookCertificate ${rotated.rotatedBy}: see why it does not`,
      command: `${outlook.kubectl} describe webhookcertificate -n ${namespace} ${rotated.rotatedBy}`
    }
  }
  const field = bundleField[callee.kind]
  for (const material of materials) {
    const data = authorityIn(material, callee, outlook)
    if (data === undefined || material.secret === undefined) continue
    const { name, namespace } = material.secret.metadata
    const value = `$(${outlook.kubectl} get secret -n ${namespace} ${name} -o jsonpath='{.data.${data.replaceAll(".", "\\.")}}')`
    const patch = `[{\\"op\\":\\"add\\",\\"path\\":\\"${callee.bundleAt}\\",\\"value\\":\\"${value}\\"}]`
    const insecure = callee.insecure ? ',{\\"op\\":\\"remove\\",\\"path\\":\\"/spec/insecureSkipTLSVerify\\"}' : ""
    return {
      hint: `Put ${data} of ${material.where} into ${field}`,
      command: `${outlook.kubectl} patch ${target(callee)} --type=json -p "${patch.replace(/\]$/, `${insecure}]`)}"`
    }
  }
  return { hint: `Put the authority that signed the certificate of ${hostOf(callee)}, as PEM, into ${field}` }
}

/**
 * Renews what a Secret holds, or a server presents.
 *
 * @category constructors
 * @since 0.1.0
 */
export const renew = ({ rotatedBy, secret, where }: Material, dnsName: string | undefined): Mend => {
  const host = dnsName === undefined ? "" : ` for ${dnsName}`
  if (secret === undefined) {
    return { hint: `Have ${where} serve a new certificate${host}, signed by an authority that the caBundle holds` }
  }
  const { annotations = {}, name, namespace } = secret.metadata
  if (rotatedBy !== undefined) {
    return {
      hint: `Holdfast's operator renews ${where} by its WebhookCertificate ${rotatedBy}; see why it has not, or ask it to`,
      command: `holdfast certs rotate ${rotatedBy} -n ${namespace}`
    }
  }
  const certificate = annotations["cert-manager.io/certificate-name"]
  if (certificate !== undefined) {
    return {
      hint: `cert-manager renews ${where} by its Certificate ${certificate}; see why it has not, or ask it to`,
      command: `cmctl renew -n ${namespace} ${certificate}`
    }
  }
  const job = listOf(secret.metadata.ownerReferences).map((owner) => textOf(part(owner, "name")))[0]
  const who = job === undefined ? "" : ` (${job} made it)`
  return {
    hint: `Put a new certificate${host}, signed by an authority that its clients trust, and its key into Secret ${namespace}/${name}${who}`
  }
}

/**
 * Leaves namespaces out of a webhook's reach.
 *
 * @category constructors
 * @since 0.1.0
 */
export const exempt = (
  callee: Callee,
  index: number,
  namespaces: ReadonlyArray<string>,
  { kubectl }: Outlook
): Mend => {
  const expression = { key: "kubernetes.io/metadata.name", operator: "NotIn", values: namespaces }
  const selector = part(callee.entry, "namespaceSelector")
  const at = `/webhooks/${index}/namespaceSelector`
  const [path, value] = Array.isArray(part(selector, "matchExpressions"))
    ? [`${at}/matchExpressions/-`, expression]
    : typeof selector === "object" && selector !== null
      ? [`${at}/matchExpressions`, [expression]]
      : [at, { matchExpressions: [expression] }]
  return {
    hint: `Leave ${namespaces.join(" and ")} out with a namespaceSelector, or set failurePolicy: Ignore`,
    command: `${kubectl} patch ${target(callee)} --type=json -p '${JSON.stringify([{ op: "add", path, value }])}'`
  }
}

/**
 * Brings endpoints behind a Service.
 *
 * @category constructors
 * @since 0.1.0
 */
export const start = (
  { name, namespace }: CalledService,
  selector: Readonly<Record<string, string>>,
  pods: ReadonlyArray<string>,
  { kubectl }: Outlook
): Mend => {
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`)
  if (labels.length === 0) {
    return {
      hint: "It selects no pods by itself: whoever keeps its endpoints has to write them, or give it a selector",
      command: `${kubectl} get endpointslices -n ${namespace} -l kubernetes.io/service-name=${name}`
    }
  }
  return pods.length === 0
    ? {
        hint: `No pod has the labels ${labels.join(",")}: start what has them, or mend the Service's selector`,
        command: `${kubectl} get deployments,statefulsets,daemonsets,pods -n ${namespace} --show-labels`
      }
    : {
        hint: `Its pods are not ready: see why (${pods.slice(0, 3).join(", ")})`,
        command: `${kubectl} describe pods -n ${namespace} -l ${labels.join(",")}`
      }
}
