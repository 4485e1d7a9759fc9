/** What a pod's process knows of itself, and what it may do: told to whoever asks it over HTTP. */
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import * as Api from "../contract/support/Api.ts"

const api = Api.make(readFileSync(process.env["KUBECONFIG"] ?? "", "utf8"))

const server = createServer(async (request, response) => {
  if (request.url === "/readyz") {
    response.end()
    return
  }
  const pods = await Effect.runPromise(api.get("/api/v1/namespaces/default/pods"))
  response.end(
    JSON.stringify({
      pod: process.env["POD_NAME"],
      pid: process.pid,
      host: (server.address() as AddressInfo).address,
      year: new Date().getFullYear(),
      answer: pods.body.message
    })
  )
})
server.listen(8080)
