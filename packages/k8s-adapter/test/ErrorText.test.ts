import * as fs from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import type { Reason } from "@holdfast/k8s-adapter/CertificateError"
import * as ErrorText from "@holdfast/k8s-adapter/ErrorText"
import * as fc from "fast-check"

interface Labelled extends ErrorText.ErrorText {
  readonly id: string
  readonly source: string
  readonly certificate: boolean
  readonly reason: never
  readonly where: string | null
  readonly transient?: boolean
}

const folder = new URL("./corpus/", import.meta.url)

/**
 * What people pasted into public issue threads, labelled by hand from its meaning. All of it has been looked at while
 * the rules were made: it guards what is known, and is no measure of how well new messages are read.
 */
const corpus: ReadonlyArray<Labelled & { readonly label: string | null }> = fs
  .readdirSync(folder)
  .filter((file) => file.endsWith(".jsonl"))
  .sort()
  .flatMap((file) => fs.readFileSync(new URL(file, folder), "utf8").trimEnd().split("\n"))
  .map((line) => {
    const row = JSON.parse(line)
    return { ...row, label: row.reason }
  })

const question = ({ message, code, errno }: Labelled): ErrorText.ErrorText => ({
  message,
  ...(code === undefined ? {} : { code }),
  ...(errno === undefined ? {} : { errno })
})

describe("messages of public issue threads", () => {
  it("are at least 150, each with its source, none twice", () => {
    assert.isAtLeast(corpus.length, 150)
    assert.isTrue(corpus.every(({ source }) => source.startsWith("https://")))
    assert.strictEqual(new Set(corpus.map(({ message }) => message)).size, corpus.length)
    assert.strictEqual(new Set(corpus.map(({ id }) => id)).size, corpus.length)
  })

  it("are all told right: what, where, and whether to wait", () => {
    const wrong = corpus.flatMap((row) => {
      const { certificate, reason, where, transient } = ErrorText.explain(question(row))
      const right =
        certificate === row.certificate &&
        reason === row.label &&
        where === row.where &&
        (row.transient === undefined || transient === row.transient)
      return right
        ? []
        : [`${row.id}: ${reason} ${where} ${transient}, not ${row.label} ${row.where} ${row.transient ?? ""}`]
    })
    assert.deepStrictEqual(wrong, [])
  })
})

const reasonOf = (message: string, more: object = {}) => ErrorText.explain({ message, ...more }).reason

const all = (reason: Reason, messages: ReadonlyArray<string>) => messages.map((message) => [message, reason] as const)

/** openssl/crypto/x509/x509_txt.c */
const openssl: ReadonlyArray<readonly [string, Reason]> = [
  ...all("unknown-authority", [
    "unable to get issuer certificate",
    "unable to get local issuer certificate",
    "unable to verify the first certificate",
    "certificate not trusted"
  ]),
  ...all("self-signed", [
    "self signed certificate",
    "self-signed certificate",
    "self signed certificate in certificate chain",
    "self-signed certificate in certificate chain"
  ]),
  ...all("bad-signature", ["certificate signature failure", "unable to decrypt certificate's signature"]),
  ...all("expired", ["certificate has expired"]),
  ...all("not-yet-valid", ["certificate is not yet valid"]),
  ...all("hostname-mismatch", ["hostname mismatch", "IP address mismatch"]),
  ...all("revoked", ["certificate revoked"]),
  ...all("malformed", [
    "format error in certificate's notBefore field",
    "format error in certificate's notAfter field",
    "unable to decode issuer public key"
  ]),
  ...all("other", [
    "unspecified certificate verification error",
    "unable to get certificate CRL",
    "CRL is not yet valid",
    "CRL has expired",
    "certificate chain too long",
    "path length constraint exceeded",
    "unsuitable certificate purpose",
    "unsupported certificate purpose",
    "certificate rejected",
    "subject issuer mismatch",
    "authority and subject key identifier mismatch",
    "key usage does not include certificate signing",
    "unhandled critical extension",
    "invalid or inconsistent certificate extension",
    "permitted subtree violation",
    "application verification failure",
    "EE certificate key too weak",
    "CA certificate key too weak",
    "CA signature digest algorithm too weak",
    "OCSP verification failed",
    "invalid CA certificate",
    "Missing Authority Key Identifier",
    "CA cert does not include key usage extension"
  ])
]

