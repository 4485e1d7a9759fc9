/**
 * Makes a Node process a pod of a simulated network: started by `node --import`, before the program itself.
 *
 * The program listens at its pod's address instead of all addresses, so that every pod can have the same port; it
 * connects to addresses of pods, nodes and Services, which lead to where they really are; and it reads the clock that
 * it is given. It need not know of any of this.
 */
import { type NetConnectOpts, Server, Socket } from "node:net"
import { toLoopback } from "./loopback.ts"

/** What the process is told, as JSON in the environment variable `HOLDFAST_POD`. */
export interface PodEnvironment {
  readonly address: string
  /** `CLUSTER-IP:PORT` to the addresses behind it; one is drawn for each connection, as kube-proxy does. */
  readonly services: Readonly<Record<string, ReadonlyArray<string>>>
  /** How far the process's clock is ahead, in milliseconds. */
  readonly clockSkew: number
}

const leadTo = (pod: PodEnvironment, host: string, port: number): { readonly host: string; readonly port: number } => {
  const behind = pod.services[`${host}:${port}`]
  const drawn = behind?.[Math.floor(Math.random() * behind.length)]
  if (drawn === undefined) return { host: toLoopback(host), port }
  const [address = "", number] = drawn.split(":")
  return { host: toLoopback(address), port: Number(number) }
}

const mapConnections = (pod: PodEnvironment): void => {
  const connect = Socket.prototype.connect as (this: Socket, ...args: Array<unknown>) => Socket
  Socket.prototype.connect = function (this: Socket, ...args: Array<unknown>) {
    // `net.connect` hands over its arguments as one array that it has normalized.
    const [first, ...rest] = Array.isArray(args[0]) ? args[0] : args
    if (typeof first !== "object" || first === null || !("port" in first)) return connect.apply(this, args)
    const options = first as Extract<NetConnectOpts, { port: number }>
    const { host, port } = leadTo(pod, options.host ?? "localhost", Number(options.port))
    const callback = rest.find((each) => typeof each === "function")
    return connect.call(this, { ...options, host, port }, ...(callback === undefined ? [] : [callback]))
  } as Socket["connect"]
}

const anyAddress = new Set([undefined, "0.0.0.0", "::"])

const mapListeners = (pod: PodEnvironment): void => {
  const listen = Server.prototype.listen as (this: Server, ...args: Array<unknown>) => Server
  const host = toLoopback(pod.address)
  Server.prototype.listen = function (this: Server, ...args: Array<unknown>) {
    const callback = args.find((each) => typeof each === "function")
    const [first, second] = args
    const options =
      typeof first === "object" && first !== null
        ? { ...first }
        : { port: Number(first), host: typeof second === "string" ? second : undefined }
    const isElsewhere = "path" in options || "fd" in options || !("port" in options)
    if (isElsewhere || !anyAddress.has((options as { host?: string }).host)) return listen.apply(this, args)
    return listen.call(this, { ...options, host }, ...(callback === undefined ? [] : [callback]))
  } as Server["listen"]
}

const skewClock = (by: number): void => {
  const RealDate = Date
  const now = () => RealDate.now() + by
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver) => (key === "now" ? now : Reflect.get(target, key, receiver))
  })
}

const text = process.env["HOLDFAST_POD"]
if (text !== undefined) {
  const pod = JSON.parse(text) as PodEnvironment
  mapConnections(pod)
  mapListeners(pod)
  if (pod.clockSkew !== 0) skewClock(pod.clockSkew)
}
