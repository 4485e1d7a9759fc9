/**
 * Calls of webhooks as an API server makes them: one client for each (caBundle, service or URL), each with its own pool
 * of connections that live on for 90 s. So a changed caBundle is met by a fresh handshake at once, and a changed leaf
 * only when a new connection is made.
 */
import type { X509Certificate } from "node:crypto"
import * as https from "node:https"
import type { Duplex } from "node:stream"
import * as tls from "node:tls"
import { type Json, type JsonObject, numberAt, objectAt, stringAt } from "../Json.ts"
import { chainOf, errorText, parseBundle, verify } from "./GoTls.ts"
import type { Resolved, Services } from "./Services.ts"

/** A call that failed, in Go's words, without the name of the webhook. */
export class CallError extends Error {
  /** Whether a connection was attempted at all. */
  readonly phase: "client" | "call"
  constructor(phase: "client" | "call", message: string) {
    super(message)
    this.phase = phase
  }
}

const idleMillis = 90_000
const handshakeMillis = 10_000

/** A request to pass on. */
export interface Exchange {
  readonly method: string
  readonly headers?: Readonly<Record<string, string | Array<string>>>
  readonly body?: string | Buffer
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly contentType: string
}

interface Client {
  readonly agent: https.Agent
  readonly url: URL
  /** Host and port as Go writes them: with the port of a Service, though it is the usual one. */
  readonly authority: string
}

interface Target {
  readonly url: URL
  readonly host: string
  readonly resolve: () => Resolved | string
}

export class WebhookClients {
  private readonly clients = new Map<string, Client>()
  private readonly services: Services
  private readonly now: () => number
  constructor(services: Services, now: () => number) {
    this.services = services
    this.now = now
  }

  /** Posts an object and returns the parsed answer. */
  async post(config: JsonObject, body: JsonObject, timeoutSeconds: number): Promise<Json> {
    const client = this.client(config)
    const url = new URL(client.url)
    url.searchParams.set("timeout", `${timeoutSeconds}s`)
    const { status, text } = await this.call(
      client,
      url,
      { method: "POST", body: JSON.stringify(body) },
      timeoutSeconds * 1000
    )
    if (status < 200 || status > 206) throw new CallError("call", statusText(status, text))
    try {
      return JSON.parse(text) as Json
    } catch {
      const first = `'${text.slice(0, 1)}'`
      throw new CallError(
        "call",
        `couldn't get version/kind; json parse error: invalid character ${first} looking for beginning of value`
      )
    }
  }

  /** Sends any request to the server behind a Service, and returns its answer whatever it is. */
  forward(config: JsonObject, path: string, exchange: Exchange, timeoutSeconds: number): Promise<Answer> {
    const client = this.client(config)
    return this.call(client, new URL(path, client.url), exchange, timeoutSeconds * 1000)
  }

  private call(client: Client, url: URL, exchange: Exchange, timeout: number): Promise<Answer> {
    const shown = url.port === "" ? url.href.replace(url.host, client.authority) : url.href
    const verb = `${exchange.method.slice(0, 1)}${exchange.method.slice(1).toLowerCase()}`
    return this.send(client, url, exchange, timeout).catch((error: Error) => {
      throw new CallError("call", `${verb} ${JSON.stringify(shown)}: ${error.message}`)
    })
  }

  close(): void {
    for (const { agent } of this.clients.values()) agent.destroy()
    this.clients.clear()
  }

  private client(config: JsonObject): Client {
    const service = objectAt(config, "service")
    const key = JSON.stringify([
      config["caBundle"] ?? "",
      config["url"] ?? "",
      service["namespace"] ?? "",
      service["name"] ?? "",
      service["path"] ?? "",
      service["port"] ?? 443,
      config["insecureSkipTLSVerify"] ?? false
    ])
    const known = this.clients.get(key)
    if (known !== undefined) return known
    const bundle = Buffer.from(stringAt(config, "caBundle") ?? "", "base64").toString("utf8")
    const roots = bundle === "" ? [] : parseBundle(bundle)
    if (typeof roots === "string") throw new CallError("client", roots)
    const target = this.target(config, service)
    const agent = new https.Agent({ keepAlive: true, maxFreeSockets: 25, timeout: idleMillis })
    // Verification is done here, in Go's order and words, and by the server's clock.
    Object.assign(agent, {
      createConnection: (_options: unknown, done: (error: Error | null, socket?: Duplex) => void) => {
        this.connect(target, config["insecureSkipTLSVerify"] === true ? undefined : roots, done)
      }
    })
    const { url } = target
    const client = {
      agent,
      url,
      authority: config["url"] === undefined ? `${url.hostname}:${url.port || 443}` : url.host
    }
    this.clients.set(key, client)
    return client
  }

