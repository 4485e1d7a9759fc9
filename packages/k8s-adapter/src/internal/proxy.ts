/** Which proxy stands between us and a server, by the rules of client-go (golang.org/x/net/http/httpproxy). */
import { BlockList, isIP, isIPv6 } from "node:net"
import * as Redacted from "effect/Redacted"
import type { Environment } from "./kubeconfigDocument.ts"

/** The proxy for a server: the kubeconfig's own goes before the environment's. */
export const proxyFor = (
  server: URL,
  proxyUrl: Redacted.Redacted | undefined,
  environment: Environment
): URL | undefined => {
  if (proxyUrl !== undefined) return new URL(Redacted.value(proxyUrl))
  const scheme = server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY"
  const proxy = environment[scheme] || environment[scheme.toLowerCase()]
  if (!proxy || isExempt(server, environment["NO_PROXY"] || environment["no_proxy"] || "")) return undefined
  const url = proxy.includes("://") ? proxy : `http://${proxy}`
  return URL.canParse(url) ? new URL(url) : undefined
}

const isExempt = (server: URL, noProxy: string): boolean => {
  const host = bare(server.hostname)
  const port = server.port || (server.protocol === "https:" ? "443" : "80")
  if (host === "localhost" || isLoopback(host)) return true
  return noProxy
    .split(",")
    .map((rule) => rule.trim().toLowerCase())
    .some((rule) => matches(rule, host, port))
}

const matches = (rule: string, host: string, port: string): boolean => {
  if (rule === "") return false
  if (rule === "*") return true
  const [, network, bits] = /^(.+)\/(\d+)$/.exec(rule) ?? []
  if (network !== undefined && isIP(network) !== 0) return isIP(host) !== 0 && inNetwork(host, network, Number(bits))
  const [, name = rule, onlyPort] = /^(.*[^:]):(\d+)$/.exec(isIPv6(rule) ? "" : rule) ?? []
  if (onlyPort !== undefined && onlyPort !== port) return false
  const wanted = bare(name)
  if (isIP(wanted) !== 0) return wanted === host
  // "example.org" covers the name and all below it, ".example.org" and "*.example.org" only what is below.
  const suffix = wanted.replace(/^\*?\./, "")
  return host.endsWith(`.${suffix}`) || (host === suffix && suffix === wanted)
}

/** A host without the brackets that URLs put around IPv6. */
export const bare = (host: string): string => host.replace(/^\[|\]$/g, "").toLowerCase()

const isLoopback = (host: string): boolean => host === "::1" || inNetwork(host, "127.0.0.0", 8)

const inNetwork = (host: string, network: string, bits: number): boolean => {
  const family = isIP(host)
  if (family === 0 || family !== isIP(network) || bits > (family === 4 ? 32 : 128)) return false
  const list = new BlockList()
  const type = family === 4 ? "ipv4" : "ipv6"
  list.addSubnet(network, bits, type)
  return list.check(host, type)
}
