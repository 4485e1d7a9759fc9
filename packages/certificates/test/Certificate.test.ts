import { assert, describe, it } from "@effect/vitest"
import * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as Expiry from "@holdfast/certificates/Expiry"
import * as KeyPair from "@holdfast/certificates/KeyPair"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as fc from "fast-check"

const ca = await Effect.runPromise(CertificateAuthority.make({ commonName: "hooks", validity: "90 days" }))
const leaf = await Effect.runPromise(CertificateAuthority.issue(ca, { dnsNames: ["a.svc"], validity: "30 days" }))
const renewed = await Effect.runPromise(
  CertificateAuthority.make({ commonName: "hooks", validity: "90 days", key: ca.key })
)

const problem = (input: string | Uint8Array) => Result.getOrThrow(Result.flip(Certificate.parse(input))).message

describe("Certificate", () => {
  it("reads the same from PEM and DER, and writes what it read", () => {
    const fromPem = Result.getOrThrow(Certificate.parse(leaf.certificatePem))
    const fromDer = Result.getOrThrow(Certificate.parse(leaf.certificate.der))
    assert.deepStrictEqual(fromPem, leaf.certificate)
    assert.deepStrictEqual(fromDer, leaf.certificate)
    assert.strictEqual(fromPem.pem, leaf.certificatePem)
  })

  it("reads the leaf of a chain, or all of it", () => {
    const chain = `text before\r\n${leaf.certificatePem}${ca.certificate.pem.replaceAll("\n", "\r\n")}`
    assert.deepStrictEqual(Result.getOrThrow(Certificate.parse(chain)), leaf.certificate)
    assert.deepStrictEqual(Result.getOrThrow(Certificate.parseAll(chain)), [leaf.certificate, ca.certificate])
  })

  it("finds the certificate beside a key", () => {
    const both = Redacted.value(leaf.privateKeyPem) + leaf.certificatePem
    assert.deepStrictEqual(Result.getOrThrow(Certificate.parseAll(both)), [leaf.certificate])
  })

  it("knows a key by its public half, whatever certificate it is in", () => {
    assert.strictEqual(renewed.certificate.spkiSha256, ca.certificate.spkiSha256)
    assert.notStrictEqual(renewed.certificate.fingerprint256, ca.certificate.fingerprint256)
    assert.notStrictEqual(leaf.certificate.spkiSha256, ca.certificate.spkiSha256)
  })

  it.effect.each([' a, b+c = "d" <e>; #', "ünïcödé 証明書", "back\\slash", "line\nbreak"])(
    "reads the name %j as it was written",
    (commonName) =>
      Effect.gen(function* () {
        const { certificate } = yield* CertificateAuthority.make({ commonName, validity: "1 day" })
        assert.strictEqual(certificate.commonName, commonName)
      })
  )

  it("says what is wrong, and on which line", () => {
    assert.strictEqual(problem(""), "The certificate has no BEGIN CERTIFICATE line")
    assert.strictEqual(problem(Redacted.value(leaf.privateKeyPem)), "The certificate has no BEGIN CERTIFICATE line")
    assert.strictEqual(problem(new Uint8Array(8)), "The certificate is not X.509")
    assert.strictEqual(
      problem(`x\n${leaf.certificatePem.slice(0, 200)}`),
      "The certificate that begins on line 2 cannot be decoded: it has no end"
    )
    assert.strictEqual(
      problem(Buffer.concat([leaf.certificate.der, Buffer.of(0)])),
      "The certificate has bytes behind its end"
    )
  })

  it("never throws, whatever it is given", () => {
    fc.assert(fc.property(fc.string(), (text) => Result.isFailure(Certificate.parse(text))))
    fc.assert(fc.property(fc.uint8Array(), (bytes) => Result.isFailure(Certificate.parse(bytes))))
    fc.assert(
      fc.property(fc.nat(leaf.certificate.der.length - 1), fc.nat(255), (at, byte) => {
        const damaged = leaf.certificate.der.slice()
        damaged[at] = byte
        Certificate.parse(damaged)
      })
    )
  })
})

describe("KeyPair", () => {
  it("refuses what is no key without showing it", () => {
    for (const text of ["", "secret", ca.certificate.pem, Redacted.value(ca.key.privateKeyPem).slice(0, 80)]) {
      const error = Result.getOrThrow(Result.flip(KeyPair.parse(text)))
      assert.strictEqual(error.message, "The private key is not a PEM private key that can be read")
      assert.deepStrictEqual({ ...error }, { _tag: "MalformedKey", problem: error.problem })
      assert.isFalse(KeyPair.matches(ca.certificate, text))
    }
  })

  it("tells of an encrypted key", () => {
    const error = Result.getOrThrow(
      Result.flip(KeyPair.parse("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"))
    )
    assert.strictEqual(error.message, "The private key is encrypted")
  })
})

describe("Expiry", () => {
  const { notAfter, notBefore } = leaf.certificate
  const life = notAfter.getTime() - notBefore.getTime()
  const at = (fraction: number) => new Date(notBefore.getTime() + life * fraction)

  it("counts a life from 1 to 0", () => {
    assert.strictEqual(Expiry.fractionLeft(leaf.certificate, at(-1)), 1)
    assert.strictEqual(Expiry.fractionLeft(leaf.certificate, at(0)), 1)
    assert.strictEqual(Expiry.fractionLeft(leaf.certificate, at(0.75)), 0.25)
    assert.strictEqual(Expiry.fractionLeft(leaf.certificate, at(2)), 0)
  })

  it("is over after the last moment, and not before the first", () => {
    assert.isFalse(Expiry.isExpired(leaf.certificate, notAfter))
    assert.isTrue(Expiry.isExpired(leaf.certificate, new Date(notAfter.getTime() + 1)))
    assert.isFalse(Expiry.isNotYetValid(leaf.certificate, notBefore))
    assert.isTrue(Expiry.isNotYetValid(leaf.certificate, new Date(notBefore.getTime() - 1)))
  })

  it("renews when a third is left", () => {
    assert.strictEqual(Expiry.renewalTime(leaf.certificate).getTime(), Math.round(at(2 / 3).getTime()))
  })
})
