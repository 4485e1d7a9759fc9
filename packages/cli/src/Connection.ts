/**
 * The client of the cluster that the connection flags name.
 *
 * @since 0.1.0
 */
import type * as Kubeconfig from "@holdfast/k8s-adapter/Kubeconfig"
import * as Redacted from "effect/Redacted"
import type { connectionFlags } from "./CommandFlags.ts"
import type { Values } from "./commandline/Flag.ts"
import type { Host } from "./Host.ts"

/**
 * Translates the connection flags for the adapter.
 *
 * @category conversions
 * @since 0.1.0
 */
export const loadOptions = (flags: Values<typeof connectionFlags>, host: Host): Kubeconfig.LoadOptions => ({
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
  asGroups: flags.asGroup,
  asUid: flags.asUid,
  environment: host.env
})
