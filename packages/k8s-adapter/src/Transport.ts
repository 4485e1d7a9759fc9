/**
 * Requests to one API server over kept-alive TLS connections.
 *
 * When a certificate is refused, or a login, the kubeconfig is read again: if the CA, the certificate or the token in
 * it are others by now, new connections are made with them and the request is sent again. A long-running program
 * lives through a re-created CA that way, and through credentials that end.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import type { IncomingMessage } from "node:http"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { CertificateError } from "./CertificateError.ts"
import { ConnectionError } from "./ConnectionError.ts"
import * as Credentials from "./Credentials.ts"
import * as Agent from "./internal/agent.ts"
import { collect, lines, open } from "./internal/exchange.ts"
import type { Environment } from "./internal/kubeconfigDocument.ts"
import { encoded, parsed, pathOf } from "./internal/message.ts"
import { bare, proxyFor } from "./internal/proxy.ts"
import { ProxyRefused } from "./internal/tunnel.ts"
import { version } from "./internal/version.ts"
import type { ClientCertificate, Kubeconfig } from "./Kubeconfig.ts"
import type { KubeconfigError } from "./KubeconfigError.ts"
import { fromNodeError, fromStatus, type KubernetesError, withClientCertificate } from "./KubernetesError.ts"
import { UnexpectedResponse } from "./UnexpectedResponse.ts"

/**
 * A request to the API server.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD"
  /** The path from the root of the server, escaped: `/api/v1/namespaces`. */
  readonly path: string
  /** Query parameters; `undefined` ones are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, unless it is a string, which goes as it is. */
  readonly body?: unknown
  /** The time the whole answer may take; the transport's own limit when left out. */
  readonly timeout?: Duration.Input
}

/**
 * The API server's answer.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpResponse {
  readonly status: number
  /** Names in small letters. `date` is the server's clock. */
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  /** Parsed when the answer is JSON, text otherwise. */
  readonly body: unknown
}

/**
 * Limits of a transport.
 *
 * @category options
 * @since 0.1.0
 */
export interface TransportOptions {
  /** Requests at a time, streams not counted; 16 unless given. Others wait their turn. */
  readonly maxConcurrent?: number | undefined
  /** For a connection with its TLS handshake; 10 seconds unless given. */
  readonly connectTimeout?: Duration.Input | undefined
  /** For a whole answer, or the head of a stream's; 60 seconds unless given: admission webhooks may take 30 each. */
  readonly requestTimeout?: Duration.Input | undefined
  /** Bytes of an answer, and of one line of a stream; 128 MiB unless given. */
  readonly maxResponseBytes?: number | undefined
  /** Put before the transport's own name in `User-Agent`: `my-program/1.0`. */
  readonly userAgent?: string | undefined
  /** Where `HTTPS_PROXY` and `NO_PROXY` are looked up; the process's own unless given. */
  readonly environment?: Environment | undefined
}

/**
 * A way to send requests to one API server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Transport {
  /** The kubeconfig in use now. */
  readonly kubeconfig: Effect.Effect<Kubeconfig>
  /** Sends a request and reads its answer; a status outside 200–299 fails typed. */
  readonly request: (request: HttpRequest) => Effect.Effect<HttpResponse, KubernetesError>
  /**
   * Sends a request, and succeeds as soon as the server has accepted it, with the lines of its answer as they arrive.
   * The connection is closed with the scope.
   */
  readonly open: (
    request: HttpRequest
  ) => Effect.Effect<Stream.Stream<string, KubernetesError>, KubernetesError, Scope.Scope>
}

interface Connection {
  readonly kubeconfig: Kubeconfig
  readonly fingerprint: string
  readonly credentials: Credentials.Credentials
  readonly url: URL
  pool: { readonly clientCertificate: ClientCertificate | undefined; readonly made: Agent.ConnectionPool } | undefined
}

/** What a request may still try when it is refused. */
interface Renewals {
  readonly certificate: number
  readonly login: number
}

type LoadError = KubeconfigError | CertificateError