  private target(config: JsonObject, service: JsonObject): Target {
    const given = stringAt(config, "url")
    if (given !== undefined) {
      const url = new URL(given)
      return {
        url,
        host: url.hostname,
        resolve: () => ({
          host: url.hostname,
          port: Number(url.port || 443),
          shown: `${url.hostname}:${url.port || 443}`
        })
      }
    }
    const namespace = stringAt(service, "namespace") ?? ""
    const name = stringAt(service, "name") ?? ""
    const port = numberAt(service, "port") ?? 443
    const host = `${name}.${namespace}.svc`
    return {
      url: new URL(`https://${host}:${port}${stringAt(service, "path") ?? "/"}`),
      host,
      resolve: () => this.services.resolve(namespace, name, port)
    }
  }

  private connect(
    target: Target,
    roots: ReadonlyArray<X509Certificate> | undefined,
    done: (error: Error | null, socket?: Duplex) => void
  ): void {
    const address = target.resolve()
    if (typeof address === "string") {
      queueMicrotask(() => done(new Error(address)))
      return
    }
    const remote = address.shown
    const socket = tls.connect({
      host: address.host,
      port: address.port,
      ...(/^[\d.:]+$/.test(target.host) ? {} : { servername: target.host }),
      ALPNProtocols: ["http/1.1"],
      rejectUnauthorized: false
    })
    let settled = false
    const settle = (error: Error | null) => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      if (error === null) done(null, socket)
      else {
        socket.destroy()
        done(error)
      }
    }
    socket.once("secureConnect", () => {
      const chain = chainOf(socket.getPeerX509Certificate())
      const problem = roots === undefined ? undefined : verify(chain, roots, target.host, this.now())
      settle(problem === undefined ? null : new Error(problem))
    })
    const local = () => `${socket.localAddress ?? "127.0.0.1"}:${socket.localPort ?? 0}`
    socket.on("error", (error: NodeJS.ErrnoException) =>
      settle(Object.assign(new Error(errorText(error, local(), remote)), { told: true }))
    )
    socket.once("close", () => settle(new Error("EOF")))
    const timer = setTimeout(() => settle(new Error("net/http: TLS handshake timeout")), handshakeMillis)
    timer.unref()
  }

  private send(client: Client, url: URL, exchange: Exchange, timeout: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { body = "", headers = {}, method } = exchange
      const request = https.request(
        {
          agent: client.agent,
          host: url.hostname,
          port: url.port || 443,
          path: `${url.pathname}${url.search}`,
          method,
          headers: {
            host: client.authority,
            ...(body.length === 0 ? {} : { "content-type": "application/json" }),
            accept: "application/json, */*",
            "user-agent": "kube-apiserver-admission",
            ...headers,
            "content-length": Buffer.byteLength(body)
          }
        },
        (response) => {
          const chunks: Array<Buffer> = []
          response.on("data", (chunk: Buffer) => chunks.push(chunk))
          response.on("end", () => {
            clearTimeout(timer)
            resolve({
              status: response.statusCode ?? 0,
              text: Buffer.concat(chunks).toString("utf8"),
              contentType: response.headers["content-type"] ?? "text/plain; charset=utf-8"
            })
          })
          response.on("error", (error) => fail(error))
        }
      )
      const fail = (error: NodeJS.ErrnoException & { readonly told?: boolean }) => {
        clearTimeout(timer)
        const known = error.code === undefined || error.told === true
        reject(known ? error : new Error(errorText(error, "127.0.0.1:0", url.host)))
      }
      // A network timeout, so the machine's clock counts, not the test's.
      const timer = setTimeout(() => {
        fail(new Error("context deadline exceeded"))
        request.destroy()
      }, timeout)
      request.on("error", fail)
      request.end(body)
    })
  }
}

/** client-go's words for an HTTP status that is not a success. */
const statusText = (status: number, text: string): string => {
  if (status === 404) return "the server could not find the requested resource"
  if (status === 401) return "the server has asked for the client to provide credentials"
  if (status === 403) return text === "" ? "unknown" : text
  if (status === 405) return "the server does not allow this method on the requested resource"
  if (status === 429) return "the server has received too many requests and has asked us to try again later"
  if (status === 503) return "the server is currently unable to handle the request"
  if (status === 504)
    return "the server was unable to return a response in the time allotted, but may still be processing the request"
  if (status >= 500)
    return `an error on the server (${JSON.stringify(text.trim() === "" ? "unknown" : text.trim())}) has prevented the request from succeeding`
  return "the server rejected our request for an unknown reason"
}
