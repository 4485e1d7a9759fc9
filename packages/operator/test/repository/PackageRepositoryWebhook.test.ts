import { assert, describe, it } from "@effect/vitest"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import * as AdmissionServer from "@holdfast/operator/admission/AdmissionServer"
import * as ServingCertificate from "@holdfast/operator/admission/ServingCertificate"
import * as PackageRepositoryWebhook from "@holdfast/operator/repository/PackageRepositoryWebhook"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import * as Faults from "@holdfast/testkit/Faults"
import { Effect, Redacted } from "effect"
import { install, installed, repository } from "../support/packagesApi.ts"
import { quietly } from "../support/quietly.ts"

const service = { namespace: "default", name: "holdfast-webhook" }
const base64 = (text: string) => Buffer.from(text).toString("base64")
const ref = (name: string) => ({ apiVersion: "packages.glasskube.dev/v1alpha1", kind: "PackageRepository", name })

/** The whole way: API server, TLS, our server, our handler, and its questions to the API server. */
const lab = Effect.gen(function* () {
  const api = yield* ApiServer.make()
  const client = yield* KubernetesClient.make({ text: api.kubeconfig })
  yield* install(client)
  const ca = yield* CertificateAuthority.make({ commonName: "hook-ca", validity: "1 day" })
  const leaf = yield* CertificateAuthority.issue(ca, { dnsNames: ["holdfast-webhook.default.svc"], validity: "1 hour" })
  yield* client.apply({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "hook-tls", namespace: "default" },
    type: "kubernetes.io/tls",
    data: { "tls.crt": base64(leaf.chainPem), "tls.key": base64(Redacted.value(leaf.privateKeyPem)) }
  })
  const certificate = yield* ServingCertificate.fromSecret({ name: "hook-tls", namespace: "default" }).pipe(
    Effect.provideService(KubernetesClient.KubernetesClient, client)
  )
  const server = yield* AdmissionServer.make({
    certificate,
    handlers: { [PackageRepositoryWebhook.path]: PackageRepositoryWebhook.make(client) },
    port: 0,
    host: "127.0.0.1"
  })
  yield* server.serving
  yield* api.route(service, { host: "127.0.0.1", port: server.port })
  yield* client.apply({
    apiVersion: "v1",
    kind: "Service",
    metadata: service,
    spec: { selector: { app: "holdfast" }, ports: [{ port: 443 }] }
  })
  yield* client.apply({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "holdfast" },
    webhooks: [
      {
        name: "vpackagerepository.kb.io",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Fail",
        clientConfig: {
          service: { ...service, path: PackageRepositoryWebhook.path },
          caBundle: base64(ca.certificate.pem)
        },
        rules: [
          {
            apiGroups: ["packages.glasskube.dev"],
            apiVersions: ["v1alpha1"],
            resources: ["packagerepositories"],
            operations: ["CREATE", "UPDATE", "DELETE"]
          }
        ]
      }
    ]
  })
  const refusal = (effect: Effect.Effect<unknown, KubernetesClient.ClientError>) =>
    Effect.map(Effect.flip(effect), (error) => (error._tag === "AdmissionDenied" ? error.message : error._tag))
  return { api, client, refusal }
})

describe("the PackageRepository webhook", () => {
  it.live("refuses to delete or re-point a repository that packages are installed from, and names them", () =>
    Effect.gen(function* () {
      const { client, refusal } = yield* lab
      yield* client.apply(repository("shop", "https://example.org/"))
      yield* client.apply(installed("ClusterPackage", "cert-manager", "shop"))
      yield* client.apply(installed("Package", "keptn", "shop"))
      yield* client.apply(installed("Package", "other", "elsewhere"))
      const deletion = yield* refusal(client.delete(ref("shop")))
      assert.include(
        deletion,
        "the package repository shop cannot be deleted: 2 packages are installed from it (clusterpackage/cert-manager, default/package/keptn). Uninstall them first."
      )
      const move = yield* refusal(client.apply(repository("shop", "https://example.com/")))
      assert.include(move, "cannot be pointed to another address")
      yield* client.apply(repository("shop", "https://example.org/", { auth: { bearer: { token: "x" } } }))
      for (const [kind, name, namespace] of [
        ["ClusterPackage", "cert-manager"],
        ["Package", "keptn", "default"]
      ] as const) {
        yield* client.delete({ ...ref(name), kind, ...(namespace !== undefined && { namespace }) })
      }
      yield* client.apply(repository("shop", "https://example.com/"))
      yield* client.delete(ref("shop"))
    }).pipe(quietly)
  )

  it.live("counts packages that name no repository for the default one", () =>
    Effect.gen(function* () {
      const { client, refusal } = yield* lab
      yield* client.apply(repository("glasskube", "https://example.org/", {}, true))
      yield* client.apply(repository("other", "https://example.com/"))
      yield* client.apply(installed("ClusterPackage", "cert-manager"))
      assert.include(yield* refusal(client.delete(ref("glasskube"))), "a package is installed from it")
      const demotion = client.patch(ref("glasskube"), {
        type: "merge",
        body: { metadata: { annotations: { "packages.glasskube.dev/default-repository": null } } }
      })
      assert.include(yield* refusal(demotion), "cannot be made a repository that is not the default")
      yield* client.delete(ref("other"))
    }).pipe(quietly)
  )

  it.live("refuses an address that nothing can be fetched from", () =>
    Effect.gen(function* () {
      const { client, refusal } = yield* lab
      assert.include(yield* refusal(client.apply(repository("a", "ftp://example.org/"))), "must begin with https://")
      yield* client.apply(repository("a", "https://example.org/"))
      assert.include(yield* refusal(client.apply(repository("a", "nowhere"))), "spec.url is no address")
    }).pipe(quietly)
  )

  it.live("lets an object that waits for its finalizers go", () =>
    Effect.gen(function* () {
      const { client } = yield* lab
      yield* client.create({
        ...repository("a", "https://example.org/"),
        metadata: { name: "a", finalizers: ["example.org/f"] }
      })
      yield* client.delete(ref("a"))
      yield* client.apply(installed("ClusterPackage", "late", "a"))
      yield* client.patch(ref("a"), { type: "merge", body: { metadata: { finalizers: [] } } })
      assert.strictEqual((yield* Effect.flip(client.get(ref("a"))))._tag, "NotFound")
    }).pipe(quietly)
  )

  it.live("leaves it to the failure policy when it cannot find out", () =>
    Effect.gen(function* () {
      const { api, client } = yield* lab
      yield* client.apply(repository("shop", "https://example.org/"))
      yield* api.faults.inject(Faults.serviceUnavailable(), { match: { path: "/clusterpackages" } })
      const error = yield* Effect.flip(client.delete(ref("shop")))
      assert.notStrictEqual(error._tag, "AdmissionDenied")
      assert.include(error.message, "vpackagerepository.kb.io")
    }).pipe(quietly)
  )
})
