/**
 * One HTTPS request, and the answer as text: all that the test kit needs of a client.
 */
import { Agent, request as httpsRequest } from "node:https"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

/** Whom to trust, and who to be. */
export interface Identity {
  readonly ca: string
  readonly cert?: string
  readonly key?: string
}

export interface Request {
  readonly url: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Response {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
}

/** There was no answer. */
export class NoResponse extends Data.TaggedError("NoResponse")<{ readonly url: string; readonly cause: Error }> {
  override get message(): string {
    return `No answer from ${this.url}: ${this.cause.message}`
  }
}

/** Makes a pool of kept-alive connections for one identity. */
export const agent = (identity: Identity): Agent =>
  new Agent({ keepAlive: true, ca: identity.ca, cert: identity.cert, key: identity.key })

/** Sends a request; interruption closes its connection. */
export const request = (pool: Agent, options: Request): Effect.Effect<Response, NoResponse> =>
  Effect.callback((resume, signal) => {
    const fail = (cause: Error) => resume(Effect.fail(new NoResponse({ url: options.url, cause })))
    httpsRequest(
      options.url,
      {
        agent: pool,
        method: options.method ?? "GET",
        // Node sends a body of its own accord, but its length only with the methods that usually have one.
        headers: { "content-length": Buffer.byteLength(options.body ?? ""), ...options.headers },
        signal
      },
      (response) => {
        const chunks: Array<string> = []
        response.setEncoding("utf8")
        response.on("data", (chunk: string) => chunks.push(chunk))
        response.once("error", fail)
        response.once("end", () =>
          resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, text: chunks.join("") }))
        )
      }
    )
      .once("error", fail)
      .end(options.body)
  })
