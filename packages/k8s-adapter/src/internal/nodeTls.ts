/**
 * Node's error codes, and the TLS alerts behind them. Messages differ between Node versions and are not looked at,
 * but for the alert's number, which OpenSSL 3.0 and 3.5 both print while they spell the code differently.
 *
 * Sources: node/src/crypto/crypto_common.cc (X509_V_ERR_* as codes), RFC 8446 section 6 (alert numbers), RFC 6066.
 */
import type { Reason } from "../CertificateError.ts"
import type { ConnectionReason } from "../ConnectionError.ts"

/** What verifying the server's certificate can end in. */
export const verifyCodes: { readonly [code: string]: Reason } = {
  UNABLE_TO_GET_ISSUER_CERT: "unknown-authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unknown-authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unknown-authority",
  CERT_UNTRUSTED: "unknown-authority",
  DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "self-signed",
  CERT_SIGNATURE_FAILURE: "bad-signature",
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: "bad-signature",
  CERT_HAS_EXPIRED: "expired",
  CERT_NOT_YET_VALID: "not-yet-valid",
  ERR_TLS_CERT_ALTNAME_INVALID: "hostname-mismatch",
  HOSTNAME_MISMATCH: "hostname-mismatch",
  IP_ADDRESS_MISMATCH: "hostname-mismatch",
  CERT_REVOKED: "revoked",
  ERR_TLS_CERT_ALTNAME_FORMAT: "malformed",
  ERROR_IN_CERT_NOT_BEFORE_FIELD: "malformed",
  ERROR_IN_CERT_NOT_AFTER_FIELD: "malformed",
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: "malformed",
  INVALID_PURPOSE: "other",
  INVALID_CA: "other",
  INVALID_NON_CA: "other",
  INVALID_EXTENSION: "other",
  INVALID_POLICY_EXTENSION: "other",
  PATH_LENGTH_EXCEEDED: "other",
  CERT_CHAIN_TOO_LONG: "other",
  CERT_REJECTED: "other",
  SUBJECT_ISSUER_MISMATCH: "other",
  AKID_SKID_MISMATCH: "other",
  AKID_ISSUER_SERIAL_MISMATCH: "other",
  KEYUSAGE_NO_CERTSIGN: "other",
  KEYUSAGE_NO_CRL_SIGN: "other",
  UNHANDLED_CRITICAL_EXTENSION: "other",
  UNABLE_TO_GET_CRL: "other",
  UNABLE_TO_GET_CRL_ISSUER: "other",
  UNABLE_TO_DECRYPT_CRL_SIGNATURE: "other",
  CRL_SIGNATURE_FAILURE: "other",
  CRL_NOT_YET_VALID: "other",
  CRL_HAS_EXPIRED: "other",
  PERMITTED_VIOLATION: "other",
  EXCLUDED_VIOLATION: "other",
  EE_KEY_TOO_SMALL: "other",
  CA_KEY_TOO_SMALL: "other",
  CA_MD_TOO_WEAK: "other"
}

/**
 * Certificates and keys of our own that cannot be loaded: `tls.createSecureContext` fails before any connection.
 * `ERR_OSSL_EVP_UNSUPPORTED` is none: a digest that OpenSSL 3 has no more, asked for by an old bundler.
 */
export const isMaterialCode = (code: string): boolean =>
  /^ERR_OSSL_(?!EVP_UNSUPPORTED$)|^ERR_SSL_(?:EE_KEY|CA_KEY|CA_MD|NO_CERTIFICATE_ASSIGNED|PRIVATE_KEY_MISMATCH)/.test(
    code
  ) || code === "ERR_CRYPTO_INVALID_KEYTYPE"

/**
 * The alerts by which a server says that it does not accept our certificate.
 *
 * 42 bad, 43 unsupported, 44 revoked, 45 expired, 46 unknown, 48 unknown authority, 49 access denied, 116 required.
 * Alert 40, handshake failure, is left out: a server without common ciphers says the same.
 */
const certificateAlerts: ReadonlySet<number> = new Set([42, 43, 44, 45, 46, 48, 49, 116])

/** 80 internal error, 112 unrecognized name: a Go server that has no certificate yet says either. */
const notReadyAlerts: ReadonlySet<number> = new Set([80, 112])

const alertNumber = (message: string): number | undefined => {
  const found = /SSL alert number (\d{1,3})/.exec(message.slice(0, 2000))
  return found === null ? undefined : Number(found[1])
}

/** Undici drops the number from some messages and keeps OpenSSL's reason. */
const alertReason =
  /alert (?:bad certificate|unsupported certificate|certificate (?:revoked|expired|unknown|required)|unknown ca|access denied)/

export const alertMeaning = (
  code: string,
  message: string,
  reason: string
): "client-certificate-rejected" | "not-ready" | "protocol" | undefined => {
  const number = alertNumber(message)
  if (number !== undefined) {
    return certificateAlerts.has(number)
      ? "client-certificate-rejected"
      : notReadyAlerts.has(number)
        ? "not-ready"
        : "protocol"
  }
  if (!code.includes("_ALERT_")) return undefined
  const words = `alert ${(code.split("_ALERT_")[1] ?? "").toLowerCase().replaceAll("_", " ")}`
  return alertReason.test(words) || alertReason.test(reason.slice(0, 200))
    ? "client-certificate-rejected"
    : /alert (?:internal error|unrecognized name)/.test(words)
      ? "not-ready"
      : "protocol"
}

/** Everything short of TLS, and what undici, llhttp and Node's HTTP/2 add to it. */
const connectionCodes: { readonly [code: string]: ConnectionReason } = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
  UND_ERR_SOCKET: "reset",
  UND_ERR_CLOSED: "reset",
  UND_ERR_DESTROYED: "reset",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "reset",
  ERR_STREAM_PREMATURE_CLOSE: "reset",
  ERR_HTTP2_STREAM_ERROR: "reset",
  ERR_HTTP2_SESSION_ERROR: "reset",
  ERR_HTTP2_STREAM_CANCEL: "reset",
  ERR_HTTP2_GOAWAY_SESSION: "reset",
  ERR_HTTP2_INVALID_SESSION: "reset",
  HPE_INVALID_EOF_STATE: "reset",
  ETIMEDOUT: "timeout",
  ESOCKETTIMEDOUT: "timeout",
  ERR_SOCKET_CONNECTION_TIMEOUT: "timeout",
  ERR_TLS_HANDSHAKE_TIMEOUT: "timeout",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_FAIL: "dns",
  EAI_NODATA: "dns",
  EHOSTUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  ENETUNREACH: "unreachable",
  ENETDOWN: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  ERR_SSL_WRONG_VERSION_NUMBER: "not-tls",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "not-tls",
  ERR_SSL_HTTP_REQUEST: "not-tls",
  ERR_SSL_UNKNOWN_PROTOCOL: "not-tls"
}

export const connectionReason = (code: string, message: string): ConnectionReason | undefined => {
  const known = Object.hasOwn(connectionCodes, code) ? connectionCodes[code] : undefined
  if (known !== undefined) return known
  if (code === "EPROTO") {
    return /wrong version number|packet length too long|http request|unknown protocol/.test(message.slice(0, 2000))
      ? "not-tls"
      : "protocol"
  }
  if (code === "HPE_INVALID_CONSTANT") return "not-tls"
  if (/^(?:ERR_SSL_|HPE_|ERR_HTTP)/.test(code)) return "protocol"
  return /^Proxy response \(\d{3}\)/.test(message) ? "proxy" : undefined
}
