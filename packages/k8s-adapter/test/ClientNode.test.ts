import * as net from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { fromClientNode, fromClientNodeError, typedRejection } from "@holdfast/k8s-adapter/ClientNode"
import { ApiException, CoreV1Api, KubeConfig, Watch } from "@kubernetes/client-node"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as TestClock from "effect/testing/TestClock"

const failWith = (error: unknown, context = {}) => Effect.flip(fromClientNode(() => Promise.reject(error), context))

const kubeConfig = (cluster: object) => {
  const config = new KubeConfig()
  config.loadFromOptions({
    clusters: [{ name: "c", server: "https://127.0.0.1:1", ...cluster }],
    users: [{ name: "u", token: "t" }],
    contexts: [{ name: "x", cluster: "c", user: "u" }],
    currentContext: "x"
  })
  return config
}

/** A port that was free a moment ago: nothing listens there. */
const freePort = () =>
  new Promise<number>((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })

describe("fromClientNode", () => {
  it.effect("gives the value of a call that succeeds, promise or function", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* fromClientNode(Promise.resolve(1)), 1)
      assert.strictEqual(yield* fromClientNode(() => Promise.resolve(2)), 2)
    })
  )

  it.effect("reads an ApiException, whose body is JSON in a string", () =>
    Effect.gen(function* () {
      const message =
        'Internal error occurred: failed calling webhook "v.example.com": failed to call webhook: Post "https://hook.web.svc:443/v?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority'
      const body = JSON.stringify({ kind: "Status", reason: "InternalError", code: 500, message })
      const exception = new ApiException(500, "Unknown API Status Code!", body, {})
      const error = yield* failWith(exception)
      assert(error._tag === "CertificateError")
      assert.deepStrictEqual([error.reason, error.where], ["unknown-authority", "webhook"])
      assert.strictEqual(error.cause, exception)
    })
  )

  it.effect("reads an ApiException of a 401, whose body is lost, and looks at the client certificate", () =>
    Effect.gen(function* () {
      const exception = new ApiException(401, "Unauthorized", undefined, {})
      assert.strictEqual((yield* failWith(exception))._tag, "Unauthorized")
      yield* TestClock.setTime(Date.UTC(2026, 5, 1))
      const clientCertificate = { notBefore: new Date("2025-01-01"), notAfter: new Date("2026-01-01") }
      assert.strictEqual((yield* failWith(exception, { clientCertificate }))._tag, "CertificateError")
    })
  )

  it.effect("reads the Retry-After of an ApiException", () =>
    Effect.gen(function* () {
      const error = yield* failWith(new ApiException(429, "", "", { "retry-after": "2" }))
      assert(error._tag === "TooManyRequests")
      assert.isDefined(error.retryAfter)
    })
  )

  it.effect("reads what a watch hands over: a plain error with a status, and an ERROR event", () =>
    Effect.gen(function* () {
      const plain = Object.assign(new Error("Forbidden"), { statusCode: 403 })
      assert.strictEqual((yield* Effect.flip(fromClientNodeError(plain)))._tag, "Forbidden")
      const event = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" }
      assert.strictEqual((yield* Effect.flip(fromClientNodeError(event)))._tag, "Expired")
    })
  )

  it.effect("reads the refused connection of a real call and of a real watch", () =>
    Effect.gen(function* () {
      const port = yield* Effect.promise(freePort)
      const config = kubeConfig({ server: `https://127.0.0.1:${port}`, skipTLSVerify: true })
      const call = yield* Effect.flip(fromClientNode(() => config.makeApiClient(CoreV1Api).listNamespace()))
      assert(call._tag === "ConnectionError")
      assert.strictEqual(call.reason, "refused")
      const done = yield* Effect.promise(
        () => new Promise((resolve) => new Watch(config).watch("/api/v1/namespaces", {}, () => {}, resolve))
      )
      const watch = yield* Effect.flip(fromClientNodeError(done))
      assert(watch._tag === "ConnectionError")
      assert.strictEqual(watch.reason, "refused")
    })
  )

  it.effect("reads a missing CA file and a kubeconfig without a cluster as the kubeconfig's fault", () =>
    Effect.gen(function* () {
      const config = kubeConfig({ caFile: "/does/not/exist.pem" })
      const missing = yield* Effect.flip(fromClientNode(() => config.makeApiClient(CoreV1Api).listNamespace()))
      assert(missing._tag === "KubeconfigError")
      assert.strictEqual(missing.path, "/does/not/exist.pem")
      const none = yield* Effect.flip(fromClientNode(async () => new KubeConfig().makeApiClient(CoreV1Api)))
      assert.strictEqual(none._tag, "KubeconfigError")
    })
  )

  it.effect("keeps a token out of the error that quotes an exec plugin's garbage", () =>
    Effect.gen(function* () {
      const error = yield* failWith(new SyntaxError(`Unexpected token 's', "sesame" is not valid JSON`))
      assert.strictEqual(error._tag, "UnexpectedResponse")
      assert.notInclude(JSON.stringify(error) + String(error), "sesame")
    })
  )

  it.effect("leaves a mistake of the program a defect", () =>
    Effect.gen(function* () {
      const mistake = new TypeError("x is not a function")
      const exit = yield* Effect.exit(fromClientNode(() => Promise.reject(mistake)))
      assert(Exit.isFailure(exit))
      assert.isTrue(Cause.hasDies(exit.cause))
    })
  )

  it("rejects a plain promise with the typed error", async () => {
    const error = await typedRejection(Promise.reject(new ApiException(404, "", "", {}))).catch((thrown) => thrown)
    assert.strictEqual(error._tag, "NotFound")
  })

  it.effect("aborts the call's signal when it is interrupted", () =>
    Effect.gen(function* () {
      let aborted = false
      const call = (signal: AbortSignal) =>
        new Promise<never>(() =>
          signal.addEventListener("abort", () => {
            aborted = true
          })
        )
      const fiber = yield* Effect.forkChild(fromClientNode(call), { startImmediately: true })
      yield* Effect.yieldNow
      fiber.interruptUnsafe()
      yield* Effect.exit(Effect.suspend(() => Effect.yieldNow))
      assert.isTrue(aborted)
    })
  )
})
