/**
 * Identity tokens of the `oidc` auth provider, refreshed with the refresh token (OpenID Connect Core 1.0, section 12)
 * as client-go does it. client-node's module for it loads all of its generated classes, and takes the seconds that a
 * new token lives for the moment it ends.
 */
import { request } from "node:https"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Kubeconfig, OidcProvider } from "../Kubeconfig.ts"
import { KubeconfigError } from "../KubeconfigError.ts"
import { isRecord } from "./kubeconfigDocument.ts"

const margin = 10_000
const maxAnswer = 1024 * 1024

/** Gives an identity token that is still good, and the session to ask again with. */
export const currentIdToken = Effect.fnUntraced(function* (session: OidcProvider, kubeconfig: Kubeconfig, now: number) {
  const failed = (detail: string, hint = "Log in again with your cluster's login tool.") =>
    new KubeconfigError({
      reason: "auth-failed",
      path: kubeconfig.source,
      ...(kubeconfig.context === undefined ? {} : { context: kubeconfig.context }),
      field: `users[${kubeconfig.user.name ?? ""}].user.auth-provider`,
      detail,
      hint
    })
  const held = session.idToken === undefined ? undefined : Redacted.value(session.idToken)
  if (held !== undefined && endOf(held) - margin > now) {
    return { idToken: held, until: endOf(held) - margin, session }
  }
  if (session.refreshToken === undefined || session.issuerUrl === "" || session.clientId === "") {
    return yield* failed(
      "the id-token has expired, and there is no refresh-token, client-id or idp-issuer-url to renew it"
    )
  }
  const wellKnown = `${session.issuerUrl.replace(/(?<!\/)\/+$/, "")}/.well-known/openid-configuration`
  const discovered = yield* json(wellKnown, session, undefined, failed)
  const tokenEndpoint = discovered["token_endpoint"]
  if (typeof tokenEndpoint !== "string") return yield* failed(`${wellKnown} names no token_endpoint`)
  const answer = yield* json(tokenEndpoint, session, refreshForm(session, session.refreshToken), failed)
  const { id_token: idToken, refresh_token: refreshToken } = answer
  if (typeof idToken !== "string") return yield* failed(`${tokenEndpoint} gave no id_token`)
  return {
    idToken,
    until: endOf(idToken) - margin,
    session: {
      ...session,
      idToken: Redacted.make(idToken),
      refreshToken: typeof refreshToken === "string" ? Redacted.make(refreshToken) : session.refreshToken
    }
  }
})

const refreshForm = (session: OidcProvider, refreshToken: Redacted.Redacted): string =>
  new URLSearchParams({
    grant_type: "refresh_token",
    refresh_token: Redacted.value(refreshToken),
    client_id: session.clientId,
    ...(session.clientSecret === undefined ? {} : { client_secret: Redacted.value(session.clientSecret) })
  }).toString()

/** The end of a token in milliseconds since the epoch; 0 when it cannot be read, so that it is taken for expired. */
const endOf = (token: string): number => {
  const payload = token.split(".")[1]
  if (payload === undefined) return 0
  const match = /"exp"\s*:\s*(\d+)/.exec(Buffer.from(payload, "base64url").toString("utf8"))
  return match === null ? 0 : Number(match[1]) * 1000
}

const json = (
  url: string,
  session: OidcProvider,
  form: string | undefined,
  failed: (detail: string, hint?: string) => KubeconfigError
): Effect.Effect<Readonly<Record<string, unknown>>, KubeconfigError> =>
  url.startsWith("https://") && URL.canParse(url)
    ? Effect.callback<Readonly<Record<string, unknown>>, KubeconfigError>((resume) => {
        const fail = (detail: string) => resume(Effect.fail(failed(`${url} ${detail}`)))
        const call = request(
          url,
          {
            method: form === undefined ? "GET" : "POST",
            ...(session.certificateAuthority === undefined ? {} : { ca: session.certificateAuthority }),
            headers: form === undefined ? {} : { "Content-Type": "application/x-www-form-urlencoded" }
          },
          (response) => {
            let text = ""
            response.setEncoding("utf8").on("data", (chunk: string) => {
              text += chunk
              if (text.length > maxAnswer) response.destroy(new Error("the answer is too long"))
            })
            response.on("error", (error) => fail(`broke off: ${error.message}`))
            response.on("end", () => {
              const value = response.statusCode === 200 ? parse(text) : undefined
              if (value === undefined) fail(`answered ${response.statusCode} and no token information`)
              else resume(Effect.succeed(value))
            })
          }
        )
        call.on("error", (error: NodeJS.ErrnoException) => fail(`gave no answer (${error.code ?? error.message})`))
        call.end(form)
        return Effect.sync(() => call.destroy())
      }).pipe(
        Effect.timeoutOrElse({
          duration: "30 seconds",
          orElse: () => Effect.fail(failed(`${url} did not answer in 30 s`))
        })
      )
    : Effect.fail(failed(`"${url}" is no https URL`, "Correct idp-issuer-url in the kubeconfig."))

const parse = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}
