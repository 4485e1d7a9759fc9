/**
 * Which Jobs of a manifest re-issue webhook certificates. No product is known by name: what gives such a Job away is
 * that its service account may write Secrets and also what carries a `caBundle`.
 *
 * @since 0.1.0
 */
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import { groupVersion } from "@holdfast/k8s-adapter/KubernetesObject"

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const record = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})

const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const texts = (value: unknown): ReadonlyArray<string> =>
  list(value).filter((one): one is string => typeof one === "string")

const writes: ReadonlySet<string> = new Set(["create", "update", "patch", "*"])

/** Group and resource of whatever carries a `caBundle`. */
const bundleCarriers: ReadonlyArray<readonly [group: string, resource: string]> = [
  ["admissionregistration.k8s.io", "validatingwebhookconfigurations"],
  ["admissionregistration.k8s.io", "mutatingwebhookconfigurations"],
  ["apiextensions.k8s.io", "customresourcedefinitions"],
  ["apiregistration.k8s.io", "apiservices"]
]

const mayWrite = (rules: ReadonlyArray<unknown>, group: string, resource: string): boolean =>
  rules.some((rule) => {
    const { apiGroups, resources, verbs } = record(rule)
    const has = (value: unknown, wanted: string) => texts(value).some((one) => one === wanted || one === "*")
    return has(apiGroups, group) && has(resources, resource) && texts(verbs).some((verb) => writes.has(verb))
  })

/** The rules that bindings of the manifest give to a service account. */
const rulesOf = (
  objects: ReadonlyArray<KubernetesObject>,
  account: { readonly namespace: string; readonly name: string }
): ReadonlyArray<unknown> => {
  const bindings = objects.filter(
    (object) =>
      (object.kind === "RoleBinding" || object.kind === "ClusterRoleBinding") &&
      list(object["subjects"]).some((subject) => {
        const { kind, name, namespace } = record(subject)
        return kind === "ServiceAccount" && name === account.name && namespace === account.namespace
      })
  )
  return bindings.flatMap((binding) => {
    const { kind, name } = record(binding["roleRef"])
    const role = objects.find(
      (object) =>
        object.kind === kind &&
        object.metadata.name === name &&
        (kind === "ClusterRole" || object.metadata.namespace === binding.metadata.namespace)
    )
    return role === undefined ? [] : list(role["rules"])
  })
}

const podSpec = (job: KubernetesObject) => record(record(record(job["spec"])["template"])["spec"])

/** Words of the Jobs that issue webhook certificates with rights that a manifest does not show, such as cluster-admin. */
const certificateWords = /cert-?(manager|gen|init)|certgen|webhook-cert|(issue|create|patch|rotate)-?cert/i

/**
 * Whether a Job re-issues webhook certificates: its service account may write Secrets and something with a `caBundle`,
 * or, where the manifest does not hold its rights, what it runs says so.
 *
 * @category queries
 * @since 0.1.0
 */
export const isCertificateJob = (job: KubernetesObject, objects: ReadonlyArray<KubernetesObject>): boolean => {
  if (job.kind !== "Job" || groupVersion(job.apiVersion).group !== "batch") return false
  const spec = podSpec(job)
  const name = typeof spec["serviceAccountName"] === "string" ? spec["serviceAccountName"] : "default"
  const rules = rulesOf(objects, { namespace: job.metadata.namespace ?? "default", name })
  if (rules.length > 0) {
    return (
      mayWrite(rules, "", "secrets") && bundleCarriers.some(([group, resource]) => mayWrite(rules, group, resource))
    )
  }
  return list(spec["containers"]).some((container) => {
    const { command, args, image } = record(container)
    return [...texts(command), ...texts(args), typeof image === "string" ? image : ""].some((word) =>
      certificateWords.test(word)
    )
  })
}

/**
 * A webhook endpoint that certificate Jobs look after: who calls it, by which name, and which Secret its pods serve.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServedWebhook {
  readonly configuration: KubernetesObject
  readonly webhook: string
  readonly service: { readonly namespace: string; readonly name: string }
  /** Names of Secrets that the pods behind the Service mount. */
  readonly secrets: ReadonlyArray<string>
}

const matches = (selector: Readonly<Record<string, unknown>>, labels: Readonly<Record<string, unknown>>): boolean => {
  const wanted = Object.entries(selector)
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

/** Names of Secrets that workloads of the manifest mount and a Service of it selects. */
const secretsBehind = (
  objects: ReadonlyArray<KubernetesObject>,
  service: ServedWebhook["service"]
): ReadonlyArray<string> => {
  const found = objects.find(
    (object) =>
      object.kind === "Service" &&
      object.metadata.name === service.name &&
      object.metadata.namespace === service.namespace
  )
  const selector = record(record(found?.["spec"])["selector"])
  return objects
    .filter((object) => object.metadata.namespace === service.namespace)
    .map((object) => record(record(object["spec"])["template"]))
    .filter((template) => matches(selector, record(record(template["metadata"])["labels"])))
    .flatMap((template) => list(record(template["spec"])["volumes"]))
    .map((volume) => record(record(volume)["secret"])["secretName"])
    .filter((name): name is string => typeof name === "string")
}

/**
 * The admission webhooks of a manifest that pods of the same manifest serve.
 *
 * @category queries
 * @since 0.1.0
 */
export const servedWebhooks = (objects: ReadonlyArray<KubernetesObject>): ReadonlyArray<ServedWebhook> =>
  objects
    .filter(({ kind }) => kind === "ValidatingWebhookConfiguration" || kind === "MutatingWebhookConfiguration")
    .flatMap((configuration) =>
      list(configuration["webhooks"]).flatMap((one) => {
        const { name, clientConfig } = record(one)
        const { name: serviceName, namespace } = record(record(clientConfig)["service"])
        if (typeof name !== "string" || typeof serviceName !== "string" || typeof namespace !== "string") return []
        const service = { namespace, name: serviceName }
        return [{ configuration, webhook: name, service, secrets: secretsBehind(objects, service) }]
      })
    )
