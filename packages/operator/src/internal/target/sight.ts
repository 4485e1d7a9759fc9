/** How an object looks to a rotation: which of its entries are the webhook's, what they trust, what is wrong with it. */
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Result from "effect/Result"
import * as RotationMaterial from "../../rotation/RotationMaterial.ts"
import * as CanaryEntry from "../../target/CanaryEntry.ts"
import type {
  FoundTarget,
  MissingTarget,
  NamespacedName,
  RotatedWebhook,
  TargetEntry,
  TargetKind,
  TargetSpec
} from "../../target/Target.ts"
import { field, list, text, texts } from "../json.ts"

/** Where the epoch of a publication is kept; one for each WebhookCertificate, since two can share a target. */
export const epochAnnotation = (certificate: NamespacedName): string =>
  `certificates.holdfast.dev/epoch-${CanaryEntry.idOf(certificate)}`

export const touchedAnnotation = (certificate: NamespacedName): string =>
  `certificates.holdfast.dev/touched-${CanaryEntry.idOf(certificate)}`

export const annotationPath = (name: string): string => `/metadata/annotations/${name.replaceAll("/", "~1")}`

export const hasCanary = (kind: TargetKind): boolean =>
  kind === "ValidatingWebhookConfiguration" || kind === "MutatingWebhookConfiguration"

/** Looks at an object for the entries that some specs mean. */
export const look = (
  object: KubernetesObject,
  webhook: RotatedWebhook,
  specs: ReadonlyArray<TargetSpec>
): { readonly target: FoundTarget | undefined; readonly problems: ReadonlyArray<MissingTarget> } => {
  const kind = object.kind as TargetKind
  const name = `${kind}/${object.metadata.name}`
  const problem = (what: string, target = name) => ({ target: undefined, problems: [{ target, problem: what }] })
  if (kind === "CustomResourceDefinition") {
    return text(object, "spec", "conversion", "strategy") === "Webhook"
      ? {
          target: read(object, webhook, [{ name: "", pointer: "/spec/conversion/webhook/clientConfig" }]),
          problems: []
        }
      : problem("it has no conversion webhook")
  }
  if (kind === "APIService") {
    if (field(object, "spec", "service") === undefined) return problem("the API server serves it itself")
    return field(object, "spec", "insecureSkipTLSVerify") === true
      ? problem("it has insecureSkipTLSVerify, with which it may have no caBundle")
      : { target: read(object, webhook, [{ name: "", pointer: "/spec" }]), problems: [] }
  }
  const named = new Set(specs.flatMap(({ webhooks }) => webhooks ?? []))
  const takesCallers = specs.some(({ webhooks }) => webhooks === undefined)
  const all = list(object, "webhooks").map((entry, index) => ({ entry, name: text(entry, "name"), index }))
  const entries = all
    .filter(
      ({ entry, name: own }) =>
        !CanaryEntry.isCanary(entry) && (named.has(own) || (takesCallers && calls(entry, webhook)))
    )
    .map(({ index, name: own }): TargetEntry => ({ name: own, pointer: `/webhooks/${index}/clientConfig` }))
  const absent = [...named].filter((own) => !all.some((each) => each.name === own))
  const problems = absent.map((own) => ({ target: `${name}: ${own}`, problem: "there is no such entry" }))
  // An object that was found by its labels need not be the webhook's.
  const isNamed = specs.some((spec) => spec.name !== undefined && spec.webhooks === undefined)
  if (entries.length > 0) return { target: read(object, webhook, entries), problems }
  return isNamed ? problem(`none of its entries calls ${addressOf(webhook)}`) : { target: undefined, problems }
}

const addressOf = ({ dnsNames, service }: RotatedWebhook): string =>
  [...(service === undefined ? [] : [`the Service ${service.namespace}/${service.name}`]), ...dnsNames].join(" or ")

