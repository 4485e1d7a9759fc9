import { assert, describe, it } from "@effect/vitest"
import { guarded } from "../../src/internal/target/guard.ts"

const rule = (group: string, resource: string, operation = "CREATE") => ({
  apiGroups: [group],
  apiVersions: ["*"],
  resources: [resource],
  operations: [operation]
})
const byName = (operator: string, ...values: ReadonlyArray<string>) => ({
  namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator, values }] }
})
const ask = (entry: object) => guarded(entry, ["shop", "holdfast-system"])

describe("A webhook guards its own rotation", () => {
  it("when it is asked about Secrets, and fails closed", () => {
    assert.deepStrictEqual(ask({ rules: [rule("", "secrets")] }), ["secrets"])
    assert.deepStrictEqual(ask({ rules: [rule("", "secrets", "UPDATE")] }), ["secrets"])
    assert.deepStrictEqual(ask({ rules: [rule("", "secrets", "DELETE")] }), [])
    assert.deepStrictEqual(ask({ rules: [rule("", "configmaps")] }), [])
    assert.deepStrictEqual(ask({ failurePolicy: "Ignore", rules: [rule("", "secrets")] }), [])
  })

  it("when it is asked about everything", () => {
    const everything = { rules: [rule("*", "*", "*")] }
    assert.deepStrictEqual(ask(everything), ["secrets", "leases", "probes", "customresourcedefinitions", "apiservices"])
    assert.deepStrictEqual(ask({ ...everything, ...byName("NotIn", "shop", "holdfast-system") }), [
      "probes",
      "customresourcedefinitions",
      "apiservices"
    ])
  })

  it("unless the namespaces are excluded, both of them", () => {
    const secrets = { rules: [rule("*", "*/*")] }
    assert.include(ask({ ...secrets, ...byName("NotIn", "shop") }), "secrets")
    assert.notInclude(ask({ ...secrets, ...byName("NotIn", "shop", "holdfast-system") }), "secrets")
    assert.notInclude(ask({ ...secrets, ...byName("In", "elsewhere") }), "secrets")
    assert.include(ask({ ...secrets, ...byName("In", "shop") }), "secrets")
  })

  it("is not said where other labels or conditions decide, which nobody can know", () => {
    const secrets = { rules: [rule("", "secrets")] }
    assert.deepStrictEqual(ask({ ...secrets, namespaceSelector: { matchLabels: { guarded: "yes" } } }), [])
    assert.deepStrictEqual(ask({ ...secrets, objectSelector: { matchLabels: { guarded: "yes" } } }), [])
    assert.deepStrictEqual(ask({ ...secrets, matchConditions: [{ name: "a", expression: "true" }] }), [])
  })
})