describe("OpenSSL's verdicts", () => {
  for (const [text, reason] of openssl) {
    it(`reads "${text}" as ${reason} in every wrapping`, () => {
      for (const message of [
        `ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: ${text} (_ssl.c:1000)`,
        `SSL_connect returned=1 errno=0 peeraddr=10.0.0.1:443 state=error: certificate verify failed (${text})`,
        `VERIFY ERROR: depth=0, certificate verify failed, error=${text}: CN=a`,
        `HandshakeException: Handshake error in client (OS Error: CERTIFICATE_VERIFY_FAILED: ${text}(handshake.cc:393))`
      ]) {
        assert.strictEqual(reasonOf(message), reason, message)
      }
    })
  }

  it("reads them from curl, Node, git and openssl s_client", () => {
    assert.strictEqual(reasonOf("curl: (60) SSL certificate problem: certificate has expired"), "expired")
    assert.strictEqual(
      reasonOf(
        "Error: self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca"
      ),
      "self-signed"
    )
    assert.strictEqual(reasonOf("verify error:num=20:unable to get local issuer certificate"), "unknown-authority")
    assert.strictEqual(reasonOf("Verify return code: 10 (certificate has expired)"), "expired")
    assert.strictEqual(reasonOf("Verify return code: 26 (something new)"), "other")
    assert.isNull(reasonOf("Verify return code: 0 (ok)"))
  })
})

/** Mbed TLS library/x509_crt.c (`mbedtls_x509_crt_verify_info`) and wolfSSL wolfcrypt/src/error.c, as programs print them. */
const embedded: ReadonlyArray<readonly [string, Reason]> = [
  ["! The certificate validity has expired", "expired"],
  ["! The certificate has been revoked (is on a CRL)", "revoked"],
  ["! The certificate Common Name (CN) does not match with the expected CN", "hostname-mismatch"],
  ["! The certificate is not correctly signed by the trusted CA", "unknown-authority"],
  ["! The certificate validity starts in the future", "not-yet-valid"],
  ["! The certificate is signed with an unacceptable hash.", "other"],
  ["X509 - Certificate verification failed, e.g. CRL, CA or signature check failed", "other"],
  ["SSL_connect error -150: ASN date error, current date before", "not-yet-valid"],
  ["SSL_connect error -151: ASN date error, current date after", "expired"],
  ["SSL_connect error -188: ASN no signer error to confirm failure", "unknown-authority"],
  ["SSL_connect error -155: ASN sig error, confirm failure", "bad-signature"],
  ["SSL_connect error -322: peer subject name mismatch", "hostname-mismatch"]
]

describe("the libraries of small devices and log shippers", () => {
  it("are read as their sources mean it", () => {
    for (const [message, reason] of embedded) assert.strictEqual(reasonOf(message), reason, message)
  })
})

describe("codes beside the message", () => {
  it("decide where they are Node's", () => {
    assert.strictEqual(reasonOf("request to https://a failed", { code: "CERT_HAS_EXPIRED" }), "expired")
    assert.strictEqual(reasonOf("request failed", { code: "ERR_TLS_CERT_ALTNAME_INVALID" }), "hostname-mismatch")
    assert.strictEqual(reasonOf("fetch failed", { code: "ERR_OSSL_X509_KEY_VALUES_MISMATCH" }), "malformed")
    assert.strictEqual(
      reasonOf("fetch failed", { code: "ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED" }),
      "client-certificate-rejected"
    )
    assert.isNull(reasonOf("connect ECONNREFUSED 127.0.0.1:6443", { code: "ECONNREFUSED", errno: -111 }))
  })

  it("make the words of a refusal a quotation", () => {
    const message = "x509: certificate signed by unknown authority"
    assert.strictEqual(reasonOf(message, { code: 500, reason: "InternalError" }), "unknown-authority")
    assert.isNull(reasonOf(message, { code: 403, reason: "Forbidden" }))
    assert.isNull(reasonOf(message, { code: 422 }))
    assert.isNull(reasonOf(message, { reason: "Invalid" }))
  })
})

