/** What a kustomization does to all objects: namespace, labels, annotations, images, replicas. */

import { field, text } from "../../Json.ts"
import type { KubernetesObject } from "../../KubernetesObject.ts"
import { groupVersion } from "../../KubernetesObject.ts"
import { isFields } from "../fields.ts"

type Fields = Record<string, unknown>

/** Changes the value at a path; `undefined` for what is not there, and to leave it so. */
const update = (value: unknown, path: ReadonlyArray<string>, change: (found: unknown) => unknown): unknown => {
  const [step, ...rest] = path
  if (step === undefined) return change(value)
  if (step === "*") return Array.isArray(value) ? value.map((item) => update(item, rest, change)) : value
  const fields = isFields(value) ? value : undefined
  const next = update(fields?.[step], rest, change)
  if (next === undefined && fields?.[step] === undefined) return value
  return { ...fields, [step]: next }
}

const changed = (object: KubernetesObject, path: string, change: (found: unknown) => unknown): KubernetesObject =>
  update(object, path.split("/"), change) as KubernetesObject

/** Adds entries to a mapping; where there is none yet, only if it may be made. */
const adding =
  (pairs: Readonly<Record<string, string>>, create: boolean) =>
  (found: unknown): unknown =>
    isFields(found) ? { ...found, ...pairs } : create || found === null ? { ...pairs } : found

const workloads: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"])

const templatePath = (kind: string): string | undefined =>
  workloads.has(kind) || kind === "Job" || kind === "ReplicationController"
    ? "spec/template/metadata"
    : kind === "CronJob"
      ? "spec/jobTemplate/spec/template/metadata"
      : undefined

/** Where selectors of pods are, and whether one is made where it is missing. */
const selectorPaths = (kind: string): ReadonlyArray<readonly [path: string, create: boolean]> => {
  if (workloads.has(kind)) return [["spec/selector/matchLabels", true]]
  switch (kind) {
    case "Service":
    case "ReplicationController":
      return [["spec/selector", true]]
    case "Job":
    case "PodDisruptionBudget":
      return [["spec/selector/matchLabels", false]]
    case "CronJob":
      return [["spec/jobTemplate/spec/selector/matchLabels", false]]
    case "NetworkPolicy":
      return [
        ["spec/podSelector/matchLabels", false],
        ["spec/ingress/*/from/*/podSelector/matchLabels", false],
        ["spec/egress/*/to/*/podSelector/matchLabels", false]
      ]
    default:
      return []
  }
}

export interface Labels {
  readonly pairs: Readonly<Record<string, string>>
  readonly selectors: boolean
  readonly templates: boolean
}

export const withLabels = (object: KubernetesObject, { pairs, selectors, templates }: Labels): KubernetesObject => {
  let result = changed(object, "metadata/labels", adding(pairs, true))
  const template = templatePath(object.kind)
  if (template !== undefined && (selectors || templates))
    result = changed(result, `${template}/labels`, adding(pairs, true))
  if (selectors)
    for (const [path, create] of selectorPaths(object.kind)) result = changed(result, path, adding(pairs, create))
  return result
}

export const withAnnotations = (
  object: KubernetesObject,
  pairs: Readonly<Record<string, string>>
): KubernetesObject => {
  const result = changed(object, "metadata/annotations", adding(pairs, true))
  const template = templatePath(object.kind)
  return template === undefined ? result : changed(result, `${template}/annotations`, adding(pairs, true))
}

/** Built-in kinds that live in no namespace. */
const clusterScoped: ReadonlySet<string> = new Set([
  "Namespace",
  "Node",
  "PersistentVolume",
  "CustomResourceDefinition",
  "APIService",
  "ClusterRole",
  "ClusterRoleBinding",
  "PriorityClass",
  "StorageClass",
  "CSIDriver",
  "RuntimeClass",
  "IngressClass",
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "CertificateSigningRequest",
  "FlowSchema",
  "PriorityLevelConfiguration"
])

