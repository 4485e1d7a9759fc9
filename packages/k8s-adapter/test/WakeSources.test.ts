import { assert, describe, it } from "@effect/vitest"
import { Forbidden, InternalError } from "@holdfast/k8s-adapter/ApiError"
import { CertificateError } from "@holdfast/k8s-adapter/CertificateError"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as WakeSources from "@holdfast/k8s-adapter/WakeSources"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { added, listed, modified, removed, stubClient, stubWatch } from "./support/StubClient.ts"

const webhookError = new CertificateError({
  reason: "unknown-authority",
  where: "webhook",
  webhook: "v.example.org",
  host: "hook.shop.svc:443",
  detail: "x509: certificate signed by unknown authority"
})

const configuration = (caBundle: string, webhook = "v.example.org", failurePolicy = "Fail"): KubernetesObject => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "config", resourceVersion: String(Math.random()) },
  webhooks: [{ name: webhook, failurePolicy, clientConfig: { caBundle } }]
})

const slice = (...addresses: ReadonlyArray<string>): KubernetesObject => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: "hook-1", namespace: "shop" },
  endpoints: [{ addresses, conditions: { ready: true } }]
})

const pod = (restartCount: number, ready: boolean, heartbeat = "1"): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "hook-1", namespace: "shop", uid: "u" },
  spec: { volumes: [{ name: "cert", secret: { secretName: "tls" } }] },
  status: {
    conditions: [{ type: "Ready", status: ready ? "True" : "False", lastProbeTime: heartbeat }],
    containerStatuses: [{ name: "app", restartCount }]
  }
})

const secret = (data: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "tls", namespace: "shop" },
  data: { "tls.crt": data }
})

const setUp = (answers: Partial<KubernetesClient["Service"]> = {}) => {
  const watches = stubWatch()
  const client = stubClient({
    watch: watches.watch,
    get: () =>
      Effect.succeed({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "hook", namespace: "shop" },
        spec: { selector: { app: "hook" } }
      }),
    list: () => Effect.succeed({ resourceVersion: "1", items: [pod(0, true)] }),
    ...answers
  })
  return { watches, client }
}

const follow = Effect.fnUntraced(function* (sources: WakeSources.WakeSources, error: CertificateError = webhookError) {
  yield* sources.follow(error)
  yield* TestClock.adjust("1 millis")
})

const hint = (sources: WakeSources.WakeSources) => sources.wake.latest?.reason