describe("alerts", () => {
  it("say that our certificate was not accepted, by number and by name", () => {
    for (const number of [42, 43, 44, 45, 46, 48, 49, 116]) {
      assert.strictEqual(
        reasonOf(`write EPROTO 140:error:0A000000:SSL routines:ssl3_read_bytes:…:SSL alert number ${number}`),
        "client-certificate-rejected"
      )
    }
    for (const name of [
      "bad certificate",
      "certificate expired",
      "certificate revoked",
      "certificate unknown",
      "certificate required",
      "unknown ca"
    ]) {
      assert.strictEqual(
        reasonOf(`error:14094415:SSL routines:ssl3_read_bytes:sslv3 alert ${name}`),
        "client-certificate-rejected",
        name
      )
      assert.strictEqual(
        reasonOf(`[SSL: TLSV1_ALERT_${name.toUpperCase().replaceAll(" ", "_")}] (_ssl.c:1)`),
        "client-certificate-rejected",
        name
      )
      assert.strictEqual(
        reasonOf(`javax.net.ssl.SSLHandshakeException: Received fatal alert: ${name.replaceAll(" ", "_")}`),
        "client-certificate-rejected",
        name
      )
    }
  })

  it("say nothing of certificates otherwise", () => {
    for (const text of [
      "remote error: tls: handshake failure",
      "remote error: tls: internal error",
      "remote error: tls: protocol version not supported",
      "remote error: tls: unrecognized name",
      "error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40",
      "[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version (_ssl.c:1007)",
      "Received fatal alert: handshake_failure"
    ]) {
      assert.isNull(reasonOf(text), text)
    }
  })
})

