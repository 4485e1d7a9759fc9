import { readFileSync } from "node:fs"
import { createServer, type Socket } from "node:net"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import type * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import type { ConnectionError } from "../src/ConnectionError.ts"
import { version } from "../src/internal/version.ts"
import * as Kubeconfig from "../src/Kubeconfig.ts"
import { isKubernetesError, type KubernetesError } from "../src/KubernetesError.ts"
import * as Transport from "../src/Transport.ts"
import {
  base64,
  clientFields,
  clientLeaf,
  type Handler,
  json,
  kubeconfigText,
  makeAuthority,
  make as makeServer,
  serverLeaf
} from "./support/TlsServer.ts"

const get: Transport.HttpRequest = { method: "GET", path: "/version" }

/** A server and a kubeconfig text that a test may rewrite, as a file on disk would be. */
const lab = (handler: Handler = (_request, response) => json(response, { ok: true }), user: object = {}) =>
  Effect.gen(function* () {
    const ca = yield* makeAuthority()
    const server = yield* makeServer({ leaf: yield* serverLeaf(ca) }, handler)
    const clusterOf = (authority: CertificateAuthority.CertificateAuthority, more: object = {}) => ({
      server: server.url,
      "certificate-authority-data": base64(authority.certificate.pem),
      ...more
    })
    const file = { text: kubeconfigText(clusterOf(ca), { ...user }), reads: 0 }
    const load = Effect.suspend(() => {
      file.reads++
      return Kubeconfig.load({ text: file.text })
    })
    return { ca, server, file, load, clusterOf }
  })

const failWith = <E>(effect: Effect.Effect<unknown, E>) => Effect.flip(effect)

const connectionError = (error: KubernetesError): ConnectionError => {
  assert.strictEqual(error._tag, "ConnectionError")
  return error as ConnectionError
}

const to = (url: string, options: Transport.TransportOptions = {}, cluster: object = {}) =>
  Transport.make(
    Kubeconfig.load({ text: kubeconfigText({ server: url, "insecure-skip-tls-verify": true, ...cluster }) }),
    { environment: {}, ...options }
  )

/** A TCP server of which the test holds the sockets. */
const tcp = (onSocket: (socket: Socket) => void) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<{ readonly port: number; readonly close: () => void }>((resolve) => {
          const sockets = new Set<Socket>()
          const server = createServer((socket) => {
            sockets.add(socket)
            socket.on("error", () => {})
            onSocket(socket)
          })
          server.listen(0, "127.0.0.1", () =>
            resolve({
              port: (server.address() as { port: number }).port,
              close: () => {
                server.close()
                for (const socket of sockets) socket.destroy()
              }
            })
          )
        })
    ),
    (server) => Effect.sync(server.close)
  )

