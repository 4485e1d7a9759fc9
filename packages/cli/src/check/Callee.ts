/**
 * Everything that the API server calls over TLS: admission webhooks, conversion webhooks and aggregated APIs, each with
 * the trust that its configuration holds.
 *
 * @since 0.1.0
 */
import type { KubernetesObject, ObjectRef } from "@holdfast/k8s-adapter/KubernetesObject"
import { decoded, listOf, part, textOf } from "../input/Json.ts"

/**
 * A Service, and the port of it that is called.
 *
 * @category models
 * @since 0.1.0
 */
export interface CalledService {
  readonly namespace: string
  readonly name: string
  readonly port: number
}

/**
 * Something the API server calls.
 *
 * @category models
 * @since 0.1.0
 */
export interface Callee {
  readonly kind: "admission" | "conversion" | "aggregated-api"
  /** The object that says so. */
  readonly object: KubernetesObject
  /** The webhook's name, or the object's. */
  readonly name: string
  readonly service: CalledService | undefined
  readonly url: string | undefined
  /** The bundle of trusted authorities as PEM, empty when there is none. */
  readonly caBundle: string
  /** Where the bundle stands in the object, as a JSON pointer. */
  readonly bundleAt: string
  readonly insecure: boolean
  /** The entry of an admission configuration. */
  readonly entry: unknown
}

const serviceOf = (value: unknown): Callee["service"] => {
  const [namespace, name] = [textOf(part(value, "namespace")), textOf(part(value, "name"))]
  const port = part(value, "port")
  return name === "" ? undefined : { namespace, name, port: typeof port === "number" ? port : 443 }
}

const fromClientConfig = (config: unknown) => ({
  service: serviceOf(part(config, "service")),
  url: textOf(part(config, "url")) || undefined,
  caBundle: decoded(part(config, "caBundle")),
  insecure: false
})

/**
 * The callees that an object configures.
 *
 * @category constructors
 * @since 0.1.0
 */
export const calleesOf = (object: KubernetesObject): ReadonlyArray<Callee> => {
  const name = object.metadata.name ?? ""
  switch (object.kind) {
    case "ValidatingWebhookConfiguration":
    case "MutatingWebhookConfiguration":
      return listOf(object["webhooks"]).map((entry, index) => ({
        kind: "admission",
        object,
        name: textOf(part(entry, "name")),
        ...fromClientConfig(part(entry, "clientConfig")),
        bundleAt: `/webhooks/${index}/clientConfig/caBundle`,
        entry
      }))
    case "CustomResourceDefinition": {
      const conversion = part(object, "spec", "conversion")
      // With one version there is nothing to convert, and the webhook is never called.
      if (part(conversion, "strategy") !== "Webhook" || listOf(part(object, "spec", "versions")).length < 2) return []
      const config = fromClientConfig(part(conversion, "webhook", "clientConfig"))
      const bundleAt = "/spec/conversion/webhook/clientConfig/caBundle"
      return [{ kind: "conversion", object, name, ...config, bundleAt, entry: undefined }]
    }
    case "APIService": {
      const service = serviceOf(part(object, "spec", "service"))
      return service === undefined
        ? []
        : [
            {
              kind: "aggregated-api",
              object,
              name,
              service,
              url: undefined,
              caBundle: decoded(part(object, "spec", "caBundle")),
              bundleAt: "/spec/caBundle",
              insecure: part(object, "spec", "insecureSkipTLSVerify") === true,
              entry: undefined
            }
          ]
    }
    default:
      return []
  }
}

/**
 * The host name that a callee's certificate has to be valid for.
 *
 * @category getters
 * @since 0.1.0
 */
export const hostOf = ({ service, url = "" }: Callee): string =>
  service !== undefined
    ? `${service.name}.${service.namespace}.svc`
    : URL.canParse(url)
      ? new URL(url).hostname.replace(/^\[|\]$/g, "")
      : url

/**
 * What a callee is told from others by; two entries of one configuration may not share a name.
 *
 * @category getters
 * @since 0.1.0
 */
export const keyOf = (ref: ObjectRef, name: string): string => `${ref.kind}/${ref.name}/${name}`

/**
 * Names a callee for a person.
 *
 * @category formatting
 * @since 0.1.0
 */
export const describe = ({ kind, name, object }: Callee): string => {
  switch (kind) {
    case "admission":
      return `webhook ${name} of ${object.kind.toLowerCase()}/${object.metadata.name}`
    case "conversion":
      return `conversion webhook of crd/${name}`
    case "aggregated-api":
      return `apiservice/${name}`
  }
}
