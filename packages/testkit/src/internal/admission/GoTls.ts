/**
 * TLS verification in the order and the words of Go's crypto/x509 and crypto/tls (Go 1.26), because the words are what
 * clients of an API server get to read.
 */
import { X509Certificate } from "node:crypto"
import { isIP } from "node:net"

const time = (millis: number) => new Date(millis).toISOString().replace(/\.\d+Z$/, "Z")

interface Names {
  readonly dns: ReadonlyArray<string>
  readonly ip: ReadonlyArray<string>
  readonly any: boolean
}

const names = (certificate: X509Certificate): Names => {
  const text = certificate.subjectAltName ?? ""
  const parts = text.split(", ")
  const of = (prefix: string) =>
    parts.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length))
  return { dns: of("DNS:"), ip: of("IP Address:"), any: text !== "" }
}

const commonName = (certificate: X509Certificate): string =>
  /(?:^|\n)CN=([^\n]*)/.exec(certificate.subject ?? "")?.[1] ??
  /(?:^|\n)O=([^\n]*)/.exec(certificate.subject ?? "")?.[1] ??
  `serial:${BigInt(`0x${certificate.serialNumber}`)}`

const matchesName = (pattern: string, host: string): boolean => {
  if (!pattern.startsWith("*.")) return pattern.toLowerCase() === host.toLowerCase()
  return host.slice(host.indexOf(".") + 1).toLowerCase() === pattern.slice(2).toLowerCase()
}

const hostError = (certificate: X509Certificate, host: string): string | undefined => {
  const { dns, ip, any } = names(certificate)
  const isAddress = isIP(host) !== 0
  if (isAddress ? ip.includes(host) : dns.some((each) => matchesName(each, host))) return undefined
  const cn = /(?:^|\n)CN=([^\n]*)/.exec(certificate.subject ?? "")?.[1]
  if (!any && cn !== undefined && matchesName(cn, host)) {
    return "x509: certificate relies on legacy Common Name field, use SANs instead"
  }
  if (isAddress) {
    return ip.length === 0
      ? `x509: cannot validate certificate for ${host} because it doesn't contain any IP SANs`
      : `x509: certificate is valid for ${ip.join(", ")}, not ${host}`
  }
  return dns.length === 0
    ? `x509: certificate is not valid for any names, but wanted to match ${host}`
    : `x509: certificate is valid for ${dns.join(", ")}, not ${host}`
}

/** Go's words for a certificate that is not of this time, `undefined` when it is. */
export const timeError = (certificate: X509Certificate, now: number): string | undefined => {
  const from = Date.parse(certificate.validFrom)
  const to = Date.parse(certificate.validTo)
  const prefix = `x509: certificate has expired or is not yet valid: current time ${time(now)} is`
  if (now < from) return `${prefix} before ${time(from)}`
  return now > to ? `${prefix} after ${time(to)}` : undefined
}

const signatureError = (child: X509Certificate, parent: X509Certificate): string | undefined => {
  if (!parent.ca) return "x509: invalid signature: parent certificate cannot sign this kind of certificate"
  let verified = false
  try {
    verified = child.verify(parent.publicKey)
  } catch {
    verified = false
  }
  if (verified) return undefined
  const type = parent.publicKey.asymmetricKeyType
  if (type === "rsa") return "crypto/rsa: verification error"
  return type === "ed25519" ? "x509: Ed25519 verification failure" : "x509: ECDSA verification failure"
}

const unknownAuthority = "x509: certificate signed by unknown authority"

const sameCertificate = (a: X509Certificate, b: X509Certificate) => a.fingerprint256 === b.fingerprint256

interface Pools {
  readonly roots: ReadonlyArray<X509Certificate>
  readonly intermediates: ReadonlyArray<X509Certificate>
  readonly now: number
}

/** Text of what is wrong with the chain that ends with `chain[chain.length - 1]`, `undefined` when it is good. */
const chainError = (chain: ReadonlyArray<X509Certificate>, pools: Pools): string | undefined => {
  const current = chain[chain.length - 1] as X509Certificate
  let hint: { readonly error: string; readonly parent: X509Certificate } | undefined
  // What Go returns is the error of the last parent whose signature was right, not the first.
  let last: string | undefined
  const consider = (parent: X509Certificate, isRoot: boolean): boolean => {
    if (chain.some((each) => sameCertificate(each, parent))) return false
    const signature = signatureError(current, parent)
    if (signature !== undefined) {
      hint ??= { error: signature, parent }
      return false
    }
    last = timeError(parent, pools.now)
    if (last !== undefined || isRoot) return last === undefined
    last = chainError([...chain, parent], pools)
    return last === undefined
  }
  const issues = (parent: X509Certificate) => parent.subject === current.issuer
  if (pools.roots.filter(issues).some((root) => consider(root, true))) return undefined
  if (pools.intermediates.filter(issues).some((each) => consider(each, false))) return undefined
  if (last !== undefined) return last
  if (hint === undefined) return unknownAuthority
  return `${unknownAuthority} (possibly because of ${JSON.stringify(hint.error)} while trying to verify candidate authority certificate ${JSON.stringify(commonName(hint.parent))})`
}

