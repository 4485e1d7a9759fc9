/**
 * The words of Go's crypto/x509 and crypto/tls, read where the text is known to be theirs.
 *
 * Sources: go/src/crypto/x509/verify.go (`CertificateInvalidError`, `HostnameError`, `UnknownAuthorityError`,
 * `SystemRootsError`), root_darwin.go and root_windows.go (platform verifiers), crypto/tls/alert.go, crypto/tls/tls.go
 * (`X509KeyPair`), client-go/transport and util/cert (`unable to load root certificates`).
 */
import type { Reason } from "../CertificateError.ts"

export interface Verdict {
  readonly reason: Reason
  readonly detail: string
  readonly notBefore?: Date
  readonly notAfter?: Date
}

/** What follows `x509: `; the first that is found decides. */
const x509Words: ReadonlyArray<readonly [RegExp, Reason]> = [
  // With or without its hint ("possibly because of …: the subject matched and the key did not"): Go's type of the error
  // is UnknownAuthorityError either way, and `detail` keeps the hint.
  [/^certificate signed by unknown authority/, "unknown-authority"],
  [/^certificate has expired or is not yet valid:? ?current time \S{1,50} is after/, "expired"],
  [/^certificate has expired or is not yet valid:? ?current time \S{1,50} is before/, "not-yet-valid"],
  [/^certificate has expired or is not yet valid/, "expired-or-not-yet-valid"],
  [/^certificate is valid for /, "hostname-mismatch"],
  [/^certificate is not valid for any names/, "hostname-mismatch"],
  [/^cannot validate certificate for \S{1,80} because it doesn't contain any IP SANs/, "hostname-mismatch"],
  [/^certificate relies on legacy Common Name field/, "hostname-mismatch"],
  [/^failed to load system roots/, "invalid-ca-bundle"],
  // The request-header authenticator of an API server, about the client's certificate.
  [/^subject with cn=/, "client-certificate-rejected"],
  [/^provided PrivateKey doesn't match/, "malformed"],
  // macOS and Windows verify by the platform and quote the subject.
  [/^["“‘][^"”’]{0,300}["”’] certificate is not trusted/, "unknown-authority"],
  [/^["“‘][^"”’]{0,300}["”’] certificate is expired/, "expired"],
  [/^["“‘][^"”’]{0,300}["”’] certificate is not (?:yet valid|valid yet)/, "not-yet-valid"],
  [/^["“‘][^"”’]{0,300}["”’] certificate (?:name )?does not match/, "hostname-mismatch"],
  [/^["“‘][^"”’]{0,300}["”’] certificate is revoked/, "revoked"],
  [/^(?:ECDSA verification failure|Ed25519 verification failure|crypto\/rsa: verification error)/, "bad-signature"],
  [
    /^[^:]{0,60}\b(?:is malformed|cannot be parsed)|^(?:malformed|cannot parse|invalid (?!signature)|trailing data|negative serial|inner and outer|RSA |failed to parse|failed to unmarshal|unsupported elliptic|unknown elliptic|PKCS#8|decryption password|no DEK-Info|zero or negative|missing ASN\.1|certificate contains duplicate|unknown public key)/,
    "malformed"
  ]
]

const alertReasons: { readonly [alert: string]: true } = {
  "bad certificate": true,
  "unsupported certificate": true,
  "revoked certificate": true,
  "expired certificate": true,
  "unknown certificate": true,
  "unknown certificate authority": true,
  "access denied": true,
  "certificate required": true,
  "certificate unobtainable": true,
  "bad certificate status response": true,
  "bad certificate hash value": true
}

const times = /current time (\S{1,50}) is (after|before) (\d[\dT:.+Z-]{8,40})/

const validity = (text: string): Pick<Verdict, "notBefore" | "notAfter"> => {
  const found = times.exec(text)
  if (found === null) return {}
  const at = new Date(String(found[3]))
  if (Number.isNaN(at.getTime())) return {}
  return found[2] === "after" ? { notAfter: at } : { notBefore: at }
}

const detailLength = 400

/** Cuts a text to what a message can show. */
export const shorten = (text: string, length = detailLength): string => {
  const line = text.slice(0, length + 1)
  return line.length > length ? `${line.slice(0, length)}…` : line
}

/** Judges what follows `x509: `. */
export const x509Verdict = (text: string): Verdict => {
  const head = text.slice(0, 1000)
  for (const [pattern, reason] of x509Words) {
    if (pattern.test(head)) return { reason, detail: shorten(`x509: ${text}`), ...validity(head) }
  }
  return { reason: "other", detail: shorten(`x509: ${text}`) }
}

/** Whether Go's name of a TLS alert, as in `remote error: tls: bad certificate`, speaks of our certificate. */
const isCertificateAlert = (name: string): boolean => Object.hasOwn(alertReasons, name)

const ownMaterial =
  /^(?:failed to find any PEM data in|failed to find (?:PEM block|certificate PEM|"CERTIFICATE")|failed to find \\?"|found a certificate rather than a key|failed to parse (?:private key|certificate)|private key does not match|private key type does not match|unknown public key algorithm)/

/**
 * Judges a Go error that begins at `text`: only what it begins with counts, so that words quoted further on do not.
 */
export const goVerdict = (text: string): Verdict | undefined => {
  const start = text.startsWith("tls: failed to verify certificate: ") ? 35 : 0
  if (text.startsWith("x509: ", start)) return x509Verdict(text.slice(start + 6))
  if (start > 0) return { reason: "other", detail: shorten(text) }
  if (text.startsWith("remote error: tls: ")) {
    const alert = /^[a-z ]{1,60}/.exec(text.slice(19))?.[0].trim() ?? ""
    return isCertificateAlert(alert) ? { reason: "client-certificate-rejected", detail: shorten(text) } : undefined
  }
  if (text.startsWith("unable to load root certificates")) return { reason: "invalid-ca-bundle", detail: shorten(text) }
  if (text.startsWith("tls: ") && ownMaterial.test(text.slice(5, 205)))
    return { reason: "malformed", detail: shorten(text) }
  return undefined
}
