/**
 * Everything that the API server calls over TLS: admission webhooks, conversion webhooks and aggregated APIs, each with
 * the trust that its configuration holds.
 *
 * @since 0.1.0
 */
import { format, type KubernetesObject, type ObjectRef, toRef } from "@holdfast/k8s-adapter/KubernetesObject"

/**
 * Something the API server calls.
 *
 * @category models
 * @since 0.1.0
 */
export interface Callee {
  readonly kind: "admission" | "conversion" | "aggregated-api"
  /** The object that says so. */
  readonly ref: ObjectRef
  /** The webhook's name, or the object's. */
  readonly name: string
  readonly service: { readonly namespace: string; readonly name: string } | undefined
  readonly url: string | undefined
  /** The bundle of trusted authorities as PEM, empty when there is none. */
  readonly caBundle: string
  readonly insecure: boolean
  /** The entry of an admission configuration. */
  readonly entry: unknown
}

/**
 * A part of a value, by keys.
 *
 * @category getters
 * @since 0.1.0
 */
export const part = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    value
  )

/**
 * A list, empty for anything else.
 *
 * @category getters
 * @since 0.1.0
 */
export const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/**
 * A text, empty for anything else.
 *
 * @category getters
 * @since 0.1.0
 */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "")

const decoded = (base64: unknown): string => Buffer.from(textOf(base64), "base64").toString("utf8")

const serviceOf = (value: unknown): Callee["service"] => {
  const [namespace, name] = [textOf(part(value, "namespace")), textOf(part(value, "name"))]
  return name === "" ? undefined : { namespace, name }
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
  const ref = toRef(object)
  switch (object.kind) {
    case "ValidatingWebhookConfiguration":
    case "MutatingWebhookConfiguration":
      return listOf(object["webhooks"]).map((entry) => ({
        kind: "admission",
        ref,
        name: textOf(part(entry, "name")),
        ...fromClientConfig(part(entry, "clientConfig")),
        entry
      }))
    case "CustomResourceDefinition": {
      const conversion = part(object, "spec", "conversion")
      // With one version there is nothing to convert, and the webhook is never called.
      if (part(conversion, "strategy") !== "Webhook" || listOf(part(object, "spec", "versions")).length < 2) return []
      const config = fromClientConfig(part(conversion, "webhook", "clientConfig"))
      return [{ kind: "conversion", ref, name: ref.name, ...config, entry: undefined }]
    }
    case "APIService": {
      const service = serviceOf(part(object, "spec", "service"))
      return service === undefined
        ? []
        : [
            {
              kind: "aggregated-api",
              ref,
              name: ref.name,
              service,
              url: undefined,
              caBundle: decoded(part(object, "spec", "caBundle")),
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
 * Names a callee for a person.
 *
 * @category formatting
 * @since 0.1.0
 */
export const describe = ({ kind, name, ref }: Callee): string =>
  kind === "admission"
    ? `webhook ${name} of ${format(ref)}`
    : kind === "conversion"
      ? `conversion webhook of ${format(ref)}`
      : `aggregated API ${name}`