describe("WakeSources", () => {
  it.effect("watches nothing before an error, nor for errors of other kinds", () => {
    const { watches, client } = setUp()
    return Effect.gen(function* () {
      const sources = yield* WakeSources.make()
      yield* sources.follow(
        new InternalError({ status: 500, reason: "InternalError", detail: "x509: ", method: "GET", url: "/" })
      )
      yield* sources.follow(new CertificateError({ reason: "expired", where: "api-server", detail: "" }))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(watches.queries, [])
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("watches what can end a webhook's error, each part once, and stops with its scope", () => {
    const { watches, client } = setUp()
    return Effect.gen(function* () {
      yield* Effect.scoped(
        Effect.gen(function* () {
          const sources = yield* WakeSources.make()
          yield* follow(sources)
          yield* follow(sources)
          yield* follow(sources, new CertificateError({ ...webhookError, webhook: "w.example.org" }))
          assert.sameMembers(
            watches.open().map((query) => query.kind),
            ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "EndpointSlice", "Pod", "Secret"]
          )
        })
      )
      assert.deepStrictEqual(watches.open(), [])
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("tells what changed, in plain words", () => {
    const { watches, client } = setUp()
    return Effect.gen(function* () {
      yield* watches.send("ValidatingWebhookConfiguration", added(configuration("old")), listed())
      yield* watches.send("EndpointSlice", added(slice("10.0.0.1")), listed())
      yield* watches.send("Pod", added(pod(0, true)), listed())
      yield* watches.send("Secret", added(secret("old")), listed())
      const sources = yield* WakeSources.make()
      yield* follow(sources)
      assert.isUndefined(hint(sources))

      const told = Effect.fnUntraced(function* (kind: string, event: ReturnType<typeof modified>) {
        yield* watches.send(kind, event)
        yield* TestClock.adjust("1 millis")
        return hint(sources)
      })
      const config = "ValidatingWebhookConfiguration"
      assert.strictEqual(
        yield* told(config, modified(configuration("new"))),
        `caBundle of ${config} config was replaced`
      )
      assert.strictEqual(
        yield* told(config, modified(configuration("new", "v.example.org", "Ignore"))),
        `${config} config was changed`
      )
      assert.strictEqual(
        yield* told("EndpointSlice", modified(slice("10.0.0.1", "10.0.0.2"))),
        "endpoints of Service shop/hook changed: 2 ready"
      )
      assert.strictEqual(yield* told("Pod", modified(pod(1, true))), "a container of Pod shop/hook-1 was restarted")
      assert.strictEqual(yield* told("Pod", modified(pod(1, false))), "Pod shop/hook-1 is starting or stopping")
      assert.strictEqual(yield* told("Pod", modified(pod(1, true))), "Pod shop/hook-1 became ready")
      assert.strictEqual(yield* told("Secret", modified(secret("new"))), "Secret shop/tls was replaced")
      assert.strictEqual(yield* told(config, removed(configuration("new"))), `${config} config was deleted`)
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("gives no hint for what cannot matter", () => {
    const { watches, client } = setUp()
    return Effect.gen(function* () {
      yield* watches.send("ValidatingWebhookConfiguration", added(configuration("old")), listed())
      yield* watches.send("Pod", added(pod(0, true)), listed())
      yield* watches.send("Secret", added(secret("old")), listed())
      const sources = yield* WakeSources.make()
      yield* follow(sources)
      const foreign = { ...configuration("x", "another.example.org"), metadata: { name: "foreign" } }
      yield* watches.send("ValidatingWebhookConfiguration", modified(configuration("old")))
      yield* watches.send("ValidatingWebhookConfiguration", added(foreign))
      yield* watches.send("Pod", modified(pod(0, true, "2")))
      yield* watches.send("Secret", modified(secret("old")))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(sources.wake.version, 0)
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("says once what it may not watch, and watches the rest", () => {
    const { watches, client } = setUp()
    const blind: Array<string> = []
    const forbidden = new Forbidden({ status: 403, reason: "Forbidden", detail: "no", method: "GET", url: "/" })
    return Effect.gen(function* () {
      watches.fail("Secret", forbidden)
      watches.fail("ValidatingWebhookConfiguration", forbidden)
      const sources = yield* WakeSources.make({ onBlind: (what) => Effect.sync(() => void blind.push(what)) })
      yield* follow(sources)
      yield* follow(sources)
      assert.deepStrictEqual(blind, ["ValidatingWebhookConfigurations", "Secret shop/tls"])
      yield* watches.send("Pod", added(pod(0, true)), listed(), modified(pod(1, true)))
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(hint(sources), "a container of Pod shop/hook-1 was restarted")
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("watches the definition behind a conversion webhook", () => {
    const { watches, client } = setUp()
    const definition = (caBundle: string): KubernetesObject => ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "things.example.org" },
      spec: { conversion: { strategy: "Webhook", webhook: { clientConfig: { caBundle } } } }
    })
    return Effect.gen(function* () {
      yield* watches.send("CustomResourceDefinition", added(definition("old")), listed())
      const sources = yield* WakeSources.make()
      yield* follow(
        sources,
        new CertificateError({
          reason: "unknown-authority",
          where: "conversion-webhook",
          conversion: "example.org/v2, Kind=Thing",
          host: "hook.shop.svc:443",
          detail: ""
        })
      )
      assert.include(
        watches.queries.map((query) => query.name),
        "things.example.org"
      )
      yield* watches.send("CustomResourceDefinition", modified(definition("new")))
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(hint(sources), "caBundle of CustomResourceDefinition things.example.org was replaced")
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("watches an aggregated API's APIService and the Service that it names", () => {
    const apiService = (status: string): KubernetesObject => ({
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: "v1.example.org" },
      spec: { service: { namespace: "shop", name: "api" } },
      status: { conditions: [{ type: "Available", status }] }
    })
    const { watches, client } = setUp({ get: () => Effect.succeed(apiService("False")) })
    return Effect.gen(function* () {
      yield* watches.send("APIService", added(apiService("False")), listed())
      const sources = yield* WakeSources.make()
      yield* follow(
        sources,
        new CertificateError({ reason: "expired", where: "aggregated-api", apiService: "v1.example.org", detail: "" })
      )
      assert.include(
        watches.queries.map((query) => query.labelSelector),
        "kubernetes.io/service-name=api"
      )
      yield* watches.send("APIService", modified(apiService("True")))
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(hint(sources), "APIService v1.example.org became available")
    }).pipe(Effect.provideService(KubernetesClient, client))
  })
})
