/**
 * Good inputs of each kind, to be spoilt.
 */
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import { Effect, Redacted } from "effect"
import { stringify } from "yaml"

const ca = await Effect.runPromise(CertificateAuthority.make({ commonName: "fuzz", validity: "10 days" }))
const leaf = await Effect.runPromise(
  CertificateAuthority.issue(ca, { dnsNames: ["hook.default.svc"], validity: "1 day" })
)
const key = Redacted.value(leaf.privateKeyPem)
const base64 = (text: string) => Buffer.from(text).toString("base64")

const messages = [
  'Internal error occurred: failed calling webhook "a.b.c": failed to call webhook: Post "https://h.n.svc:443/v?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "ca")',
  'conversion webhook for example.com/v1, Kind=A failed: Post "https://h.n.svc:443/convert?timeout=30s": x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:00Z is after 2025-01-01T00:00:00Z',
  "x509: certificate is valid for a.example.com, b.example.com, not c.example.com",
  "curl: (60) SSL certificate problem: unable to get local issuer certificate",
  "javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target",
  "requests.exceptions.SSLError: HTTPSConnectionPool(host='a', port=443): Max retries exceeded with url: / (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1000)')))",
  'admission webhook "a.b.c" denied the request: the text x509: certificate signed by unknown authority is not allowed here',
  'Error from server (Conflict): Operation cannot be fulfilled on configmaps "a": the object has been modified'
]
const status = (message: string, code: number, reason: string) =>
  JSON.stringify({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    details: {
      name: "a",
      kind: "b",
      causes: [{ reason: "FieldManagerConflict", message, field: ".spec" }],
      retryAfterSeconds: 1
    },
    code
  })

const manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "a", namespace: "b", labels: { app: "a" }, annotations: { text: "line\nline\n" } },
  spec: {
    replicas: 2,
    template: { spec: { containers: [{ name: "c", image: "d:1", env: [{ name: "MODE", value: "0644" }] }] } }
  }
}

const review = (operation: string) => ({
  apiVersion: "admission.k8s.io/v1",
  kind: "AdmissionReview",
  request: {
    uid: "7f0b2891-916f-4ed6-b7cd-27bff1815a8c",
    kind: { group: "packages.glasskube.dev", version: "v1alpha1", kind: "PackageRepository" },
    resource: { group: "packages.glasskube.dev", version: "v1alpha1", resource: "packagerepositories" },
    name: "glasskube",
    operation,
    userInfo: { username: "admin", groups: ["system:masters"] },
    object: {
      apiVersion: "packages.glasskube.dev/v1alpha1",
      kind: "PackageRepository",
      metadata: { name: "glasskube" },
      spec: { url: "https://example.com" }
    },
    oldObject: null,
    dryRun: false
  }
})

export const seeds = {
  messages,
  statuses: messages.map((message, index) =>
    status(message, 400 + index * 12, ["InternalError", "Conflict", "Invalid"][index % 3] ?? "")
  ),
  lines: messages.map((message, id) =>
    JSON.stringify({ id, message, code: 500, reason: "InternalError", errno: "ECONNRESET" })
  ),
  pems: [ca.certificate.pem, leaf.chainPem, `${ca.certificate.pem}# a comment\n${leaf.chainPem}`, key],
  keys: [
    key,
    Redacted.value(ca.key.privateKeyPem),
    "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n"
  ],
  manifests: [
    stringify(manifest),
    `${stringify(manifest)}---\n${stringify({ ...manifest, kind: "StatefulSet" })}`,
    JSON.stringify({ apiVersion: "v1", kind: "List", items: [manifest, manifest] }),
    "a: &a [1, 2]\nb: *a\nc: {<<: {d: e}}\nf: 0644\ng: yes\nh: 2001-01-01\ni: !!binary aGk=\nj: |2\n   k\nl: >-\n  m\n"
  ],
  kubeconfigs: [
    stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "a",
      clusters: [
        {
          name: "a",
          cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": base64(ca.certificate.pem) }
        }
      ],
      contexts: [{ name: "a", context: { cluster: "a", user: "a", namespace: "b" } }],
      users: [{ name: "a", user: { "client-certificate-data": base64(leaf.chainPem), "client-key-data": base64(key) } }]
    }),
    stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "a",
      clusters: [
        {
          name: "a",
          cluster: {
            server: "https://127.0.0.1:6443",
            "insecure-skip-tls-verify": true,
            "proxy-url": "http://127.0.0.1:3128"
          }
        }
      ],
      contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
      users: [
        {
          name: "a",
          user: {
            exec: {
              apiVersion: "client.authentication.k8s.io/v1",
              command: "true",
              args: ["b"],
              env: [{ name: "c", value: "d" }],
              interactiveMode: "Never"
            }
          }
        },
        { name: "b", user: { token: "secret", username: "u", password: "p", as: "x", "as-groups": ["y"] } }
      ]
    })
  ],
  indexes: [
    stringify({
      packages: [
        { name: "cert-manager", iconUrl: "https://example.com/a.svg", shortDescription: "b", latestVersion: "v1.2.3+1" }
      ]
    }),
    "packages: []\n"
  ],
  reviews: [
    ...["CREATE", "UPDATE", "DELETE"].map((operation) => JSON.stringify(review(operation))),
    JSON.stringify({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "ConversionReview",
      request: { uid: "a", desiredAPIVersion: "b/v1", objects: [manifest] }
    })
  ],
  repositories: [
    JSON.stringify(review("CREATE").request.object),
    JSON.stringify({
      metadata: { name: "a" },
      spec: {
        url: "https://example.com",
        auth: { basic: { username: "u", passwordSecretRef: { name: "s", key: "k" } } }
      }
    })
  ],
  webhookCertificates: [
    JSON.stringify({
      apiVersion: "certificates.holdfast.dev/v1alpha1",
      kind: "WebhookCertificate",
      metadata: { name: "a", namespace: "b", annotations: { "certificates.holdfast.dev/rotate": "1" } },
      spec: {
        secretName: "a-tls",
        service: { name: "a", port: 443 },
        dnsNames: ["a.example.com"],
        targets: [
          { kind: "ValidatingWebhookConfiguration", name: "a", webhooks: ["a.b.c"] },
          { kind: "CustomResourceDefinition", selector: { matchLabels: { a: "b" } } }
        ],
        keyAlgorithm: "ECDSA-P256",
        authority: { validity: "8760h" },
        leaf: { validity: "720h" },
        minPublish: "24h",
        rollback: "1h"
      }
    })
  ],
  secrets: [
    JSON.stringify({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "a", namespace: "b" },
      data: {
        "state.json": base64(
          JSON.stringify({
            epoch: 1,
            phase: "STABLE",
            since: 0,
            current: { id: "a", notBefore: 0, notAfter: 1, bridges: [] }
          })
        ),
        "authority-a.crt": base64(ca.certificate.pem),
        "authority-a.key": base64(key)
      }
    })
  ],
  durations: ["500ms", "1m30s", "24h", "-1s", "1.5h", "1d", "9007199254740993h", "1µs"]
}
