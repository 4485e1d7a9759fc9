/**
 * The structure of the API server's messages about what it calls. Each layer of the server puts its words in front of
 * the next one's, so a text is read from its beginning, layer by layer; words that come after a layer that is none of
 * the server's (a denial, an answer of the webhook, an object's name) are other people's and decide nothing.
 *
 * Sources: apiserver/pkg/admission/plugin/webhook/{errors,validating,mutating}, pkg/util/webhook/{error,webhook}.go,
 * apiextensions-apiserver/pkg/apiserver/conversion/webhook_converter.go, kube-aggregator/pkg/apiserver/handler_proxy.go
 * and controllers/status, apimachinery/pkg/util/proxy/upgradeaware.go, net/url `Error`, net/http `Transport`.
 */
import type { Where } from "../CertificateError.ts"
import { goVerdict, type Verdict } from "./goTls.ts"

/** The end of a Go `%q` string that opens at `at`, behind its closing quote; -1 when it does not close. */
const quotedEnd = (text: string, at: number): number => {
  for (let i = at + 1; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === 92 /* \ */) i++
    else if (char === 34 /* " */) return i + 1
  }
  return -1
}

const readQuoted = (text: string, at: number): { readonly value: string; readonly end: number } | undefined => {
  if (text.charCodeAt(at) !== 34) return undefined
  const end = quotedEnd(text, at)
  return end < 0 ? undefined : { value: text.slice(at + 1, end - 1).replace(/\\(["\\])/g, "$1"), end }
}

/** Layers that say nothing of their own; each is stripped where a text begins with it. */
const layers: ReadonlyArray<string> = [
  "Internal error occurred: ",
  "failed to call webhook: ",
  "could not get REST client: ",
  "error dialing backend: ",
  "proxyconnect tcp: ",
  'rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: '
]

const methods = /^(?:Get|Post|Put|Patch|Delete|Head|Options) /

const hostOf = (url: string): string | undefined => /^https?:\/\/([^/?#\s"]{1,300})/.exec(url)?.[1]?.replace(/^.*@/, "")

/** The error at the heart of Go's transport layers, and the host that was called. */
interface TransportFailure {
  readonly cause: string
  readonly host?: string
}

const unwrap = (text: string): TransportFailure => {
  let rest = text
  let host: string | undefined
  for (let depth = 0; depth < 12; depth++) {
    const layer = layers.find((prefix) => rest.startsWith(prefix))
    if (layer !== undefined) {
      rest = rest.slice(layer.length)
      continue
    }
    const method = methods.exec(rest.slice(0, 10))
    if (method === null) break
    const at = method[0].length
    const quoted = readQuoted(rest, at)
    if (quoted !== undefined && rest.startsWith(": ", quoted.end)) {
      host = hostOf(quoted.value) ?? host
      rest = rest.slice(quoted.end + 2)
      continue
    }
    // Before Go 1.14 the URL came without quotes; it holds no space.
    const bare = /^https?:\/\/\S{1,2000}?: (?=\S)/.exec(rest.slice(at, at + 2100))
    if (bare === null) break
    host = hostOf(bare[0]) ?? host
    rest = rest.slice(at + bare[0].length)
  }
  return host === undefined ? { cause: rest } : { cause: rest, host }
}

/** A call that the API server made, and what came of it. */
export interface ServerCall extends TransportFailure {
  readonly where: Exclude<Where, "api-server" | "kubeconfig">
  readonly webhook?: string
  readonly conversion?: string
  /** Set when the failure is about a certificate. */
  readonly verdict?: Verdict
}

const judged = (call: Omit<ServerCall, "verdict">): ServerCall => {
  const verdict = goVerdict(call.cause)
  return verdict === undefined ? call : { ...call, verdict }
}

/**
 * What stands before a marker is the server's own when it is made of layers (`words: words: `): it quotes nothing and
 * is no denial or answer.
 */
const isServersOwn = (prefix: string): boolean =>
  prefix === "" || (prefix.endsWith(": ") && prefix.length <= 1000 && !/["'`]|denied|answered|responded/.test(prefix))

const behind = (text: string, marker: string): { readonly at: number } | undefined => {
  const at = text.indexOf(marker)
  return at < 0 || !isServersOwn(text.slice(0, at)) ? undefined : { at: at + marker.length }
}

const webhookCall = (text: string): ServerCall | undefined => {
  const found = behind(text, "failed calling webhook ")
  if (found === undefined) return undefined
  const name = readQuoted(text, found.at)
  if (name === undefined || !text.startsWith(": ", name.end)) return undefined
  return judged({ where: "webhook", webhook: name.value, ...unwrap(text.slice(name.end + 2)) })
}

const conversionCall = (text: string): ServerCall | undefined => {
  const found = behind(text, "conversion webhook for ")
  if (found === undefined) return undefined
  const kind = /^([^\s,"]{1,300}, Kind=[^\s:"]{1,100}) failed: /.exec(text.slice(found.at, found.at + 450))
  if (kind === null) return undefined
  return judged({
    where: "conversion-webhook",
    conversion: String(kind[1]),
    ...unwrap(text.slice(found.at + kind[0].length))
  })
}

const aggregatedCall = (text: string): ServerCall | undefined => {
  const found = /^error trying to reach service: '?/i.exec(text.slice(0, 40))
  return found === null ? undefined : judged({ where: "aggregated-api", ...unwrap(text.slice(found[0].length)) })
}

/** Calls to kubelets, authorizers and other services: a bare transport error, at the very beginning. */
const otherCall = (text: string): ServerCall | undefined => {
  const failure = unwrap(text)
  if (failure.cause === text) return undefined
  const call = judged({ where: "other", ...failure })
  return call.verdict === undefined ? undefined : call
}

/** Reads the message of a 500 or 503 as a failed call of the API server's; `undefined` when it is about anything else. */
export const readServerCall = (message: string): ServerCall | undefined =>
  webhookCall(message) ?? conversionCall(message) ?? aggregatedCall(message) ?? otherCall(message)

/** A refusal by an admission webhook or policy. */
export interface Denial {
  readonly webhook?: string
  readonly explanation: string
}

export const readDenial = (message: string): Denial | undefined => {
  const marker = /^(?:Internal error occurred: )?admission webhook /.exec(message.slice(0, 60))
  if (marker !== null) {
    const name = readQuoted(message, marker[0].length)
    if (name === undefined) return undefined
    const verb = /^ (?:denied the request|attempted to modify the object)/.exec(message.slice(name.end, name.end + 60))
    return verb === null
      ? undefined
      : { webhook: name.value, explanation: message.slice(name.end + verb[0].length).replace(/^(?:: | )/, "") }
  }
  const policy = /ValidatingAdmissionPolicy '[^']{1,300}' with binding '[^']{1,300}' denied request: /.exec(
    message.slice(0, 2000)
  )
  return policy === null ? undefined : { explanation: message.slice(policy.index + policy[0].length) }
}

/**
 * Whether a 500 is about the object after all: server-side apply tells a field that the schema does not have so, and the
 * merge of an object that does not fit its schema (structured-merge-diff, apiserver/pkg/endpoints/handlers/patch.go).
 */
export const isSchemaError = (message: string): boolean =>
  /^failed to create typed patch object |^failed to (?:create manager for existing fields|update managed fields): /.test(
    message.slice(0, 80)
  ) &&
  /field not declared in schema|expected \S{1,60}, got|duplicate entries for key|schema error/.test(
    message.slice(0, 4000)
  )

/**
 * Failed calls that look the same on the next try: something answers there that is no webhook, or speaks no TLS.
 */
export const isLastingFailure = (cause: string): boolean =>
  /server gave HTTP response to HTTPS client|first record does not look like a TLS handshake|^the server could not find the requested resource|received invalid webhook response|^expected (?:webhook )?response|expected webhook response|tls: protocol version not supported|tls: handshake failure|unsupported protocol scheme|cannot unmarshal|^invalid /.test(
    cause.slice(0, 1000)
  )
