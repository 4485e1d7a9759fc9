import { existsSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as CertificateJobs from "@holdfast/cli/bootstrap/CertificateJobs"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Manifest from "@holdfast/k8s-adapter/Manifest"
import { Result } from "effect"

const parse = (text: string): ReadonlyArray<KubernetesObject> =>
  Result.getOrThrow(Manifest.parse(text, "test.yaml")).map(({ object }) => object)

const job = (account: string, command = "/run") => `
apiVersion: batch/v1
kind: Job
metadata: {name: certs, namespace: web}
spec: {template: {spec: {serviceAccountName: ${account}, containers: [{name: main, command: [${command}]}]}}}
---
`
const rights = (rules: string) => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: certs}
rules: ${rules}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: certs}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: certs}
subjects: [{kind: ServiceAccount, name: certs, namespace: web}]
`
const secrets = '{apiGroups: [""], resources: [secrets], verbs: [create, patch]}'
const webhooks =
  "{apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations], verbs: [update]}"
const isCertificateJob = (text: string) => {
  const objects = parse(text)
  return CertificateJobs.isCertificateJob(objects[0]!, objects)
}

describe("CertificateJobs", () => {
  it("knows a Job that may write Secrets and webhook configurations", () => {
    assert.isTrue(isCertificateJob(job("certs") + rights(`[${secrets}, ${webhooks}]`)))
  })

  it("leaves a Job alone that may write only one of the two, or only read", () => {
    assert.isFalse(isCertificateJob(job("certs") + rights(`[${secrets}]`)))
    assert.isFalse(isCertificateJob(job("certs") + rights(`[${webhooks}]`)))
    assert.isFalse(isCertificateJob(job("certs") + rights(`[${secrets}, ${webhooks.replace("update", "get")}]`)))
    assert.isFalse(isCertificateJob(job("other") + rights(`[${secrets}, ${webhooks}]`)))
  })

  it("goes by what a Job runs where the manifest does not hold its rights", () => {
    assert.isTrue(isCertificateJob(job("default", "/kube-webhook-certgen")))
    assert.isFalse(isCertificateJob(job("default", "/migrate")))
  })

  it("finds the Secret that the pods behind a webhook's Service mount", () => {
    const objects = parse(`
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: checks}
webhooks:
- {name: a.example.org, clientConfig: {service: {name: hook, namespace: web}}}
- {name: b.example.org, clientConfig: {url: "https://elsewhere.example.org"}}
---
apiVersion: v1
kind: Service
metadata: {name: hook, namespace: web}
spec: {selector: {app: hook}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: hook, namespace: web}
spec: {template: {metadata: {labels: {app: hook, tier: x}}, spec: {volumes: [{name: c, secret: {secretName: hook-tls}}]}}}
`)
    const served = CertificateJobs.servedWebhooks(objects)
    assert.deepStrictEqual(
      served.map(({ webhook, secrets: names }) => [webhook, names]),
      [["a.example.org", ["hook-tls"]]]
    )
  })

  const slim = new URL("../../../../shared/manifests/glasskube-slim.yaml", import.meta.url)
  it.skipIf(!existsSync(slim))("knows the certificate Job of a real manifest, and no other", () => {
    const objects = parse(readFileSync(slim, "utf8"))
    const jobs = objects.filter((object) => CertificateJobs.isCertificateJob(object, objects))
    assert.deepStrictEqual(
      jobs.map(({ metadata }) => metadata.name),
      ["glasskube-webhook-cert-init"]
    )
    const served = CertificateJobs.servedWebhooks(objects)
    assert.strictEqual(served.length, 3)
    for (const { secrets: names } of served) assert.deepStrictEqual(names, ["glasskube-webhook-tls"])
  })
})
