/** The `cluster` of a kubeconfig, and the one that a pod finds itself in. */
import { isIPv6 } from "node:net"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Cluster, LoadOptions } from "../Kubeconfig.ts"
import * as Files from "./files.ts"
import type { Entry, Environment } from "./kubeconfigDocument.ts"
import * as Material from "./kubeconfigMaterial.ts"
import { readUser } from "./kubeconfigUser.ts"

export const readCluster = Effect.fnUntraced(function* (
  entry: Entry,
  at: (field: string) => Material.Place,
  options: LoadOptions
) {
  const server = options.server ?? (yield* Material.text(entry, "server", at))
  if (server === undefined || !/^https?:\/\/[^/]/.test(server) || !URL.canParse(server)) {
    return yield* Material.invalidField(
      at("server"),
      server === undefined ? "there is no server" : `"${server}" is not an http or https URL`,
      "Give the API server's address as https://host:port."
    )
  }
  const insecure = options.insecureSkipTlsVerify ?? entry.fields["insecure-skip-tls-verify"] === true
  const authorities = options.insecureSkipTlsVerify
    ? undefined
    : yield* Material.readPem(entry, "certificate-authority", at)
  if (insecure && authorities !== undefined) {
    return yield* Material.invalidField(
      at("insecure-skip-tls-verify"),
      "it stands beside a certificate authority, which it would make useless",
      "Remove it to have the server verified, or remove the certificate authority."
    )
  }
  const proxyUrl = yield* Material.text(entry, "proxy-url", at)
  if (proxyUrl !== undefined && !(/^(https?|socks5h?):\/\//.test(proxyUrl) && URL.canParse(proxyUrl))) {
    return yield* Material.invalidField(
      at("proxy-url"),
      "it is not an http, https or socks5 URL",
      "Give the proxy's address as http://host:port or socks5://host:port."
    )
  }
  const cluster: Cluster = {
    name: entry.name === "" ? undefined : entry.name,
    server: server.replace(/(?<!\/)\/+$/, ""),
    certificateAuthority:
      authorities === undefined
        ? undefined
        : yield* Effect.fromResult(Material.checkAuthorities(authorities.pem, authorities.place)),
    insecureSkipTlsVerify: insecure,
    tlsServerName: options.tlsServerName ?? (yield* Material.text(entry, "tls-server-name", at)),
    proxyUrl: proxyUrl === undefined ? undefined : Redacted.make(proxyUrl),
    disableCompression: entry.fields["disable-compression"] === true,
    execExtension: extension(entry.fields["extensions"])
  }
  return cluster
})

const extension = (extensions: unknown): unknown =>
  Array.isArray(extensions)
    ? extensions.find((item) => item?.name === "client.authentication.k8s.io/exec")?.extension
    : undefined

const serviceAccountMount = "/var/run/secrets/kubernetes.io/serviceaccount"

/** Whether this is a pod with a service account. */
export const runsInCluster = (options: LoadOptions, environment: Environment): Effect.Effect<boolean> =>
  environment["KUBERNETES_SERVICE_HOST"] === undefined
    ? Effect.succeed(false)
    : Files.exists(join(options.serviceAccountFolder ?? serviceAccountMount, "token"))

/** A pod's own cluster and service account. */
export const inCluster = Effect.fnUntraced(function* (options: LoadOptions, environment: Environment) {
  const folder = options.serviceAccountFolder ?? serviceAccountMount
  const at = (field: string): Material.Place => ({ path: "in-cluster", context: undefined, field: join(folder, field) })
  const host = environment["KUBERNETES_SERVICE_HOST"] ?? ""
  const port = environment["KUBERNETES_SERVICE_PORT"] ?? "443"
  const namespace = yield* Effect.catch(Material.readTextFile(join(folder, "namespace"), at("namespace")), () =>
    Effect.succeed("default")
  )
  const authorities = yield* Material.readTextFile(join(folder, "ca.crt"), at("ca.crt"))
  const cluster: Cluster = {
    name: "in-cluster",
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    certificateAuthority: yield* Effect.fromResult(Material.checkAuthorities(authorities, at("ca.crt"))),
    insecureSkipTlsVerify: false,
    tlsServerName: undefined,
    proxyUrl: undefined,
    disableCompression: false,
    execExtension: undefined
  }
  const user = yield* readUser(
    { name: "service-account", fields: { tokenFile: join(folder, "token") }, file: undefined },
    at
  )
  return {
    source: "in-cluster",
    context: undefined,
    namespace: namespace.trim() || "default",
    cluster,
    user
  }
})
