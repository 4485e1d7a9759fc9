/** How an object looks to a rotation: which of its entries are the webhook's, what they trust, what is wrong with it. */
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import { field, list, text, texts } from "@holdfast/k8s-adapter/Json"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Result from "effect/Result"
import type { TargetKind, TargetSpec } from "../../certificate/WebhookCertificate.ts"
import * as CanaryEntry from "../../target/CanaryEntry.ts"
import type { FoundTarget, RotatedWebhook, Traces } from "../../target/Target.ts"
import { guarded } from "./guard.ts"

type Id = Pick<RotatedWebhook, "id">

/** Where the epoch of a publication is kept; one for each WebhookCertificate, since two can share a target. */
export const epochAnnotation = ({ id }: Id): string => `certificates.holdfast.dev/epoch-${id}`

export const touchedAnnotation = ({ id }: Id): string => `certificates.holdfast.dev/touched-${id}`

export const annotationPath = (name: string): string => `/metadata/annotations/${name.replaceAll("/", "~1")}`

export const hasCanary = (kind: TargetKind): boolean =>
  kind === "ValidatingWebhookConfiguration" || kind === "MutatingWebhookConfiguration"

interface Look {
  readonly target: FoundTarget | undefined
  /** What is asked for and is not in the object. */
  readonly missing: ReadonlyArray<string>
}

/** Looks at an object for the entries that some specs mean. */
export const look = (object: KubernetesObject, webhook: RotatedWebhook, specs: ReadonlyArray<TargetSpec>): Look => {
  const kind = object.kind as TargetKind
  const name = `${kind}/${object.metadata.name}`
  const found = (pointer: string): Look => ({ target: read(object, webhook, [], [pointer]), missing: [] })
  const without = (problem: string): Look => ({ target: undefined, missing: [`${name}: ${problem}`] })
  if (kind === "CustomResourceDefinition") {
    return text(object, "spec", "conversion", "strategy") === "Webhook"
      ? found("/spec/conversion/webhook/clientConfig")
      : without("it has no conversion webhook")
  }
  if (kind === "APIService") {
    if (field(object, "spec", "service") === undefined) return without("the API server serves it itself")
    return field(object, "spec", "insecureSkipTLSVerify") === true
      ? without("it has insecureSkipTLSVerify, beside which there can be no caBundle")
      : found("/spec")
  }
  const named = new Set(specs.flatMap(({ webhooks }) => webhooks ?? []))
  const takesCallers = specs.some(({ webhooks }) => webhooks === undefined)
  const all = list(object, "webhooks").map((entry, index) => ({ entry, index, own: text(entry, "name") }))
  const chosen = all.filter(
    ({ entry, own }) => !CanaryEntry.isCanary(entry) && (named.has(own) || (takesCallers && calls(entry, webhook)))
  )
  const missing = [...named]
    .filter((own) => !all.some((each) => each.own === own))
    .map((own) => `${name}: there is no entry ${own}`)
  if (chosen.length === 0) {
    // An object that was found by its labels need not be the webhook's.
    const isMeant = specs.some((spec) => spec.name !== undefined && spec.webhooks === undefined)
    return isMeant ? without(`none of its entries calls ${addressOf(webhook)}`) : { target: undefined, missing }
  }
  const names = chosen.map(({ own }) => own)
  const pointers = chosen.map(({ index }) => `/webhooks/${index}/clientConfig`)
  return { target: read(object, webhook, names, pointers), missing }
}

const addressOf = ({ namespace, spec: { dnsNames, service } }: RotatedWebhook): string =>
  [...(service === undefined ? [] : [`the Service ${namespace}/${service.name}`]), ...dnsNames].join(" or ")

const calls = (entry: unknown, { dnsNames, namespace, spec: { service } }: RotatedWebhook): boolean => {
  const called = field(entry, "clientConfig", "service")
  if (called === undefined) return dnsNames.includes(hostOf(entry)?.host ?? "")
  return service !== undefined && text(called, "name") === service.name && text(called, "namespace") === namespace
}

const hostOf = (entry: unknown): FoundTarget["hosts"][number] | undefined => {
  const url = URL.parse(text(entry, "clientConfig", "url"))
  return url === null ? undefined : { host: url.hostname, port: url.port === "" ? 443 : Number(url.port) }
}

