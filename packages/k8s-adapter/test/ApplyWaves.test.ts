import { assert, describe, it } from "@effect/vitest"
import * as ApplyWaves from "@holdfast/k8s-adapter/ApplyWaves"
import fc from "fast-check"

const types = [
  ["v1", "Namespace"],
  ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
  ["v1", "ServiceAccount"],
  ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding"],
  ["v1", "Secret"],
  ["v1", "Service"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["apps/v1", "Deployment"],
  ["batch/v1", "Job"],
  ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"],
  ["apiregistration.k8s.io/v1", "APIService"],
  ["gateway.networking.k8s.io/v1", "Gateway"],
  ["packages.glasskube.dev/v1alpha1", "PackageRepository"]
] as const

const objects = fc.array(
  fc.record({ type: fc.constantFrom(...types), name: fc.constantFrom("a", "b", "c") }).map(({ type, name }) => ({
    apiVersion: type[0],
    kind: type[1],
    metadata: { name }
  }))
)

describe("ApplyWaves", () => {
  it("puts each kind where the kinds that need it come later", () => {
    const waves = types.map(([apiVersion, kind]) => ApplyWaves.waveOf({ apiVersion, kind }))
    assert.deepStrictEqual(waves, [
      "namespaces",
      "definitions",
      "accounts",
      "accounts",
      "config",
      "config",
      "config",
      "workloads",
      "workloads",
      "webhooks",
      "webhooks",
      "custom-resources",
      "custom-resources"
    ])
  })

  it("goes by the group, not by the kind's name alone", () => {
    assert.strictEqual(ApplyWaves.waveOf({ apiVersion: "serving.knative.dev/v1", kind: "Service" }), "custom-resources")
    assert.strictEqual(ApplyWaves.waveOf({ apiVersion: "apps/v1beta2", kind: "Deployment" }), "workloads")
  })

  it("keeps every object exactly once", () => {
    fc.assert(
      fc.property(objects, (input) => {
        const members = ApplyWaves.plan(input).flatMap((wave) => wave.members)
        assert.deepStrictEqual(
          members.map((member) => member.index).sort((a, b) => a - b),
          input.map((_, index) => index)
        )
        for (const member of members) assert.strictEqual(member.object, input[member.index])
      })
    )
  })

  it("keeps the order of the waves, and the input's order inside each", () => {
    fc.assert(
      fc.property(objects, (input) => {
        const waves = ApplyWaves.plan(input)
        const ranks = waves.map((wave) => ApplyWaves.waveNames.indexOf(wave.name))
        assert.deepStrictEqual(
          ranks,
          [...new Set(ranks)].sort((a, b) => a - b)
        )
        for (const wave of waves) {
          assert.isNotEmpty(wave.members)
          const indexes = wave.members.map((member) => member.index)
          assert.deepStrictEqual(
            indexes,
            [...indexes].sort((a, b) => a - b)
          )
          for (const { object } of wave.members) assert.strictEqual(ApplyWaves.waveOf(object), wave.name)
        }
      })
    )
  })
})
