import { readFileSync } from "node:fs"
import { make } from "@holdfast/k8s-adapter/KubernetesClient"
import { type KubernetesObject, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import { CertificateJob, type TestCluster, Webhook } from "@holdfast/testkit"
import { Effect, Schedule, Stream } from "effect"
import { parse } from "yaml"

const definition: KubernetesObject = parse(
  readFileSync(
    new URL("../../../operator/chart/crds/packages.glasskube.dev_packagerepositories.yaml", import.meta.url),
    "utf8"
  )
)

const service = { namespace: "package-system", name: "webhook" }

const validation: KubernetesObject = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "packages" },
  webhooks: [
    {
      name: "repositories.example.org",
      admissionReviewVersions: ["v1"],
      sideEffects: "None",
      clientConfig: { service },
      rules: [
        {
          apiGroups: ["packages.glasskube.dev"],
          apiVersions: ["v1alpha1"],
          operations: ["*"],
          resources: ["packagerepositories"]
        }
      ]
    }
  ]
}

/** What the controller of package repositories says about one: `undefined` is Ready, a text is why it is not. */
export type Opinion = (repository: KubernetesObject) => string | undefined

/**
 * The package operator as far as its repositories go: the kind, a controller that reports on each, and a webhook that is
 * answered by `review`.
 */
export const playRepositories = Effect.fnUntraced(function* (
  cluster: TestCluster.TestCluster,
  options: { readonly opinion?: Opinion; readonly review?: Webhook.Options["review"] } = {}
) {
  const client = yield* make({ text: cluster.kubeconfig })
  yield* client.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: service.namespace } })
  yield* client.apply({ apiVersion: "v1", kind: "Service", metadata: service, spec: { ports: [{ port: 443 }] } })
  yield* client.apply(definition)
  const webhook = yield* Webhook.make(options.review === undefined ? {} : { review: options.review })
  yield* cluster.route(service, webhook.target)
  const secret = { namespace: service.namespace, name: "webhook-tls" }
  const configurations = [{ kind: "ValidatingWebhookConfiguration" as const, name: "packages" }]
  const job = yield* CertificateJob.make(cluster, { secret, service, configurations })
  yield* client.apply(validation)
  yield* Webhook.mount(webhook, cluster, { secret, delay: 0 })
  yield* Effect.orDie(job)
  const ref = { apiVersion: definition["apiVersion"], kind: definition["kind"], name: definition.metadata.name ?? "" }
  yield* client.get(ref).pipe(
    Effect.filterOrFail((live) => JSON.stringify(live["status"] ?? "").includes("Established")),
    Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 100 })
  )
  yield* Effect.sleep("200 millis")
  const report = (repository: KubernetesObject) => {
    const problem = options.opinion?.(repository)
    return client.patch(toRef(repository), {
      type: "merge",
      subresource: "status",
      body: {
        status: {
          conditions: [
            {
              type: "Ready",
              status: problem === undefined ? "True" : "False",
              reason: problem === undefined ? "SyncCompleted" : "SyncFailed",
              message: problem ?? "repo has 3 packages",
              observedGeneration: repository.metadata.generation,
              lastTransitionTime: repository.metadata.creationTimestamp
            }
          ]
        }
      }
    })
  }
  yield* client.watch({ apiVersion: "packages.glasskube.dev/v1alpha1", kind: "PackageRepository" }).pipe(
    Stream.runForEach((event) =>
      event._tag === "Added" || event._tag === "Modified" ? Effect.ignore(report(event.object)) : Effect.void
    ),
    Effect.forkScoped
  )
  return { client, namespace: service.namespace, webhook }
})