describe("Transport", () => {
  describe("requests", () => {
    it.effect("sends method, path, query, JSON and who we are, and parses the answer", () =>
      Effect.gen(function* () {
        const { load, server } = yield* lab(undefined, { token: "t" })
        const transport = yield* Transport.make(load, { userAgent: "probe/1" })
        const response = yield* transport.request({
          method: "POST",
          path: "/api/v1/namespaces",
          query: { dryRun: "All", force: true, nothing: undefined },
          body: { kind: "Namespace" }
        })
        assert.deepStrictEqual(response.body, { ok: true })
        assert.isString(response.headers["date"])
        const [sent] = server.requests
        assert.strictEqual(`${sent?.method} ${sent?.url}`, "POST /api/v1/namespaces?dryRun=All&force=true")
        assert.strictEqual(sent?.body, '{"kind":"Namespace"}')
        assert.strictEqual(sent?.headers["content-type"], "application/json")
        assert.strictEqual(sent?.headers.authorization, "Bearer t")
        assert.strictEqual(sent?.headers["user-agent"], `probe/1 holdfast/${version}`)
      })
    )

    it("names its version as package.json does", () => {
      const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
      assert.strictEqual(version, manifest.version)
    })

    it.effect("keeps one connection for requests that follow each other", () =>
      Effect.gen(function* () {
        const { load, server } = yield* lab()
        const transport = yield* Transport.make(load)
        yield* Effect.repeat(transport.request(get), { times: 9 })
        assert.strictEqual(server.requests.length, 10)
        assert.strictEqual(server.connections(), 1)
      })
    )

    it.effect("has no more requests under way than allowed", () =>
      Effect.gen(function* () {
        let running = 0
        let most = 0
        const { load } = yield* lab((_request, response) => {
          most = Math.max(most, ++running)
          setTimeout(() => {
            running--
            json(response, {})
          }, 30)
        })
        const transport = yield* Transport.make(load, { maxConcurrent: 3 })
        yield* Effect.all(
          Array.from({ length: 20 }, () => transport.request(get)),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(most, 3)
      })
    )

    it.effect("speaks plain HTTP where the kubeconfig says so", () =>
      Effect.gen(function* () {
        const server = yield* makeServer(undefined, (_request, response) => json(response, { plain: true }))
        const transport = yield* to(server.url, {}, { "insecure-skip-tls-verify": false })
        yield* transport.request(get)
        assert.deepStrictEqual((yield* transport.request(get)).body, { plain: true })
        assert.strictEqual(server.connections(), 1)
      })
    )

    it.live("survives servers that break connections at any moment", () =>
      Effect.gen(function* () {
        const { load, server } = yield* lab()
        const transport = yield* Transport.make(load)
        const breaking = yield* Effect.forkChild(Effect.repeat(server.reset, { schedule: Schedule.spaced("1 millis") }))
        const results = yield* Effect.forEach(
          Array.from({ length: 200 }),
          () => Effect.result(transport.request({ ...get, timeout: "5 seconds" })),
          { concurrency: 8 }
        )
        for (const result of results) {
          if (result._tag === "Failure") assert.strictEqual(connectionError(result.failure).reason, "reset")
        }
        yield* Fiber.interrupt(breaking)
        assert.strictEqual((yield* transport.request(get)).status, 200)
      }).pipe(Effect.scoped)
    )

    it.effect("asks for gzip and unzips", () =>
      Effect.gen(function* () {
        const { load, server } = yield* lab((_request, response) => {
          response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" })
          response.end(gzipSync(JSON.stringify({ big: "x".repeat(10_000) })))
        })
        const transport = yield* Transport.make(load)
        const { body } = yield* transport.request(get)
        assert.strictEqual((body as { big: string }).big.length, 10_000)
        assert.strictEqual(server.requests[0]?.headers["accept-encoding"], "gzip")
      })
    )

    it.effect("sends every group to impersonate as a header of its own", () =>
      Effect.gen(function* () {
        let raw: ReadonlyArray<string> = []
        const { load } = yield* lab(
          (request, response) => {
            raw = request.rawHeaders
            json(response, {})
          },
          { as: "eve", "as-uid": "7", "as-groups": ["a", "b"], "as-user-extra": { "example.org/s": ["x"] } }
        )
        const transport = yield* Transport.make(load)
        yield* transport.request(get)
        const values = (name: string) => raw.filter((_, index) => raw[index - 1] === name)
        assert.deepStrictEqual(values("Impersonate-User"), ["eve"])
        assert.deepStrictEqual(values("Impersonate-Uid"), ["7"])
        assert.deepStrictEqual(values("Impersonate-Group"), ["a", "b"])
        assert.deepStrictEqual(values("Impersonate-Extra-example.org%2Fs"), ["x"])
      })
    )

    it.effect("does not follow a redirect, so that no token goes elsewhere", () =>
      Effect.gen(function* () {
        const { load, server } = yield* lab(
          (_request, response) => {
            response.writeHead(302, { location: "https://elsewhere.example/" })
            response.end()
          },
          { token: "t" }
        )
        const transport = yield* Transport.make(load)
        assert.strictEqual((yield* failWith(transport.request(get)))._tag, "UnexpectedResponse")
        assert.strictEqual(server.requests.length, 1)
      })
    )

    it.effect("keeps the path of a server behind a gateway", () =>
      Effect.gen(function* () {
        const { clusterOf, ca, file, load, server } = yield* lab()
        file.text = kubeconfigText(clusterOf(ca, { server: `${server.url}/k8s/clusters/c-1/` }))
        const transport = yield* Transport.make(load)
        yield* transport.request(get)
        assert.strictEqual(server.requests[0]?.url, "/k8s/clusters/c-1/version")
      })
    )

    it.effect("a closed pooled connection is no failure of a read", () =>
      Effect.gen(function* () {
        const { load, server } = yield* lab()
        const transport = yield* Transport.make(load)
        yield* transport.request(get)
        server.handler = (request) => {
          server.handler = (_request, response) => json(response, { again: true })
          request.socket.destroy()
        }
        assert.deepStrictEqual((yield* transport.request(get)).body, { again: true })
      })
    )
  })

  describe("what goes wrong on the way", () => {
    it.effect("an unreachable server is refused, typed and transient", () =>
      Effect.gen(function* () {
        const closed = yield* Effect.scoped(tcp(() => {}))
        const transport = yield* to(`https://127.0.0.1:${closed.port}`)
        const error = connectionError(yield* failWith(transport.request(get)))
        assert.strictEqual(error.reason, "refused")
        assert.isTrue(error.transient)
        assert.include(error.message, `127.0.0.1:${closed.port}`)
      })
    )

    it.effect("a plain HTTP server is told as such", () =>
      Effect.gen(function* () {
        const server = yield* makeServer(undefined, (_request, response) => json(response, {}))
        const transport = yield* to(server.url.replace("http:", "https:"))
        assert.strictEqual(connectionError(yield* failWith(transport.request(get))).reason, "not-tls")
      })
    )

    it.effect("a server that answers HTML is no API server", () =>
      Effect.gen(function* () {
        const { load } = yield* lab((_request, response) => {
          response.writeHead(403, { "content-type": "text/html" })
          response.end("<html>Please log in</html>")
        })
        const transport = yield* Transport.make(load)
        assert.strictEqual((yield* failWith(transport.request(get)))._tag, "UnexpectedResponse")
      })
    )

    it.effect("JSON that is cut short is not taken for an answer", () =>
      Effect.gen(function* () {
        const { load } = yield* lab((_request, response) => {
          response.writeHead(200, { "content-type": "application/json" })
          response.end('{"kind":')
        })
        const transport = yield* Transport.make(load)
        assert.strictEqual((yield* failWith(transport.request(get)))._tag, "UnexpectedResponse")
      })
    )

    it.effect("a TLS handshake that stalls ends with the connect timeout", () =>
      Effect.gen(function* () {
        const accepted = yield* Deferred.make<void>()
        const server = yield* tcp(() => Effect.runSync(Deferred.succeed(accepted, undefined)))
        const transport = yield* to(`https://127.0.0.1:${server.port}`, { connectTimeout: "3 seconds" })
        const fiber = yield* Effect.forkChild(failWith(transport.request(get)))
        yield* Deferred.await(accepted)
        yield* TestClock.adjust("3 seconds")
        const error = connectionError(yield* Fiber.join(fiber))
        assert.strictEqual(error.reason, "timeout")
        assert.include(error.detail, "TLS")
      })
    )

    it.effect("a server that never answers ends with the request's own timeout, and its connection", () =>
      Effect.gen(function* () {
        const asked = yield* Deferred.make<void>()
        const closed = yield* Deferred.make<void>()
        const { load } = yield* lab((request) => {
          request.socket.once("close", () => Effect.runSync(Deferred.succeed(closed, undefined)))
          Effect.runSync(Deferred.succeed(asked, undefined))
        })
        const transport = yield* Transport.make(load)
        const fiber = yield* Effect.forkChild(failWith(transport.request({ ...get, timeout: "7 seconds" })))
        yield* Deferred.await(asked)
        yield* TestClock.adjust("7 seconds")
        const error = connectionError(yield* Fiber.join(fiber))
        assert.strictEqual(error.reason, "timeout")
        assert.include(error.detail, "7s")
        yield* Deferred.await(closed)
      })
    )

    it.effect("a request may be given all the time it wants", () =>
      Effect.gen(function* () {
        const { load } = yield* lab()
        const transport = yield* Transport.make(load)
        assert.strictEqual((yield* transport.request({ ...get, timeout: "Infinity" })).status, 200)
      })
    )

    it.effect("interrupting a request closes its connection", () =>
      Effect.gen(function* () {
        const asked = yield* Deferred.make<void>()
        const closed = yield* Deferred.make<void>()
        const { load } = yield* lab((request) => {
          request.socket.once("close", () => Effect.runSync(Deferred.succeed(closed, undefined)))
          Effect.runSync(Deferred.succeed(asked, undefined))
        })
        const transport = yield* Transport.make(load)
        const fiber = yield* Effect.forkChild(transport.request(get))
        yield* Deferred.await(asked)
        yield* Fiber.interrupt(fiber)
        yield* Deferred.await(closed)
      })
    )

    it.effect("a reset in the middle of an answer is a reset", () =>
      Effect.gen(function* () {
        const { load } = yield* lab((request, response) => {
          response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
          response.write('{"kind":')
          setImmediate(() => request.socket.destroy())
        })
        const transport = yield* Transport.make(load)
        assert.strictEqual(connectionError(yield* failWith(transport.request(get))).reason, "reset")
      })
    )

    it.effect("an answer beyond the limit is given up, zipped or not", () =>
      Effect.gen(function* () {
        for (const zip of [false, true]) {
          const { load } = yield* lab((_request, response) => {
            const text = JSON.stringify({ big: "x".repeat(100_000) })
            response.writeHead(200, { "content-type": "application/json", ...(zip && { "content-encoding": "gzip" }) })
            response.end(zip ? gzipSync(text) : text)
          })
          const transport = yield* Transport.make(load, { maxResponseBytes: 10_000 })
          const error = yield* failWith(transport.request(get))
          assert.isTrue(isKubernetesError(error))
        }
      })
    )

    it.effect("a token that cannot be a header fails typed, and does not show", () =>
      Effect.gen(function* () {
        const { load } = yield* lab(undefined, { token: "secret\nvalue" })
        const transport = yield* Transport.make(load)
        const error = yield* failWith(transport.request(get))
        assert.isTrue(isKubernetesError(error))
        assert.notMatch(JSON.stringify(error) + error.message, /secret/)
      })
    )
  })

  describe("certificates", () => {
    it.effect("a server of another CA is an unknown authority", () =>
      Effect.gen(function* () {
        const { clusterOf, file, load } = yield* lab()
        file.text = kubeconfigText(clusterOf(yield* makeAuthority("other")))
        const transport = yield* Transport.make(load)
        const error = yield* failWith(transport.request(get))
        assert.strictEqual(error._tag, "CertificateError")
        if (error._tag !== "CertificateError") return
        assert.deepStrictEqual([error.reason, error.where], ["unknown-authority", "api-server"])
        assert.strictEqual(file.reads, 2, "the kubeconfig is looked at again, once")
      })
    )

    it.effect("a wrong host name is told, and tls-server-name is what heals it", () =>
      Effect.gen(function* () {
        const { ca, clusterOf, file, load, server } = yield* lab()
        yield* server.serve(yield* serverLeaf(ca, { ipAddresses: [], dnsNames: ["api.lab"] }))
        const error = yield* failWith((yield* Transport.make(load)).request(get))
        assert.strictEqual(error._tag === "CertificateError" && error.reason, "hostname-mismatch")
        file.text = kubeconfigText(clusterOf(ca, { "tls-server-name": "api.lab" }))
        assert.strictEqual((yield* (yield* Transport.make(load)).request(get)).status, 200)
      })
    )

    it.effect("an insecure cluster takes any certificate", () =>
      Effect.gen(function* () {
        const { server } = yield* lab()
        assert.strictEqual((yield* (yield* to(server.url)).request(get)).status, 200)
      })
    )

    it.effect("a re-created CA is lived through when the kubeconfig was written anew", () =>
      Effect.gen(function* () {
        const { clusterOf, file, load, server } = yield* lab()
        const transport = yield* Transport.make(load)
        yield* transport.request(get)
        const recreated = yield* makeAuthority()
        yield* server.serve(yield* serverLeaf(recreated))
        assert.strictEqual((yield* failWith(transport.request(get)))._tag, "CertificateError")
        file.text = kubeconfigText(clusterOf(recreated))
        yield* Effect.all([transport.request(get), transport.request(get), transport.request(get)], {
          concurrency: "unbounded"
        })
        const current = yield* transport.kubeconfig
        assert.strictEqual(current.cluster.certificateAuthority, recreated.certificate.pem)
      })
    )

    it.effect("a kubeconfig that is half written leaves the error at hand, and is read again next time", () =>
      Effect.gen(function* () {
        const { clusterOf, file, load, server } = yield* lab()
        const transport = yield* Transport.make(load)
        const recreated = yield* makeAuthority()
        yield* server.serve(yield* serverLeaf(recreated))
        file.text = kubeconfigText(clusterOf(recreated)).slice(0, 200)
        const error = yield* failWith(transport.request(get))
        assert.strictEqual(error._tag === "CertificateError" && error.where, "api-server")
        file.text = kubeconfigText(clusterOf(recreated))
        assert.strictEqual((yield* transport.request(get)).status, 200)
      })
    )

    it.effect("requests under way on old connections are left to finish", () =>
      Effect.gen(function* () {
        const asked = yield* Deferred.make<void>()
        const { ca, clusterOf, file, load, server } = yield* lab(
          (request, response) => {
            if (request.url === "/slow") {
              server.handler = (_request, later) => json(later, {}, 401)
              Effect.runSync(Deferred.succeed(asked, undefined))
              setTimeout(() => json(response, { slow: true }), 100)
            } else json(response, {})
          },
          { token: "old" }
        )
        const transport = yield* Transport.make(load)
        const slow = yield* Effect.forkChild(transport.request({ ...get, path: "/slow" }))
        yield* Deferred.await(asked)
        file.text = kubeconfigText(clusterOf(ca), { token: "new" })
        yield* failWith(transport.request(get))
        assert.deepStrictEqual((yield* Fiber.join(slow)).body, { slow: true })
      })
    )

    it.effect("presents the client certificate", () =>
      Effect.gen(function* () {
        const ca = yield* makeAuthority()
        const server = yield* makeServer(
          {
            leaf: yield* serverLeaf(ca),
            options: { requestCert: true, rejectUnauthorized: false, ca: ca.certificate.pem }
          },
          (request, response) => {
            const socket = request.socket as unknown as { readonly authorized: boolean }
            json(response, {}, socket.authorized ? 200 : 401)
          }
        )
        const cluster = { server: server.url, "certificate-authority-data": base64(ca.certificate.pem) }
        const client = yield* clientLeaf(ca)
        const good = yield* Transport.make(Kubeconfig.load({ text: kubeconfigText(cluster, clientFields(client)) }))
        assert.strictEqual((yield* good.request(get)).status, 200)
      })
    )

    it.live("a 401 with a client certificate that has expired is a certificate error with its end", () =>
      Effect.gen(function* () {
        const { ca, clusterOf, file, load, server } = yield* lab((_request, response) =>
          json(response, { kind: "Status", reason: "Unauthorized", code: 401 }, 401)
        )
        const hour = 3_600_000
        const expired = yield* clientLeaf(ca, { notBefore: new Date(Date.now() - 2 * hour), validity: "1 hour" })
        file.text = kubeconfigText(clusterOf(ca), clientFields(expired))
        const transport = yield* Transport.make(load)
        const error = yield* failWith(transport.request(get))
        assert.strictEqual(error._tag, "CertificateError")
        if (error._tag !== "CertificateError") return
        assert.strictEqual(error.reason, "client-certificate-rejected")
        assert.deepStrictEqual(error.notAfter, expired.certificate.notAfter)
        assert.strictEqual(server.requests.length, 1)

        server.handler = (_request, response) => json(response, { ok: true })
        const renewed = yield* clientLeaf(ca)
        file.text = kubeconfigText(clusterOf(ca), clientFields(renewed))
        assert.strictEqual((yield* transport.request(get)).status, 200)
      }).pipe(Effect.scoped)
    )

    it.effect("a new token in the kubeconfig is taken up after a 401, once", () =>
      Effect.gen(function* () {
        const { ca, clusterOf, file, load, server } = yield* lab(
          (request, response) => json(response, {}, request.headers.authorization === "Bearer new" ? 200 : 401),
          { token: "old" }
        )
        const transport = yield* Transport.make(load)
        assert.strictEqual((yield* failWith(transport.request(get)))._tag, "Unauthorized")
        assert.strictEqual(server.requests.length, 1)
        file.text = kubeconfigText(clusterOf(ca), { token: "new" })
        assert.strictEqual((yield* transport.request(get)).status, 200)
        assert.strictEqual(server.requests.length, 3)
      })
    )
  })

  describe("streams", () => {
    it.effect("gives lines as they come, whatever the chunks, and the rest without a line break", () =>
      Effect.gen(function* () {
        const { load } = yield* lab((_request, response) => {
          response.writeHead(200, { "content-type": "text/plain" })
          const bytes = Buffer.from("one\ntwö\n\nfour")
          let index = 0
          const next = () => {
            if (index >= bytes.length) response.end()
            else response.write(bytes.subarray(index, ++index), () => setImmediate(next))
          }
          next()
        })
        const transport = yield* Transport.make(load)
        const lines = yield* transport.open(get).pipe(Effect.flatMap(Stream.runCollect))
        assert.deepStrictEqual(Array.from(lines), ["one", "twö", "", "four"])
      })
    )

    it.effect("a connection that breaks is a failure, not an end", () =>
      Effect.gen(function* () {
        const { load } = yield* lab((request, response) => {
          response.writeHead(200)
          response.write("one\n")
          setTimeout(() => request.socket.destroy(), 20)
        })
        const transport = yield* Transport.make(load)
        const seen: Array<string> = []
        const lines = yield* transport.open(get)
        const error = yield* Effect.flip(Stream.runForEach(lines, (line) => Effect.sync(() => seen.push(line))))
        assert.deepStrictEqual(seen, ["one"])
        assert.strictEqual(connectionError(error).reason, "reset")
      })
    )

    it.effect("does not count among the requests under way, and closes with its scope", () =>
      Effect.gen(function* () {
        const closed = yield* Deferred.make<void>()
        const { load } = yield* lab((request, response) => {
          if (request.url !== "/watch") return json(response, {})
          response.writeHead(200)
          response.flushHeaders()
          request.socket.once("close", () => Effect.runSync(Deferred.succeed(closed, undefined)))
        })
        const transport = yield* Transport.make(load, { maxConcurrent: 1 })
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* transport.open({ ...get, path: "/watch" })
            yield* transport.request(get)
          })
        )
        yield* Deferred.await(closed)
      })
    )
  })
})
