import { assert, describe, it } from "@effect/vitest"
import { ApiServer, CertificateJob, Webhook } from "@holdfast/testkit"
import * as Effect from "effect/Effect"
import * as Api from "./contract/support/Api.ts"

const path = "/api/v1/namespaces/default/configmaps?dryRun=All"
const hook = { namespace: "default", name: "hook" }
const configurations = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"

/** Two API servers, and a webhook whose certificate job has run once. */
const lab = Effect.gen(function* () {
  const server = yield* ApiServer.make({ instances: 2 })
  const [first, second] = server.instances.map(({ kubeconfig }) => Api.make(kubeconfig)) as [Api.Api, Api.Api]
  const webhook = yield* Webhook.make()
  yield* server.route(hook, webhook.target)
  yield* first.post("/api/v1/namespaces/default/services", {
    metadata: { name: "hook" },
    spec: { ports: [{ port: 443 }] }
  })
  yield* first.post(configurations, {
    metadata: { name: "hook" },
    webhooks: [
      {
        name: "hook.example.com",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        clientConfig: { service: hook },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }]
      }
    ]
  })
  yield* Webhook.mount(webhook, server, { secret: { namespace: "default", name: "hook-tls" }, delay: "30 millis" })
  const job = yield* CertificateJob.make(server, {
    secret: { namespace: "default", name: "hook-tls" },
    service: hook,
    configurations: [{ kind: "ValidatingWebhookConfiguration", name: "hook" }]
  })
  yield* job
  const ask = (api: Api.Api) => Effect.map(api.post(path, { metadata: { name: "a" } }), ({ status }) => status)
  const until = (api: Api.Api, wanted: number) =>
    Effect.timeout(
      Effect.repeat(Effect.delay(ask(api), "10 millis"), { until: (code) => code === wanted }),
      "5 seconds"
    )
  yield* Effect.all([until(first, 201), until(second, 201)])
  return { server, first, second, job, ask, until, webhook }
})

describe("Several API servers of one cluster", () => {
  it.live("share their objects, and show each other's changes in watches", () =>
    Effect.gen(function* () {
      const { first, second } = yield* lab
      const watch = yield* second.watch("/api/v1/namespaces/default/secrets", "fieldSelector=metadata.name%3Da")
      yield* first.post("/api/v1/namespaces/default/secrets", { metadata: { name: "a" } })
      assert.strictEqual((yield* watch.next)?.object.metadata.name, "a")
    }).pipe(Effect.scoped)
  )

  it.live("meet a new caBundle each at its own time", () =>
    Effect.gen(function* () {
      const { ask, first, job, second, server, until, webhook } = yield* lab
      yield* server.instances[1]!.faults.lagWebhookConfigurations("500 millis")
      yield* job
      yield* until(first, 201)
      assert.strictEqual(yield* ask(second), 201, "on the connection that it has")
      yield* webhook.disconnect
      assert.strictEqual(yield* ask(second), 500, "on a new connection, with the old authority still in effect")
      assert.strictEqual(yield* ask(first), 201)
      yield* until(second, 201)
    }).pipe(Effect.scoped)
  )

  it.live("may miss a change, until a later one heals it", () =>
    Effect.gen(function* () {
      const { ask, first, job, second, server, until, webhook } = yield* lab
      yield* server.instances[1]!.faults.missWebhookConfigurations()
      yield* job
      yield* until(first, 201)
      yield* webhook.disconnect
      assert.strictEqual(yield* ask(second), 500)
      yield* first.patch("merge", `${configurations}/hook`, { metadata: { labels: { touched: "yes" } } })
      assert.strictEqual(yield* ask(second), 201)
    }).pipe(Effect.scoped)
  )
})
