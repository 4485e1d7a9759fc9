/**
 * From a `KubeConfig` of `@kubernetes/client-node` to this package and back, for programs that use both.
 *
 * Nothing of client-node is imported, not even its types: who does not have it installed type-checks all the same.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { CertificateError } from "./CertificateError.ts"
import { isRecord } from "./internal/kubeconfigDocument.ts"
import * as Kubeconfig from "./Kubeconfig.ts"
import type { KubeconfigError } from "./KubeconfigError.ts"
import { fromKubeconfig, KubernetesClient } from "./KubernetesClient.ts"
import type { TransportOptions } from "./Transport.ts"

/**
 * What is needed of a client-node `KubeConfig`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClientNodeKubeConfig {
  /** The kubeconfig as JSON. */
  readonly exportConfig: () => string
}

/**
 * What to use instead of what the `KubeConfig` says.
 *
 * @category options
 * @since 0.1.0
 */
export type Overrides = Omit<Kubeconfig.LoadOptions, "text" | "path">

/**
 * Loads what a client-node `KubeConfig` holds, with every certificate and key in it checked.
 *
 * **Gotchas**
 *
 * Authenticators that were added with `addAuthenticator` are functions, and do not come along.
 *
 * **Example** (With what client-node has loaded)
 *
 * ```ts import.meta.vitest
 * import { Effect } from "effect"
 * import { KubeConfig } from "@kubernetes/client-node"
 * import * as ClientNodeKubeConfig from "@holdfast/k8s-adapter/ClientNodeKubeConfig"
 *
 * const kubeConfig = new KubeConfig()
 * kubeConfig.loadFromClusterAndUser({ name: "lab", server: "https://lab.example", skipTLSVerify: false }, { name: "ada" })
 *
 * const kubeconfig = await Effect.runPromise(ClientNodeKubeConfig.load(kubeConfig))
 * kubeconfig.cluster.server // => "https://lab.example"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const load = (
  kubeConfig: ClientNodeKubeConfig,
  options?: Overrides
): Effect.Effect<Kubeconfig.Kubeconfig, KubeconfigError | CertificateError> =>
  Effect.suspend(() => Kubeconfig.load({ ...options, text: inOurTerms(kubeConfig.exportConfig()) }))

/**
 * Provides a client of the API server that a client-node `KubeConfig` names. The `KubeConfig` is asked again when a
 * certificate or a login is refused: load it anew, and the client follows.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  kubeConfig: ClientNodeKubeConfig,
  options?: Overrides & TransportOptions
): Layer.Layer<KubernetesClient, KubeconfigError | CertificateError> =>
  Layer.effect(KubernetesClient, fromKubeconfig(load(kubeConfig, options), options))

/**
 * Writes a loaded kubeconfig as a text for client-node's `loadFromString`.
 *
 * **Details**
 *
 * What client-node would get wrong is written so that it gets it right: a token file, a context without a user (of
 * which it ignores the CA), material that stood in files with relative paths, several merged files. What it cannot do
 * at all is left out: groups, uid and extra fields to impersonate.
 *
 * @category converting
 * @since 0.1.0
 */
export const toText = ({ cluster, context, namespace, user }: Kubeconfig.Kubeconfig): Redacted.Redacted => {
  const reveal = (secret: Redacted.Redacted | undefined) => secret && Redacted.value(secret)
  const name = context ?? "holdfast"
  return Redacted.make(
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": name,
      contexts: [{ name, context: { cluster: name, user: name, namespace } }],
      clusters: [
        {
          name,
          cluster: {
            server: cluster.server,
            "certificate-authority-data": cluster.certificateAuthority && base64(cluster.certificateAuthority),
            // Without it client-node refuses plain HTTP, to which it means nothing.
            "insecure-skip-tls-verify": cluster.insecureSkipTlsVerify || cluster.server.startsWith("http:"),
            "tls-server-name": cluster.tlsServerName,
            "proxy-url": reveal(cluster.proxyUrl)
          }
        }
      ],
      users: [
        {
          name,
          user: {
            ...(user.clientCertificate && {
              "client-certificate-data": base64(user.clientCertificate.chainPem),
              "client-key-data": base64(Redacted.value(user.clientCertificate.privateKeyPem))
            }),
            ...(user.tokenFile === undefined
              ? { token: reveal(user.token) }
              : { "auth-provider": { name: "tokenFile", config: { tokenFile: user.tokenFile } } }),
            ...(user.basic && { username: user.basic.username, password: reveal(user.basic.password) }),
            ...(user.exec && { exec: execOf(user.exec) }),
            ...(user.oidc && { "auth-provider": { name: "oidc", config: oidcOf(user.oidc) } }),
            as: user.impersonate?.user
          }
        }
      ]
    })
  )
}

const base64 = (text: string): string => Buffer.from(text).toString("base64")

const execOf = ({ apiVersion, args, command, env }: Kubeconfig.ExecPlugin) => ({
  apiVersion,
  command,
  args,
  env: Object.entries(Redacted.value(env)).map(([name, value]) => ({ name, value }))
})

const oidcOf = (oidc: Kubeconfig.OidcProvider) => ({
  "idp-issuer-url": oidc.issuerUrl,
  "client-id": oidc.clientId,
  "client-secret": oidc.clientSecret && Redacted.value(oidc.clientSecret),
  "id-token": oidc.idToken && Redacted.value(oidc.idToken),
  "refresh-token": oidc.refreshToken && Redacted.value(oidc.refreshToken),
  "idp-certificate-authority-data": oidc.certificateAuthority && base64(oidc.certificateAuthority)
})

/** Token files and plugins are auth providers to client-node; everywhere else they are fields of their own. */
const inOurTerms = (exported: string): string => {
  const config: unknown = JSON.parse(exported)
  if (!isRecord(config) || !Array.isArray(config["users"])) return exported
  const users = config["users"].map((entry) => {
    const provider = entry?.user?.["auth-provider"]
    const { exec, tokenFile } = provider?.config ?? {}
    return exec === undefined && tokenFile === undefined
      ? entry
      : { ...entry, user: { ...entry.user, "auth-provider": undefined, exec: entry.user.exec ?? exec, tokenFile } }
  })
  return JSON.stringify({ ...config, users })
}