/**
 * Makes a transport. `load` is run now, and again whenever a certificate or a login is refused; connections are closed
 * with the scope.
 *
 * **Details**
 *
 * A refused certificate is retried once for each change of the material that `load` finds, three times at most; a
 * refused login once. When nothing has changed, the error comes out as it is; after a 401 with a client certificate
 * that has expired, as the `CertificateError` that explains it. Redirects are not followed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: (
  load: Effect.Effect<Kubeconfig, LoadError>,
  options?: TransportOptions
) => Effect.Effect<Transport, LoadError, Scope.Scope> = Effect.fnUntraced(function* (
  load: Effect.Effect<Kubeconfig, LoadError>,
  options: TransportOptions = {}
) {
  const maxBytes = options.maxResponseBytes ?? 128 * 1024 * 1024
  const connectTimeout = Duration.fromInputUnsafe(options.connectTimeout ?? "10 seconds")
  const requestTimeout = Duration.fromInputUnsafe(options.requestTimeout ?? "60 seconds")
  const agentName = `${options.userAgent === undefined ? "" : `${options.userAgent} `}holdfast/${version}`
  const turns = Semaphore.makeUnsafe(options.maxConcurrent ?? 16)
  const renewing = Semaphore.makeUnsafe(1)
  const pools = new Set<Agent.ConnectionPool>()
  let connection = connectionOf(yield* load)
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const pool of pools) pool.close()
    })
  )

  const poolOf = (used: Connection, clientCertificate: ClientCertificate | undefined) =>
    Effect.suspend(() =>
      used.pool !== undefined && used.pool.clientCertificate === clientCertificate
        ? Effect.succeed(used.pool.made)
        : Effect.tap(
            Agent.make({
              cluster: used.kubeconfig.cluster,
              clientCertificate,
              proxy: proxyFor(used.url, used.kubeconfig.cluster.proxyUrl, options.environment ?? process.env),
              connectTimeout
            }),
            (made) =>
              Effect.sync(() => {
                used.pool?.made.retire()
                used.pool = { clientCertificate, made }
                for (const pool of pools) if (pool.isEmpty()) pools.delete(pool)
                pools.add(made)
              })
          )
    )

  /** Sends a request once, with what is known now. */
  const attempt = (used: Connection, credential: Credentials.Credential, request: HttpRequest, gzip: boolean) =>
    Effect.flatMap(poolOf(used, credential.clientCertificate), ({ agent }) =>
      open({
        secure: used.url.protocol === "https:",
        agent,
        host: bare(used.url.hostname),
        port: used.url.port,
        method: request.method,
        path: pathOf(used.url, request),
        ...encoded(request, credential, agentName, gzip && !used.kubeconfig.cluster.disableCompression)
      })
    )

  /** Takes an answer for what it is: a success, or the typed error of a status. */
  const accept = (response: IncomingMessage, request: HttpRequest, used: Connection) =>
    isSuccess(response.statusCode)
      ? Effect.succeed(response)
      : Effect.flatMap(collect(response, maxBytes), (body) =>
          Effect.fail(
            fromStatus({ status: response.statusCode ?? 0, headers: response.headers, body }, aboutOf(used, request))
          )
        )

  /** Reads the kubeconfig again; tells whether there is anything new to try with. */
  const renew = (used: Connection, credential: Credentials.Credential | undefined, login: boolean) =>
    renewing.withPermits(1)(
      Effect.gen(function* () {
        if (connection !== used) return true
        // A kubeconfig that is being written just now says less than the error at hand.
        const loaded = yield* Effect.result(load)
        if (loaded._tag === "Success" && fingerprintOf(loaded.success) !== used.fingerprint) {
          connection = connectionOf(loaded.success)
          used.pool?.made.retire()
          return true
        }
        return credential !== undefined && (login || credential.clientCertificate !== undefined)
          ? yield* used.credentials.renew(credential)
          : false
      })
    )

  const send = <A>(
    request: HttpRequest,
    gzip: boolean,
    read: (response: IncomingMessage, used: Connection) => Effect.Effect<A, KubernetesError | Error>,
    left: Renewals
  ): Effect.Effect<A, KubernetesError> =>
    Effect.suspend(() => {
      const used = connection
      let credential: Credentials.Credential | undefined
      return used.credentials.current.pipe(
        Effect.flatMap((current) => {
          credential = current
          return Effect.flatMap(attempt(used, current, request, gzip), (response) => read(response, used)).pipe(
            Effect.timeoutOrElse({
              duration: request.timeout ?? requestTimeout,
              orElse: () =>
                Effect.fail(noAnswer(used, request, Duration.fromInputUnsafe(request.timeout ?? requestTimeout)))
            })
          )
        }),
        Effect.catch((failure: KubernetesError | Error) => {
          const error = typed(failure, used, request)
          const login = error._tag === "Unauthorized"
          const certificate = error._tag === "CertificateError" && isOurs(error)
          const next = { certificate: left.certificate - Number(certificate), login: left.login - Number(login) }
          if (!(login || certificate)) return Effect.fail(error)
          if (next.certificate < 0 || next.login < 0) return explained(error, credential)
          return Effect.flatMap(renew(used, credential, login), (changed) =>
            changed ? send(request, gzip, read, next) : explained(error, credential)
          )
        })
      )
    })

  const renewals: Renewals = { certificate: 3, login: 1 }
  const request = (request: HttpRequest) =>
    turns.withPermits(1)(
      send(
        request,
        true,
        (response, used) =>
          Effect.flatMap(accept(response, request, used), () =>
            Effect.flatMap(collect(response, maxBytes), (text) => parsed(response, text, aboutOf(used, request)))
          ),
        renewals
      )
    )
  const openStream = (request: HttpRequest) =>
    Effect.acquireRelease(
      send(
        request,
        false,
        (response, used) => Effect.map(accept(response, request, used), () => ({ response, used })),
        renewals
      ),
      ({ response }) => Effect.sync(() => response.destroy()),
      { interruptible: true }
    ).pipe(
      Effect.map(({ response, used }) =>
        Stream.mapError(lines(response, maxBytes), (error) => typed(error, used, request))
      )
    )
  return { kubeconfig: Effect.sync(() => connection.kubeconfig), request, open: openStream }
})

