/**
 * No answer: the request did not reach the API server, or its answer did not come back whole.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import { toJson } from "./internal/errorJson.ts"

/**
 * Why there was no answer.
 *
 * - `refused`: nothing listens there
 * - `reset`: the connection broke
 * - `timeout`: no connection, or no answer, in time
 * - `dns`: the name does not resolve
 * - `unreachable`: no route to the network or host
 * - `not-tls`: something listens there that does not speak TLS
 * - `protocol`: TLS or HTTP without common ground: versions, ciphers, malformed answers
 * - `proxy`: the proxy on the way refused
 * - `other`: anything else
 *
 * @category models
 * @since 0.1.0
 */
export type ConnectionReason =
  | "refused"
  | "reset"
  | "timeout"
  | "dns"
  | "unreachable"
  | "not-tls"
  | "protocol"
  | "proxy"
  | "other"

/**
 * The request failed before an answer was read.
 *
 * **Gotchas**
 *
 * After `reset` and `timeout` a write may have happened: repeat only what is idempotent, as server-side apply is.
 *
 * @category errors
 * @since 0.1.0
 */
export class ConnectionError extends Data.TaggedError("ConnectionError")<{
  readonly reason: ConnectionReason
  /** The API server's address. */
  readonly server: string
  /** What Node, or the proxy, said. */
  readonly detail: string
  /** Node's code, such as `ECONNREFUSED`. */
  readonly code?: string
  readonly method?: string
  readonly url?: string
  readonly cause?: unknown
}> {
  override get message(): string {
    return `No answer from ${this.server}: ${this.detail}. ${this.hint}`
  }

  /** The next thing to do. */
  get hint(): string {
    return this.reason === "reset" && this.server.startsWith("http://")
      ? "The kubeconfig says http://, and API servers speak TLS: check scheme and port of the server."
      : hints[this.reason]
  }

  /** Whether it can pass by itself: a port that speaks another protocol does not change its mind. */
  get transient(): boolean {
    return this.reason !== "not-tls" && this.reason !== "protocol" && this.reason !== "other"
  }

  /** The error as plain JSON, its cause shortened to names, codes and messages. */
  override toJSON(): unknown {
    return toJson(this, { transient: this.transient })
  }
}

const hints: { readonly [R in ConnectionReason]: string } = {
  refused: "Check that the cluster runs and that address and port in the kubeconfig are right.",
  reset: "Retry; if it stays, look at proxies and load balancers on the way.",
  timeout: "Check the network, firewall or VPN between here and the API server.",
  dns: "Check the server's name in the kubeconfig, and the DNS of this machine.",
  unreachable: "Check the network, routes or VPN of this machine.",
  "not-tls": "The port speaks plain HTTP or another protocol: check scheme and port of the server in the kubeconfig.",
  protocol: "Server and client have no TLS or HTTP version in common: look at what listens there.",
  proxy: "Check proxy-url in the kubeconfig, and HTTPS_PROXY and NO_PROXY.",
  other: "Look at the original error."
}