describe("other families", () => {
  for (const [text, reason] of [
    ...all("unknown-authority", [
      "NET::ERR_CERT_AUTHORITY_INVALID",
      "SEC_ERROR_UNKNOWN_ISSUER",
      "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target",
      "java.security.cert.CertPathValidatorException: Path does not chain with any of the trust anchors",
      "invalid peer certificate: UnknownIssuer",
      "The certificate is NOT trusted. The certificate issuer is unknown.",
      "The remote certificate is invalid because of errors in the certificate chain: UntrustedRoot",
      "CERT_TRUST_IS_PARTIAL_CHAIN",
      "x509: “kube-apiserver” certificate is not trusted",
      'x509: certificate signed by unknown authority (possibly because of "x509: Ed25519 verification failure" while trying to verify candidate authority certificate "ca")'
    ]),
    ...all("self-signed", ["MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT", "{bad_cert,selfsigned_peer}"]),
    ...all("bad-signature", [
      "SEC_ERROR_BAD_SIGNATURE",
      "java.security.cert.CertPathValidatorException: signature check failed",
      "invalid peer certificate: BadSignature"
    ]),
    ...all("expired", [
      "SEC_ERROR_EXPIRED_CERTIFICATE",
      "SEC_E_CERT_EXPIRED (0x80090328) - The received certificate has expired.",
      "Caused by: java.security.cert.CertificateExpiredException: NotAfter: Sat Nov 07 11:52:33 UTC 2020",
      "invalid peer certificate: Expired",
      "The certificate chain uses expired certificate.",
      "ERROR: The certificate of 'a.example' has expired."
    ]),
    ...all("not-yet-valid", [
      "java.security.cert.CertificateNotYetValidException: NotBefore: Sat Nov 07 11:52:33 UTC 2030",
      "invalid peer certificate: NotValidYet"
    ]),
    ...all("expired-or-not-yet-valid", [
      "NET::ERR_CERT_DATE_INVALID",
      "The remote certificate is invalid because of errors in the certificate chain: NotTimeValid",
      "CERT_E_EXPIRED (0x800B0101)"
    ]),
    ...all("hostname-mismatch", [
      "NET::ERR_CERT_COMMON_NAME_INVALID",
      "SSL_ERROR_BAD_CERT_DOMAIN",
      "SEC_E_WRONG_PRINCIPAL (0x80090322) - The target principal name is incorrect.",
      "java.security.cert.CertificateException: No subject alternative DNS name matching a.example found.",
      "java.security.cert.CertificateException: No name matching a.example found",
      "javax.net.ssl.SSLPeerUnverifiedException: Hostname a.example not verified:",
      "curl: (60) SSL: certificate subject name 'b' does not match target host name 'a'",
      "invalid peer certificate: NotValidForName",
      "The remote certificate is invalid according to the validation procedure: RemoteCertificateNameMismatch"
    ]),
    ...all("revoked", [
      "NET::ERR_CERT_REVOKED",
      "CRYPT_E_REVOKED (0x80092010) - The certificate is revoked.",
      "invalid peer certificate: Revoked"
    ]),
    ...all("invalid-ca-bundle", [
      "error: unable to load root certificates: unable to parse bytes as PEM block",
      "java.security.InvalidAlgorithmParameterException: the trustAnchors parameter must be non-empty",
      "OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /etc/ca.pem",
      "curl: (77) error setting certificate verify locations:  CAfile: /etc/ca.pem CApath: none"
    ]),
    ...all("malformed", [
      "tls: private key does not match public key",
      "error: tls: failed to find any PEM data in certificate input",
      "[X509: KEY_VALUES_MISMATCH] key values mismatch (_ssl.c:4067)",
      "ssl.SSLError: [SSL] PEM lib (_ssl.c:3862)"
    ]),
    ...all("other", [
      "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:777)",
      "x509: certificate specifies an incompatible key usage",
      "CRYPT_E_NO_REVOCATION_CHECK (0x80092012) - The revocation function was unable to check revocation for the certificate.",
      "java.security.cert.CertificateException: Certificates do not conform to algorithm constraints"
    ])
  ]) {
    it(`reads ${JSON.stringify(text)} as ${reason}`, () => {
      assert.strictEqual(reasonOf(text), reason)
    })
  }
})

describe("other people's words", () => {
  const words = "x509: certificate signed by unknown authority"

  it("do not count after a denial, on its line and on the lines that belong to it", () => {
    assert.isNull(reasonOf(`admission webhook "v.example.com" denied the request: ${words}`))
    assert.isNull(
      reasonOf(
        `Error from server: error when creating "pod.yaml": admission webhook "a" denied the request: \n\nresource Pod/default/a was blocked due to the following policies\n\ncheck:\n  image: 'failed to verify: Get "https://r": ${words}'`
      )
    )
  })

  it("count again when another record begins", () => {
    assert.strictEqual(
      reasonOf(
        `admission webhook "a" denied the request: no\nError from server (InternalError): Internal error occurred: failed calling webhook "b": Post "https://b.c.svc:443/d?timeout=10s": ${words}`
      ),
      "unknown-authority"
    )
  })

  it("do not count as an invalid value, or in the answer of a webhook", () => {
    assert.isNull(reasonOf(`The ConfigMap "a" is invalid: data.message: Invalid value: "${words}": must be short`))
    assert.isNull(
      reasonOf(
        `Internal error occurred: failed calling webhook "a": failed to call webhook: an error on the server ("${words}") has prevented the request from succeeding`
      )
    )
  })

  it("count where client-go wraps the text of an aggregated API", () => {
    const { reason, where } = ErrorText.explain({
      message: `Error from server (InternalError): an error on the server ("error trying to reach service: ${words}") has prevented the request from succeeding`
    })
    assert.deepStrictEqual([reason, where], ["unknown-authority", "aggregated-api"])
  })

  it("count in a line of good news that quotes an error", () => {
    const advice = "Check the CA certificate (in the case of using self signed certificates)"
    assert.strictEqual(reasonOf(`${advice}: Get "https://a/": ${words}`), "unknown-authority")
    assert.strictEqual(
      reasonOf("The certificate chain was issued by an authority that is not trusted."),
      "unknown-authority"
    )
  })

  it("are not made of names and of good news", () => {
    for (const text of [
      'Error from server (NotFound): certificates.cert-manager.io "x509-expired" not found',
      'secrets "certificate-has-expired" is forbidden: User "a" cannot get resource "secrets"',
      "certificate has been renewed, the old certificate has expired",
      "Certificate is up to date and has not expired",
      "If the certificate has expired, run kubeadm certs renew all",
      "Generated self-signed certificate for localhost",
      "* SSL certificate verify result: unable to get local issuer certificate (20), continuing anyway.",
      'failed to load certificate from secret a: Secret "a" not found',
      "failed to parse certificate duration: time: invalid duration",
      "certificate rotation deadline has expired",
      "ssh: cert is not yet valid",
      "Error: error:0308010C:digital envelope routines::unsupported, code: 'ERR_OSSL_EVP_UNSUPPORTED'"
    ]) {
      assert.isNull(reasonOf(text), text)
    }
  })
})

