import { assert, describe, it } from "@effect/vitest"
import type * as Certificate from "@holdfast/certificates/Certificate"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { ask, hasGo } from "./goVerifier.ts"

const authorities = await Effect.runPromise(
  Effect.all(
    ["a", "b", "c", "d", "e"].map((commonName) => CertificateAuthority.make({ commonName, validity: "90 days" }))
  )
)
const certificates = authorities.map(({ certificate }) => certificate)
const certificate = certificates[0]!
const secret = Redacted.value(authorities[0]!.key.privateKeyPem)

const list = fc.array(fc.constantFrom(...certificates), { maxLength: 8 })
const bundle = list.map(CertificateBundle.fromCertificates)

/** Text that may stand around blocks: it holds no line that begins or ends one. */
const garbage = fc
  .array(
    fc.string().map((line) => line.replaceAll("-----", "")),
    { maxLength: 3 }
  )
  .map((lines) => lines.map((line) => `${line.replaceAll(/[\r\n]/g, " ")}\n`).join(""))

const line = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`
const der = (bytes: Uint8Array) => line(Buffer.from(bytes).toString("base64"))

/** Blocks that no reader can take for a certificate. */
const badBlock = fc.oneof(
  fc.constantFrom(
    line("????"),
    line(""),
    line("AAA"),
    line("Proc-Type: 4,ENCRYPTED\n\nAAAA"),
    "-----BEGIN CERTIFICATE-----\nAAAA\n",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICAT-----\n",
    certificate.pem.replaceAll("CERTIFICATE", "X509 CRL"),
    secret
  ),
  fc.uint8Array({ minLength: 1, maxLength: 40 }).map(der),
  fc.nat(certificate.der.length - 1).map((length) => der(certificate.der.slice(0, length))),
  fc.uint8Array({ minLength: 1, maxLength: 4 }).map((tail) => der(Buffer.concat([certificate.der, tail])))
)

const fingerprints = (all: ReadonlyArray<Certificate.Certificate>) => all.map((each) => each.fingerprint256)

describe("CertificateBundle", () => {
  it("has one spelling for one content", () => {
    fc.assert(
      fc.property(list, fc.infiniteStream(fc.nat()), (some, order) => {
        const shuffled = [...some, ...some]
          .map((each) => [order.next().value, each] as const)
          .sort(([a], [b]) => a - b)
          .map(([, each]) => each)
        assert.strictEqual(
          CertificateBundle.toPem(CertificateBundle.fromCertificates(shuffled)),
          CertificateBundle.toPem(CertificateBundle.fromCertificates(some))
        )
      })
    )
  })

  it("is a set under union", () => {
    const { empty, equals, has, union } = CertificateBundle
    fc.assert(
      fc.property(bundle, bundle, bundle, (a, b, c) => {
        assert.isTrue(equals(union(a, a), a), "idempotent")
        assert.isTrue(equals(union(a, b), union(b, a)), "commutative")
        assert.isTrue(equals(union(union(a, b), c), union(a, union(b, c))), "associative")
        assert.isTrue(equals(union(a, empty), a), "neutral")
        for (const each of [...a.certificates, ...b.certificates]) assert.isTrue(has(union(a, b), each))
      })
    )
  })

  it("reads back what it wrote, through any text between the blocks", () => {
    fc.assert(
      fc.property(bundle, garbage, (written, between) => {
        const text = written.certificates.map((each) => `${between}${each.pem}`).join("") + between
        const read = CertificateBundle.parse(text)
        if (written.certificates.length === 0) assert.isTrue(Result.isFailure(read))
        else assert.isTrue(CertificateBundle.equals(Result.getOrThrow(read), written))
      })
    )
  })

  it("reports every broken block with its line, and keeps the rest", () => {
    fc.assert(
      fc.property(bundle, garbage, badBlock, (good, before, bad) => {
        const text = `${before}${bad}${CertificateBundle.toPem(good)}`
        const error = Result.getOrThrow(Result.flip(CertificateBundle.parse(text)))
        assert.deepStrictEqual(
          error.badBlocks.map(({ line }) => line),
          [before.split("\n").length]
        )
        assert.isTrue(CertificateBundle.equals(error.usable, good))
      })
    )
  })

  it("says nothing of a private key that stands in a bundle", () => {
    const error = Result.getOrThrow(Result.flip(CertificateBundle.parse(certificates[1]!.pem + secret)))
    assert.strictEqual(error.message, "The CA bundle is broken: the block on line 11 is not a certificate")
    for (const row of secret.trim().split("\n").slice(1, -1)) assert.notInclude(JSON.stringify(error), row)
  })

  // Skipped where Go is missing: its reader is the one that kube-apiserver has.
  it.skipIf(!hasGo)(
    "takes from a broken bundle what the API server takes",
    () => {
      const part = fc.oneof(garbage, badBlock, fc.constantFrom(...certificates.map(({ pem }) => pem)))
      const texts = fc.sample(
        fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")),
        500
      )
      const answers = ask(texts.map((roots) => ({ chain: "", roots })))
      texts.forEach((text, index) => {
        const usable = Result.match(CertificateBundle.parse(text), {
          onFailure: (error) => error.usable,
          onSuccess: (whole) => whole
        })
        assert.deepStrictEqual(
          fingerprints(usable.certificates),
          Array.from(new Set(answers[index]?.usable)).sort(),
          JSON.stringify(text)
        )
      })
    },
    120_000
  )
})
