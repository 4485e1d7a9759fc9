/**
 * What a client sees when an API server cannot trust a webhook, or reach it. These are the messages by which Holdfast
 * knows a certificate vacuum from any other failure, so they are compared to the letter.
 */
import { assert } from "@effect/vitest"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { Answer } from "../support/Api.ts"
import type { Area, Lab } from "../support/Lab.ts"
import * as TlsServer from "../support/TlsServer.ts"
import * as Webhooks from "../support/Webhooks.ts"

const day = 24 * 60 * 60 * 1000
const validates = { body: { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response: { allowed: true } } }

/** The Status of a webhook that could not be called, given the last part of its message. */
const assertCallFailed = (answer: Answer, url: string, cause: string | RegExp): void => {
  const prefix = `failed calling webhook "hook.example.com": failed to call webhook: Post "${url}?timeout=10s": `
  const { details, message, ...rest } = answer.body
  assert.deepStrictEqual(rest, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    reason: "InternalError",
    code: 500
  })
  assert.strictEqual(answer.status, 500)
  assert.isTrue(message.startsWith(`Internal error occurred: ${prefix}`), message)
  const end = message.slice(`Internal error occurred: ${prefix}`.length)
  if (typeof cause === "string") assert.strictEqual(end, cause)
  else assert.match(end, cause)
  assert.deepStrictEqual(details, { causes: [{ message: `${prefix}${end}` }] })
}

interface Case {
  readonly title: string
  readonly cause: string | RegExp
  /** What the server presents and the configuration trusts. */
  readonly make: (lab: Lab) => Effect.Effect<
    {
      readonly leaf: CertificateAuthority.IssuedCertificate
      readonly caBundle: string | undefined
    },
    never,
    Scope
  >
}

const trusting = (ca: CertificateAuthority.CertificateAuthority) => Webhooks.base64(ca.certificate.pem)

const cases: ReadonlyArray<Case> = [
  {
    title: "a CA of another name",
    cause: "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    make: (lab) =>
      Effect.gen(function* () {
        const leaf = yield* Webhooks.leafFor(yield* Webhooks.newCa("new"), lab.namespace)
        return { leaf, caBundle: trusting(yield* Webhooks.newCa("old")) }
      })
  },
  {
    title: "a re-created CA of the same name",
    cause:
      'tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "hooks")',
    make: (lab) =>
      Effect.gen(function* () {
        // Without the key identifiers that would tell the two apart, as OpenSSL's own defaults make them.
        const leaf = yield* Webhooks.leafFor(yield* Webhooks.newCa(), lab.namespace, { authorityKeyIdentifier: false })
        return { leaf, caBundle: trusting(yield* Webhooks.newCa()) }
      })
  },
  {
    title: "a re-created RSA CA of the same name",
    cause:
      'tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "hooks")',
    make: (lab) =>
      Effect.gen(function* () {
        const options = { commonName: "hooks", validity: "90 days", algorithm: "RSA-2048" } as const
        const [older, newer] = yield* Effect.orDie(
          Effect.all([CertificateAuthority.make(options), CertificateAuthority.make(options)])
        )
        const leaf = yield* Webhooks.leafFor(newer, lab.namespace, { authorityKeyIdentifier: false })
        return { leaf, caBundle: trusting(older) }
      })
  },
  {
    title: "a leaf that signs itself",
    cause: "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    make: (lab) =>
      Effect.gen(function* () {
        const leaf = yield* Effect.orDie(
          CertificateAuthority.selfSigned({ dnsNames: [`hook.${lab.namespace}.svc`], validity: "1 day" })
        )
        return { leaf, caBundle: trusting(yield* Webhooks.newCa()) }
      })
  },
  {
    title: "an empty caBundle",
    cause: "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    make: (lab) =>
      Effect.gen(function* () {
        return { leaf: yield* Webhooks.leafFor(yield* Webhooks.newCa(), lab.namespace), caBundle: undefined }
      })
  },
  {
    title: "an expired leaf",
    cause:
      /^tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ is after \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    make: (lab) =>
      Effect.gen(function* () {
        const ca = yield* Webhooks.newCa()
        const leaf = yield* Webhooks.leafFor(ca, lab.namespace, {
          notBefore: new Date(Date.now() - 2 * day),
          validity: "1 day"
        })
        return { leaf, caBundle: trusting(ca) }
      })
  },
  {
    title: "a leaf that is not valid yet",
    cause:
      /^tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ is before \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    make: (lab) =>
      Effect.gen(function* () {
        const ca = yield* Webhooks.newCa()
        const leaf = yield* Webhooks.leafFor(ca, lab.namespace, { notBefore: new Date(Date.now() + day) })
        return { leaf, caBundle: trusting(ca) }
      })
  },
  {
    title: "an expired CA",
    cause:
      /^tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time \S+ is after \S+$/,
    make: (lab) =>
      Effect.gen(function* () {
        const ca = yield* Effect.orDie(
          CertificateAuthority.make({
            commonName: "hooks",
            notBefore: new Date(Date.now() - 2 * day),
            validity: "1 day"
          })
        )
        return { leaf: yield* Webhooks.leafFor(ca, lab.namespace), caBundle: trusting(ca) }
      })
  },
  {
    title: "a leaf for other names",
    cause:
      /^tls: failed to verify certificate: x509: certificate is valid for a\.example\.com, b\.example\.com, not hook\.t\d+\.svc$/,
    make: (lab) =>
      Effect.gen(function* () {
        const ca = yield* Webhooks.newCa()
        const leaf = yield* Webhooks.leafFor(ca, lab.namespace, { dnsNames: ["a.example.com", "b.example.com"] })
        return { leaf, caBundle: trusting(ca) }
      })
  },
  {
    title: "a leaf with a common name and no other",
    cause:
      /^tls: failed to verify certificate: x509: certificate relies on legacy Common Name field, use SANs instead$/,
    make: (lab) =>
      Effect.gen(function* () {
        const ca = yield* Webhooks.newCa()
        const leaf = yield* Webhooks.leafFor(ca, lab.namespace, {
          commonName: `hook.${lab.namespace}.svc`,
          dnsNames: []
        })
        return { leaf, caBundle: trusting(ca) }
      })
  },
  {
    title: "a leaf for no name at all",
    cause:
      /^tls: failed to verify certificate: x509: certificate is not valid for any names, but wanted to match hook\.t\d+\.svc$/,
    make: (lab) =>
      Effect.gen(function* () {
        const ca = yield* Webhooks.newCa()
        const leaf = yield* Webhooks.leafFor(ca, lab.namespace, { commonName: "not a host", dnsNames: [] })
        return { leaf, caBundle: trusting(ca) }
      })
  },
  {
    title: "a client's certificate",
    cause: "tls: failed to verify certificate: x509: certificate specifies an incompatible key usage",
    make: (lab) =>
      Effect.gen(function* () {
        const ca = yield* Webhooks.newCa()
        return { leaf: yield* Webhooks.leafFor(ca, lab.namespace, { usages: ["client"] }), caBundle: trusting(ca) }
      })
  }
]

