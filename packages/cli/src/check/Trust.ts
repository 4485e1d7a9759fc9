/**
 * Whether a bundle is sound, and whether what is served, or stored to be served, verifies under it.
 *
 * @since 0.1.0
 */
import * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import * as CertificateChain from "@holdfast/certificates/CertificateChain"
import * as Result from "effect/Result"
import type { Callee } from "./Callee.ts"
import type { Finding } from "./Finding.ts"

/**
 * A moment, and how long before an end is soon.
 *
 * @category models
 * @since 0.1.0
 */
export interface Times {
  readonly now: Date
  /** Milliseconds. */
  readonly warnBefore: number
}

type Problem = Omit<Finding, "subject">

const day = (date: Date) => date.toISOString().slice(0, 16).replace("T", " ")

/**
 * What there is to say about the time that is left; nothing when there is plenty.
 *
 * @category checks
 * @since 0.1.0
 */
export const lifeOf = (what: string, notAfter: Date, times: Times, renew: string): Problem | undefined => {
  const left = notAfter.getTime() - times.now.getTime()
  if (left <= 0) return { result: "error", detail: `${what} expired on ${day(notAfter)}`, hint: renew }
  return left < times.warnBefore
    ? { result: "warning", detail: `${what} ends on ${day(notAfter)}`, hint: renew }
    : undefined
}

const bundleHint: Readonly<Record<Callee["kind"], string>> = {
  admission: "Put the authority that signed the webhook's certificate, as PEM, into clientConfig.caBundle",
  conversion:
    "Put the authority that signed the webhook's certificate, as PEM, into spec.conversion.webhook.clientConfig.caBundle",
  "aggregated-api": "Put the authority that signed the API's certificate, as PEM, into spec.caBundle"
}

/**
 * Looks at the bundle of a callee.
 *
 * @category checks
 * @since 0.1.0
 */
export const bundle = (callee: Callee, times: Times): Problem | undefined => {
  const hint = bundleHint[callee.kind]
  if (callee.insecure) {
    return { result: "warning", detail: "its certificate is not verified (insecureSkipTLSVerify)", hint }
  }
  if (callee.caBundle === "") {
    return callee.service === undefined
      ? undefined
      : { result: "error", detail: "it has no caBundle, so only public authorities are trusted", hint }
  }
  const parsed = CertificateBundle.parse(callee.caBundle)
  if (Result.isFailure(parsed)) return { result: "error", detail: parsed.failure.message, hint }
  const { certificates } = parsed.success
  const last = certificates.reduce((latest, one) => (one.notAfter > latest.notAfter ? one : latest))
  return lifeOf(
    "the authority in its caBundle",
    last.notAfter,
    times,
    "Re-create the authority, and bring its certificate into the bundle before the new leaf is served"
  )
}

/**
 * Looks at a chain that is served, or stored to be served, under the bundle of a callee.
 *
 * @category checks
 * @since 0.1.0
 */
export const chain = (
  callee: Callee,
  stored: { readonly chain: string; readonly where: string },
  dnsName: string,
  times: Times
): Problem => {
  const verified = CertificateChain.verify({
    chain: stored.chain,
    roots: callee.caBundle,
    dnsName,
    at: times.now
  })
  if (Result.isFailure(verified)) {
    const { reason, message } = verified.failure
    const hint =
      reason === "hostname-mismatch"
        ? `Re-issue the certificate in ${stored.where} with ${dnsName} among its names`
        : reason === "expired"
          ? `Renew the certificate in ${stored.where}`
          : reason === "not-yet-valid"
            ? "Compare the clocks, and back-date new certificates by some minutes"
            : `Bring ${stored.where} and the caBundle to the same generation`
    return { result: "error", detail: `${stored.where}: ${message}`, hint }
  }
  const leaf = Certificate.parse(stored.chain)
  if (Result.isFailure(leaf)) return { result: "error", detail: leaf.failure.message }
  const { notAfter } = leaf.success
  return (
    lifeOf(`the certificate in ${stored.where}`, notAfter, times, `Renew the certificate in ${stored.where}`) ?? {
      result: "success",
      detail: `verifies until ${day(notAfter)}`
    }
  )
}
