/** The webhook of package repositories as an API server calls it: over TLS, by its Service, under its own certificate. */
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import * as AdmissionServer from "@holdfast/operator/admission/AdmissionServer"
import * as ServingCertificate from "@holdfast/operator/admission/ServingCertificate"
import * as PackageRepositoryWebhook from "@holdfast/operator/repository/PackageRepositoryWebhook"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import { Effect, Redacted } from "effect"

const service = { namespace: "default", name: "holdfast-webhook" }
const base64 = (text: string) => Buffer.from(text).toString("base64")

export const serve = Effect.fnUntraced(function* (cluster: TestCluster, client: KubernetesClient.Shape) {
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
  // A real API server asks for the Service before it is led to the webhook.
  yield* client.apply({
    apiVersion: "v1",
    kind: "Service",
    metadata: service,
    spec: { selector: { app: "holdfast" }, ports: [{ port: 443 }] }
  })
  yield* cluster.route(service, { host: "127.0.0.1", port: server.port })
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
})
