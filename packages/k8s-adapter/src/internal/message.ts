/** Requests and answers as text: what of them does not depend on connections. */
import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Credential } from "../Credentials.ts"
import type { HttpRequest, HttpResponse } from "../Transport.ts"
import { UnexpectedResponse } from "../UnexpectedResponse.ts"

/** The path and query to ask for, below the path of the server's own URL. */
export const pathOf = (url: URL, request: HttpRequest): string => {
  const base = url.pathname === "/" ? "" : url.pathname.replace(/\/$/, "")
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) query.append(name, String(value))
  }
  return query.size === 0 ? base + request.path : `${base}${request.path}?${query}`
}

/** Headers and body as they go out; what the caller gives goes before our own, credentials before everything. */
export const encoded = (
  request: HttpRequest,
  credential: Credential,
  agentName: string,
  gzip: boolean
): { readonly headers: Record<string, string | ReadonlyArray<string>>; readonly body: string | undefined } => {
  const body =
    request.body === undefined || typeof request.body === "string" ? request.body : JSON.stringify(request.body)
  return {
    body,
    headers: {
      Accept: "application/json",
      "User-Agent": agentName,
      ...(gzip ? { "Accept-Encoding": "gzip" } : {}),
      ...(body === undefined
        ? {}
        : { "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(body)) }),
      ...request.headers,
      ...Redacted.value(credential.headers)
    }
  }
}

/** The answer, with its body parsed where it is JSON. */
export const parsed = (
  response: IncomingMessage,
  text: string,
  about: { readonly method: string; readonly url: string }
): Effect.Effect<HttpResponse, UnexpectedResponse> => {
  const status = response.statusCode ?? 0
  const contentType = response.headers["content-type"] ?? ""
  if (!/[/+]json\b/.test(contentType)) return Effect.succeed({ status, headers: response.headers, body: text })
  return Effect.try({
    try: () => ({ status, headers: response.headers, body: JSON.parse(text) as unknown }),
    catch: () =>
      new UnexpectedResponse({
        ...about,
        status,
        contentType,
        detail: "what is called JSON is not: it may have been cut on the way"
      })
  })
}
