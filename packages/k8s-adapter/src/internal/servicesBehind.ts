/** Which Service the API server called when it met an error, and which pods and Secrets stand behind it. */
import * as Effect from "effect/Effect"
import type { WebhookUnavailable } from "../ApiError.ts"
import type { CertificateError } from "../CertificateError.ts"
import { field, list, text, texts } from "../Json.ts"
import type { ClientError } from "../KubernetesClient.ts"
import { KubernetesClient } from "../KubernetesClient.ts"
import type { KubernetesObject } from "../KubernetesObject.ts"

export interface ServiceRef {
  readonly namespace: string
  readonly name: string
}

/** An error on the way from the API server to what it calls. */
export type CalloutError =
  | WebhookUnavailable
  | (CertificateError & { readonly where: "webhook" | "conversion-webhook" | "aggregated-api" })

export const isCallout = (error: ClientError): error is CalloutError =>
  error._tag === "WebhookUnavailable" ||
  (error._tag === "CertificateError" &&
    (error.where === "webhook" || error.where === "conversion-webhook" || error.where === "aggregated-api"))

export const admissionApi = "admissionregistration.k8s.io/v1"
export const admissionKinds = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] as const

/** `web.shop.svc:443` names the Service `web` in `shop`. */
const serviceOfHost = (host: string | undefined): ServiceRef | undefined => {
  const found = /^([^.]+)\.([^.]+)\.svc(?::\d+)?$/.exec(host ?? "")
  return found?.[1] === undefined || found[2] === undefined ? undefined : { name: found[1], namespace: found[2] }
}

export const serviceOf = (clientConfig: unknown): ServiceRef | undefined => {
  const [namespace, name] = [text(clientConfig, "service", "namespace"), text(clientConfig, "service", "name")]
  return namespace === "" || name === "" ? undefined : { namespace, name }
}

/** The group and kind in `example.org/v1, Kind=Thing`. */
const convertedKind = (conversion: string | undefined) => {
  const found = /^([^/]*)\/([^,]+), Kind=(\S+)$/.exec(conversion ?? "")
  return found?.[1] === undefined || found[2] === undefined || found[3] === undefined
    ? undefined
    : { group: found[1], apiVersion: `${found[1]}/${found[2]}`, kind: found[3] }
}

/** The name of the CustomResourceDefinition whose objects were to be converted. */
export const definitionOf = (error: CalloutError): Effect.Effect<string | undefined, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const converted = "conversion" in error ? convertedKind(error.conversion) : undefined
    if (converted === undefined) return undefined
    const client = yield* KubernetesClient
    const { plural } = yield* client.resource(converted.apiVersion, converted.kind)
    return `${plural}.${converted.group}`
  })

const configuredServices = (webhook: string): Effect.Effect<ReadonlyArray<ServiceRef>, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const lists = yield* Effect.forEach(admissionKinds, (kind) => client.list({ apiVersion: admissionApi, kind }), {
      concurrency: 2
    })
    return lists
      .flatMap(({ items }) => items.flatMap((item) => list(item, "webhooks")))
      .filter((entry) => text(entry, "name") === webhook)
      .map((entry) => serviceOf(field(entry, "clientConfig")))
      .filter((service) => service !== undefined)
  })

/** The Services that were called; none when the callee is an address outside of the cluster. */
export const servicesBehind = (
  error: CalloutError
): Effect.Effect<ReadonlyArray<ServiceRef>, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const named = serviceOfHost(error.host)
    if (named !== undefined) return [named]
    if (error.host !== undefined) return []
    const client = yield* KubernetesClient
    if ("apiService" in error && error.apiService !== undefined) {
      const object = yield* client.get({
        apiVersion: "apiregistration.k8s.io/v1",
        kind: "APIService",
        name: error.apiService
      })
      const service = serviceOf(field(object, "spec"))
      return service === undefined ? [] : [service]
    }
    if (error.webhook !== undefined) return yield* configuredServices(error.webhook)
    const name = yield* definitionOf(error)
    if (name === undefined) return []
    const definition = yield* client.get({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      name
    })
    const service = serviceOf(field(definition, "spec", "conversion", "webhook", "clientConfig"))
    return service === undefined ? [] : [service]
  })

/** The label selector of a Service, as a query takes it; `undefined` for one that selects nothing itself. */
export const selectorOfService = (service: KubernetesObject): string | undefined => {
  const labels = Object.entries(texts(service, "spec", "selector"))
  return labels.length === 0 ? undefined : labels.map(([name, value]) => `${name}=${value}`).join(",")
}

/** The Secrets that a pod mounts as files, by name. */
export const mountedSecrets = (pod: KubernetesObject): ReadonlyArray<string> => {
  const names = list(pod, "spec", "volumes").flatMap((volume) => [
    text(volume, "secret", "secretName"),
    ...list(volume, "projected", "sources").map((source) => text(source, "secret", "name"))
  ])
  return [...new Set(names.filter((name) => name !== ""))]
}

/** The pods behind a Service that are not on their way out. */
export const podsBehind = (
  service: ServiceRef
): Effect.Effect<ReadonlyArray<KubernetesObject>, ClientError, KubernetesClient> =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    const object = yield* client.get({ apiVersion: "v1", kind: "Service", ...service })
    const labelSelector = selectorOfService(object)
    if (labelSelector === undefined) return []
    const pods = yield* client.list({ apiVersion: "v1", kind: "Pod", namespace: service.namespace, labelSelector })
    return pods.items.filter(
      (pod) =>
        pod.metadata.deletionTimestamp === undefined && !["Succeeded", "Failed"].includes(text(pod, "status", "phase"))
    )
  })
