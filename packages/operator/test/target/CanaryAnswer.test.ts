import { assert, describe, it } from "@effect/vitest"
import * as CanaryAnswer from "@holdfast/operator/target/CanaryAnswer"
import * as fc from "fast-check"

const leaf = "ab".repeat(32)
const review = (kind: string, request: unknown = { uid: "u-1" }) =>
  JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind, request })
const post = (path: string, body: string) => CanaryAnswer.answer({ method: "POST", path, body, leaf })

describe("A canary", () => {
  it("denies an admission, and says at which publication and with which leaf", () => {
    const { body, status } = post("/canary/17?timeout=10s", review("AdmissionReview"))
    const { response } = JSON.parse(body)
    assert.deepStrictEqual([status, response.uid, response.allowed], [200, "u-1", false])
    assert.deepStrictEqual(CanaryAnswer.read(`admission webhook "x" denied the request: ${response.status.message}`), {
      mark: "17",
      leaf
    })
  })

  it("fails a conversion in the same words", () => {
    const { response } = JSON.parse(post("/canary/17-0a", review("ConversionReview")).body)
    assert.strictEqual(response.result.status, "Failure")
    assert.deepStrictEqual(CanaryAnswer.read(response.result.message), { mark: "17-0a", leaf })
  })

  it("looks like an aggregated API without resources", () => {
    const get = (path: string) => CanaryAnswer.answer({ method: "GET", path, body: "", leaf })
    const discovery = JSON.parse(get("/apis/g.example.com/e17-0a").body)
    assert.deepStrictEqual(discovery, {
      kind: "APIResourceList",
      apiVersion: "v1",
      groupVersion: "g.example.com/e17-0a",
      resources: []
    })
    assert.deepStrictEqual(CanaryAnswer.read(get("/apis/g.example.com/e17-0a/canary").body), { mark: "17-0a", leaf })
    assert.strictEqual(get("/openapi/v2").status, 404)
  })

  it("answers whatever comes, and reads no more than it should", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("GET", "POST", "DELETE"),
        fc.oneof(fc.string(), fc.webPath(), fc.constant("/canary/1")),
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((json) => `{"request":${json}}`)
        ),
        (method, path, body) => {
          const { status } = CanaryAnswer.answer({ method, path, body, leaf })
          assert.include([200, 400, 404], status)
        }
      )
    )
    assert.isUndefined(CanaryAnswer.read("holdfast canary of publication ../x, presenting leaf 00"))
    assert.strictEqual(post("/canary/1", review("AdmissionReview", {})).status, 400)
    assert.strictEqual(post("/canary/1", review("TokenReview")).status, 400)
  })
})
