import * as CertificateChain from "@holdfast/certificates/CertificateChain"
import * as DefaultRepository from "@holdfast/cli/bootstrap/DefaultRepository"
import { names, namespace, objects } from "@holdfast/cli/demo/DemoManifest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import { type KubernetesObject, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import { Effect, Result } from "effect"

interface ManagedFields {
  readonly manager: string
  readonly fieldsV1: unknown
}

interface Condition {
  readonly type: string
  readonly status: string
}

/** What differs from cluster to cluster and from run to run, wherever it stands. */
const volatile: ReadonlySet<string> = new Set([
  "caBundle",
  "clusterIP",
  "clusterIPs",
  "controller-uid",
  "batch.kubernetes.io/controller-uid",
  "deployment.kubernetes.io/revision"
])

/** An object without what is volatile, with what holdfast owns in it and the conditions that hold. */
const lasting = (object: KubernetesObject): unknown => {
  const { apiVersion, kind, metadata, status, data: _, ...rest } = object
  const { name, labels, annotations, finalizers, deletionTimestamp } = metadata
  const managed = (metadata.managedFields ?? []) as ReadonlyArray<ManagedFields>
  const owned = managed.filter(({ manager }) => manager === "holdfast").map(({ fieldsV1 }) => fieldsV1)
  const { conditions = [] } = (status ?? {}) as { readonly conditions?: ReadonlyArray<Condition> }
  const hold = conditions.filter(({ status }) => status === "True").map(({ type }) => type)
  const deleted = deletionTimestamp !== undefined
  const kept = { apiVersion, kind, name, labels, annotations, finalizers, deleted, ...rest, owned, hold: hold.sort() }
  return JSON.parse(JSON.stringify(kept, (key, value) => (volatile.has(key) ? undefined : value)))
}

const text = (base64: unknown) => Buffer.from(String(base64 ?? ""), "base64").toString()

/**
 * What a bootstrap of the demo's operator has left behind: its objects without what is volatile, the names of what else
 * is in its namespace, and whether its certificate is trusted by the API server.
 */
export const finalObjects = (kubeconfig: string) =>
  Effect.gen(function* () {
    const client = yield* KubernetesClient.make({ text: kubeconfig })
    const repository = DefaultRepository.make(DefaultRepository.defaultUrl)
    const applied = yield* Effect.forEach([...objects, repository], (object) => client.get(toRef(object)))
    const namesOf = (apiVersion: string, kind: string, where?: { readonly namespace: string }) =>
      Effect.map(client.list({ apiVersion, kind, ...where }), ({ items }) =>
        items.map(({ metadata }) => metadata.name).sort()
      )
    const secret = yield* client.get({ apiVersion: "v1", kind: "Secret", namespace, name: names.secret })
    const configuration = applied.find(({ kind }) => kind === "ValidatingWebhookConfiguration")
    const webhooks = configuration?.["webhooks"] as ReadonlyArray<{
      readonly clientConfig: { readonly caBundle: string }
    }>
    const chain = text((secret["data"] as Readonly<Record<string, string>>)["tls.crt"])
    return {
      applied: applied.map(lasting),
      secret: lasting(secret),
      trusted: webhooks.map(({ clientConfig }) =>
        Result.isSuccess(
          CertificateChain.verify({
            chain,
            roots: text(clientConfig.caBundle),
            dnsName: `${names.service}.${namespace}.svc`,
            at: new Date()
          })
        )
      ),
      jobs: yield* namesOf("batch/v1", "Job", { namespace }),
      secrets: yield* namesOf("v1", "Secret", { namespace }),
      deployments: yield* namesOf("apps/v1", "Deployment", { namespace }),
      repositories: yield* namesOf("packages.glasskube.dev/v1alpha1", "PackageRepository"),
      configurations: yield* namesOf("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration")
    }
  }).pipe(Effect.scoped)
