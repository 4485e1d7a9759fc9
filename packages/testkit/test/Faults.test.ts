import { assert, describe, it } from "@effect/vitest"
import { ApiServer, CertificateJob, Faults, Webhook } from "@holdfast/testkit"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Api from "./contract/support/Api.ts"

const path = "/api/v1/namespaces/default/configmaps"

const lab = Effect.map(ApiServer.make(), (server) => ({ server, api: Api.make(server.kubeconfig) }))

/** The Node error that a request ends with. */
const failing = (request: Effect.Effect<unknown>) =>
  Effect.map(Effect.exit(request), (exit) =>
    Exit.isSuccess(exit) ? { code: "no failure" } : (Cause.squash(exit.cause) as NodeJS.ErrnoException)
  )

describe("Faults", () => {
  it.live("answers late", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      yield* server.faults.inject(Faults.latency("150 millis"), { match: { path: "/configmaps" }, times: 1 })
      const [slow] = yield* Effect.timed(api.get(path))
      const [quick] = yield* Effect.timed(api.get(path))
      assert.isAtLeast(Duration.toMillis(slow), 140)
      assert.isBelow(Duration.toMillis(quick), Duration.toMillis(slow))
    }).pipe(Effect.scoped)
  )

  it.live("cuts the connection before the request takes effect", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      const fault = yield* server.faults.inject(Faults.reset("before-effect"), { match: { method: "POST" }, times: 1 })
      assert.strictEqual((yield* failing(api.post(path, { metadata: { name: "a" } }))).code, "ECONNRESET")
      assert.strictEqual((yield* api.get(`${path}/a`)).status, 404)
      assert.strictEqual(yield* fault.hits, 1)
    }).pipe(Effect.scoped)
  )

  it.live("cuts the connection after the request took effect", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      yield* server.faults.inject(Faults.reset("after-effect"), { match: { method: "POST" }, times: 1 })
      assert.strictEqual((yield* failing(api.post(path, { metadata: { name: "a" } }))).code, "ECONNRESET")
      assert.strictEqual((yield* api.get(`${path}/a`)).status, 200)
    }).pipe(Effect.scoped)
  )

  it.live("sends a client away for a time", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      yield* server.faults.inject(Faults.tooManyRequests(3), { times: 1 })
      const { body, headers, status } = yield* api.get(path)
      assert.deepStrictEqual([status, body.reason, headers["retry-after"]], [429, "TooManyRequests", "3"])
      assert.strictEqual((yield* api.get(path)).status, 200)
    }).pipe(Effect.scoped)
  )

  it.live("answers 503, and 500 with a cause", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      yield* server.faults.inject(Faults.serviceUnavailable(), { times: 1 })
      yield* server.faults.inject(Faults.internalError("boom"), { times: 1 })
      const [first, second] = [yield* api.get(path), yield* api.get(path)]
      assert.deepStrictEqual([first.status, first.body.reason], [503, "ServiceUnavailable"])
      assert.deepStrictEqual([second.status, second.body.message], [500, "Internal error occurred: boom"])
    }).pipe(Effect.scoped)
  )

  it.live("times out in etcd, with the write done or not", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      for (const when of ["before-effect", "after-effect"] as const) {
        yield* server.faults.inject(Faults.etcdTimeout(when), { match: { method: "POST" }, times: 1 })
        const { body, status } = yield* api.post(path, { metadata: { name: when } })
        assert.deepStrictEqual([status, body.message, body.reason], [500, "etcdserver: request timed out", undefined])
      }
      assert.strictEqual((yield* api.get(`${path}/before-effect`)).status, 404)
      assert.strictEqual((yield* api.get(`${path}/after-effect`)).status, 200)
    }).pipe(Effect.scoped)
  )

  it.live("refuses connections, and takes them again on the same port", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      yield* server.faults.refuse
      assert.strictEqual((yield* failing(api.get(path))).code, "ECONNREFUSED")
      yield* server.faults.resume
      assert.strictEqual((yield* api.get(path)).status, 200)
    }).pipe(Effect.scoped)
  )

  it.live("leaves handshakes unanswered", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      yield* server.faults.stallHandshakes
      const answer = yield* Effect.option(Effect.timeout(api.get(path), "300 millis"))
      assert.strictEqual(answer._tag, "None")
      yield* server.faults.resume
      assert.strictEqual((yield* api.get(path)).status, 200)
    }).pipe(Effect.scoped)
  )

  it.live("cuts a watch in the middle of a line", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      yield* server.faults.inject(Faults.truncatedWatch("50 millis"), { times: 1 })
      const watch = yield* api.watch(path)
      yield* api.post(path, { metadata: { name: "a" } })
      assert.strictEqual((yield* watch.next)?.type, "ADDED")
      assert.isUndefined(yield* watch.next)
    }).pipe(Effect.scoped)
  )

  it.live("forgets history", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      const before = yield* api.get(path)
      yield* api.post(path, { metadata: { name: "a" } })
      yield* server.faults.expireHistory
      const watch = yield* api.watch(path, `resourceVersion=${before.body.metadata.resourceVersion}`)
      const event = yield* watch.next
      assert.deepStrictEqual([event?.type, event?.object.code, event?.object.reason], ["ERROR", 410, "Expired"])
    }).pipe(Effect.scoped)
  )

  it.live("is no longer trusted by those who know the old authority, once that is re-created", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      assert.strictEqual((yield* api.get(path)).status, 200)
      const rotated = yield* server.rotateServingCertificate()
      assert.strictEqual((yield* api.get(path)).status, 200, "the connection that is open lives on")
      const { code } = yield* failing(Api.make(server.kubeconfig).get(path))
      assert.include(["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "CERT_SIGNATURE_FAILURE"], code)
      assert.strictEqual((yield* Api.make(rotated.kubeconfig).get(path)).status, 200)
    }).pipe(Effect.scoped)
  )

  it.live("shows a certificate that has expired", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      yield* server.rotateServingCertificate({ keepAuthority: true, expired: true })
      assert.strictEqual((yield* failing(api.get(path))).code, "CERT_HAS_EXPIRED")
    }).pipe(Effect.scoped)
  )

  it.live("answers a client whose certificate has expired with a bare 401", () =>
    Effect.gen(function* () {
      const { server } = yield* lab
      const kubeconfig = yield* server.kubeconfigFor({
        user: "late",
        groups: ["system:masters"],
        notBefore: new Date(Date.now() - 7_200_000),
        validity: "1 hour"
      })
      const { body, status } = yield* Api.make(kubeconfig).get(path)
      assert.deepStrictEqual([status, body.message], [401, "Unauthorized"])
    }).pipe(Effect.scoped)
  )

  it.live("answers a client with a bare 401 while its clock is before or after the client's certificate", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      const kubeconfig = yield* server.kubeconfigFor({ user: "now", groups: ["system:masters"], validity: "1 day" })
      const hourly = Api.make(kubeconfig)
      const ask = Effect.map(hourly.get(path), ({ body, status }) => [status, body.message])
      assert.deepStrictEqual(yield* ask, [200, undefined])
      yield* server.faults.skewClock("-2 hours")
      assert.deepStrictEqual(yield* ask, [401, "Unauthorized"], "on the connection that was good")
      yield* server.faults.skewClock("2 days")
      assert.deepStrictEqual(yield* ask, [401, "Unauthorized"])
      assert.strictEqual((yield* api.get(path)).status, 200, "the administrator stays one")
      yield* server.faults.skewClock(0)
      assert.deepStrictEqual(yield* ask, [200, undefined])
    }).pipe(Effect.scoped)
  )

  it.live("shows in the Date header how far its clock is off", () =>
    Effect.gen(function* () {
      const { api, server } = yield* lab
      yield* server.faults.skewClock("-30 minutes")
      const { headers } = yield* api.get(path)
      const behind = Date.now() - Date.parse(String(headers["date"]))
      assert.approximately(behind, 1_800_000, 60_000)
    }).pipe(Effect.scoped)
  )

  it.live(
    "finds a new webhook certificate not yet valid while its clock is behind, with what it says of its time",
    () =>
      Effect.gen(function* () {
        const { api, server } = yield* lab
        const service = { namespace: "default", name: "hook" }
        const secret = { namespace: "default", name: "hook-tls" }
        const webhook = yield* Webhook.make()
        yield* server.route(service, webhook.target)
        yield* api.post("/api/v1/namespaces/default/services", {
          metadata: { name: "hook" },
          spec: { ports: [{ port: 443 }] }
        })
        yield* api.post("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", {
          metadata: { name: "hook" },
          webhooks: [
            {
              name: "hook.example.com",
              admissionReviewVersions: ["v1"],
              sideEffects: "None",
              clientConfig: { service },
              rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }]
            }
          ]
        })
        yield* Webhook.mount(webhook, server, { secret, delay: "10 millis" })
        yield* yield* CertificateJob.make(server, {
          secret,
          service,
          configurations: [{ kind: "ValidatingWebhookConfiguration", name: "hook" }]
        })
        const ask = api.post(`${path}?dryRun=All`, { metadata: { name: "a" } })
        const until = (wanted: number) =>
          Effect.timeout(Effect.repeat(ask, { until: ({ status }) => status === wanted }), "5 seconds")

        yield* server.faults.skewClock("-2 hours")
        const { body } = yield* until(500)
        assert.match(
          body.message,
          /^Internal error occurred: failed calling webhook "hook\.example\.com": failed to call webhook: Post "https:\/\/hook\.default\.svc:443\/\?timeout=10s": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time \S+Z is before \S+Z$/
        )
        yield* server.faults.skewClock(0)
        assert.strictEqual((yield* until(201)).status, 201)
      }).pipe(Effect.scoped)
  )
})
