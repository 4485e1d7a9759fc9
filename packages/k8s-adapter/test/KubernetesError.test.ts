import { assert, describe, it } from "@effect/vitest"
import { CertificateError, reasons, wheres } from "@holdfast/k8s-adapter/CertificateError"
import * as Classify from "@holdfast/k8s-adapter/Classify"
import {
  fromNodeError,
  fromStatus,
  isKubernetesError,
  withClientCertificate
} from "@holdfast/k8s-adapter/KubernetesError"
import * as Duration from "effect/Duration"
import * as fc from "fast-check"

const request = { method: "PATCH", url: "https://127.0.0.1:6443/api/v1/namespaces/web/configmaps/a" }
const server = { server: "https://127.0.0.1:6443" }

const status = (code: number, reason: string, message: string, more: object = {}) =>
  fromStatus({ status: code, body: { kind: "Status", apiVersion: "v1", code, reason, message, ...more } }, request)

const internal = (message: string) => status(500, "InternalError", `Internal error occurred: ${message}`)

const post = 'Post "https://hook.web.svc:443/validate?timeout=10s": '
const verify = "tls: failed to verify certificate: "

/** The fields of a certificate error that matter, or the tag of another error. */
const seen = (error: ReturnType<typeof fromStatus>) =>
  error._tag === "CertificateError" ? `${error.reason} @ ${error.where}` : error._tag

const causes: ReadonlyArray<readonly [cause: string, reason: string]> = [
  ["x509: certificate signed by unknown authority", "unknown-authority"],
  [
    'x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "lab-ca")',
    "unknown-authority"
  ],
  [
    'x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "lab-ca")',
    "unknown-authority"
  ],
  [
    'x509: certificate signed by unknown authority (possibly because of "x509: invalid signature: parent certificate cannot sign this kind of certificate" while trying to verify candidate authority certificate "a")',
    "unknown-authority"
  ],
  [
    "x509: certificate has expired or is not yet valid: current time 2026-11-23T19:24:22Z is after 2026-11-22T18:55:37Z",
    "expired"
  ],
  [
    "x509: certificate has expired or is not yet valid: current time 2026-11-23T19:24:22Z is before 2026-11-24T18:55:37Z",
    "not-yet-valid"
  ],
  ["x509: certificate has expired or is not yet valid: ", "expired-or-not-yet-valid"],
  ["x509: certificate is valid for localhost, not hook.web.svc", "hostname-mismatch"],
  ["x509: certificate is not valid for any names, but wanted to match hook.web.svc", "hostname-mismatch"],
  ["x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs", "hostname-mismatch"],
  ["x509: certificate relies on legacy Common Name field, use SANs instead", "hostname-mismatch"],
  ["x509: certificate specifies an incompatible key usage", "other"],
  ["x509: too many intermediates for path length constraint", "other"],
  ["x509: malformed certificate", "malformed"]
]