describe("places", () => {
  const at = (message: string) => ErrorText.explain({ message }).where
  const tail = "x509: certificate signed by unknown authority"

  it("are told by the structure around the words", () => {
    assert.strictEqual(at(`failed calling webhook "a": Post "https://a.b.svc:443/c?timeout=10s": ${tail}`), "webhook")
    assert.strictEqual(
      at(
        `conversion webhook for a.example.com/v1, Kind=B failed: Post "https://a.b.svc:443/convert?timeout=30s": ${tail}`
      ),
      "conversion-webhook"
    )
    assert.strictEqual(
      at(
        `failing or missing response from https://10.0.0.1:443/apis/metrics.k8s.io/v1beta1: Get "https://10.0.0.1:443/apis/metrics.k8s.io/v1beta1": ${tail}`
      ),
      "aggregated-api"
    )
    assert.strictEqual(at(`Unable to connect to the server: ${tail}`), "api-server")
    assert.strictEqual(at(`error: unable to load root certificates: unable to parse bytes as PEM block`), "kubeconfig")
    assert.strictEqual(at(`Get "https://registry.example.com/v2/": ${tail}`), "other")
    assert.strictEqual(at(`Get "https://10.0.0.1/k8s/clusters/c-1/api/v1/namespaces/a/pods": ${tail}`), "api-server")
    for (const url of [
      "https://10.0.0.1:10250/metrics/resource",
      "https://10.0.0.1:2380/version",
      "https://prometheus.example.com/api/v1/query",
      "https://console.example.com/healthz",
      "https://dashboard.example.com:8443/"
    ]) {
      assert.strictEqual(at(`Get "${url}": ${tail}`), "other", url)
    }
  })
})