/** Moves all objects into a namespace, and with them what refers to their Services and service accounts. */
export const inNamespace = (
  objects: ReadonlyArray<KubernetesObject>,
  namespace: string
): ReadonlyArray<KubernetesObject> => {
  const definedClusterScoped = new Set(
    objects
      .filter((object) => text(object, "spec", "scope") === "Cluster")
      .map((object) => `${text(object, "spec", "group")}/${text(object, "spec", "names", "kind")}`)
  )
  const has = (kind: string, name: string, from: string) =>
    objects.some(
      ({ kind: one, metadata }) => one === kind && metadata.name === name && (metadata.namespace ?? "default") === from
    )
  const refers = (found: unknown, kind: string) => has(kind, text(found, "name"), text(found, "namespace") || "default")
  const moved = (found: unknown) => ({ ...(found as Fields), namespace })
  const service = (found: unknown) => (refers(found, "Service") ? moved(found) : found)
  const subject = (found: unknown) => {
    if (text(found, "kind") !== "ServiceAccount") return found
    return text(found, "name") === "default" || refers(found, "ServiceAccount") ? moved(found) : found
  }
  return objects.map((object) => {
    const { group } = groupVersion(object.apiVersion)
    switch (object.kind) {
      case "Namespace":
        return changed(object, "metadata/name", () => namespace)
      case "ClusterRoleBinding":
        return changed(object, "subjects/*", subject)
      case "RoleBinding":
        return changed(changed(object, "subjects/*", subject), "metadata/namespace", () => namespace)
      case "APIService":
        return changed(object, "spec/service", service)
      case "CustomResourceDefinition":
        return changed(object, "spec/conversion/webhook/clientConfig/service", service)
      case "ValidatingWebhookConfiguration":
      case "MutatingWebhookConfiguration":
        return changed(object, "webhooks/*/clientConfig/service", service)
      default:
        return clusterScoped.has(object.kind) || definedClusterScoped.has(`${group}/${object.kind}`)
          ? object
          : changed(object, "metadata/namespace", () => namespace)
    }
  })
}

export interface Image {
  readonly name: string
  readonly newName?: string | undefined
  readonly newTag?: string | undefined
  readonly digest?: string | undefined
}

const withImage = (given: string, image: Image): string => {
  const [, tagged = "", digest = ""] = /^([^@]+)(@.+)?$/.exec(given) ?? []
  const colon = tagged.lastIndexOf(":")
  // A colon before the last slash is that of a registry's port.
  const end = colon > tagged.lastIndexOf("/") ? colon : tagged.length
  if (tagged.slice(0, end) !== image.name) return given
  const name = image.newName ?? image.name
  if (image.digest !== undefined) return `${name}@${image.digest}`
  return image.newTag === undefined ? `${name}${tagged.slice(end)}${digest}` : `${name}:${image.newTag}`
}

/** Images of containers, however deep in an object its pod template is. */
export const withImages = <A>(value: A, images: ReadonlyArray<Image>): A => {
  if (Array.isArray(value)) return value.map((item) => withImages(item, images)) as A
  if (!isFields(value)) return value
  const entries = Object.entries(value).map(([name, inner]) => {
    const containers = (name === "containers" || name === "initContainers") && Array.isArray(inner)
    return [
      name,
      containers
        ? inner.map((item) =>
            typeof field(item, "image") === "string"
              ? { ...item, image: images.reduce((given, image) => withImage(given, image), text(item, "image")) }
              : item
          )
        : withImages(inner, images)
    ]
  })
  return Object.fromEntries(entries) as A
}

export const withReplicas = (object: KubernetesObject, replicas: ReadonlyArray<unknown>): KubernetesObject => {
  const scalable = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"].includes(object.kind)
  const own = replicas.find((one) => text(one, "name") === object.metadata.name)
  return scalable && own !== undefined ? changed(object, "spec/replicas", () => field(own, "count")) : object
}

/** The pairs of a mapping of texts; numbers and truth values, which people forget to quote, are refused by the caller. */
export const pairsOf = (value: unknown): Readonly<Record<string, string>> | undefined =>
  isFields(value) && Object.values(value).every((one) => typeof one === "string")
    ? (value as Readonly<Record<string, string>>)
    : undefined