describe("fromStatus", () => {
  for (const [cause, reason] of causes) {
    it(`reads ${JSON.stringify(cause.slice(0, 90))} at a webhook as ${reason}, in all wordings`, () => {
      for (const prefix of ["", verify]) {
        for (const layer of ["", "failed to call webhook: "]) {
          for (const url of [post, "Post https://hook.web.svc:443/validate?timeout=10s: "]) {
            const error = internal(`failed calling webhook "v.example.com": ${layer}${url}${prefix}${cause}`)
            assert.strictEqual(seen(error), `${reason} @ webhook`)
            assert(error instanceof CertificateError)
            assert.strictEqual(error.webhook, "v.example.com")
            assert.strictEqual(error.host, "hook.web.svc:443")
          }
        }
      }
    })

    it(`reads it behind a conversion webhook, whose 500 has no reason`, () => {
      const message = `conversion webhook for stable.example.com/v1, Kind=CronTab failed: ${post}${verify}${cause}`
      const error = status(500, "", message)
      assert.strictEqual(seen(error), `${reason} @ conversion-webhook`)
      assert(error instanceof CertificateError)
      assert.strictEqual(error.conversion, "stable.example.com/v1, Kind=CronTab")
    })

    it("reads it in the plain text of an aggregated API's 503", () => {
      const error = fromStatus(
        { status: 503, headers: { "content-type": "text/plain" }, body: `error trying to reach service: ${cause}\n` },
        { method: "GET", url: "https://127.0.0.1:6443/apis/metrics.k8s.io/v1beta1/nodes?limit=1" }
      )
      assert.strictEqual(seen(error), `${reason} @ aggregated-api`)
      assert(error instanceof CertificateError)
      assert.strictEqual(error.apiService, "v1beta1.metrics.k8s.io")
    })
  }

  it("keeps the ends of validity that Go prints", () => {
    const error = internal(
      `failed calling webhook "a": ${post}x509: certificate has expired or is not yet valid: current time 2026-11-23T19:24:22Z is after 2026-11-22T18:55:37Z`
    )
    assert(error instanceof CertificateError)
    assert.strictEqual(error.notAfter?.toISOString(), "2026-11-22T18:55:37.000Z")
    assert.isUndefined(error.notBefore)
  })

  it("reads a caBundle that is no PEM", () => {
    const error = internal(
      'failed calling webhook "a": could not get REST client: unable to load root certificates: unable to parse bytes as PEM block'
    )
    assert.strictEqual(seen(error), "invalid-ca-bundle @ webhook")
  })

  it("reads a webhook that asks the API server for a certificate", () => {
    for (const alert of [
      "certificate required",
      "bad certificate",
      "expired certificate",
      "unknown certificate authority"
    ]) {
      assert.strictEqual(
        seen(internal(`failed calling webhook "a": ${post}remote error: tls: ${alert}`)),
        "client-certificate-rejected @ webhook"
      )
    }
  })

  it("takes calls to kubelets and other services for certificates of elsewhere", () => {
    assert.strictEqual(
      seen(
        internal('Get "https://10.0.0.4:10250/containerLogs/a/b/c": x509: certificate has expired or is not yet valid')
      ),
      "expired-or-not-yet-valid @ other"
    )
    assert.strictEqual(
      seen(internal("error dialing backend: x509: certificate is valid for 10.0.0.1, not 10.0.0.4")),
      "hostname-mismatch @ other"
    )
  })

  it("finds the call behind the server's own layers", () => {
    assert.strictEqual(
      seen(
        internal(
          `failed to create manager for existing fields: failed to convert new object (web/a; stable.example.com/v1, Kind=CronTab) to proper version: conversion webhook for stable.example.com/v1, Kind=CronTab failed: ${post}x509: certificate signed by unknown authority`
        )
      ),
      "unknown-authority @ conversion-webhook"
    )
  })

  it("reads a conversion webhook behind the storage's layers, as a kube-apiserver 1.37 words reads, lists and writes", () => {
    const failed = `conversion webhook for t1.example.com/v1, Kind=Thing failed: ${post}${verify}x509: certificate signed by unknown authority`
    const decoding = `object not decodable revision=218: ${failed}`
    const storage = `StorageError: corrupt object, Code: 7, Key: /registry/t1.example.com/things/t1/a, ResourceVersion: 0, AdditionalErrorMsg: ${decoding}`
    for (const error of [
      internal(storage),
      status(500, "StorageReadError", `failed to read one or more things.t1.example.com from the storage: ${storage}`),
      status(500, "", decoding),
      status(500, "", failed)
    ]) {
      assert.strictEqual(seen(error), "unknown-authority @ conversion-webhook")
      assert.strictEqual(Classify.classify(error)._tag, "Transient")
      assert(error instanceof CertificateError)
      assert.strictEqual(error.conversion, "t1.example.com/v1, Kind=Thing")
    }
  })

  it("takes a field that the schema does not have for the object's fault, though the server says 500", () => {
    const error = status(
      500,
      "InternalError",
      "failed to create typed patch object (default/x; /v1, Kind=ConfigMap): .dota: field not declared in schema"
    )
    assert.strictEqual(error._tag, "Invalid")
    assert.strictEqual(Classify.classify(error)._tag, "Permanent")
  })

  it("reads a webhook's URL with odd characters", () => {
    const url = 'Post "https://hook.web.svc:443/a\\"x509: b\\\\\\": c?timeout=10s": '
    assert.strictEqual(
      seen(
        internal(
          `failed calling webhook "a": failed to call webhook: ${url}x509: certificate signed by unknown authority`
        )
      ),
      "unknown-authority @ webhook"
    )
    assert.strictEqual(
      seen(internal(`failed calling webhook "a": failed to call webhook: ${url}EOF`)),
      "WebhookUnavailable"
    )
  })

  describe("does not take these for certificate errors, though they say the words", () => {
    const words = `${post}${verify}x509: certificate signed by unknown authority`
    const call = `failed calling webhook "v.example.com": failed to call webhook: ${words}`
    const cases: ReadonlyArray<readonly [string, ReturnType<typeof fromStatus>, string]> = [
      [
        "a denial",
        status(
          403,
          "Forbidden",
          `admission webhook "v.example.com" denied the request: x509: certificate signed by unknown authority`
        ),
        "AdmissionDenied"
      ],
      [
        "a denial with code 500 that quotes the whole error",
        status(
          500,
          "InternalError",
          `admission webhook "v.example.com" denied the request: Internal error occurred: ${call}`
        ),
        "AdmissionDenied"
      ],
      [
        "a denial wrapped as an internal error",
        internal(`admission webhook "v.example.com" denied the request: ${call}`),
        "AdmissionDenied"
      ],
      ["an object's name", status(404, "NotFound", 'configmaps "x509-unknown-authority" not found'), "NotFound"],
      [
        "a validation message",
        status(422, "Invalid", `ConfigMap "a" is invalid: data: Invalid value: "${call}"`),
        "Invalid"
      ],
      ["a refusal", status(403, "Forbidden", `configmaps is forbidden: ${call}`), "Forbidden"],
      ["a bad request", status(400, "BadRequest", `${call}`), "BadRequest"],
      [
        "a policy",
        status(
          422,
          "Invalid",
          `configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: x509: certificate signed by unknown authority`
        ),
        "AdmissionDenied"
      ],
      [
        "the answer of a webhook that is broken itself",
        internal(
          `failed calling webhook "a": failed to call webhook: an error on the server ("x509: certificate signed by unknown authority") has prevented the request from succeeding`
        ),
        "WebhookUnavailable"
      ],
      [
        "a quotation in another webhook's answer",
        internal(
          `failed calling webhook "a": received invalid webhook response: got 'x509: certificate signed by unknown authority'`
        ),
        "WebhookUnavailable"
      ],
      ["a text in the middle of nowhere", internal(`the controller says "${call}"`), "InternalError"],
      [
        "an unrelated 500",
        internal('resource quota "x509: certificate signed by unknown authority" exceeded'),
        "InternalError"
      ]
    ]
    for (const [name, error, tag] of cases) {
      it(name, () => {
        assert.strictEqual(error._tag, tag)
        if (tag !== "WebhookUnavailable") assert.strictEqual(Classify.classify(error)._tag, "Permanent")
      })
    }
  })

  it("takes the name and the words out of a denial", () => {
    const error = status(403, "Forbidden", 'admission webhook "v.example.com" denied the request: no: really "no"')
    assert(error._tag === "AdmissionDenied")
    assert.strictEqual(error.webhook, "v.example.com")
    assert.strictEqual(error.explanation, 'no: really "no"')
  })

  it("gives each reason of the API its own error, by the reason first and the status else", () => {
    const table: ReadonlyArray<readonly [number, string, string]> = [
      [401, "Unauthorized", "Unauthorized"],
      [403, "Forbidden", "Forbidden"],
      [404, "NotFound", "NotFound"],
      [405, "MethodNotAllowed", "MethodNotSupported"],
      [409, "AlreadyExists", "AlreadyExists"],
      [409, "Conflict", "Conflict"],
      [410, "Gone", "Expired"],
      [410, "Expired", "Expired"],
      [413, "RequestEntityTooLarge", "RequestEntityTooLarge"],
      [415, "UnsupportedMediaType", "UnsupportedMediaType"],
      [422, "Invalid", "Invalid"],
      [429, "TooManyRequests", "TooManyRequests"],
      [500, "InternalError", "InternalError"],
      [500, "ServerTimeout", "Timeout"],
      [503, "ServiceUnavailable", "ServiceUnavailable"],
      [504, "Timeout", "Timeout"],
      [404, "", "NotFound"],
      [409, "", "Conflict"],
      [418, "", "OtherStatus"],
      [500, "constructor", "InternalError"]
    ]
    for (const [code, reason, tag] of table) assert.strictEqual(status(code, reason, "…")._tag, tag)
  })

  it("reads a body that client-node left as text, and no body at all", () => {
    const body = JSON.stringify({ kind: "Status", reason: "AlreadyExists", message: 'configmaps "a" already exists' })
    assert.strictEqual(fromStatus({ status: 409, body }, request)._tag, "AlreadyExists")
    assert.strictEqual(fromStatus({ status: 401, body: undefined }, request)._tag, "Unauthorized")
    assert.strictEqual(fromStatus({ status: 404, body: "404 page not found\n" }, request)._tag, "NotFound")
  })

  it("knows a page of somebody else from an answer", () => {
    const html = { "content-type": "text/html" }
    assert.strictEqual(fromStatus({ status: 200, headers: html, body: "<html>" }, request)._tag, "UnexpectedResponse")
    assert.strictEqual(fromStatus({ status: 302, headers: html, body: "" }, request)._tag, "UnexpectedResponse")
    assert.strictEqual(fromStatus({ status: 403, headers: html, body: "<html>" }, request)._tag, "UnexpectedResponse")
    assert.strictEqual(fromStatus({ status: 502, headers: html, body: "<html>" }, request)._tag, "ServiceUnavailable")
  })

  it("reads Retry-After as seconds, as a date against the answer's own clock, and from the Status", () => {
    const wait = (headers: object, details?: object) => {
      const error = fromStatus(
        { status: 429, headers, body: { kind: "Status", reason: "TooManyRequests", details } },
        request
      )
      const verdict = Classify.classify(error)
      assert(verdict._tag === "Transient")
      return verdict.retryAfter === undefined ? undefined : Duration.toSeconds(verdict.retryAfter)
    }
    assert.strictEqual(wait({ "retry-after": "7" }), 7)
    assert.strictEqual(wait({ "Retry-After": ["7"] }), 7)
    assert.strictEqual(wait(new Headers({ "Retry-After": "7" })), 7)
    assert.strictEqual(
      wait({ "retry-after": "Mon, 23 Nov 2026 21:00:09 GMT", date: "Mon, 23 Nov 2026 21:00:00 GMT" }),
      9
    )
    assert.strictEqual(
      wait({ "retry-after": "Mon, 23 Nov 2026 20:00:00 GMT", date: "Mon, 23 Nov 2026 21:00:00 GMT" }),
      0
    )
    assert.strictEqual(wait({ "retry-after": "soon" }, { retryAfterSeconds: 3 }), 3)
    assert.strictEqual(wait({}, { retryAfterSeconds: -3 }), undefined)
    assert.strictEqual(wait({ "retry-after": "9999999999" }), 86_400)
  })

  it("keeps passwords of URLs out of the error", () => {
    const error = fromStatus({ status: 404 }, { method: "GET", url: "https://joe:secret@127.0.0.1:6443/api" })
    assert.notInclude(JSON.stringify(error), "secret")
    assert.notInclude(JSON.stringify(fromNodeError(new Error("x"), { server: "https://joe:secret@a" })), "secret")
  })
})

