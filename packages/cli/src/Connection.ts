/**
 * The client of the cluster that the connection flags name.
 *
 * @since 0.1.0
 */
import type { ClientOptions } from "@holdfast/k8s-adapter/KubernetesClient"
import * as Redacted from "effect/Redacted"
import type { connectionFlags } from "./CommandFlags.ts"
import type { Values } from "./commandline/Flag.ts"
import type { Host } from "./Host.ts"
import { version } from "./Version.ts"

/** Kubectl's `--request-timeout=0` means no limit. */
const timeout = (millis: number | undefined) => (millis === 0 ? "Infinity" : millis)

/**
 * Translates the connection flags for the adapter.
 *
 * @category conversions
 * @since 0.1.0
 */
export const clientOptions = (flags: Values<typeof connectionFlags>, host: Host): ClientOptions => ({
  path: flags.kubeconfig,
  context: flags.context,
  cluster: flags.cluster,
  user: flags.user,
  namespace: flags.namespace,
  server: flags.server,
  token: flags.token === undefined ? undefined : Redacted.make(flags.token),
  insecureSkipTlsVerify: flags.insecureSkipTlsVerify,
  tlsServerName: flags.tlsServerName,
  as: flags.as,
  asGroups: flags.asGroup.length === 0 ? undefined : flags.asGroup,
  asUid: flags.asUid,
  environment: host.env,
  requestTimeout: timeout(flags.requestTimeout),
  userAgent: `holdfast-cli/${version}`
})