/** The first failure after the API server has heard of the Service. */
const untilFailing = (lab: Lab) =>
  Webhooks.untilCreating(lab, ({ body, status }) => status >= 400 && !/service "hook" not found/.test(body.message))

const serviceUrl = (lab: Lab) => `https://hook.${lab.namespace}.svc:443/review`

export const admissionTls: Area = {
  name: "Admission webhooks that cannot be trusted or reached",
  tests: (it) => {
    for (const { cause, make, title } of cases) {
      it(`tells of ${title}`, function* (lab) {
        const { caBundle, leaf } = yield* make(lab)
        yield* Webhooks.route(lab, yield* Webhooks.answering(leaf, validates))
        yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, caBundle)])
        assertCallFailed(yield* untilFailing(lab), serviceUrl(lab), cause)
      })
    }

    it("tells the same of a mutating webhook", function* (lab) {
      const leaf = yield* Webhooks.leafFor(yield* Webhooks.newCa("new"), lab.namespace)
      yield* Webhooks.route(lab, yield* Webhooks.answering(leaf, validates))
      yield* Webhooks.register(lab, "Mutating", [Webhooks.entry(lab, trusting(yield* Webhooks.newCa("old")))])
      assertCallFailed(
        yield* untilFailing(lab),
        serviceUrl(lab),
        "tls: failed to verify certificate: x509: certificate signed by unknown authority"
      )
    })

    it("tells of a caBundle that is no PEM", function* (lab) {
      const leaf = yield* Webhooks.leafFor(yield* Webhooks.newCa(), lab.namespace)
      yield* Webhooks.route(lab, yield* Webhooks.answering(leaf, validates))
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, "Cg==")])
      const { body } = yield* untilFailing(lab)
      assert.strictEqual(
        body.message,
        'Internal error occurred: failed calling webhook "hook.example.com": could not get REST client: unable to load root certificates: unable to parse bytes as PEM block'
      )
      assert.deepStrictEqual([body.reason, body.code], ["InternalError", 500])
    })

    it("skips what it cannot read in a caBundle when something good is there", function* (lab) {
      const ca = yield* Webhooks.newCa()
      const leaf = yield* Webhooks.leafFor(ca, lab.namespace)
      yield* Webhooks.route(lab, yield* Webhooks.answering(leaf, { status: 500, body: "reached" }))
      const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
      yield* Webhooks.register(lab, "Validating", [
        Webhooks.entry(lab, Webhooks.base64(`${broken}${ca.certificate.pem}`))
      ])
      const { body } = yield* untilFailing(lab)
      assert.include(body.message, "reached")
    })

    it("trusts each CA of a caBundle", function* (lab) {
      const [older, newer] = [yield* Webhooks.newCa("old"), yield* Webhooks.newCa("new")]
      const leaf = yield* Webhooks.leafFor(newer, lab.namespace)
      yield* Webhooks.route(lab, yield* Webhooks.answering(leaf, { status: 500, body: "reached" }))
      yield* Webhooks.register(lab, "Validating", [
        Webhooks.entry(lab, Webhooks.base64(`${older.certificate.pem}${newer.certificate.pem}`))
      ])
      assert.include((yield* untilFailing(lab)).body.message, "reached")
    })

    it("trusts a new CA through a bridge that the old one has signed", function* (lab) {
      const [older, newer] = [yield* Webhooks.newCa("old"), yield* Webhooks.newCa("new")]
      const bridge = yield* CertificateAuthority.crossSign(newer, { by: older })
      const leaf = yield* Webhooks.leafFor(newer, lab.namespace, { intermediates: [bridge] })
      yield* Webhooks.route(lab, yield* Webhooks.answering(leaf, { status: 500, body: "reached" }))
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, trusting(older))])
      assert.include((yield* untilFailing(lab)).body.message, "reached")
    })

    it("tells of a server that is not there", function* (lab) {
      // By URL: a Service without listener would fail in whatever stands for the cluster's network.
      const ca = yield* Webhooks.newCa()
      const port = yield* closedPort
      const url = `https://127.0.0.1:${port}/review`
      yield* Webhooks.register(lab, "Validating", [
        { ...Webhooks.entry(lab, undefined), clientConfig: { url, caBundle: trusting(ca) } }
      ])
      assertCallFailed(yield* untilFailing(lab), url, `dial tcp 127.0.0.1:${port}: connect: connection refused`)
    })

    it("says at the end that a Service without listener refused", function* (lab) {
      yield* lab.api.post(`/api/v1/namespaces/${lab.namespace}/services`, {
        metadata: { name: "hook" },
        spec: { ports: [{ port: 443 }] }
      })
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, trusting(yield* Webhooks.newCa()))])
      assertCallFailed(yield* untilFailing(lab), serviceUrl(lab), /dial tcp [\d.]+:443: connect: connection refused$/)
    })

    it("tells of a port that the Service does not have", function* (lab) {
      yield* lab.api.post(`/api/v1/namespaces/${lab.namespace}/services`, {
        metadata: { name: "hook" },
        spec: { ports: [{ port: 8443 }] }
      })
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, trusting(yield* Webhooks.newCa()))])
      assertCallFailed(yield* untilFailing(lab), serviceUrl(lab), 'no service port 443 found for service "hook"')
    })

    it("tells of a server that speaks plain HTTP", function* (lab) {
      yield* Webhooks.route(lab, yield* TlsServer.make({ _tag: "PlainHttp" }, () => validates))
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, trusting(yield* Webhooks.newCa()))])
      assertCallFailed(yield* untilFailing(lab), serviceUrl(lab), "http: server gave HTTP response to HTTPS client")
    })

    it("tells of a server that does not answer the handshake", function* (lab) {
      yield* Webhooks.route(lab, yield* TlsServer.make({ _tag: "Stalled" }, () => "never"))
      yield* Webhooks.register(lab, "Validating", [
        Webhooks.entry(lab, trusting(yield* Webhooks.newCa()), { timeoutSeconds: 1 })
      ])
      const { body } = yield* untilFailing(lab)
      assert.strictEqual(
        body.message,
        `Internal error occurred: failed calling webhook "hook.example.com": failed to call webhook: Post "${serviceUrl(lab)}?timeout=1s": context deadline exceeded`
      )
    })

    it("tells of a server that hangs up during the handshake", function* (lab) {
      yield* Webhooks.route(lab, yield* TlsServer.make({ _tag: "Reset" }, () => "never"))
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, trusting(yield* Webhooks.newCa()))])
      assertCallFailed(yield* untilFailing(lab), serviceUrl(lab), /(EOF|connection reset by peer|broken pipe)$/)
    })

    it("uses a connection that it has while the certificate behind it changes", function* (lab) {
      const ca = yield* Webhooks.newCa()
      const hook = yield* Webhooks.answering(yield* Webhooks.leafFor(ca, lab.namespace), { status: 500, body: "old" })
      yield* Webhooks.route(lab, hook)
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, trusting(ca))])
      yield* untilFailing(lab)
      // From now on the Service leads to a server that is not to be trusted, but the connection stays.
      const stranger = yield* Webhooks.leafFor(yield* Webhooks.newCa("stranger"), lab.namespace)
      yield* lab.cluster.route(
        { namespace: lab.namespace, name: "hook" },
        yield* Webhooks.answering(stranger, { status: 500, body: "new" })
      )
      assert.include((yield* untilFailing(lab)).body.message, '"old"')
    })
  }
}

/** A port of the loopback interface at which nobody listens. */
const closedPort = Effect.scoped(
  Effect.map(
    TlsServer.make({ _tag: "Stalled" }, () => "never"),
    ({ port }) => port
  )
)