const coded = (code: string, more: object = {}) => Object.assign(new Error(`message of ${code}`), { code, ...more })
const fetchFailed = (cause: unknown) => new TypeError("fetch failed", { cause })

describe("fromNodeError", () => {
  const table: ReadonlyArray<readonly [string, unknown, string]> = [
    ["an unknown authority", coded("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "unknown-authority @ api-server"],
    ["a self-signed certificate", coded("DEPTH_ZERO_SELF_SIGNED_CERT"), "self-signed @ api-server"],
    ["a re-created authority", coded("CERT_SIGNATURE_FAILURE"), "bad-signature @ api-server"],
    ["an expired certificate", coded("CERT_HAS_EXPIRED"), "expired @ api-server"],
    ["a certificate of tomorrow", coded("CERT_NOT_YET_VALID"), "not-yet-valid @ api-server"],
    ["a wrong name", coded("ERR_TLS_CERT_ALTNAME_INVALID"), "hostname-mismatch @ api-server"],
    ["a revoked certificate", coded("CERT_REVOKED"), "revoked @ api-server"],
    ["a wrong usage", coded("INVALID_PURPOSE"), "other @ api-server"],
    ["a key of another certificate", coded("ERR_OSSL_X509_KEY_VALUES_MISMATCH"), "malformed @ kubeconfig"],
    ["a garbage key", coded("ERR_OSSL_UNSUPPORTED"), "malformed @ kubeconfig"],
    [
      "an alert with OpenSSL 3.5's code",
      coded("ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED"),
      "client-certificate-rejected @ api-server"
    ],
    [
      "an alert with OpenSSL 3.0's code",
      coded("ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED"),
      "client-certificate-rejected @ api-server"
    ],
    [
      "an alert by its number in EPROTO",
      Object.assign(new Error("write EPROTO …:SSL routines:…:SSL alert number 48"), { code: "EPROTO" }),
      "client-certificate-rejected @ api-server"
    ],
    [
      "a missing certificate in TLS 1.3",
      coded("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"),
      "client-certificate-rejected @ api-server"
    ],
    ["refused", coded("ECONNREFUSED"), "refused"],
    ["reset", coded("ECONNRESET"), "reset"],
    ["undici's closed socket", coded("UND_ERR_SOCKET"), "reset"],
    ["no name", coded("ENOTFOUND"), "dns"],
    ["no route", coded("EHOSTUNREACH"), "unreachable"],
    ["a stalled handshake", coded("UND_ERR_CONNECT_TIMEOUT"), "timeout"],
    ["plain HTTP", coded("ERR_SSL_WRONG_VERSION_NUMBER"), "not-tls"],
    [
      "plain HTTP through node:https",
      Object.assign(new Error("write EPROTO …:wrong version number:…"), { code: "EPROTO" }),
      "not-tls"
    ],
    ["an old TLS version", coded("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"), "protocol"],
    ["a handshake failure", coded("ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"), "protocol"],
    ["a server without a certificate yet", coded("ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR"), "reset"],
    ["undici's own time limit", Object.assign(new Error("…"), { name: "TimeoutError", code: 23 }), "timeout"],
    ["anything else", new Error("boom"), "other"]
  ]
  const shown = (error: ReturnType<typeof fromNodeError>) =>
    error._tag === "ConnectionError" ? error.reason : seen(error)

  for (const [name, error, expected] of table) {
    it(`knows ${name}, at the top, one level down and among several`, () => {
      assert.strictEqual(shown(fromNodeError(error, server)), expected)
      assert.strictEqual(shown(fromNodeError(fetchFailed(error), server)), expected)
      assert.strictEqual(shown(fromNodeError(fetchFailed(new AggregateError([error, error])), server)), expected)
    })
  }

  it("puts certificates before refused connections", () => {
    const mixed = new AggregateError([coded("ECONNREFUSED"), coded("CERT_HAS_EXPIRED")])
    assert.strictEqual(shown(fromNodeError(mixed, server)), "expired @ api-server")
  })

  it("shows the names and the validity of the certificate that came with a wrong name", () => {
    const error = fromNodeError(
      coded("ERR_TLS_CERT_ALTNAME_INVALID", {
        reason: "Host: a. is not in the cert's altnames: DNS:b",
        cert: { valid_from: "Nov 22 18:55:37 2026 GMT", valid_to: "Nov 24 18:55:37 2026 GMT", raw: Buffer.from("x") }
      }),
      server
    )
    assert(error instanceof CertificateError)
    assert.include(error.message, "DNS:b")
    assert.strictEqual(error.notAfter?.toISOString(), "2026-11-24T18:55:37.000Z")
  })

  it("tells OpenSSL's words without its numbers and source files", () => {
    const text =
      "write EPROTO 405D:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/a.c:77:"
    const raw = fromNodeError(coded("EPROTO", { message: text }), server)
    assert(raw._tag === "ConnectionError")
    assert.strictEqual(raw.detail, "EPROTO: wrong version number")
  })

  it("takes a missing file for the kubeconfig's fault", () => {
    const error = fromNodeError(coded("ENOENT", { syscall: "open", path: "/etc/ca.pem" }), server)
    assert(error._tag === "KubeconfigError")
    assert.strictEqual(error.reason, "missing")
    assert.strictEqual(error.path, "/etc/ca.pem")
  })

  it("survives causes in a circle and getters that throw", () => {
    const circle = new Error("a")
    circle.cause = circle
    assert.strictEqual(fromNodeError(circle, server)._tag, "ConnectionError")
    const trap = {
      get code(): string {
        throw new Error("no")
      }
    }
    assert.strictEqual(fromNodeError(trap, server)._tag, "ConnectionError")
  })

  it("lets errors that are typed already pass", () => {
    const error = status(404, "NotFound", "…")
    assert.strictEqual(fromNodeError(error, server), error)
    assert.isTrue(isKubernetesError(error))
    assert.isFalse(isKubernetesError(new Error("…")))
  })
})

describe("withClientCertificate", () => {
  const validity = { notBefore: new Date("2026-01-01"), notAfter: new Date("2026-02-01") }
  const unauthorized = status(401, "Unauthorized", "Unauthorized")

  it("explains a 401 by a client certificate that has expired or is not valid yet", () => {
    for (const now of ["2026-03-01", "2025-12-01"]) {
      const error = withClientCertificate(unauthorized, validity, new Date(now))
      assert.strictEqual(seen(error), "client-certificate-rejected @ api-server")
    }
  })

  it("leaves a 401 alone while the certificate is good, and every other error always", () => {
    assert.strictEqual(withClientCertificate(unauthorized, validity, new Date("2026-01-15")), unauthorized)
    const forbidden = status(403, "Forbidden", "…")
    assert.strictEqual(withClientCertificate(forbidden, validity, new Date("2026-03-01")), forbidden)
  })
})

describe("CertificateError", () => {
  it("has a hint and a JSON form for every reason and place", () => {
    for (const reason of reasons) {
      for (const where of wheres) {
        const error = new CertificateError({ reason, where, detail: "…", cause: coded("X", { socket: { secret: 1 } }) })
        assert.match(error.hint, /^[A-Z].*\.$/)
        const json = JSON.parse(JSON.stringify(error))
        assert.include(json, { _tag: "CertificateError", reason, where, transient: error.transient, hint: error.hint })
        assert.deepStrictEqual(json.cause, { name: "Error", code: "X", message: "message of X" })
      }
    }
  })

  it("is transient only where the cluster renews certificates by itself, for reasons that renewal mends", () => {
    const transient = (reason: (typeof reasons)[number], where: (typeof wheres)[number]) =>
      new CertificateError({ reason, where, detail: "" }).transient
    assert.isTrue(transient("unknown-authority", "webhook"))
    assert.isTrue(transient("bad-signature", "conversion-webhook"))
    assert.isTrue(transient("expired-or-not-yet-valid", "aggregated-api"))
    assert.isFalse(transient("unknown-authority", "api-server"))
    assert.isFalse(transient("expired", "kubeconfig"))
    assert.isFalse(transient("hostname-mismatch", "webhook"))
    assert.isFalse(transient("revoked", "webhook"))
    assert.isFalse(transient("client-certificate-rejected", "webhook"))
  })
})

describe("hostile input", () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.stringMatching(/^Internal error occurred: failed calling webhook "[a-z"\\]{0,20}: (Post "|x509: |\\"){0,20}$/)
  )

  it("never makes fromStatus or fromNodeError throw", () => {
    fc.assert(
      fc.property(fc.integer(), fc.oneof(hostile, fc.anything()), fc.anything(), (code, body, headers) => {
        const error = fromStatus({ status: code, headers, body }, request)
        assert.isString(error.message)
        assert.isString(JSON.stringify(error))
        const wrapped = fromStatus({ status: 500, body: { kind: "Status", message: body } }, request)
        assert.isString(wrapped.message)
        assert.isString(fromNodeError(body, server).message)
        Classify.classify(error)
      })
    )
  }, 60_000)

  it("reads a megabyte of anything in a moment", () => {
    const size = 1_000_000
    const fill = (unit: string) => unit.repeat(Math.ceil(size / unit.length))
    const heads = [
      "",
      "Internal error occurred: ",
      'Internal error occurred: failed calling webhook "a": ',
      "error trying to reach service: "
    ]
    const units = [
      "a",
      '"',
      "\\",
      '\\"',
      "x509: ",
      "Internal error occurred: ",
      'failed calling webhook "',
      'Post "https://a": ',
      "Post https://a: ",
      "conversion webhook for ",
      "a/b, Kind=c failed: ",
      ": ",
      " ",
      "\n",
      "SSL alert number ",
      "ValidatingAdmissionPolicy '"
    ]
    const started = performance.now()
    for (const head of heads) {
      for (const unit of units) {
        fromStatus({ status: 500, body: { kind: "Status", message: head + fill(unit) } }, request)
        fromNodeError(new Error(head + fill(unit)), server)
      }
    }
    // 128 megabytes: a quadratic step would take minutes.
    assert.isBelow(performance.now() - started, 10_000)
  }, 60_000)
})
