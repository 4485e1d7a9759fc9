/**
 * Whether the webhooks' certificates that a cluster has are still good: the chain in the Secret verifies under the live
 * `caBundle` for the Service's name, and more than a third of its life is left.
 *
 * @since 0.1.0
 */
import * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateChain from "@holdfast/certificates/CertificateChain"
import * as Expiry from "@holdfast/certificates/Expiry"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { type KubernetesObject, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { ServedWebhook } from "./CertificateJobs.ts"

/**
 * What is known of a webhook's certificate.
 *
 * - `good`: it verifies, and lasts
 * - `renew`: it is missing, does not verify, or is near its end
 * - `unknown`: it cannot be read with our permissions
 *
 * @category models
 * @since 0.1.0
 */
export type CertificateState =
  | { readonly _tag: "good"; readonly notAfter: Date }
  | { readonly _tag: "renew"; readonly reason: string }
  | { readonly _tag: "unknown"; readonly reason: string }

const renew = (reason: string): CertificateState => ({ _tag: "renew", reason })

const field = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    value
  )

const decode = (base64: unknown): string =>
  typeof base64 === "string" ? Buffer.from(base64, "base64").toString("utf8") : ""

/**
 * Judges a chain under a bundle at a moment.
 *
 * @category queries
 * @since 0.1.0
 */
export const judge = (options: {
  readonly chain: string
  readonly caBundle: string
  readonly dnsName: string
  readonly at: Date
}): CertificateState => {
  const { chain, caBundle, dnsName, at } = options
  if (caBundle.trim() === "") return renew("its caBundle is empty")
  const verified = CertificateChain.verify({ chain, roots: caBundle, dnsName, at })
  if (Result.isFailure(verified)) return renew(verified.failure.message)
  const leaf = Certificate.parse(chain)
  if (Result.isFailure(leaf)) return renew(leaf.failure.message)
  const left = Expiry.fractionLeft(leaf.success, at)
  return left > 1 / 3
    ? { _tag: "good", notAfter: leaf.success.notAfter }
    : renew(`only ${Math.floor(left * 100)} % of its life is left (until ${leaf.success.notAfter.toISOString()})`)
}

/** An object, or why there is none. */
const read = (ref: { apiVersion: string; kind: string; name: string; namespace?: string }) =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient
    return yield* client.get(ref).pipe(
      Effect.map((object): KubernetesObject | "absent" | "forbidden" => object),
      Effect.catchTags({
        NotFound: () => Effect.succeed("absent" as const),
        Forbidden: () => Effect.succeed("forbidden" as const)
      })
    )
  })

const ofWebhook = Effect.fnUntraced(function* (webhook: ServedWebhook, at: Date) {
  const { service, secrets } = webhook
  const configuration = yield* read(toRef(webhook.configuration))
  if (configuration === "absent") return renew("its configuration is not there yet")
  if (configuration === "forbidden") return { _tag: "unknown", reason: "its configuration may not be read" } as const
  const webhooks = field(configuration, "webhooks")
  const live = Array.isArray(webhooks) ? webhooks.find((one) => field(one, "name") === webhook.webhook) : undefined
  const caBundle = decode(field(live, "clientConfig", "caBundle"))
  for (const name of secrets) {
    const secret = yield* read({ apiVersion: "v1", kind: "Secret", name, namespace: service.namespace })
    if (secret === "absent") return renew(`the Secret ${service.namespace}/${name} is not there yet`)
    if (secret === "forbidden") {
      return { _tag: "unknown", reason: `the Secret ${service.namespace}/${name} may not be read` } as const
    }
    const chain = decode(field(secret, "data", "tls.crt"))
    if (chain === "") continue
    return judge({ chain, caBundle, dnsName: `${service.name}.${service.namespace}.svc`, at })
  }
  return { _tag: "unknown", reason: "no Secret with its certificate is known" } as const
})

/**
 * The state of all webhooks together: one that has to be renewed decides, then one that is unknown; `good` lasts until
 * the first end.
 *
 * @category queries
 * @since 0.1.0
 */
export const ofWebhooks = Effect.fnUntraced(function* (
  webhooks: ReadonlyArray<ServedWebhook>
): Effect.fn.Return<CertificateState, ClientError, KubernetesClient> {
  const at = new Date(yield* Clock.currentTimeMillis)
  let worst: CertificateState | undefined
  for (const webhook of webhooks) {
    const state = yield* ofWebhook(webhook, at)
    if (state._tag === "renew") return { _tag: "renew", reason: `${webhook.webhook}: ${state.reason}` }
    if (state._tag === "unknown") worst = { _tag: "unknown", reason: `${webhook.webhook}: ${state.reason}` }
    else if (worst === undefined || (worst._tag === "good" && state.notAfter < worst.notAfter)) worst = state
  }
  return worst ?? { _tag: "unknown", reason: "no webhook of the manifest is served by it" }
})
