import * as https from "node:https"
import type { TLSSocket } from "node:tls"
import { assert, describe, it } from "@effect/vitest"
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import * as AdmissionReview from "@holdfast/operator/admission/AdmissionReview"
import * as AdmissionServer from "@holdfast/operator/admission/AdmissionServer"
import * as ServingCertificate from "@holdfast/operator/admission/ServingCertificate"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Deferred, Effect, Fiber, Redacted, Ref } from "effect"
import { quietly } from "../support/quietly.ts"

const service = { namespace: "default", name: "hook" }
const base64 = (text: string) => Buffer.from(text).toString("base64")
const path = "/validate"

/** An API server, our webhook server behind a Service of it, and ways to change the certificate. */
const lab = (handler: AdmissionServer.AdmissionHandler = () => Effect.succeed(AdmissionReview.allowed())) =>
  Effect.gen(function* () {
    const api = yield* ApiServer.make()
    const client = yield* KubernetesClient.make({ text: api.kubeconfig })
    const ca = yield* CertificateAuthority.make({ commonName: "hook-ca", validity: "1 day" })
    const issue = CertificateAuthority.issue(ca, { dnsNames: ["hook.default.svc"], validity: "1 hour" })
    const writeSecret = (certificate: string, key: string) =>
      client.apply({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "hook-tls", namespace: "default" },
        type: "kubernetes.io/tls",
        data: { "tls.crt": base64(certificate), "tls.key": base64(key) }
      })
    const rotate = Effect.flatMap(issue, (leaf) =>
      Effect.as(writeSecret(leaf.chainPem, Redacted.value(leaf.privateKeyPem)), leaf)
    )
    const certificate = yield* ServingCertificate.fromSecret({ name: "hook-tls", namespace: "default" }).pipe(
      Effect.provideService(KubernetesClient.KubernetesClient, client)
    )
    const server = yield* AdmissionServer.make({
      certificate,
      handlers: { [path]: handler, "/slow": () => Effect.never, "/broken": () => Effect.die("oops") },
      port: 0,
      host: "127.0.0.1",
      maxBodyBytes: 100_000
    })
    /** Waits until the server presents what it should. */
    const presents = (serial: string) =>
      Effect.sleep("5 millis").pipe(Effect.repeat({ while: () => certificate.current()?.leaf.serialNumber !== serial }))
    return { api, client, ca, issue, rotate, writeSecret, certificate, server, presents }
  })

interface Answer {
  readonly status: number
  readonly body: string
  readonly connection: string | undefined
  readonly serial: string
  readonly port: number | undefined
}

const body = JSON.stringify({
  apiVersion: "admission.k8s.io/v1",
  kind: "AdmissionReview",
  request: {
    uid: "1",
    operation: "DELETE",
    kind: { group: "", version: "v1", kind: "ConfigMap" },
    resource: { group: "", version: "v1", resource: "configmaps" }
  }
})

const send = (
  options: https.RequestOptions & { readonly port: number; readonly ca: string },
  text = body
): Effect.Effect<Answer> =>
  Effect.promise(
    () =>
      new Promise<Answer>((resolve, reject) => {
        const request = https.request(
          {
            host: "127.0.0.1",
            // Neither kept connections nor TLS sessions, unless the test wants them.
            agent: false,
            servername: "hook.default.svc",
            method: "POST",
            path,
            ...options,
            headers: { "content-type": "application/json", ...options.headers }
          },
          (response) => {
            let received = ""
            const socket = response.socket as TLSSocket
            const serial = socket.getPeerX509Certificate()?.serialNumber ?? ""
            const port = socket.localPort
            response.on("data", (chunk) => {
              received += chunk
            })
            response.on("end", () =>
              resolve({
                status: response.statusCode ?? 0,
                body: received,
                connection: response.headers.connection,
                serial,
                port
              })
            )
          }
        )
        request.on("error", reject)
        request.end(text)
      })
  )

const agent = (maxSockets = 1) =>
  Effect.acquireRelease(
    Effect.sync(() => new https.Agent({ keepAlive: true, maxSockets })),
    (each) => Effect.sync(() => each.destroy())
  )

