/**
 * A pod that serves webhooks which are not the operator's: each by its Service's port, each with the Secret that its
 * WebhookCertificate names.
 */
import { readFileSync } from "node:fs"
import { createServer as createStatusServer } from "node:http"
import * as Webhook from "@holdfast/testkit/Webhook"
import { Effect, Redacted } from "effect"
import { parse } from "yaml"
import { webhookServer } from "./webhookServer.ts"

const kubeconfig = readFileSync(process.env["KUBECONFIG"] ?? "", "utf8")
const cluster = { kubeconfig, url: parse(kubeconfig).clusters[0].cluster.server as string }
const namespace = process.env["POD_NAMESPACE"] ?? ""
/** `SECRET:PORT:LAG`, one for each webhook. */
const hooks = (process.env["HOOKS"] ?? "").split(",").map((each) => each.split(":") as [string, string, string])

const serve = ([secret, port, lag]: [string, string, string]) =>
  Effect.gen(function* () {
    const server = webhookServer()
    const present = ({ chainPem, privateKeyPem }: Webhook.Serving) =>
      Effect.sync(() => {
        const key = Redacted.isRedacted(privateKeyPem) ? String(Redacted.value(privateKeyPem)) : privateKeyPem
        server.setSecureContext({ cert: chainPem, key })
        if (!server.listening) server.listen(Number(port))
      })
    yield* Webhook.mount({ present }, cluster, { secret: { namespace, name: secret }, delay: Number(lag) })
    return server
  })

const program = Effect.gen(function* () {
  const servers = yield* Effect.forEach(hooks, serve)
  const status = createStatusServer((_, response) => {
    response.writeHead(servers.every(({ listening }) => listening) ? 200 : 503).end()
  })
  status.listen(8080)
  return yield* Effect.never
})

await Effect.runPromise(Effect.scoped(program))
