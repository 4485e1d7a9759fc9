import { assert, describe, it } from "@effect/vitest"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import { judge } from "@holdfast/cli/bootstrap/CertificateState"
import { Clock, Effect } from "effect"

const dnsName = "hook.web.svc"
const issue = Effect.gen(function* () {
  const ca = yield* CertificateAuthority.make({ commonName: "test-ca", validity: "365 days" })
  const leaf = yield* CertificateAuthority.issue(ca, { dnsNames: [dnsName], validity: "90 days" })
  return { caBundle: ca.certificate.pem, chain: leaf.chainPem }
})
const inDays = (days: number) => Effect.map(Clock.currentTimeMillis, (now) => new Date(now + days * 86_400_000))

describe("CertificateState", () => {
  it.live("finds a certificate good that verifies and has more than a third of its life left", () =>
    Effect.gen(function* () {
      const certificate = yield* issue
      const state = judge({ ...certificate, dnsName, at: yield* inDays(1) })
      assert.strictEqual(state._tag, "good")
    })
  )

  it.live("wants it renewed near its end, after it, under another authority and for another name", () =>
    Effect.gen(function* () {
      const certificate = yield* issue
      const other = yield* issue
      const at = yield* inDays(1)
      const reasons = [
        judge({ ...certificate, dnsName, at: yield* inDays(70) }),
        judge({ ...certificate, dnsName, at: yield* inDays(91) }),
        judge({ ...certificate, caBundle: other.caBundle, dnsName, at }),
        judge({ ...certificate, dnsName: "other.web.svc", at }),
        judge({ ...certificate, caBundle: "", dnsName, at }),
        judge({ ...certificate, chain: "nonsense", dnsName, at })
      ]
      for (const state of reasons) assert.strictEqual(state._tag, "renew", JSON.stringify(state))
      assert.match(JSON.stringify(reasons[0]), /22 % of its life is left/)
    })
  )
})