const serverAuth = "1.3.6.1.5.5.7.3.1"
const anyUsage = "2.5.29.37.0"

/** What Go's verifier says of a server's chain, `undefined` when it accepts it. */
export const verify = (
  chain: ReadonlyArray<X509Certificate>,
  roots: ReadonlyArray<X509Certificate>,
  host: string,
  now: number
): string | undefined => {
  const [leaf, ...intermediates] = chain
  if (leaf === undefined) return "tls: received empty certificates message"
  const wrong =
    timeError(leaf, now) ??
    hostError(leaf, host) ??
    (roots.some((each) => sameCertificate(each, leaf)) ? undefined : chainError([leaf], { roots, intermediates, now }))
  if (wrong !== undefined) return `tls: failed to verify certificate: ${wrong}`
  const usages = leaf.keyUsage as ReadonlyArray<string> | undefined
  if (usages !== undefined && usages.length > 0 && !usages.includes(serverAuth) && !usages.includes(anyUsage)) {
    return "tls: failed to verify certificate: x509: certificate specifies an incompatible key usage"
  }
  return undefined
}

/** The chain that a peer sent, leaf first. */
export const chainOf = (leaf: X509Certificate | undefined): ReadonlyArray<X509Certificate> => {
  const chain: Array<X509Certificate> = []
  let current = leaf
  while (current !== undefined && !chain.some((each) => sameCertificate(each, current as X509Certificate))) {
    chain.push(current)
    current = current.issuerCertificate
  }
  return chain
}

/** The certificates of a bundle, or why client-go cannot load it. */
export const parseBundle = (pem: string): ReadonlyArray<X509Certificate> | string => {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  const certificates: Array<X509Certificate> = []
  let problem: string | undefined
  for (const block of blocks) {
    try {
      certificates.push(new X509Certificate(block))
    } catch {
      problem ??= "failed to parse certificate: x509: malformed certificate"
    }
  }
  if (certificates.length > 0) return certificates
  if (!/-----BEGIN [^-]+-----/.test(pem)) return "unable to load root certificates: unable to parse bytes as PEM block"
  return `unable to load root certificates: ${problem ?? "no valid certificate authority data seen"}`
}

const alerts: Readonly<Record<string, string>> = {
  "40": "handshake failure",
  "42": "bad certificate",
  "43": "unsupported certificate",
  "44": "revoked certificate",
  "45": "expired certificate",
  "46": "unknown certificate",
  "47": "illegal parameter",
  "48": "unknown certificate authority",
  "49": "access denied",
  "70": "protocol version not supported",
  "80": "internal error",
  "112": "unrecognized name",
  "116": "certificate required",
  "120": "no application protocol"
}

interface NodeError {
  readonly code?: string | undefined
  readonly message: string
}

/** Go's words for a failure of Node's network or TLS stack. */
export const errorText = (error: NodeError, local: string, remote: string): string => {
  const alert = /SSL alert number (\d+)/.exec(error.message)?.[1]
  if (alert !== undefined) return `remote error: tls: ${alerts[alert] ?? `alert(${alert})`}`
  switch (error.code) {
    case "ECONNREFUSED":
      return `dial tcp ${remote}: connect: connection refused`
    case "ECONNRESET":
      return /before secure TLS connection|socket hang up|closed/.test(error.message)
        ? "EOF"
        : `read tcp ${local}->${remote}: read: connection reset by peer`
    case "EPIPE":
      return `write tcp ${local}->${remote}: write: broken pipe`
    case "ENOTFOUND":
      return `dial tcp: lookup ${remote.replace(/:\d+$/, "")}: no such host`
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "ERR_SSL_PACKET_LENGTH_TOO_LONG":
      return "http: server gave HTTP response to HTTPS client"
    case "ERR_SSL_UNSUPPORTED_PROTOCOL":
      return "remote error: tls: protocol version not supported"
    default:
      return error.message
  }
}
