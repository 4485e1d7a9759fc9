/**
 * What goes along with each request to say who we are: headers, and a client certificate where an exec plugin gives
 * one. Tokens from files, plugins and identity providers are renewed before they end, and at once when the API server
 * answers 401.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Semaphore from "effect/Semaphore"
import type { CertificateError } from "./CertificateError.ts"
import { runExecPlugin } from "./internal/execPlugin.ts"
import { readTextFile } from "./internal/kubeconfigMaterial.ts"
import { currentIdToken } from "./internal/oidc.ts"
import type { ClientCertificate, Impersonation, Kubeconfig, User } from "./Kubeconfig.ts"
import { KubeconfigError } from "./KubeconfigError.ts"

/**
 * What one request is sent with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Credential {
  /** `Authorization` and `Impersonate-*`, with lists where a header stands more than once. Secret: never log it. */
  readonly headers: Redacted.Redacted<Readonly<Record<string, string | ReadonlyArray<string>>>>
  readonly clientCertificate: ClientCertificate | undefined
}

/**
 * The credentials of one kubeconfig user.
 *
 * @category models
 * @since 0.1.0
 */
export interface Credentials {
  /** The credential to use now; the same object as long as nothing has changed. */
  readonly current: Effect.Effect<Credential, KubeconfigError | CertificateError>
  /**
   * Gets a new credential in place of one that was refused; `false` when there is nothing to renew, or when the new
   * one is no different.
   */
  readonly renew: (refused: Credential) => Effect.Effect<boolean, KubeconfigError | CertificateError>
}

/** What a source of credentials gives, and until when (milliseconds since the epoch). */
interface Fetched {
  readonly token: string | undefined
  readonly clientCertificate: ClientCertificate | undefined
  readonly until: number
}

/** Service account tokens are replaced in place well before they end; client-go reads them again as often. */
const tokenFileLifetime = 60_000

/**
 * Makes the credentials of a kubeconfig's user. Nothing is read or run before the first request.
 *
 * **Details**
 *
 * A token file goes before a token, both before an exec plugin, that before OpenID Connect, all before a user name
 * with a password. A refreshed OpenID Connect token is kept in memory, and not written to the kubeconfig.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (kubeconfig: Kubeconfig): Credentials => {
  const { user } = kubeconfig
  const fetch = sourceOf(kubeconfig)
  if (fetch === undefined) {
    const fixed = credential(user, user.token === undefined ? basic(user) : bearer(Redacted.value(user.token)))
    return { current: Effect.succeed(fixed), renew: () => Effect.succeed(false) }
  }
  const lock = Semaphore.makeUnsafe(1)
  let held: { readonly fetched: Fetched; readonly credential: Credential } | undefined

  const renewIf = (stale: (now: number) => boolean) =>
    lock.withPermits(1)(
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        if (held !== undefined && !stale(now)) return held.credential
        const fetched = yield* fetch(now)
        const unchanged =
          held !== undefined &&
          held.fetched.token === fetched.token &&
          held.fetched.clientCertificate?.chainPem === fetched.clientCertificate?.chainPem
        const next =
          unchanged && held !== undefined
            ? held.credential
            : credential(
                user,
                fetched.token === undefined ? undefined : bearer(fetched.token),
                fetched.clientCertificate
              )
        held = { fetched, credential: next }
        return next
      })
    )
  const expired = (now: number) => held === undefined || held.fetched.until <= now
  return {
    current: Effect.clockWith((clock) =>
      held === undefined || expired(clock.currentTimeMillisUnsafe())
        ? renewIf(expired)
        : Effect.succeed(held.credential)
    ),
    renew: (refused) =>
      Effect.map(
        renewIf(() => held?.credential === refused),
        (next) => next !== refused
      )
  }
}

type Source = (now: number) => Effect.Effect<Fetched, KubeconfigError | CertificateError>

const sourceOf = (kubeconfig: Kubeconfig): Source | undefined => {
  const { exec, oidc, token, tokenFile } = kubeconfig.user
  if (tokenFile !== undefined) return (now) => readTokenFile(kubeconfig, tokenFile, now)
  if (token !== undefined) return undefined
  if (exec !== undefined) return () => runExecPlugin(exec, kubeconfig)
  if (oidc === undefined) return undefined
  let session = oidc
  return (now) =>
    Effect.map(currentIdToken(session, kubeconfig, now), (next) => {
      session = next.session
      return { token: next.idToken, clientCertificate: undefined, until: next.until }
    })
}

const readTokenFile = (kubeconfig: Kubeconfig, file: string, now: number): Effect.Effect<Fetched, KubeconfigError> => {
  const place = { path: kubeconfig.source, context: kubeconfig.context, field: "tokenFile" }
  return Effect.flatMap(readTextFile(file, place), (text) =>
    text.trim() === ""
      ? Effect.fail(
          new KubeconfigError({
            reason: "auth-failed",
            path: kubeconfig.source,
            field: "tokenFile",
            detail: `the file ${file} is empty`,
            hint: "Write a token into it; in a pod, check the service account's volume."
          })
        )
      : Effect.succeed({ token: text.trim(), clientCertificate: undefined, until: now + tokenFileLifetime })
  )
}

const bearer = (token: string): string => `Bearer ${token}`

const basic = (user: User): string | undefined =>
  user.basic === undefined
    ? undefined
    : `Basic ${Buffer.from(`${user.basic.username}:${Redacted.value(user.basic.password)}`).toString("base64")}`

const credential = (
  user: User,
  authorization: string | undefined,
  clientCertificate: ClientCertificate | undefined = user.clientCertificate
): Credential => ({
  headers: Redacted.make({
    ...(authorization === undefined ? {} : { Authorization: authorization }),
    ...(user.impersonate === undefined ? {} : impersonationHeaders(user.impersonate))
  }),
  clientCertificate
})

/** Groups have to be headers of their own: joined by a comma they are one group with a strange name. */
const impersonationHeaders = (impersonate: Impersonation): Record<string, string | ReadonlyArray<string>> => ({
  ...(impersonate.user === undefined ? {} : { "Impersonate-User": impersonate.user }),
  ...(impersonate.uid === undefined ? {} : { "Impersonate-Uid": impersonate.uid }),
  ...(impersonate.groups.length === 0 ? {} : { "Impersonate-Group": impersonate.groups }),
  ...Object.fromEntries(
    Object.entries(impersonate.extra).map(([key, values]) => [`Impersonate-Extra-${encodeURIComponent(key)}`, values])
  )
})
