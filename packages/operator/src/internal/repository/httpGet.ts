import * as http from "node:http"
import * as https from "node:https"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** What kept an answer from coming in whole. */
export type Failure =
  | { readonly _tag: "Broken"; readonly code: string; readonly text: string }
  | { readonly _tag: "TooLarge" }

/** One GET request, redirects not followed, on a connection of its own. */
export const httpGet = (
  url: URL,
  options: { readonly authorization: Redacted.Redacted | undefined; readonly maxBytes: number }
): Effect.Effect<Answer, Failure> =>
  Effect.callback<Answer, Failure>((resume) => {
    const broken = (error: NodeJS.ErrnoException) =>
      resume(Effect.fail({ _tag: "Broken", code: error.code ?? "", text: error.message }))
    const { get } = url.protocol === "https:" ? https : http
    const headers = {
      accept: "application/yaml, text/yaml, */*;q=0.5",
      // What comes packed could become any size when unpacked.
      "accept-encoding": "identity",
      "user-agent": "holdfast-operator",
      ...(options.authorization !== undefined && { authorization: Redacted.value(options.authorization) })
    }
    const request = get(url, { headers, agent: false }, (response) => {
      const chunks: Array<Buffer> = []
      let size = 0
      response.on("data", (chunk: Buffer) => {
        size += chunk.length
        if (size <= options.maxBytes) return void chunks.push(chunk)
        request.destroy()
        resume(Effect.fail({ _tag: "TooLarge" }))
      })
      response.on("error", broken)
      response.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8")
        resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, body }))
      })
    })
    request.on("error", broken)
    return Effect.sync(() => request.destroy())
  })
