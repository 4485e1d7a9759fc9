/** Connections through a proxy: HTTP CONNECT and SOCKS 5. */
import https from "node:https"
import { connect, type Socket } from "node:net"
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { http } from "./builtins.ts"
import { bare } from "./proxy.ts"

/** The proxy did not let us through. */
export class ProxyRefused extends Error {
  readonly code = "ERR_PROXY_REFUSED"
}

/** Opens a connection to a host and port through a proxy. */
export const tunnel = (proxy: URL, host: string, port: number): Effect.Effect<Duplex, Error> =>
  proxy.protocol.startsWith("socks") ? socksTunnel(proxy, host, port) : httpTunnel(proxy, host, port)

const unreachable = (proxy: URL, error: NodeJS.ErrnoException): ProxyRefused =>
  new ProxyRefused(`the proxy ${proxy.host} cannot be reached (${error.code ?? error.message})`)

const user = (proxy: URL): string => decodeURIComponent(proxy.username)
const password = (proxy: URL): string => decodeURIComponent(proxy.password)

/** RFC 9110, section 9.3.6. */
const httpTunnel = (proxy: URL, host: string, port: number): Effect.Effect<Duplex, Error> =>
  Effect.callback((resume) => {
    const target = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
    const credentials = Buffer.from(`${user(proxy)}:${password(proxy)}`).toString("base64")
    const call = (proxy.protocol === "https:" ? https : http()).request({
      host: bare(proxy.hostname),
      port: proxy.port || (proxy.protocol === "https:" ? 443 : 80),
      method: "CONNECT",
      path: target,
      agent: false,
      headers: { Host: target, ...(proxy.username === "" ? {} : { "Proxy-Authorization": `Basic ${credentials}` }) }
    })
    call.on("connect", (response, socket: Duplex) => {
      if (response.statusCode === 200) return resume(Effect.succeed(socket))
      socket.destroy()
      resume(Effect.fail(new ProxyRefused(`the proxy ${proxy.host} answered ${response.statusCode} to CONNECT`)))
    })
    call.on("error", (error) => resume(Effect.fail(unreachable(proxy, error))))
    call.end()
    return Effect.sync(() => call.destroy())
  })

const socksRefusals = [
  "general failure",
  "not allowed by its rules",
  "network unreachable",
  "host unreachable",
  "connection refused",
  "expired",
  "command not supported",
  "address type not supported"
]

/** RFC 1928, with the log-in of RFC 1929. The name is left to the proxy to resolve: it may know more than we do. */
const socksTunnel = (proxy: URL, host: string, port: number): Effect.Effect<Duplex, Error> =>
  Effect.flatMap(connected(proxy), (socket) =>
    Effect.gen(function* () {
      const loggingIn = proxy.username !== ""
      socket.write(Buffer.from(loggingIn ? [5, 2, 0, 2] : [5, 1, 0]))
      const method = (yield* read(proxy, socket, 2))[1]
      if (method === 2 && loggingIn) {
        socket.write(Buffer.concat([Buffer.from([1]), counted(user(proxy)), counted(password(proxy))]))
        if ((yield* read(proxy, socket, 2))[1] !== 0) {
          return yield* Effect.fail(new ProxyRefused(`the proxy ${proxy.host} refused the user name and password`))
        }
      } else if (method !== 0) {
        return yield* Effect.fail(new ProxyRefused(`the proxy ${proxy.host} asks for a log-in that we do not have`))
      }
      socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3]), counted(host), Buffer.from([port >> 8, port & 255])]))
      const [, code = 1, , type] = yield* read(proxy, socket, 4)
      if (code !== 0) {
        const problem = socksRefusals[code - 1] ?? `code ${code}`
        return yield* Effect.fail(new ProxyRefused(`the proxy ${proxy.host} did not connect: ${problem}`))
      }
      // The address that the proxy calls from; of no use, but in the way.
      const length = type === 1 ? 4 : type === 4 ? 16 : ((yield* read(proxy, socket, 1))[0] ?? 0)
      yield* read(proxy, socket, length + 2)
      return socket
    }).pipe(Effect.onExit((exit) => Effect.sync(() => Exit.isFailure(exit) && socket.destroy())))
  )

/** A text with its length in front, as SOCKS has it; longer than a byte can count, it is cut and refused. */
const counted = (text: string): Buffer => {
  const bytes = Buffer.from(text).subarray(0, 255)
  return Buffer.concat([Buffer.from([bytes.length]), bytes])
}

const connected = (proxy: URL): Effect.Effect<Socket, Error> =>
  Effect.callback((resume) => {
    const socket = connect(Number(proxy.port || 1080), bare(proxy.hostname))
    const onError = (error: Error) => resume(Effect.fail(unreachable(proxy, error)))
    socket.once("error", onError)
    socket.once("connect", () => {
      socket.off("error", onError)
      resume(Effect.succeed(socket))
    })
    return Effect.sync(() => socket.destroy())
  })

/** Reads so many bytes and none more: what follows them is TLS. */
const read = (proxy: URL, socket: Socket, length: number): Effect.Effect<Buffer, Error> =>
  Effect.callback((resume) => {
    const take = () => {
      const bytes: Buffer | null = socket.read(length)
      if (bytes !== null) settle(Effect.succeed(bytes))
    }
    const broken = () => settle(Effect.fail(new ProxyRefused(`the proxy ${proxy.host} closed the connection`)))
    const release = () => {
      socket.off("readable", take).off("end", broken).off("error", broken)
    }
    const settle = (result: Effect.Effect<Buffer, Error>) => {
      release()
      resume(result)
    }
    socket.on("readable", take).on("end", broken).on("error", broken)
    take()
    return Effect.sync(release)
  })
