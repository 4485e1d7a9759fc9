import { assert, describe, it } from "@effect/vitest"
import { isGuarded } from "@holdfast/cli/bootstrap/Guarded"
import { objects } from "@holdfast/cli/demo/DemoManifest"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"

const custom = (apiVersion: string, kind: string): KubernetesObject => ({ apiVersion, kind, metadata: { name: "one" } })
const repository = custom("packages.glasskube.dev/v1alpha1", "PackageRepository")

const configuration = (rule: object): KubernetesObject => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "MutatingWebhookConfiguration",
  metadata: { name: "hook" },
  webhooks: [{ name: "a.example.org", rules: [{ apiGroups: ["*"], operations: ["*"], resources: ["*"], ...rule }] }]
})

const definition: KubernetesObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "things.example.org" },
  spec: { group: "example.org", names: { kind: "Thing", plural: "things" } }
}
const thing = custom("example.org/v1", "Thing")

describe("a custom resource waits for the webhooks of its manifest", () => {
  it("where one of them is called when it is created", () => {
    assert.isTrue(isGuarded(repository, objects))
    assert.isTrue(isGuarded(thing, [definition, configuration({})]))
    assert.isTrue(isGuarded(thing, [definition, configuration({ apiGroups: ["example.org"], resources: ["things"] })]))
  })

  it("and not where none is: its kind, its group or its creation is nobody's concern", () => {
    assert.isFalse(isGuarded(thing, objects))
    assert.isFalse(isGuarded(thing, [definition, configuration({ resources: ["others"] })]))
    assert.isFalse(isGuarded(thing, [definition, configuration({ apiGroups: ["example.com"] })]))
    assert.isFalse(isGuarded(thing, [definition, configuration({ operations: ["DELETE"] })]))
  })

  it("where its kind is converted by one, and where nobody can tell", () => {
    const spec = { ...(definition["spec"] as object), conversion: { strategy: "Webhook" } }
    assert.isTrue(isGuarded(thing, [{ ...definition, spec }]))
    assert.isTrue(isGuarded(thing, [configuration({ resources: ["others"] })]))
  })
})
