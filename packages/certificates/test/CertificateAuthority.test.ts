import { assert, describe, it } from "@effect/vitest"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as KeyPair from "@holdfast/certificates/KeyPair"
import * as Effect from "effect/Effect"

describe("CertificateAuthority", () => {
  it.effect.each(["ECDSA-P256", "RSA-2048", "Ed25519"] as const)("issues with %s", (algorithm) =>
    Effect.gen(function* () {
      const ca = yield* CertificateAuthority.make({ commonName: "hooks", validity: "90 days", algorithm })
      const leaf = yield* CertificateAuthority.issue(ca, {
        dnsNames: ["hook.default.svc"],
        ipAddresses: ["127.0.0.1", "::1"],
        validity: "30 days",
        algorithm
      })
      assert.deepStrictEqual(leaf.certificate.dnsNames, ["hook.default.svc"])
      assert.deepStrictEqual(leaf.certificate.ipAddresses, ["127.0.0.1", "::1"])
      assert.strictEqual(leaf.certificate.issuer, "CN=hooks")
      assert.strictEqual(leaf.certificate.keyAlgorithm, algorithm)
      assert.isTrue(KeyPair.matches(leaf.certificate, leaf.privateKeyPem))
      assert.isFalse(KeyPair.matches(ca.certificate, leaf.privateKeyPem))
    })
  )
})
