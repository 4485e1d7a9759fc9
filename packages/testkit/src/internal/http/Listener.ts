/** The HTTPS listener: reads a request, has it answered, writes the answer; faults come in between. */

import type { IncomingMessage, ServerResponse } from "node:http"
import * as https from "node:https"
import type { AddressInfo, Socket } from "node:net"
import type { TLSSocket } from "node:tls"
import { gzip } from "node:zlib"
import { StatusError } from "../Status.ts"
import { type Answer, type ApiRequest, encode, taken, type User } from "./Request.ts"

export interface Material {
  readonly certificatePem: string
  readonly privateKeyPem: string
  /** Who may sign client certificates. */
  readonly clientCaPem: string
}

/** What stands between the wire and the API; faults are made of these. */
export interface Interceptor {
  /** Before the request is looked at; an answer ends it there. */
  readonly before: (message: IncomingMessage, response: ServerResponse) => Promise<Answer | undefined>
  /** After it took effect, before it is answered. */
  readonly after: (message: IncomingMessage, response: ServerResponse) => Promise<Answer | undefined>
}

export interface ListenerOptions {
  readonly material: Material
  readonly port: number
  readonly authenticate: (message: IncomingMessage) => User
  readonly handle: (request: ApiRequest) => Promise<Answer>
  readonly millis: () => number
  readonly interceptor: Interceptor
  readonly count: (message: IncomingMessage) => void
}

const warning = (text: string) => `299 - "${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`

const failure = (error: unknown): StatusError =>
  error instanceof StatusError
    ? error
    : new StatusError(
        500,
        "InternalError",
        `Internal error occurred: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
      )

export class Listener {
  readonly server: https.Server
  private readonly sockets = new Set<Socket>()
  private readonly options: ListenerOptions
  private auditId = 0

  constructor(options: ListenerOptions) {
    this.options = options
    this.server = https.createServer(
      {
        ...context(options.material),
        requestCert: true,
        rejectUnauthorized: false,
        ALPNProtocols: ["http/1.1"],
        keepAliveTimeout: 120_000
      },
      (message, response) => void this.serve(message, response)
    )
    this.server.requestTimeout = 0
    this.server.on("connection", (socket: Socket) => {
      this.sockets.add(socket)
      socket.setNoDelay(true)
      socket.on("error", () => {})
      socket.on("close", () => this.sockets.delete(socket))
    })
    this.server.on("secureConnection", (socket: TLSSocket) => socket.on("error", () => {}))
    this.server.on("tlsClientError", (_error, socket) => socket.destroy())
  }

  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject)
      this.server.listen(this.options.port, "127.0.0.1", () => {
        this.server.off("error", reject)
        resolve((this.server.address() as AddressInfo).port)
      })
    })
  }

  /** New handshakes get the new certificate; open connections live on. */
  present(material: Material): void {
    this.server.setSecureContext(context(material))
  }

  /** Cuts all open connections. */
  disconnect(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve())
      this.disconnect()
    })
  }

  private async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { options } = this
    options.count(message)
    const warnings: Array<string> = []
    let answer: Answer
    try {
      answer = (await options.interceptor.before(message, response)) ?? (await this.answer(message, response, warnings))
    } catch (error) {
      answer = this.refusal(failure(error))
    }
    if (answer === taken || response.destroyed || response.headersSent) return
    this.write(message, response, answer, warnings)
  }

  private async answer(message: IncomingMessage, response: ServerResponse, warnings: Array<string>): Promise<Answer> {
    const { options } = this
    const url = message.url ?? "/"
    const question = url.indexOf("?")
    const request: ApiRequest = {
      method: message.method ?? "GET",
      path: question < 0 ? url : url.slice(0, question),
      query: new URLSearchParams(question < 0 ? "" : url.slice(question + 1)),
      user: options.authenticate(message),
      message,
      response,
      warnings,
      startedAt: options.millis()
    }
    let answer: Answer
    try {
      answer = await options.handle(request)
    } catch (error) {
      answer = this.refusal(failure(error))
    }
    return (await options.interceptor.after(message, response)) ?? answer
  }

  private refusal(error: StatusError): Answer {
    const seconds = error.details?.retryAfterSeconds
    return {
      status: error.code,
      body: error.toStatus(),
      ...(seconds === undefined ? {} : { headers: { "retry-after": String(seconds) } })
    }
  }

  private write(
    message: IncomingMessage,
    response: ServerResponse,
    answer: Exclude<Answer, typeof taken>,
    warnings: ReadonlyArray<string>
  ): void {
    const body = typeof answer.body === "string" ? answer.body : encode(answer.body)
    const headers: Record<string, string | Array<string>> = {
      "audit-id": `00000000-0000-4000-8000-${String(++this.auditId).padStart(12, "0")}`,
      "cache-control": "no-cache, private",
      "content-type": answer.contentType ?? "application/json",
      date: new Date(this.options.millis()).toUTCString(),
      ...answer.headers
    }
    if (warnings.length > 0) headers["warning"] = warnings.map(warning)
    const send = (content: string | Buffer) => {
      response.writeHead(answer.status, { ...headers, "content-length": Buffer.byteLength(content) })
      response.end(message.method === "HEAD" || answer.status === 304 ? undefined : content)
    }
    if (body.length > 128 * 1024 && (message.headers["accept-encoding"] ?? "").includes("gzip")) {
      headers["content-encoding"] = "gzip"
      headers["vary"] = "Accept-Encoding"
      gzip(body, { level: 1 }, (error, zipped) => (error === null ? send(zipped) : response.destroy()))
    } else send(body)
  }
}

const context = (material: Material) => ({
  cert: material.certificatePem,
  key: material.privateKeyPem,
  ca: material.clientCaPem
})
