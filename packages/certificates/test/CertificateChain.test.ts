import { once } from "node:events"
import * as tls from "node:tls"
import { assert, describe, it } from "@effect/vitest"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as CertificateBundle from "@holdfast/certificates/CertificateBundle"
import * as CertificateChain from "@holdfast/certificates/CertificateChain"
import * as KeyPair from "@holdfast/certificates/KeyPair"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { ask, hasGo } from "./goVerifier.ts"

const host = "hook.default.svc"
const server = { dnsNames: [host], ipAddresses: ["127.0.0.1"], validity: "30 days" } as const
const past = (days: number) => new Date(Date.now() - days * 86_400_000)

/** One way in which a server and a client agree or not, and what each verifier calls it. */
interface Shape {
  readonly leaf: CertificateAuthority.IssuedCertificate
  readonly roots: string
  readonly expected: CertificateChain.Reason | "trusted"
  /** The `code` of Node's error; `null` where Node trusts what Go does not. */
  readonly node?: string | null
  /** Part of Go's text. */
  readonly go?: string
}

const shapes = Effect.gen(function* () {
  const make = (commonName: string, more?: Partial<CertificateAuthority.MakeOptions>) =>
    CertificateAuthority.make({ commonName, validity: "90 days", ...more })
  const issue = (ca: CertificateAuthority.CertificateAuthority, more?: Partial<CertificateAuthority.IssueOptions>) =>
    CertificateAuthority.issue(ca, { ...server, ...more })

  const ca = yield* make("hooks")
  const recreated = yield* make("hooks")
  const old = yield* make("old")
  const next = yield* make("next")
  const bridge = yield* CertificateAuthority.crossSign(next, { by: old })
  const bridged = yield* issue(next, { intermediates: [bridge] })
  const both = CertificateBundle.toPem(CertificateBundle.fromCertificates([old.certificate, next.certificate]))
  const rsa = yield* make("rsa", { algorithm: "RSA-2048" })
  const ed25519 = yield* make("ed25519", { algorithm: "Ed25519" })
  const oldCA = yield* make("expired", { notBefore: past(90), validity: "89 days" })
  const lone = yield* CertificateAuthority.selfSigned(server)
  const unknown = "signed by unknown authority"

  const table: Record<string, Shape> = {
    "a leaf under its CA": { leaf: yield* issue(ca), roots: ca.certificate.pem, expected: "trusted" },
    "an RSA leaf under an RSA CA": {
      leaf: yield* issue(rsa, { algorithm: "RSA-2048" }),
      roots: rsa.certificate.pem,
      expected: "trusted"
    },
    "an Ed25519 leaf under an Ed25519 CA": {
      leaf: yield* issue(ed25519, { algorithm: "Ed25519" }),
      roots: ed25519.certificate.pem,
      expected: "trusted"
    },
    "an ECDSA leaf under an RSA CA": { leaf: yield* issue(rsa), roots: rsa.certificate.pem, expected: "trusted" },
    "another CA": {
      leaf: yield* issue(old),
      roots: ca.certificate.pem,
      expected: "unknown-authority",
      node: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      go: unknown
    },
    "a re-created CA of the same name": {
      leaf: yield* issue(recreated),
      roots: ca.certificate.pem,
      expected: "unknown-authority",
      node: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      go: unknown
    },
    "a re-created CA of the same name, leaf without authority key identifier": {
      leaf: yield* issue(recreated, { authorityKeyIdentifier: false }),
      roots: ca.certificate.pem,
      expected: "bad-signature",
      node: "CERT_SIGNATURE_FAILURE",
      go: 'while trying to verify candidate authority certificate "hooks"'
    },
    "a CA renewed with its old key": {
      leaf: yield* issue(yield* make("hooks", { key: ca.key })),
      roots: ca.certificate.pem,
      expected: "trusted"
    },
    "a bridged leaf under the old CA": { leaf: bridged, roots: old.certificate.pem, expected: "trusted" },
    "a bridged leaf under the new CA": { leaf: bridged, roots: next.certificate.pem, expected: "trusted" },
    "a bridged leaf under both CAs": { leaf: bridged, roots: both, expected: "trusted" },
    "an old leaf under both CAs": { leaf: yield* issue(old), roots: both, expected: "trusted" },
    "a leaf of the new CA without its bridge under the old CA": {
      leaf: yield* issue(next),
      roots: old.certificate.pem,
      expected: "unknown-authority",
      node: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      go: unknown
    },
    "an expired leaf": {
      leaf: yield* issue(ca, { notBefore: past(31) }),
      roots: ca.certificate.pem,
      expected: "expired",
      node: "CERT_HAS_EXPIRED",
      go: "certificate has expired or is not yet valid: current time"
    },
    "a valid leaf of an expired CA": {
      leaf: yield* issue(oldCA),
      roots: oldCA.certificate.pem,
      expected: "expired",
      node: "CERT_HAS_EXPIRED",
      go: "is after"
    },
    "a leaf that is not valid yet": {
      leaf: yield* issue(ca, { notBefore: past(-1) }),
      roots: ca.certificate.pem,
      expected: "not-yet-valid",
      node: "CERT_NOT_YET_VALID",
      go: "is before"
    },
    "a leaf for another host": {
      leaf: yield* issue(ca, { dnsNames: ["other.default.svc"], ipAddresses: [] }),
      roots: ca.certificate.pem,
      expected: "hostname-mismatch",
      node: "ERR_TLS_CERT_ALTNAME_INVALID",
      go: "certificate is valid for other.default.svc, not hook.default.svc"
    },
    "a leaf with the name in its subject alone": {
      leaf: yield* issue(ca, { commonName: host, dnsNames: [], ipAddresses: [] }),
      roots: ca.certificate.pem,
      expected: "hostname-mismatch",
      node: null,
      go: "certificate relies on legacy Common Name field"
    },
    "a leaf for all hosts of a domain": {
      leaf: yield* issue(ca, { dnsNames: ["*.default.svc"] }),
      roots: ca.certificate.pem,
      expected: "trusted"
    },
    "a leaf for clients": {
      leaf: yield* issue(ca, { usages: ["client"] }),
      roots: ca.certificate.pem,
      expected: "other",
      node: "INVALID_PURPOSE",
      go: "incompatible key usage"
    },
    "a self-signed leaf": {
      leaf: lone,
      roots: ca.certificate.pem,
      expected: "self-signed",
      node: "DEPTH_ZERO_SELF_SIGNED_CERT",
      go: unknown
    },
    "a self-signed leaf that is in the bundle": { leaf: lone, roots: lone.certificatePem, expected: "trusted" },
    "a bundle with a broken block beside the good one": {
      leaf: yield* issue(ca),
      roots: `-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n${ca.certificate.pem}`,
      expected: "trusted",
      // Node stops reading at the broken block, and trusts nothing behind it.
      node: "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
    }
  }
  return Object.entries(table).map(([name, shape]) => ({ name, ...shape }))
})

