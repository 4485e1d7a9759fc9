/**
 * A pod of a webhook that knows nothing of Kubernetes: it serves what `tls.crt` and `tls.key` in its folder hold, and looks
 * every second whether they hold something else. A pair that does not belong together, for it was read in the middle of a
 * change, is left where it is.
 */
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { webhookServer } from "./webhookServer.ts"

const folder = process.env["CERTIFICATES"] ?? ""
const server = webhookServer()
let served = ""

const look = () => {
  try {
    const read = (name: string) => readFileSync(join(folder, name), "utf8")
    const pair = { cert: read("tls.crt"), key: read("tls.key") }
    if (pair.cert + pair.key === served) return
    server.setSecureContext(pair)
    served = pair.cert + pair.key
    if (!server.listening) server.listen(8443)
  } catch (error) {
    console.log(String(error))
  }
}

look()
setInterval(look, 1000)
createServer((_, response) => response.writeHead(server.listening ? 200 : 503).end()).listen(8080)
