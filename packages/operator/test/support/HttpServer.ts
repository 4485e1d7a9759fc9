/** A small HTTP server that a test answers for, and what it was asked. */
import http from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

export interface Asked {
  readonly path: string
  readonly authorization: string | undefined
}

export const make = (answer: (asked: Asked, number: number, response: http.ServerResponse) => void) =>
  Effect.gen(function* () {
    const requests: Array<Asked> = []
    const server = http.createServer((request, response) => {
      const asked = { path: request.url ?? "", authorization: request.headers.authorization }
      answer(asked, requests.push(asked), response)
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    return { requests, url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`) }
  })
