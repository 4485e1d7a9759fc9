/**
 * What to do with each certificate Job: a Job that has ended does not run again by being applied, and one whose
 * certificate is good should not run again at all, since every run opens a certificate vacuum.
 *
 * @since 0.1.0
 */
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Readiness from "@holdfast/k8s-adapter/Readiness"
import type { CertificateState } from "./CertificateState.ts"

/**
 * What to do with a certificate Job, and why.
 *
 * - `create`: it is not there; applying it runs it
 * - `follow`: it is running
 * - `replace`: it has ended, and has to run again: it is deleted and applied
 * - `keep`: its certificate is good
 *
 * @category models
 * @since 0.1.0
 */
export interface Decision {
  readonly action: "create" | "follow" | "replace" | "keep"
  readonly reason: string
}

const isTrue = (job: KubernetesObject, condition: string) => Readiness.conditionOf(job, condition)?.status === "True"

const isGoneByItself = (job: KubernetesObject): boolean =>
  typeof job["spec"] === "object" && job["spec"] !== null && "ttlSecondsAfterFinished" in job["spec"]

const day = (date: Date) => date.toISOString().slice(0, 10)

/**
 * Decides what to do with a Job of the manifest, given the Job that the cluster has and the state of the certificates.
 *
 * **Details**
 *
 * A Job that is absent is created even while the certificate is good, so that the cluster holds what the manifest says
 * after an interrupted run too; one that deletes itself after its end is not missed.
 *
 * @category decisions
 * @since 0.1.0
 */
export const decide = (options: {
  readonly job: KubernetesObject
  readonly live: KubernetesObject | undefined
  readonly certificate: CertificateState
  readonly rotate: boolean
}): Decision => {
  const { job, live, certificate, rotate } = options
  if (live === undefined) {
    if (certificate._tag === "good" && isGoneByItself(job) && !rotate) {
      return { action: "keep", reason: `the certificate is good until ${day(certificate.notAfter)}` }
    }
    return { action: "create", reason: rotate ? "--rotate" : "it is not there" }
  }
  if (live.metadata.deletionTimestamp !== undefined) return { action: "replace", reason: "it is being deleted" }
  const failed = isTrue(live, "Failed")
  if (!failed && !isTrue(live, "Complete")) return { action: "follow", reason: "it has not ended yet" }
  if (rotate) return { action: "replace", reason: "--rotate" }
  switch (certificate._tag) {
    case "good":
      return { action: "keep", reason: `the certificate is good until ${day(certificate.notAfter)}` }
    case "renew":
      return { action: "replace", reason: certificate.reason }
    case "unknown":
      return failed
        ? { action: "replace", reason: "its last run failed" }
        : { action: "keep", reason: `its last run succeeded (${certificate.reason})` }
  }
}
