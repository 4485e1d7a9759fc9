import http from "node:http"
import { type AddressInfo, connect, createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { proxyFor } from "../src/internal/proxy.ts"
import * as Kubeconfig from "../src/Kubeconfig.ts"
import * as Transport from "../src/Transport.ts"
import { base64, json, kubeconfigText, makeAuthority, make as makeServer, serverLeaf } from "./support/TlsServer.ts"

const proxied = (server: string, noProxy: string) =>
  proxyFor(new URL(server), undefined, { HTTPS_PROXY: "proxy.lab:3128", NO_PROXY: noProxy }) !== undefined

describe("proxies", () => {
  it("the environment's proxy is used for https, upper case first, with http as its scheme", () => {
    const environment = { HTTPS_PROXY: "proxy.lab:3128", https_proxy: "http://other" }
    assert.strictEqual(proxyFor(new URL("https://api.lab"), undefined, environment)?.href, "http://proxy.lab:3128/")
    assert.isUndefined(proxyFor(new URL("http://api.lab"), undefined, environment))
  })

  it("the kubeconfig's proxy goes before the environment, NO_PROXY included", () => {
    const url = proxyFor(new URL("https://api.lab"), Redacted.make("http://own.lab:1"), { NO_PROXY: "*" })
    assert.strictEqual(url?.host, "own.lab:1")
  })

  it("the loopback is never proxied by the environment", () => {
    for (const host of ["localhost", "127.0.0.1", "127.3.2.1", "[::1]"]) {
      assert.isFalse(proxied(`https://${host}:6443`, ""), host)
    }
  })

  it("NO_PROXY knows names, suffixes, addresses, networks, ports and the star", () => {
    for (const rule of ["*", "api.lab", "lab", ".lab", "*.lab", "x, api.lab", "api.lab:6443", "API.lab"]) {
      assert.isFalse(proxied("https://api.lab:6443", rule), rule)
    }
    for (const rule of ["pi.lab", "api.lab:443", ".api.lab", "lab.api", ""]) {
      assert.isTrue(proxied("https://api.lab:6443", rule), rule)
    }
    assert.isFalse(proxied("https://10.1.2.3", "10.0.0.0/8"))
    assert.isTrue(proxied("https://11.1.2.3", "10.0.0.0/8"))
    assert.isFalse(proxied("https://10.1.2.3", "10.1.2.3"))
    assert.isFalse(proxied("https://[fd00::1]", "fd00::/8"))
    assert.isTrue(proxied("https://[fe80::1]", "fd00::/8"))
  })

  const proxy = (status: number) =>
    Effect.acquireRelease(
      Effect.promise(async () => {
        const asked: Array<{ readonly target: string; readonly authorization: string | undefined }> = []
        const server = http.createServer().on("connect", (request, socket, head) => {
          asked.push({ target: request.url ?? "", authorization: request.headers["proxy-authorization"] })
          const [host = "", port = ""] = (request.url ?? "").split(":")
          if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
          const upstream = connect(Number(port), host, () => {
            socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
            upstream.write(head)
            upstream.pipe(socket).pipe(upstream)
          })
          socket.on("error", () => upstream.destroy())
          upstream.on("error", () => socket.destroy())
          return undefined
        })
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
        return { server, asked, port: (server.address() as AddressInfo).port }
      }),
      ({ server }) => Effect.sync(() => server.close())
    )

  const through = (status: number) =>
    Effect.gen(function* () {
      const ca = yield* makeAuthority()
      const server = yield* makeServer({ leaf: yield* serverLeaf(ca) }, (_request, response) =>
        json(response, { ok: 1 })
      )
      const { asked, port } = yield* proxy(status)
      const text = kubeconfigText({
        server: server.url,
        "certificate-authority-data": base64(ca.certificate.pem),
        "proxy-url": `http://user:pass%40word@127.0.0.1:${port}`
      })
      const transport = yield* Transport.make(Kubeconfig.load({ text }))
      return { asked, server, request: transport.request({ method: "GET", path: "/version" }) }
    })

  it.effect("TLS goes through the proxy's tunnel, and its certificate is verified as without", () =>
    Effect.gen(function* () {
      const { asked, request, server } = yield* through(200)
      assert.deepStrictEqual((yield* request).body, { ok: 1 })
      yield* request
      assert.deepStrictEqual(asked, [
        { target: `127.0.0.1:${server.port}`, authorization: `Basic ${base64("user:pass@word")}` }
      ])
      yield* server.serve(yield* serverLeaf(yield* makeAuthority("other")))
      assert.strictEqual((yield* Effect.flip(request))._tag, "CertificateError")
    })
  )

  it.effect("a proxy that refuses is told as the proxy, without its password", () =>
    Effect.gen(function* () {
      const { request } = yield* through(407)
      const error = yield* Effect.flip(request)
      assert.strictEqual(error._tag === "ConnectionError" && error.reason, "proxy")
      assert.include(error.message, "407")
      assert.notInclude(JSON.stringify(error) + error.message, "word")
    })
  )

  /** A SOCKS 5 proxy that resolves every name to the loopback. */
  const socks = (login: { readonly user: string; readonly password: string } | undefined, refusal = 0) =>
    Effect.acquireRelease(
      Effect.promise(async () => {
        const asked: Array<string> = []
        const server = createServer((socket) => {
          let step: "greeting" | "login" | "request" = "greeting"
          socket.on("error", () => {})
          socket.on("data", (bytes) => {
            if (step === "greeting") {
              const offered = [...bytes.subarray(2)]
              step = login === undefined ? "request" : "login"
              const method = login === undefined ? 0 : offered.includes(2) ? 2 : 255
              socket.write(Buffer.from([5, method]))
            } else if (step === "login") {
              const end = 2 + Number(bytes[1])
              const given = [bytes.toString("utf8", 2, end), bytes.toString("utf8", end + 1)]
              step = "request"
              socket.write(Buffer.from([1, given.join() === `${login?.user},${login?.password}` ? 0 : 1]))
            } else {
              const end = 5 + Number(bytes[4])
              const port = bytes.readUInt16BE(end)
              asked.push(`${bytes.toString("utf8", 5, end)}:${port}`)
              socket.removeAllListeners("data")
              if (refusal !== 0) return socket.end(Buffer.from([5, refusal, 0, 1, 0, 0, 0, 0, 0, 0]))
              const upstream = connect(port, "127.0.0.1", () => {
                socket.write(Buffer.from([5, 0, 0, 3, 1, 120, 0, 80]))
                upstream.pipe(socket).pipe(upstream)
              })
              upstream.on("error", () => socket.destroy())
            }
            return undefined
          })
        })
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
        return { server, asked, port: (server.address() as AddressInfo).port }
      }),
      ({ server }) => Effect.sync(() => server.close())
    )

  const throughSocks = (login: Parameters<typeof socks>[0], userInfo: string, refusal = 0) =>
    Effect.gen(function* () {
      const ca = yield* makeAuthority()
      const server = yield* makeServer({ leaf: yield* serverLeaf(ca) }, (_request, response) =>
        json(response, { ok: 1 })
      )
      const { asked, port } = yield* socks(login, refusal)
      const text = kubeconfigText({
        // A name that only the proxy knows.
        server: `https://api.lab:${server.port}`,
        "certificate-authority-data": base64(ca.certificate.pem),
        "proxy-url": `socks5://${userInfo}127.0.0.1:${port}`
      })
      const transport = yield* Transport.make(Kubeconfig.load({ text }))
      return { asked, server, request: transport.request({ method: "GET", path: "/version" }) }
    })

  it.effect("a SOCKS 5 proxy resolves the name and carries TLS", () =>
    Effect.gen(function* () {
      const { asked, request, server } = yield* throughSocks(undefined, "")
      assert.deepStrictEqual((yield* request).body, { ok: 1 })
      assert.deepStrictEqual(asked, [`api.lab:${server.port}`])
    })
  )

  it.effect("a SOCKS 5 proxy gets the log-in of its URL, and refuses a wrong one", () =>
    Effect.gen(function* () {
      const login = { user: "ada", password: "p w" }
      const right = yield* throughSocks(login, "ada:p%20w@")
      assert.deepStrictEqual((yield* right.request).body, { ok: 1 })
      for (const userInfo of ["ada:wrong@", ""]) {
        const { request } = yield* throughSocks(login, userInfo)
        const error = yield* Effect.flip(request)
        assert.strictEqual(error._tag === "ConnectionError" && error.reason, "proxy")
      }
    })
  )

  it.effect("a SOCKS 5 proxy's refusal is told in words", () =>
    Effect.gen(function* () {
      const { request } = yield* throughSocks(undefined, "", 4)
      assert.include((yield* Effect.flip(request)).message, "host unreachable")
    })
  )
})
