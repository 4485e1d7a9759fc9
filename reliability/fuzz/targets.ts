/**
 * Everything that reads what others wrote. Each must answer every input: with a value, or with its own typed error.
 */
import * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import * as KeyPair from "@holdfast/certificates/KeyPair"
import * as Classify from "@holdfast/k8s-adapter/Classify"
import * as ErrorText from "@holdfast/k8s-adapter/ErrorText"
import * as Explain from "@holdfast/k8s-adapter/Explain"
import * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
import * as KubernetesError from "@holdfast/k8s-adapter/KubernetesError"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Manifest from "@holdfast/k8s-adapter/Manifest"
import * as AdmissionReview from "@holdfast/operator/admission/AdmissionReview"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import * as PackageRepository from "@holdfast/operator/repository/PackageRepository"
import * as RepositoryIndex from "@holdfast/operator/repository/RepositoryIndex"
import * as RotationSecret from "@holdfast/operator/rotation/RotationSecret"
import * as CanaryAnswer from "@holdfast/operator/target/CanaryAnswer"
import * as KubernetesDuration from "@holdfast/retry-core/KubernetesDuration"
import { Effect, Result } from "effect"
import { seeds } from "./seeds.ts"

export interface Target {
  readonly name: string
  readonly seeds: ReadonlyArray<string>
  readonly read: (text: string) => unknown
}

/** Fails where a result is neither a value nor an error with a tag and a message. */
const told = (result: Result.Result<unknown, unknown>): void => {
  if (Result.isFailure(result) && typeof result.failure !== "string") {
    const { _tag, message, problem } = result.failure as Record<string, unknown>
    const text = message ?? problem
    if (typeof text !== "string" || text === "") throw new Error(`an error without words: ${String(_tag)}`)
  }
}

/** What parses as JSON goes to a reader of objects; the rest is not its matter. */
const asJson = (read: (value: KubernetesObject) => unknown) => (text: string) => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) read(withMetadata(value))
}

/** An API server gives every object a name; the rest of it may be anything. */
const withMetadata = (value: object): KubernetesObject => {
  const { metadata } = value as Record<string, unknown>
  return typeof metadata === "object" && metadata !== null && !Array.isArray(metadata)
    ? (value as KubernetesObject)
    : ({ ...value, metadata: { name: "a", namespace: "b" } } as unknown as KubernetesObject)
}

export const targets: ReadonlyArray<Target> = [
  {
    name: "Status bodies",
    seeds: seeds.statuses,
    read: (text) => {
      let body: unknown = text
      try {
        body = JSON.parse(text)
      } catch {}
      const status = [400, 401, 403, 404, 409, 410, 422, 429, 500, 503, 504][text.length % 11] as number
      const error = KubernetesError.fromStatus(
        { status, headers: { "retry-after": text.slice(0, 9) }, body },
        { method: "PATCH", url: "https://127.0.0.1:6443/api/v1/namespaces/a/configmaps/b" }
      )
      Classify.classify(error)
      if (error.message === "") throw new Error("an error without words")
    }
  },
  { name: "error texts", seeds: seeds.messages, read: (text) => ErrorText.explain({ message: text }) },
  { name: "JSON lines of explain", seeds: seeds.lines, read: (text) => told(Explain.answerLine(text, 1)) },
  { name: "certificates", seeds: seeds.pems, read: (text) => told(Certificate.parseAll(text)) },
  { name: "CA bundles", seeds: seeds.pems, read: (text) => told(CertificateBundle.parse(text)) },
  { name: "private keys", seeds: seeds.keys, read: (text) => told(KeyPair.parse(text)) },
  { name: "manifests", seeds: seeds.manifests, read: (text) => told(Manifest.parse(text, "fuzz.yaml")) },
  {
    name: "kubeconfigs",
    seeds: seeds.kubeconfigs,
    read: (text) => told(Effect.runSync(Effect.result(Kubeconfig.load({ text }))))
  },
  {
    name: "package indexes",
    seeds: seeds.indexes,
    read: (text) => told(RepositoryIndex.parse(text, "https://example.com/index.yaml"))
  },
  { name: "AdmissionReviews", seeds: seeds.reviews, read: (text) => told(AdmissionReview.decode(text)) },
  {
    name: "canary requests",
    seeds: seeds.reviews,
    read: (text) =>
      CanaryAnswer.answer({ method: "POST", path: `/canary/${text.slice(0, 12)}`, body: text, leaf: "ab".repeat(32) })
  },
  {
    name: "PackageRepositories",
    seeds: seeds.repositories,
    read: asJson((object) => told(PackageRepository.decode(object)))
  },
  {
    name: "WebhookCertificates",
    seeds: seeds.webhookCertificates,
    read: asJson((object) => told(WebhookCertificate.decode(object)))
  },
  { name: "rotation Secrets", seeds: seeds.secrets, read: asJson((object) => told(RotationSecret.decode(object))) },
  { name: "durations", seeds: seeds.durations, read: (text) => told(KubernetesDuration.parse(text)) }
]
