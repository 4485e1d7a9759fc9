/** Who sends a request: a client certificate, a bearer token, or nobody. */
import { X509Certificate } from "node:crypto"
import type { IncomingMessage } from "node:http"
import type { TLSSocket } from "node:tls"
import { timeError } from "../admission/GoTls.ts"
import { unauthorized } from "../Status.ts"
import type { User } from "./Request.ts"

export interface Tokens {
  readonly get: (token: string) => User | undefined
}

const anonymous: User = { name: "system:anonymous", groups: ["system:unauthenticated"] }

const list = (value: string | ReadonlyArray<string> | undefined): ReadonlyArray<string> =>
  value === undefined ? [] : typeof value === "string" ? [value] : value

export interface AuthenticationOptions {
  readonly tokens: Tokens
  readonly anonymousAuth: boolean
  /** Who may sign client certificates. */
  readonly clientCa: X509Certificate
  /** The server's clock. */
  readonly now: () => number
}

/** Whom a certificate stands for while it is of this time. */
interface Shown {
  readonly user: User | undefined
  readonly certificate: X509Certificate
}

const shown = new WeakMap<TLSSocket, Shown>()

const clientAuth = "1.3.6.1.5.5.7.3.2"

const isIssuedBy = (certificate: X509Certificate, ca: X509Certificate): boolean =>
  certificate.checkIssued(ca) && certificate.verify(ca.publicKey) && certificate.keyUsage?.includes(clientAuth) === true

const show = (socket: TLSSocket, clientCa: X509Certificate): Shown | undefined => {
  const known = shown.get(socket)
  if (known !== undefined) return known
  const peer = socket.getPeerCertificate()
  const subject = peer?.subject as { CN?: string | Array<string>; O?: string | Array<string> } | undefined
  if (subject === undefined) return undefined
  const certificate = new X509Certificate(peer.raw)
  const [name] = list(subject.CN)
  const user = name !== undefined && isIssuedBy(certificate, clientCa) ? { name, groups: list(subject.O) } : undefined
  const found = { user, certificate }
  shown.set(socket, found)
  return found
}

/**
 * `null` for a certificate that was shown and does not verify, `undefined` where none was shown. Node verifies by the
 * machine's clock and once for each connection; an API server does by its own, at each request.
 */
const certificateUser = (socket: TLSSocket, { clientCa, now }: AuthenticationOptions): User | null | undefined => {
  const found = show(socket, clientCa)
  if (found === undefined) return undefined
  const isOfThisTime = [found.certificate, clientCa].every((each) => timeError(each, now()) === undefined)
  return isOfThisTime ? (found.user ?? null) : null
}

const impersonated = (user: User, headers: NodeJS.Dict<ReadonlyArray<string>>): User => {
  const [name] = headers["impersonate-user"] ?? []
  if (name === undefined) return user
  const groups = headers["impersonate-group"] ?? []
  const account = name.startsWith("system:serviceaccount:")
  const own =
    account && groups.length === 0 ? ["system:serviceaccounts", `system:serviceaccounts:${name.split(":")[2]}`] : groups
  return { name, groups: [...own, ...(own.includes("system:authenticated") ? [] : ["system:authenticated"])] }
}

/** Probes may come from anybody. */
const openPaths = /^\/(healthz|livez|readyz)(\/|\?|$)/

export const authenticate = (message: IncomingMessage, options: AuthenticationOptions): User => {
  const { anonymousAuth, tokens } = options
  const [scheme, token = ""] = (message.headers.authorization ?? "").split(" ")
  const byCertificate = certificateUser(message.socket as TLSSocket, options)
  let user: User | null | undefined = byCertificate
  if (user === undefined || user === null) {
    const byToken = scheme?.toLowerCase() === "bearer" ? tokens.get(token.trim()) : undefined
    if (byToken !== undefined) user = byToken
    else if (
      user === null ||
      scheme?.toLowerCase() === "bearer" ||
      !(anonymousAuth || openPaths.test(message.url ?? ""))
    )
      throw unauthorized()
    else user = anonymous
  }
  const known =
    user === anonymous || user.groups.includes("system:authenticated")
      ? user
      : { ...user, groups: [...user.groups, "system:authenticated"] }
  return message.headers["impersonate-user"] === undefined ? known : impersonated(known, message.headersDistinct)
}
