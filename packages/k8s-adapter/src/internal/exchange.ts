/** One request and its answer over a pool's connections. */
import type { Agent, IncomingMessage, OutgoingHttpHeaders } from "node:http"
import https from "node:https"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { http, zlib } from "./builtins.ts"

export interface Outgoing {
  readonly secure: boolean
  readonly agent: Agent
  readonly host: string
  readonly port: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string>>>
  readonly body: string | undefined
}

/** Sends a request; succeeds with the head of the answer. Interrupting it closes the connection. */
export const open = (outgoing: Outgoing): Effect.Effect<IncomingMessage, Error> =>
  Effect.callback((resume) => {
    const started = Result.try({
      // Throws at once for headers that cannot be sent, such as a token with a line break in it.
      try: () =>
        (outgoing.secure ? https : http()).request({
          agent: outgoing.agent,
          host: outgoing.host,
          port: outgoing.port,
          method: outgoing.method,
          path: outgoing.path,
          headers: outgoing.headers as OutgoingHttpHeaders
        }),
      catch: (error) => error as Error
    })
    if (Result.isFailure(started)) return resume(Effect.fail(started.failure))
    const request = started.success
    request.once("response", (response) => resume(Effect.succeed(response)))
    request.on("error", (error: NodeJS.ErrnoException) =>
      // A pooled connection that the server closed while the request was on its way says nothing about the server.
      resume(
        request.reusedSocket && error.code === "ECONNRESET" && (outgoing.method === "GET" || outgoing.method === "HEAD")
          ? open(outgoing)
          : Effect.fail(error)
      )
    )
    request.end(outgoing.body)
    return Effect.sync(() => request.destroy())
  })

/** Reads an answer whole, unzipped; `limit` in bytes, before and after unzipping. */
export const collect = (response: IncomingMessage, limit: number): Effect.Effect<string, Error> =>
  Effect.callback((resume) => {
    const chunks: Array<Buffer> = []
    let size = 0
    response.on("data", (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) response.destroy(tooLong(limit))
      else chunks.push(chunk)
    })
    response.once("error", (error) => resume(Effect.fail(error)))
    response.once("end", () => {
      // Node puts the connection back into the pool in the next tick: who asks again before that opens another one.
      process.nextTick(whole)
    })
    const whole = () => {
      const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size)
      if (response.headers["content-encoding"] !== "gzip") return resume(Effect.succeed(bytes.toString("utf8")))
      zlib().gunzip(bytes, { maxOutputLength: limit }, (error, text) =>
        resume(error === null ? Effect.succeed(text.toString("utf8")) : Effect.fail(error))
      )
    }
    return Effect.sync(() => response.destroy())
  })

/**
 * Reads an answer line by line, as far as the reader asks for it; `limit` bounds one line. The connection is closed
 * when the reader stops.
 */
export const lines = (response: IncomingMessage, limit: number): Stream.Stream<string, Error> => {
  const decoder = new TextDecoder()
  let rest = ""
  let ended: Effect.Effect<never, Error | Cause.Done> | undefined
  let wake: (() => void) | undefined
  const settle = (end: Effect.Effect<never, Error | Cause.Done>) => {
    ended ??= end
    wake?.()
  }
  response.on("readable", () => wake?.())
  response.once("end", () => settle(Cause.done()))
  response.once("error", (error) => settle(Effect.fail(error)))
  response.once("close", () =>
    settle(Effect.fail(Object.assign(new Error("the answer broke off"), { code: "ECONNRESET" })))
  )

  const take = (): [string, ...Array<string>] | undefined => {
    const chunk: Buffer | null = response.read()
    if (chunk === null) return undefined
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n")
    rest = parts.pop() ?? ""
    const [first, ...others] = parts
    return first === undefined ? undefined : [first, ...others]
  }
  const pull: Effect.Effect<[string, ...Array<string>], Error | Cause.Done> = Effect.suspend(() => {
    const found = take()
    if (found !== undefined) return Effect.succeed(found)
    if (rest.length > limit) return Effect.fail(tooLong(limit))
    if (response.readableLength > 0) return pull
    if (ended !== undefined) {
      const last = rest
      rest = ""
      return last === "" || !response.readableEnded ? ended : Effect.succeed([last])
    }
    return Effect.callback<void>((resume) => {
      wake = () => resume(Effect.void)
      return Effect.sync(() => {
        wake = undefined
      })
    }).pipe(Effect.andThen(pull))
  })
  return Stream.fromPull(Effect.succeed(pull))
}

const tooLong = (limit: number): Error =>
  Object.assign(new Error(`the answer is longer than ${limit} bytes`), { code: "ERR_ANSWER_TOO_LONG" })