const calls = (entry: unknown, { dnsNames, service }: RotatedWebhook): boolean => {
  const called = field(entry, "clientConfig", "service")
  if (called !== undefined) {
    return (
      service !== undefined && text(called, "name") === service.name && text(called, "namespace") === service.namespace
    )
  }
  const url = URL.parse(text(entry, "clientConfig", "url"))
  return url !== null && dnsNames.includes(url.hostname)
}

/** Reads the entries of an object. */
export const read = (
  object: KubernetesObject,
  webhook: RotatedWebhook,
  entries: ReadonlyArray<TargetEntry>
): FoundTarget => {
  const { metadata } = object
  const kind = object.kind as TargetKind
  const name = `${kind}/${metadata.name}`
  const bundles = entries.map((entry) => ({ entry, ...bundleAt(object, entry) }))
  const live = bundles.reduce((all, { bundle }) => CertificateBundle.union(all, bundle), CertificateBundle.empty)
  const annotations = texts(metadata, "annotations")
  const epoch = epochIn(annotations[epochAnnotation(webhook.certificate)])
  const canary = hasCanary(kind) ? canaryIn(object, webhook, name, epoch, live) : undefined
  const problems = [
    ...bundles.flatMap(({ bundle, entry, problem }) => {
      const where = entry.name === "" ? "its caBundle" : `the caBundle of ${entry.name}`
      if (problem !== undefined) return [`${where} ${problem}`]
      return CertificateBundle.equals(bundle, live) ? [] : [`${where} lacks authorities that another entry has`]
    }),
    ...(epoch === 0 ? ["nobody has published into it, or what was published was replaced"] : []),
    ...(canary?.problem === undefined ? [] : [canary.problem])
  ]
  return {
    name,
    kind,
    objectName: metadata.name ?? "",
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    bundle: live.certificates.map(RotationMaterial.trusted),
    epoch,
    entries,
    canary: canary?.pointer,
    hasAnnotations: field(metadata, "annotations") !== undefined,
    annotations: [epochAnnotation(webhook.certificate), touchedAnnotation(webhook.certificate)].filter(
      (each) => annotations[each] !== undefined
    ),
    live,
    intact: problems.length === 0,
    problems
  }
}

const epochIn = (annotation: string | undefined): number =>
  annotation !== undefined && /^\d{1,15}$/.test(annotation) ? Number(annotation) : 0

interface ReadBundle {
  /** What the API server takes from it. */
  readonly bundle: CertificateBundle.CertificateBundle
  /** The end of a sentence that begins with the bundle. */
  readonly problem?: string
}

const bundleAt = (object: unknown, { pointer }: TargetEntry): ReadBundle => {
  const encoded = text(clientConfigAt(object, pointer), "caBundle")
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

const clientConfigAt = (object: unknown, pointer: string): unknown =>
  pointer
    .slice(1)
    .split("/")
    .reduce((value, step) => (Array.isArray(value) ? value[Number(step)] : field(value, step)), object)

const canaryIn = (
  object: KubernetesObject,
  webhook: RotatedWebhook,
  target: string,
  epoch: number,
  live: CertificateBundle.CertificateBundle
): { readonly pointer: string | undefined; readonly problem: string | undefined } => {
  const webhooks = list(object, "webhooks")
  const index = webhooks.findIndex((entry) => text(entry, "name") === CanaryEntry.nameOf(webhook.certificate))
  if (index < 0) return { pointer: undefined, problem: "its canary entry is missing" }
  const pointer = `/webhooks/${index}`
  const caBundle = text(webhooks[index], "clientConfig", "caBundle")
  const { bundle } = bundleAt(object, { name: "", pointer: `${pointer}/clientConfig` })
  const made = CanaryEntry.make(webhook, { name: target }, { epoch, caBundle })
  return {
    pointer,
    problem:
      CertificateBundle.equals(bundle, live) && CanaryEntry.isAsMade(webhooks[index], made)
        ? undefined
        : "its canary entry was changed"
  }
}
