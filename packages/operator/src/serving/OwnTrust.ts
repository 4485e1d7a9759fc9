/**
 * Whether API servers can trust what this pod presents: its chain under the bundle of every target of the operator's own
 * webhook. A pod about which they cannot is not ready, so that they call another one.
 *
 * @since 0.1.0
 */
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import * as CertificateChain from "@holdfast/certificates/CertificateChain"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { ServingCertificate } from "../admission/ServingCertificate.ts"
import * as WebhookCertificate from "../certificate/WebhookCertificate.ts"
import type { Cache } from "../runtime/Cache.ts"
import type { Check } from "../runtime/Health.ts"
import type { TargetCaches } from "../target/TargetCaches.ts"
import * as Targets from "../target/Targets.ts"

/**
 * What is looked at.
 *
 * @category options
 * @since 0.1.0
 */
export interface OwnTrustOptions {
  /** The operator's own WebhookCertificate. */
  readonly own: { readonly name: string; readonly namespace: string; readonly operatorNamespace: string }
  /** A cache of all WebhookCertificates. */
  readonly certificates: Cache
  readonly caches: TargetCaches
  readonly certificate: ServingCertificate
}

/**
 * Makes the check. Where there is no such WebhookCertificate, or it has no targets, there is nobody to be trusted by.
 *
 * @category constructors
 * @since 0.1.0
 */
export const check = ({ caches, certificate, certificates, own }: OwnTrustOptions): Check =>
  Effect.gen(function* () {
    const object = certificates.get(own.name, own.namespace)
    const pair = certificate.current()
    if (object === undefined || pair === undefined) return
    const webhook = WebhookCertificate.decode(object)
    if (Result.isFailure(webhook)) return
    const { found } = Targets.look(caches, { ...webhook.success, operatorNamespace: own.operatorNamespace })
    const at = new Date(yield* Clock.currentTimeMillis)
    for (const { bundle, name } of found) {
      const [dnsName] = webhook.success.dnsNames
      const verified = CertificateChain.verify({
        chain: pair.chainPem,
        roots: CertificateBundle.toPem(bundle),
        at,
        ...(dnsName !== undefined && { dnsName })
      })
      if (Result.isFailure(verified))
        return yield* Effect.fail(`${name} does not trust it: ${verified.failure.message}`)
    }
  })
