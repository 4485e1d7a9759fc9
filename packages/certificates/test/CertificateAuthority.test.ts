import { spawnSync } from "node:child_process"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as KeyPair from "@holdfast/certificates/KeyPair"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"

const day = 86_400_000

describe("CertificateAuthority", () => {
  it.effect.each(["ECDSA-P256", "RSA-2048", "Ed25519"] as const)("issues leaves with %s keys", (algorithm) =>
    Effect.gen(function* () {
      const ca = yield* CertificateAuthority.make({ commonName: "hooks", validity: "90 days", algorithm })
      const leaf = yield* CertificateAuthority.issue(ca, {
        dnsNames: ["hook.default.svc", "*.hook.default.svc"],
        ipAddresses: ["127.0.0.1", "::1"],
        validity: "30 days",
        algorithm
      })
      assert.deepStrictEqual(leaf.certificate.dnsNames, ["hook.default.svc", "*.hook.default.svc"])
      assert.deepStrictEqual(leaf.certificate.ipAddresses, ["127.0.0.1", "::1"])
      assert.strictEqual(leaf.certificate.issuer, "CN=hooks")
      assert.strictEqual(leaf.certificate.keyAlgorithm, algorithm)
      assert.isFalse(leaf.certificate.isCA)
      assert.isTrue(ca.certificate.isCA)
      assert.isTrue(KeyPair.matches(leaf.certificate, leaf.privateKeyPem))
      assert.isFalse(KeyPair.matches(ca.certificate, leaf.privateKeyPem))
    })
  )

  it.effect("counts validity from now and begins an hour earlier, for clocks that lag", () =>
    Effect.gen(function* () {
      const now = Date.parse("2026-11-23T12:00:00.700Z")
      yield* TestClock.setTime(now)
      const ca = yield* CertificateAuthority.make({ commonName: "hooks", validity: "90 days" })
      assert.strictEqual(ca.certificate.notBefore.toISOString(), "2026-11-23T11:00:00.000Z")
      assert.strictEqual(ca.certificate.notAfter.getTime(), Math.floor(now / 1000) * 1000 + 90 * day)
    })
  )

  it.effect("writes dates on both sides of 2050, where X.509 changes their form", () =>
    Effect.gen(function* () {
      const notBefore = new Date("2049-12-31T23:59:59Z")
      const ca = yield* CertificateAuthority.make({ commonName: "hooks", validity: "2 seconds", notBefore })
      assert.strictEqual(ca.certificate.notBefore.toISOString(), "2049-12-31T23:59:59.000Z")
      assert.strictEqual(ca.certificate.notAfter.toISOString(), "2050-01-01T00:00:01.000Z")
    })
  )

  it.effect("gives positive serial numbers that differ", () =>
    Effect.gen(function* () {
      const key = yield* KeyPair.generate()
      const all = yield* Effect.all(
        Array.from({ length: 50 }, () => CertificateAuthority.make({ commonName: "hooks", validity: "1 day", key }))
      )
      assert.strictEqual(new Set(all.map(({ certificate }) => certificate.serialNumber)).size, all.length)
      for (const { certificate } of all) assert.match(certificate.serialNumber, /^[4-7][0-9A-F]{31}$/)
    })
  )

  it.effect("keeps name and key of the new CA in a bridge, and ends with the old one", () =>
    Effect.gen(function* () {
      const old = yield* CertificateAuthority.make({ commonName: "old", validity: "10 days" })
      const next = yield* CertificateAuthority.make({ commonName: "next", validity: "90 days" })
      const bridge = yield* CertificateAuthority.crossSign(next, { by: old })
      assert.strictEqual(bridge.subject, next.certificate.subject)
      assert.strictEqual(bridge.spkiSha256, next.certificate.spkiSha256)
      assert.strictEqual(bridge.issuer, old.certificate.subject)
      assert.deepStrictEqual(bridge.notAfter, old.certificate.notAfter)
      assert.isTrue(bridge.isCA)
      const leaf = yield* CertificateAuthority.issue(next, { validity: "5 days", intermediates: [bridge] })
      assert.deepStrictEqual(
        Result.getOrThrow(Certificate.parseAll(leaf.chainPem)).map(({ subject }) => subject),
        ["", "CN=next"]
      )
      assert.strictEqual(leaf.certificatePem, leaf.certificate.pem)
    })
  )

  it.effect.each([
    { field: "commonName", options: { commonName: "" } },
    { field: "commonName", options: { commonName: "x".repeat(65) } },
    { field: "organization", options: { organization: ["ok", ""] } },
    { field: "dnsNames", options: { dnsNames: ["ok.svc", "not a name"] } },
    { field: "dnsNames", options: { dnsNames: ["-bad.svc"] } },
    { field: "dnsNames", options: { dnsNames: [`${"a.".repeat(127)}svc`] } },
    { field: "ipAddresses", options: { ipAddresses: ["10.0.0.256"] } },
    { field: "validity", options: { validity: "Infinity" } },
    { field: "validity", options: { validity: 0 } }
  ] as const)("refuses a bad $field", ({ field, options }) =>
    Effect.gen(function* () {
      const ca = yield* CertificateAuthority.make({ commonName: "hooks", validity: "90 days" })
      const error = yield* Effect.flip(CertificateAuthority.issue(ca, { validity: "30 days", ...options }))
      assert.strictEqual(error.field, field)
      assert.include(error.message, `Cannot issue a certificate: ${field}`)
    })
  )

  it.effect("restores a CA from PEM, and refuses two halves that do not belong together", () =>
    Effect.gen(function* () {
      const ca = yield* CertificateAuthority.make({ commonName: "hooks", validity: "90 days" })
      const other = yield* CertificateAuthority.make({ commonName: "hooks", validity: "90 days" })
      const restore = (certificatePem: string, privateKeyPem: string | Redacted.Redacted) =>
        CertificateAuthority.fromPem({ certificatePem, privateKeyPem })
      const failure = (result: ReturnType<typeof restore>) => Result.getOrThrow(Result.flip(result))
      assert.deepStrictEqual(Result.getOrThrow(restore(ca.certificate.pem, ca.key.privateKeyPem)), ca)
      assert.strictEqual(
        failure(restore(ca.certificate.pem, other.key.privateKeyPem)).message,
        "The private key does not belong to the certificate of CN=hooks"
      )
      assert.strictEqual(failure(restore("", ca.key.privateKeyPem))._tag, "MalformedCertificate")
      assert.strictEqual(failure(restore(ca.certificate.pem, ca.certificate.pem))._tag, "MalformedKey")
    })
  )

  it.effect("shows no private key to whoever prints it", () =>
    Effect.gen(function* () {
      const ca = yield* CertificateAuthority.make({ commonName: "hooks", validity: "90 days" })
      const leaf = yield* CertificateAuthority.issue(ca, { dnsNames: ["hook.default.svc"], validity: "30 days" })
      for (const secret of [ca.key.privateKeyPem, leaf.privateKeyPem]) {
        const row = Redacted.value(secret).split("\n")[1] ?? ""
        assert.isAbove(row.length, 60)
        for (const shown of [inspect({ ca, leaf }, { depth: 9 }), JSON.stringify({ ca, leaf }), `${secret}`]) {
          assert.notInclude(shown, row)
        }
      }
    })
  )

  it.effect.skipIf(spawnSync("openssl", ["version"]).status !== 0)(
    "carries the extensions that verifiers ask for",
    () =>
      Effect.gen(function* () {
        const ca = yield* CertificateAuthority.make({ commonName: "hooks", validity: "90 days" })
        const leaf = yield* CertificateAuthority.issue(ca, { dnsNames: ["hook.default.svc"], validity: "30 days" })
        const text = (input: string) =>
          spawnSync("openssl", ["x509", "-noout", "-text"], { input, encoding: "utf8" }).stdout.replaceAll(/\s+/g, " ")
        const ski = /Subject Key Identifier: ([0-9A-F:]+)/.exec(text(ca.certificate.pem))?.[1]
        assert.include(text(ca.certificate.pem), "Basic Constraints: critical CA:TRUE")
        assert.include(text(ca.certificate.pem), "Key Usage: critical Digital Signature, Certificate Sign, CRL Sign")
        for (const extension of [
          "Version: 3 (0x2)",
          "Basic Constraints: critical CA:FALSE",
          "Key Usage: critical Digital Signature",
          "Extended Key Usage: TLS Web Server Authentication",
          `Authority Key Identifier: ${ski}`,
          "Subject Alternative Name: critical DNS:hook.default.svc"
        ]) {
          assert.include(text(leaf.certificate.pem), extension)
        }
      })
  )
})
