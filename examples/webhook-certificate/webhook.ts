/**
 * An admission webhook as anybody might write one: Node alone, no line about Holdfast. All that it has to do is to take
 * up its certificate again when the mounted Secret has changed.
 */
import { readFileSync } from "node:fs"
import { createServer } from "node:https"
import { join } from "node:path"
import process from "node:process"
import { json } from "node:stream/consumers"

const folder = process.env["TLS_DIR"] ?? "/tls"
const material = () => ({
  cert: readFileSync(join(folder, "tls.crt")),
  key: readFileSync(join(folder, "tls.key"))
})

interface Review {
  readonly apiVersion: string
  readonly kind: string
  readonly request: { readonly uid: string; readonly object?: { readonly data?: Readonly<Record<string, string>> } }
}

/** Carts have an owner. */
const review = ({ apiVersion, kind, request: { object, uid } }: Review) => ({
  apiVersion,
  kind,
  response:
    object?.data?.["owner"] === undefined
      ? { uid, allowed: false, status: { message: "a cart needs data.owner" } }
      : { uid, allowed: true }
})

let current = material()
const server = createServer({ ...current, keepAliveTimeout: 120_000 }, async (request, response) => {
  try {
    const answer = review((await json(request)) as Review)
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(answer))
  } catch (error) {
    response.writeHead(400).end(String(error))
  }
})

setInterval(() => {
  try {
    const next = material()
    if (next.cert.equals(current.cert)) return
    server.setSecureContext(next)
    current = next
  } catch (error) {
    console.error(`the certificate is not taken up: ${error}`)
  }
}, 1000)

server.listen(Number(process.env["PORT"] ?? 8443), process.env["HOST"], () => {
  const address = server.address()
  console.log(`serving on ${typeof address === "object" ? address?.port : address}`)
})