const connectionOf = (kubeconfig: Kubeconfig): Connection => ({
  kubeconfig,
  fingerprint: fingerprintOf(kubeconfig),
  credentials: Credentials.make(kubeconfig),
  url: new URL(kubeconfig.cluster.server),
  pool: undefined
})

/** A digest of all that a connection is made from, secrets included: two kubeconfigs of equal digests are equal. */
const fingerprintOf = ({ cluster, user }: Kubeconfig): string =>
  createHash("sha256")
    .update(JSON.stringify([cluster, user], revealing))
    .digest("base64")

/** `value` has been through `toJSON`, which hides what is redacted: the holder has the thing itself. */
function revealing(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const held = this[key]
  return Redacted.isRedacted(held) ? Redacted.value(held) : value
}

/** Whether a certificate error is about our own connection, and not about one that the API server made. */
const isOurs = (error: CertificateError): boolean => error.where === "api-server" || error.where === "kubeconfig"

const explained = (
  error: KubernetesError,
  credential: Credentials.Credential | undefined
): Effect.Effect<never, KubernetesError> => {
  const certificate = credential?.clientCertificate
  return certificate === undefined
    ? Effect.fail(error)
    : Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.fail(withClientCertificate(error, certificate, new Date(now)))
      )
}

const typed = (failure: KubernetesError | Error, used: Connection, request: HttpRequest): KubernetesError => {
  const { server } = used.kubeconfig.cluster
  const about = { server, ...aboutOf(used, request) }
  if (failure instanceof ProxyRefused) {
    return new ConnectionError({
      reason: "proxy",
      detail: failure.message,
      code: failure.code,
      ...about,
      cause: failure
    })
  }
  return (failure as NodeJS.ErrnoException).code === "ERR_ANSWER_TOO_LONG"
    ? new UnexpectedResponse({ ...aboutOf(used, request), status: 200, detail: failure.message })
    : fromNodeError(failure, about)
}

const noAnswer = (used: Connection, request: HttpRequest, limit: Duration.Duration): ConnectionError =>
  new ConnectionError({
    reason: "timeout",
    server: used.kubeconfig.cluster.server,
    ...aboutOf(used, request),
    detail: `no answer to ${request.method} ${request.path} within ${Duration.format(limit)}`
  })

const isSuccess = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300

const aboutOf = (used: Connection, { method, path }: HttpRequest) => ({
  method,
  url: `${used.kubeconfig.cluster.server}${path}`
})
