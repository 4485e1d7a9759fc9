/** Who sends a request: a client certificate, a bearer token, or nobody. */
import type { IncomingMessage } from "node:http"
import type { TLSSocket } from "node:tls"
import { unauthorized } from "../Status.ts"
import type { User } from "./Request.ts"

export interface Tokens {
  readonly get: (token: string) => User | undefined
}

const anonymous: User = { name: "system:anonymous", groups: ["system:unauthenticated"] }

const list = (value: string | ReadonlyArray<string> | undefined): ReadonlyArray<string> =>
  value === undefined ? [] : typeof value === "string" ? [value] : value

const users = new WeakMap<TLSSocket, User | null>()

/** `null` for a certificate that was shown and does not verify, `undefined` where none was shown. */
const certificateUser = (socket: TLSSocket): User | null | undefined => {
  const known = users.get(socket)
  if (known !== undefined) return known
  const certificate = socket.getPeerCertificate()
  const subject = certificate?.subject as { CN?: string | Array<string>; O?: string | Array<string> } | undefined
  if (subject === undefined) return undefined
  const [name] = list(subject.CN)
  const user = socket.authorized && name !== undefined ? { name, groups: list(subject.O) } : null
  users.set(socket, user)
  return user
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

export const authenticate = (message: IncomingMessage, tokens: Tokens, anonymousAuth: boolean): User => {
  const [scheme, token = ""] = (message.headers.authorization ?? "").split(" ")
  const byCertificate = certificateUser(message.socket as TLSSocket)
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