/** Reads the bundles of an object. */
export const read = (
  object: KubernetesObject,
  webhook: RotatedWebhook,
  entries: ReadonlyArray<string>,
  pointers: ReadonlyArray<string>
): FoundTarget => {
  const { metadata } = object
  const kind = object.kind as TargetKind
  const name = `${kind}/${metadata.name}`
  const bundles = pointers.map((pointer, index) => ({ entry: entries[index], ...bundleAt(object, pointer) }))
  const bundle = bundles.map((each) => each.bundle).reduce((all, each) => CertificateBundle.union(all, each))
  const annotation = texts(metadata, "annotations")[epochAnnotation(webhook)] ?? ""
  const epoch = /^\d{1,15}$/.test(annotation) ? Number(annotation) : 0
  const problems = [
    ...bundles.flatMap((each) => {
      const subject = each.entry === undefined ? "its caBundle" : `the caBundle of ${each.entry}`
      if (each.problem !== undefined) return [`${subject} ${each.problem}`]
      return CertificateBundle.equals(each.bundle, bundle) ? [] : [`${subject} lacks what another entry has`]
    }),
    ...(epoch > 0 ? [] : ["it has no publication of ours"]),
    ...(hasCanary(kind) ? canaryProblems(object, webhook, { name, epoch, bundle }) : [])
  ]
  const clients = hasCanary(kind) ? pointers.map((pointer) => at(object, pointer.replace(/\/clientConfig$/, ""))) : []
  return {
    name,
    kind,
    objectName: metadata.name ?? "",
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    entries,
    pointers,
    bundle,
    epoch: problems.length === 0 ? epoch : 0,
    problems,
    hosts: clients.map(hostOf).filter((each) => each !== undefined),
    warnings: clients.flatMap((entry) => warningsOf(entry, webhook)),
    traces: tracesIn(object, webhook)
  }
}

/** What publications of a WebhookCertificate have left in an object. */
export const tracesIn = (object: KubernetesObject, webhook: Id): Traces => {
  const annotations = texts(object.metadata, "annotations")
  const index = canaryIndex(object, webhook)
  return {
    canary: index < 0 ? undefined : `/webhooks/${index}`,
    annotations: [epochAnnotation(webhook), touchedAnnotation(webhook)].filter(
      (name) => annotations[name] !== undefined
    ),
    hasAnnotations: field(object.metadata, "annotations") !== undefined
  }
}

const canaryIndex = (object: KubernetesObject, webhook: Id): number =>
  list(object, "webhooks").findIndex((entry) => text(entry, "name") === CanaryEntry.nameOf(webhook))

const canaryProblems = (
  object: KubernetesObject,
  webhook: RotatedWebhook,
  {
    bundle,
    epoch,
    name
  }: { readonly name: string; readonly epoch: number; readonly bundle: CertificateBundle.CertificateBundle }
): ReadonlyArray<string> => {
  const index = canaryIndex(object, webhook)
  if (index < 0) return ["its canary entry is missing"]
  const entry = list(object, "webhooks")[index]
  const caBundle = text(entry, "clientConfig", "caBundle")
  const isAsMade = CanaryEntry.isAsMade(entry, CanaryEntry.make(webhook, { name }, { epoch, caBundle }))
  const own = bundleAt(object, `/webhooks/${index}/clientConfig`)
  return isAsMade && CertificateBundle.equals(own.bundle, bundle) ? [] : ["its canary entry was changed"]
}

const warningsOf = (entry: unknown, { namespace, operatorNamespace }: RotatedWebhook): ReadonlyArray<string> => {
  const resources = guarded(entry, [namespace, operatorNamespace])
  return resources.length === 0
    ? []
    : [
        `${text(entry, "name")} is asked about ${resources.join(", ")}, which its own rotation has to write: once it is down it stays down. Exclude the namespaces ${[...new Set([namespace, operatorNamespace])].join(" and ")} by its namespaceSelector, and those kinds by its rules.`
      ]
}

interface ReadBundle {
  /** What an API server takes from it. */
  readonly bundle: CertificateBundle.CertificateBundle
  /** The end of a sentence that begins with the bundle. */
  readonly problem?: string
}

const bundleAt = (object: unknown, pointer: string): ReadBundle => {
  const encoded = text(at(object, pointer), "caBundle")
  const known = readBefore.get(encoded)
  if (known !== undefined) return known
  const read = decode(encoded)
  const [oldest] = readBefore.keys()
  if (readBefore.size === mostBundles && oldest !== undefined) readBefore.delete(oldest)
  readBefore.set(encoded, read)
  return read
}

/** The same few bundles stand in all targets, and are looked at again and again; to parse them is what costs. */
const readBefore = new Map<string, ReadBundle>()
const mostBundles = 64

const decode = (encoded: string): ReadBundle => {
  if (encoded === "") return { bundle: CertificateBundle.empty, problem: "is empty" }
  const parsed = CertificateBundle.parse(Buffer.from(encoded, "base64").toString("utf8"))
  return Result.match(parsed, {
    onFailure: ({ badBlocks, usable }) => ({
      bundle: usable,
      problem:
        badBlocks.length === 0
          ? "holds no certificate"
          : badBlocks.map(({ line, problem }) => `has a block on line ${line} that ${problem}`).join(" and ")
    }),
    onSuccess: (bundle) => ({ bundle })
  })
}

const at = (object: unknown, pointer: string): unknown =>
  pointer
    .slice(1)
    .split("/")
    .reduce((value, step) => (Array.isArray(value) ? value[Number(step)] : field(value, step)), object)
