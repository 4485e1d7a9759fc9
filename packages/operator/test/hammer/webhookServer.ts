/**
 * A webhook that allows everything, and closes every other connection after its answer, so that API servers both keep
 * connections and open new ones all the time.
 */
import { createServer } from "node:https"

export const webhookServer = () => {
  let answers = 0
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      answers += 1
      if (answers % 2 === 0) response.setHeader("connection", "close")
      response.setHeader("content-type", "application/json").end(allow(Buffer.concat(chunks).toString("utf8")))
    })
  })
  server.on("tlsClientError", (_, socket) => socket.destroy())
  return server
}

const allow = (text: string): string => {
  const { uid } = JSON.parse(text).request
  return JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    response: { uid, allowed: true }
  })
}
