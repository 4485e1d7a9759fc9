/**
 * The port that the kubelet and Prometheus ask: `/healthz`, `/readyz` and `/metrics`, over plain HTTP.
 *
 * @since 0.1.0
 */
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import type * as Scope from "effect/Scope"
import * as Health from "./Health.ts"

/**
 * A port that could not be listened on.
 *
 * @category errors
 * @since 0.1.0
 */
export class ListenError extends Data.TaggedError("ListenError")<{
  /** `undefined` for all addresses. */
  readonly host: string | undefined
  readonly port: number
  /** Node's code: `EADDRINUSE`, `EACCES`, … */
  readonly code: string
}> {
  override get message(): string {
    return `cannot listen on ${this.host === undefined ? "port " : `${this.host}:`}${this.port}: ${this.code}`
  }
}

/**
 * Where to listen.
 *
 * @category options
 * @since 0.1.0
 */
export interface StatusServerOptions {
  readonly health: Health.Health
  /** 0 takes a free one. */
  readonly port: number
  /** All addresses unless given. */
  readonly host?: string
}

/**
 * Serves until the scope ends, and tells the port.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options: StatusServerOptions
): Effect.Effect<{ readonly port: number }, ListenError, Scope.Scope> =>
  Effect.gen(function* () {
    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    const server = http.createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, (request, response) => {
      request.resume()
      runFork(
        Effect.map(answer(request, options.health), ({ body, status, type }) =>
          response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body)
        )
      )
    })
    const { host, port } = options
    yield* Effect.acquireRelease(listen(server, host, port), () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
    )
    return { port: (server.address() as AddressInfo).port }
  })

/**
 * Has a server listen. Without a host that is on all addresses, also where there is no IPv6.
 *
 * @category combinators
 * @since 0.1.0
 */
export const listen = (server: http.Server, host: string | undefined, port: number): Effect.Effect<void, ListenError> =>
  Effect.callback<void, ListenError>((resume) => {
    const onError = (error: NodeJS.ErrnoException) =>
      resume(Effect.fail(new ListenError({ host, port, code: error.code ?? error.message })))
    server.once("error", onError)
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.removeListener("error", onError)
      resume(Effect.void)
    })
  })

const text = "text/plain; charset=utf-8"

const answer = Effect.fnUntraced(function* (request: http.IncomingMessage, health: Health.Health) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return { status: 405, type: text, body: "only GET and HEAD are served here\n" }
  }
  switch (request.url?.split("?", 1)[0]) {
    case "/healthz":
    case "/readyz": {
      const report = yield* health.report(request.url.startsWith("/healthz") ? "live" : "ready")
      return { status: report.isOk ? 200 : 503, type: text, body: Health.format(report) }
    }
    case "/metrics":
      return { status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body: yield* PrometheusMetrics.format() }
    default:
      return { status: 404, type: text, body: "there are /healthz, /readyz and /metrics\n" }
  }
})
