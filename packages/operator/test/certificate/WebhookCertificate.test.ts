import { assert, describe, it } from "@effect/vitest"
import * as RotationRequest from "@holdfast/operator/certificate/RotationRequest"
import * as WebhookCertificate from "@holdfast/operator/certificate/WebhookCertificate"
import { Result } from "effect"

const hour = 3_600_000
const decode = (spec: object, annotations: Record<string, string> = {}) =>
  WebhookCertificate.decode({
    ...WebhookCertificate.kind,
    metadata: { name: "hook", namespace: "shop", annotations },
    spec: {
      secretName: "hook-tls",
      service: { name: "hook" },
      targets: [{ kind: "APIService", name: "v1.shop" }],
      ...spec
    }
  })
const problem = (spec: object) =>
  Result.match(decode(spec), { onFailure: ({ message }) => message, onSuccess: () => "" })

describe("WebhookCertificate.decode", () => {
  it("renews with a third of the life left unless it is told otherwise", () => {
    const { authority, leaf } = Result.getOrThrow(decode({ leaf: { validity: "30h" } })).spec
    assert.strictEqual(leaf.renewBefore, 10 * hour)
    assert.strictEqual(authority.renewBefore, 2_920 * hour)
    assert.strictEqual(Result.getOrThrow(decode({ leaf: { renewBefore: "1h" } })).spec.leaf.renewBefore, hour)
  })

  it("refuses times that do not go together, and says why", () => {
    assert.match(problem({ authority: { validity: "300h" } }), /^spec.authority.validity: .* shorter than spec.leaf/)
    assert.match(problem({ authority: { validity: "1h" } }), /^spec.authority.validity: it must be at least 6h/)
    assert.match(problem({ leaf: { validity: "9m" } }), /^spec.leaf.validity: it must be at least 10m/)
    assert.match(problem({ leaf: { validity: "1h", renewBefore: "1h" } }), /^spec.leaf.renewBefore: /)
    assert.match(problem({ minPublish: "2920h" }), /^spec.minPublish: .* before the next one may serve/)
    // The dates of a CA that is brought are its owner's.
    assert.strictEqual(problem({ minPublish: "2920h", authority: { secretName: "ca" } }), "")
  })

  it("names its state so that its owner can be told from it", () => {
    const webhook = Result.getOrThrow(decode({}))
    const { name } = WebhookCertificate.stateSecret(webhook, "holdfast-system")
    const { id, namespace } = webhook
    assert.deepStrictEqual(WebhookCertificate.ownerOfState(name), { id, namespace, name: "hook" })
    assert.deepStrictEqual(WebhookCertificate.ownerOfState("shop.hook.v2.pki")?.name, "hook.v2")
    assert.isUndefined(WebhookCertificate.ownerOfState("something-else"))
  })
})

describe("a request for a rotation", () => {
  const rotate = (text: string) => Result.getOrThrow(decode({}, { [WebhookCertificate.rotateAnnotation]: text }))

  it("is every new text, taken up once", () => {
    const first = RotationRequest.of(rotate("one"), undefined)
    assert.strictEqual(first?.cause, "forced")
    assert.isUndefined(RotationRequest.of(rotate("one"), first?.id))
    assert.isDefined(RotationRequest.of(rotate("two"), first?.id))
  })

  it("is not an annotation that is taken away, nor one that stays while the other changes", () => {
    const first = RotationRequest.of(rotate("one"), undefined)
    assert.isUndefined(RotationRequest.of({}, first?.id))
    const known = RotationRequest.of({ rotate: "one", compromised: "leaked" }, first?.id)
    assert.strictEqual(known?.cause, "compromised")
    assert.isUndefined(RotationRequest.of({ rotate: "one", compromised: "leaked" }, known?.id))
    assert.strictEqual(RotationRequest.of({ rotate: "two", compromised: "leaked" }, known?.id)?.cause, "forced")
  })
})
