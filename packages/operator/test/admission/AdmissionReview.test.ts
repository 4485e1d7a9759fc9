import { assert, describe, it } from "@effect/vitest"
import * as AdmissionReview from "@holdfast/operator/admission/AdmissionReview"
import { Result } from "effect"
import * as fc from "fast-check"

const request = {
  uid: "1",
  operation: "UPDATE",
  kind: { group: "", version: "v1", kind: "ConfigMap" },
  resource: { group: "", version: "v1", resource: "configmaps" },
  name: "a",
  namespace: "default",
  userInfo: { username: "ada", groups: ["dev", 7] },
  object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } },
  oldObject: null
}
const review = (changes: object = {}) =>
  JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request: { ...request, ...changes } })

const field = (body: string) => {
  const decoded = AdmissionReview.decode(body)
  return Result.isFailure(decoded) ? decoded.failure.field : "none"
}

describe("an AdmissionReview", () => {
  it("is decoded to what handlers read", () => {
    const decoded = Result.getOrThrow(AdmissionReview.decode(review({ dryRun: true })))
    assert.deepInclude(decoded, { operation: "UPDATE", name: "a", namespace: "default", dryRun: true, username: "ada" })
    assert.deepStrictEqual([decoded.groups, decoded.oldObject, decoded.subResource], [["dev"], undefined, undefined])
    assert.strictEqual(decoded.object?.metadata.name, "a")
  })

  it("names the field that is wrong", () => {
    assert.strictEqual(field("{"), "")
    assert.strictEqual(field("[]"), "")
    assert.strictEqual(field(review().replace("k8s.io/v1", "k8s.io/v1beta1")), "apiVersion")
    assert.strictEqual(field(review({ uid: 7 })), "request.uid")
    assert.strictEqual(field(review({ operation: "READ" })), "request.operation")
    assert.strictEqual(field(review({ kind: { kind: "ConfigMap" } })), "request.kind")
    assert.strictEqual(field(review({ name: { a: 1 } })), "request.name")
    assert.strictEqual(field(review({ object: { apiVersion: "v1" } })), "request.object")
    assert.strictEqual(field(review({ oldObject: [] })), "request.oldObject")
  })

  it("is decoded or refused, whatever it is, without a defect and without a word of its content", () => {
    const json = fc.json()
    const spoilt = fc
      .tuple(fc.constantFrom(...Object.keys(request)), fc.jsonValue())
      .map(([key, value]) => review({ [key]: value }))
    fc.assert(
      fc.property(fc.oneof(fc.string(), json, spoilt), (body) => {
        const decoded = AdmissionReview.decode(body)
        if (Result.isFailure(decoded)) assert.isBelow(decoded.failure.message.length, 120)
        else assert.isString(decoded.success.uid)
      })
    )
    assert.strictEqual(field("[".repeat(1_000_000)), "")
  })

  it("is answered with patch and warnings, or with code and message", () => {
    const response = (verdict: AdmissionReview.Verdict) => JSON.parse(AdmissionReview.encode("1", verdict)).response
    const patched = response(
      AdmissionReview.allowed({ patch: [{ op: "add", path: "/a", value: 1 }], warnings: ["old field"] })
    )
    assert.deepStrictEqual(JSON.parse(Buffer.from(patched.patch, "base64").toString()), [
      { op: "add", path: "/a", value: 1 }
    ])
    assert.deepStrictEqual([patched.patchType, patched.warnings, patched.allowed], ["JSONPatch", ["old field"], true])
    assert.deepStrictEqual(response(AdmissionReview.allowed()), { uid: "1", allowed: true })
    const denied = response(AdmissionReview.denied("in use", { code: 409 }))
    assert.deepInclude(denied, { allowed: false })
    assert.deepInclude(denied.status, { code: 409, message: "in use" })
  })
})