describe("the admission server", () => {
  it.live("listens as soon as there is a certificate, and not before", () =>
    Effect.gen(function* () {
      const { ca, certificate, rotate, server } = yield* lab()
      assert.isFalse(server.isServing())
      assert.match(certificate.problem() ?? "", /has not been seen yet/)
      const leaf = yield* rotate
      yield* server.serving
      const { port } = server
      const answer = yield* send({ port, ca: ca.certificate.pem })
      assert.deepStrictEqual([answer.status, answer.serial], [200, leaf.certificate.serialNumber])
      assert.isUndefined(certificate.problem())
    }).pipe(quietly)
  )

  it.live("presents the new leaf to new connections, and asks those of the old leaf to close", () =>
    Effect.gen(function* () {
      const { ca, presents, rotate, server } = yield* lab()
      const first = yield* rotate
      yield* server.serving
      const to = { port: server.port, ca: ca.certificate.pem, agent: yield* agent() }
      const before = yield* send(to)
      assert.deepStrictEqual([before.serial, before.connection], [first.certificate.serialNumber, "keep-alive"])
      const second = yield* rotate
      yield* presents(second.certificate.serialNumber)
      const last = yield* send(to)
      assert.deepStrictEqual([last.status, last.port, last.connection], [200, before.port, "close"])
      const after = yield* send(to)
      assert.notStrictEqual(after.port, before.port)
      assert.deepStrictEqual([after.serial, after.connection], [second.certificate.serialNumber, "keep-alive"])
    }).pipe(quietly)
  )

  it.live("serves the last good leaf on when the Secret is spoilt or gone, and says so", () =>
    Effect.gen(function* () {
      const { ca, certificate, client, issue, rotate, server, writeSecret } = yield* lab()
      const good = yield* rotate
      yield* server.serving
      const to = { port: server.port, ca: ca.certificate.pem }
      const other = yield* issue
      const [key, otherKey] = [good, other].map(({ privateKeyPem }) => Redacted.value(privateKeyPem)) as [
        string,
        string
      ]
      const expired = yield* CertificateAuthority.issue(ca, {
        dnsNames: ["hook.default.svc"],
        notBefore: new Date(Date.now() - 7_200_000),
        validity: "1 hour"
      })
      const spoilt: ReadonlyArray<readonly [string, string, RegExp]> = [
        [good.chainPem, otherKey, /not the one of its tls\.crt/],
        ["garbage", key, /unreadable tls\.crt/],
        [good.chainPem, "garbage", /unreadable tls\.key/],
        ["", key, /no tls\.crt/],
        [expired.chainPem, Redacted.value(expired.privateKeyPem), /ended/]
      ]
      const problem = (pattern: RegExp) =>
        Effect.sleep("5 millis").pipe(Effect.repeat({ while: () => !pattern.test(certificate.problem() ?? "") }))
      for (const [chain, key, pattern] of spoilt) {
        yield* writeSecret(chain, key)
        yield* problem(pattern)
        assert.notInclude(certificate.problem() ?? "", "PRIVATE")
        assert.strictEqual((yield* send(to)).serial, good.certificate.serialNumber)
      }
      yield* client.delete({ apiVersion: "v1", kind: "Secret", name: "hook-tls", namespace: "default" })
      yield* problem(/is gone/)
      assert.strictEqual((yield* send(to)).serial, good.certificate.serialNumber)
      yield* writeSecret(other.chainPem, otherKey)
      yield* Effect.sleep("5 millis").pipe(Effect.repeat({ while: () => certificate.problem() !== undefined }))
      assert.strictEqual((yield* send(to)).serial, other.certificate.serialNumber)
    }).pipe(quietly)
  )

  it.live("answers what is no review with a status that tells why, and stays up", () =>
    Effect.gen(function* () {
      const { ca, rotate, server } = yield* lab()
      yield* rotate
      yield* server.serving
      const to = { port: server.port, ca: ca.certificate.pem }
      const status = (options: https.RequestOptions, text?: string) =>
        Effect.map(send({ ...options, ...to }, text), (answer) => answer.status)
      for (const path of ["/toString", "//", "/%", "/?", "*", "http://"]) {
        assert.strictEqual(yield* status({ path }), 404)
      }
      assert.strictEqual(yield* status({ method: "PUT" }), 405)
      assert.strictEqual(yield* status({ headers: { "content-type": "text/plain" } }), 415)
      assert.strictEqual(yield* status({}, "{"), 400)
      assert.strictEqual(yield* status({}, JSON.stringify("x".repeat(200_000))), 413)
      assert.strictEqual(yield* status({ headers: { "transfer-encoding": "chunked" } }, "x".repeat(101_000)), 413)
      assert.strictEqual(yield* status({ path: "/broken" }), 500)
      assert.strictEqual(yield* status({ path: "/slow?timeout=1s" }), 500)
      assert.strictEqual(yield* status({}), 200)
    }).pipe(quietly)
  )

  it.live("drains: serves on for the delay, then ends with what is in flight answered", () =>
    Effect.gen(function* () {
      const entered = yield* Deferred.make<void>()
      const leave = yield* Deferred.make<void>()
      const slow = yield* Ref.make(false)
      const { ca, rotate, server } = yield* lab(() =>
        Effect.gen(function* () {
          if (yield* Ref.get(slow)) {
            yield* Deferred.succeed(entered, undefined)
            yield* Deferred.await(leave)
          }
          return AdmissionReview.allowed()
        })
      )
      yield* rotate
      yield* server.serving
      const to = { port: server.port, ca: ca.certificate.pem }
      const draining = yield* Effect.forkChild(server.drain("300 millis"))
      yield* Effect.sleep("20 millis")
      const during = yield* send(to)
      assert.deepStrictEqual([during.status, during.connection], [200, "close"])
      yield* Ref.set(slow, true)
      const inFlight = yield* Effect.forkChild(send(to))
      yield* Deferred.await(entered)
      yield* Effect.sleep("400 millis")
      assert.isFalse(server.isServing())
      assert.isUndefined(draining.pollUnsafe(), "one is in flight")
      yield* Deferred.succeed(leave, undefined)
      assert.strictEqual((yield* Fiber.join(inFlight)).status, 200)
      yield* Fiber.join(draining)
    }).pipe(quietly)
  )

  it.live("loses no request of an API server while its leaf changes again and again", () =>
    Effect.gen(function* () {
      const { api, ca, client, presents, rotate, server } = yield* lab((request) =>
        Effect.succeed(
          request.name.startsWith("no")
            ? AdmissionReview.denied("not this one", { code: 409 })
            : AdmissionReview.allowed({ warnings: ["looked at"] })
        )
      )
      yield* rotate
      yield* server.serving
      yield* api.route(service, { host: "127.0.0.1", port: server.port })
      yield* client.apply({
        apiVersion: "v1",
        kind: "Service",
        metadata: service,
        spec: { selector: { app: "hook" }, ports: [{ port: 443 }] }
      })
      yield* client.apply({
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: "hook" },
        webhooks: [
          {
            name: "hook.example.org",
            admissionReviewVersions: ["v1"],
            sideEffects: "None",
            failurePolicy: "Fail",
            clientConfig: { service: { ...service, path }, caBundle: base64(ca.certificate.pem) },
            rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], operations: ["CREATE"] }]
          }
        ]
      })
      const create = (name: string) =>
        client
          .create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" } })
          .pipe(Effect.provideService(KubernetesClient.Warnings, () => Effect.void))
      const refused = yield* Effect.flip(create("no"))
      assert.strictEqual(refused._tag, "AdmissionDenied")
      assert.include(refused.message, "not this one")
      const rotating = yield* rotate.pipe(
        Effect.flatMap((leaf) => presents(leaf.certificate.serialNumber)),
        Effect.repeat({ times: 14 }),
        Effect.forkChild
      )
      let created = 0
      while (rotating.pollUnsafe() === undefined) {
        yield* Effect.all([create(`a-${created}`), create(`b-${created}`)], { concurrency: 2 })
        created += 1
      }
      yield* Fiber.join(rotating)
      assert.isAbove(created, 5)
    }).pipe(quietly)
  )
})
