/**
 * Requests to one API server over kept-alive TLS connections.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"

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
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  /** Parsed when the answer is JSON, text otherwise. */
  readonly body: unknown
}