/** The error code of Node's TLS client against a server that presents the leaf, or nothing when they shake hands. */
const handshake = async ({ leaf, roots }: Shape): Promise<string | undefined> => {
  const listener = tls.createServer({ cert: leaf.chainPem, key: Redacted.value(leaf.privateKeyPem) }, (s) => s.end())
  listener.on("tlsClientError", () => {})
  listener.listen(0, "127.0.0.1")
  await once(listener, "listening")
  const { port } = listener.address() as { port: number }
  const client = tls.connect({ host: "127.0.0.1", port, servername: host, ca: roots })
  return new Promise<string | undefined>((resolve) => {
    client.once("secureConnect", () => resolve(undefined))
    client.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? String(error)))
  }).finally(() => {
    client.destroy()
    listener.close()
  })
}

const verified = (shape: Shape) =>
  Result.match(
    CertificateChain.verify({ chain: shape.leaf.chainPem, roots: shape.roots, dnsName: host, at: new Date() }),
    { onFailure: ({ reason }) => reason, onSuccess: () => "trusted" as const }
  )

describe("CertificateChain.verify", () => {
  it.live("names what is wrong with each chain", () =>
    Effect.gen(function* () {
      for (const shape of yield* shapes) assert.strictEqual(verified(shape), shape.expected, shape.name)
    })
  )

  it.live("agrees with the handshakes of Node", () =>
    Effect.gen(function* () {
      for (const shape of yield* shapes) {
        const code = yield* Effect.promise(() => handshake(shape))
        assert.strictEqual(code, shape.node ?? undefined, shape.name)
      }
    })
  )

  // Skipped where Go is missing: its verifier is the one that kube-apiserver has.
  it.live.skipIf(!hasGo)(
    "agrees with Go's verifier",
    () =>
      Effect.gen(function* () {
        const all = yield* shapes
        const answers = ask(all.map(({ leaf, roots }) => ({ chain: leaf.chainPem, roots, dnsName: host })))
        all.forEach((shape, index) => {
          const error = answers[index]?.error ?? "no answer"
          assert.strictEqual(error === "", shape.expected === "trusted", `${shape.name}: ${error}`)
          assert.include(error, shape.go ?? "", shape.name)
        })
      }),
    120_000
  )

  it.live("accepts a client's certificate for clients, and not for servers", () =>
    Effect.gen(function* () {
      const ca = yield* CertificateAuthority.make({ commonName: "clients", validity: "90 days" })
      const admin = yield* CertificateAuthority.issue(ca, {
        commonName: "admin",
        organization: ["system:masters"],
        usages: ["client"],
        validity: "1 day"
      })
      const options = { chain: admin.chainPem, roots: ca.certificate.pem, at: new Date() }
      assert.strictEqual(admin.certificate.subject, "O=system:masters, CN=admin")
      assert.isTrue(Result.isSuccess(CertificateChain.verify({ ...options, usage: "client" })))
      assert.isTrue(Result.isFailure(CertificateChain.verify(options)))
    })
  )

  it.live("names the CA of the same name when a CA was re-created", () =>
    Effect.gen(function* () {
      const [ca, recreated] = [
        yield* CertificateAuthority.make({ commonName: "hooks", validity: "90 days" }),
        yield* CertificateAuthority.make({ commonName: "hooks", validity: "90 days" })
      ]
      const leaf = yield* CertificateAuthority.issue(recreated, server)
      const error = Result.getOrThrow(
        Result.flip(CertificateChain.verify({ chain: leaf.chainPem, roots: ca.certificate.pem, at: new Date() }))
      )
      assert.strictEqual(error.candidate?.fingerprint256, ca.certificate.fingerprint256)
      assert.include(error.message, "another CA of that name")
    })
  )

  it.live("tells a broken chain from a broken bundle", () =>
    Effect.gen(function* () {
      const ca = yield* CertificateAuthority.make({ commonName: "hooks", validity: "90 days" })
      const leaf = yield* CertificateAuthority.issue(ca, server)
      const reason = (chain: string, roots: string) =>
        Result.match(CertificateChain.verify({ chain, roots, at: new Date() }), {
          onFailure: (error) => error.reason,
          onSuccess: () => "trusted"
        })
      assert.strictEqual(reason("", ca.certificate.pem), "malformed")
      assert.strictEqual(reason(leaf.chainPem, "\n"), "invalid-ca-bundle")
      assert.strictEqual(reason(leaf.chainPem, ca.certificate.pem), "trusted")
    })
  )

  it.live("trusts nothing with an empty bundle", () =>
    Effect.gen(function* () {
      const ca = yield* CertificateAuthority.make({ commonName: "hooks", validity: "90 days" })
      const leaf = yield* CertificateAuthority.issue(ca, server)
      const error = Result.getOrThrow(
        Result.flip(
          CertificateChain.verify({ chain: [leaf.certificate], roots: CertificateBundle.empty, at: new Date() })
        )
      )
      assert.strictEqual(error.reason, "unknown-authority")
    })
  )

  it.live("refuses an issuer that is no authority", () =>
    Effect.gen(function* () {
      const ca = yield* CertificateAuthority.make({ commonName: "hooks", validity: "90 days" })
      const key = yield* KeyPair.generate()
      const leaf = yield* CertificateAuthority.issue(ca, { ...server, commonName: "leaf", key })
      const forged = yield* CertificateAuthority.issue({ certificate: leaf.certificate, key }, server)
      const error = Result.getOrThrow(
        Result.flip(
          CertificateChain.verify({
            chain: [forged.certificate, leaf.certificate],
            roots: ca.certificate.pem,
            at: new Date()
          })
        )
      )
      assert.strictEqual(error.reason, "other")
      assert.strictEqual(
        error.message,
        "The certificate of CN=leaf signed a certificate, but is no certificate authority"
      )
    })
  )
})
