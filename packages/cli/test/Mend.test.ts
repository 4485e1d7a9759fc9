import { assert, describe, it } from "@effect/vitest"
import { calleesOf } from "@holdfast/cli/check/Callee"
import type { Outlook } from "@holdfast/cli/check/Finding"
import * as Kubectl from "@holdfast/cli/check/Kubectl"
import * as Material from "@holdfast/cli/check/Material"
import * as Mend from "@holdfast/cli/check/Mend"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"

const outlook: Outlook = { now: new Date(0), warnBefore: 0, kubectl: "kubectl --context=lab" }

const secret = (annotations: Readonly<Record<string, string>> = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "web-tls", namespace: "shop", annotations },
  data: { "tls.crt": Buffer.from("a chain").toString("base64") }
})

const callee = (entry: object, annotations: Readonly<Record<string, string>> = {}) => {
  const [found] = calleesOf({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "checks", annotations },
    webhooks: [{ name: "web.example.org", clientConfig: { service: { name: "web", namespace: "shop" } }, ...entry }]
  })
  if (found === undefined) throw new Error("no webhook")
  return found
}

const patchOf = ({ command = "" }: Mend.Mend) => JSON.parse(/-p '(.*)'$/.exec(command)?.[1] ?? "null")

describe("Mend", () => {
  it("has a Secret renewed by whoever writes it", () => {
    const renew = (annotations: Readonly<Record<string, string>>, rotatedBy?: string) => {
      const material = Material.fromSecret(secret(annotations), rotatedBy)
      return material && Mend.renew(material, "web.shop.svc")
    }
    assert.strictEqual(renew({ "cert-manager.io/certificate-name": "web" })?.command, "cmctl renew -n shop web")
    assert.strictEqual(renew({}, "web")?.command, "holdfast certs rotate web -n shop")
    const plain = renew({})
    assert.isUndefined(plain?.command)
    assert.match(plain?.hint ?? "", /^Put a new certificate for web\.shop\.svc, .* into Secret shop\/web-tls$/)
  })

  it("does not write over a bundle that a controller writes", () => {
    for (const annotation of ["cert-manager.io/inject-ca-from", "service.beta.openshift.io/inject-cabundle"]) {
      const mend = Mend.bundle(callee({}, { [annotation]: "shop/web" }), [], outlook)
      assert.isUndefined(mend.command, annotation)
      assert.match(mend.hint, /writes this caBundle/)
    }
    const material = Material.fromSecret(secret(), "web")
    const own = Mend.bundle(callee({}), material === undefined ? [] : [material], outlook)
    assert.strictEqual(own.command, "kubectl --context=lab describe webhookcertificate -n shop web")
  })

  it("adds to a namespaceSelector that is there, and makes one where there is none", () => {
    const expression = { key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kube-system"] }
    const exempt = (namespaceSelector?: object) =>
      patchOf(
        Mend.exempt(callee(namespaceSelector === undefined ? {} : { namespaceSelector }), 0, ["kube-system"], outlook)
      )
    const at = "/webhooks/0/namespaceSelector"
    assert.deepStrictEqual(exempt(), [{ op: "add", path: at, value: { matchExpressions: [expression] } }])
    assert.deepStrictEqual(exempt({ matchLabels: { a: "b" } }), [
      { op: "add", path: `${at}/matchExpressions`, value: [expression] }
    ])
    assert.deepStrictEqual(exempt({ matchExpressions: [{ key: "a", operator: "Exists" }] }), [
      { op: "add", path: `${at}/matchExpressions/-`, value: expression }
    ])
  })

  it("leads kubectl to the cluster that was audited, and never prints a token", () => {
    const none = { namespace: undefined, insecureSkipTlsVerify: undefined, tlsServerName: undefined, as: undefined }
    const flags = { ...none, asGroup: [], asUid: undefined, requestTimeout: undefined, server: undefined }
    assert.strictEqual(
      Kubectl.kubectl({
        ...flags,
        kubeconfig: "/a b",
        context: "lab",
        cluster: undefined,
        user: undefined,
        token: "t"
      }),
      "kubectl --kubeconfig='/a b' --context=lab"
    )
  })
})