describe("what waiting helps with", () => {
  const transient = (message: string) => ErrorText.explain({ message }).transient

  it("is a rotation at a webhook, and what is not up yet", () => {
    assert.isTrue(
      transient(
        'failed calling webhook "a": Post "https://a.b.svc:443/c?timeout=10s": x509: certificate signed by unknown authority'
      )
    )
    assert.isTrue(
      transient(
        'failed calling webhook "a": Post "https://a.b.svc:443/c?timeout=10s": no endpoints available for service "a"'
      )
    )
    assert.isTrue(
      transient("The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?")
    )
    assert.isTrue(transient("Error from server: etcdserver: leader changed"))
    assert.isTrue(transient("net/http: TLS handshake timeout"))
    assert.isTrue(transient("Error from server (TooManyRequests): the server has received too many requests"))
  })

  it("is no mistake of somebody's", () => {
    assert.isFalse(transient("Unable to connect to the server: x509: certificate signed by unknown authority"))
    assert.isFalse(transient('Error from server (Forbidden): pods is forbidden: User "a" cannot list resource "pods"'))
    assert.isFalse(transient('admission webhook "a" denied the request: connection refused'))
    assert.isFalse(transient("http: server gave HTTP response to HTTPS client"))
    assert.isFalse(transient("something nobody has seen before"))
  })

  it("advises on a re-created authority where Go supposes one", () => {
    const go = (tail: string) =>
      ErrorText.explain({
        message: `Unable to connect to the server: x509: certificate signed by unknown authority${tail}`
      }).advice
    const supposed = (what: string) =>
      ` (possibly because of "${what}" while trying to verify candidate authority certificate "kubernetes")`
    assert.match(go(supposed("crypto/rsa: verification error")), /re-created under the same name/)
    assert.match(go(supposed("x509: ECDSA verification failure")), /re-created under the same name/)
    assert.match(go(supposed("x509: cannot sign this kind of certificate")), /^Put the authority/)
    assert.match(go(""), /^Put the authority/)
  })

  it("is read where a terminal broke it in the middle of a word", () => {
    const message = `Internal error occurred: failed calling webhook "a.b": failed to call webhook: Post "https://c.d.svc:443/e?timeout=30s": tls: failed to verify certificate: x509: c
ertificate is valid for f.d.svc, not c.d.svc`
    assert.deepInclude(ErrorText.explain({ message }), { reason: "hostname-mismatch", where: "webhook" })
  })

  it("advises the server whose caller refused its certificate", () => {
    const { advice } = ErrorText.explain({
      message: "http: TLS handshake error from 10.0.0.1:41246: remote error: tls: bad certificate"
    })
    assert.match(advice, /^The caller did not accept this server's certificate/)
  })

  it("is no bundle that the API server refuses to store", () => {
    const refused = (field: string) =>
      ErrorText.explain({
        message: `The CustomResourceDefinition "a.b" is invalid: ${field}: Invalid value: []byte{0xa}: unable to load root certificates: unable to parse bytes as PEM block`
      })
    assert.deepInclude(refused("spec.conversion.webhookClientConfig.caBundle"), {
      reason: "invalid-ca-bundle",
      where: "conversion-webhook",
      transient: false
    })
    assert.deepInclude(refused("webhooks[0].clientConfig.caBundle"), { where: "webhook", transient: false })
    assert.deepInclude(refused("spec.caBundle"), { where: "aggregated-api", transient: false })
  })

  it("is read out of a table that cut it", () => {
    const message = "Error: x509: certificate signed by u │\n│ nknown authority"
    assert.strictEqual(reasonOf(message), "unknown-authority")
    assert.isTrue(
      ErrorText.explain({ message: "unable to validate store: context deadline\n      exceeded" }).transient
    )
  })

  it("has an advice of a sentence in any case", () => {
    for (const { message } of corpus) assert.match(ErrorText.explain({ message }).advice, /^[A-Z][^\n]{10,400}\.$/)
  })
})

describe("hostile input", () => {
  it("never throws", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: "binary" })),
        fc.oneof(fc.string(), fc.double()),
        fc.string(),
        (message, code, reason) => {
          ErrorText.explain({ message, code, reason, errno: code })
        }
      )
    )
  }, 60_000)

  it("reads a megabyte of anything in a time that grows with its length only", () => {
    const units = [
      "a",
      '"',
      "\\",
      '\\"',
      "x509: ",
      "certificate ",
      "certificate has ",
      "tls: ",
      "\n",
      "\n\n x509 cert\n",
      "> ",
      " ",
      "denied the request\n",
      'failed calling webhook "',
      'Invalid value: "',
      "SSL alert number 4",
      "hostname ",
      "\u001b[31m",
      "verify error ",
      "certificate is not",
      "unable to get ",
      "if the certificate ",
      "PEM routines "
    ]
    const time = (length: number) => {
      const started = performance.now()
      for (const unit of units) ErrorText.explain({ message: unit.repeat(Math.ceil(length / unit.length)) })
      return performance.now() - started
    }
    time(10_000)
    // A quadratic step would take ten thousand times as long for a hundred times the length, not some hundred times.
    assert.isBelow(time(1_000_000), 20_000)
  }, 60_000)
})
