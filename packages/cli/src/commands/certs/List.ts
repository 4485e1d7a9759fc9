/**
 * `holdfast certs list`.
 *
 * @since 0.1.0
 */
import { connectionFlags, progressFlags } from "../../CommandFlags.ts"
import { make } from "../../commandline/Command.ts"
import * as Flag from "../../commandline/Flag.ts"

/**
 * The flags of `holdfast certs list`.
 *
 * @category flags
 * @since 0.1.0
 */
export const certsListFlags = {
  output: Flag.choice("output format (default table)", ["table", "wide", "json", "yaml"], { short: "o" }),
  ...progressFlags,
  ...connectionFlags
}

/**
 * Lists the certificates of a cluster.
 *
 * @category commands
 * @since 0.1.0
 */
export const certsList = make({
  name: "certs list",
  summary: "list all certificates in play: issuer, names, end, and who uses them",
  description:
    "List every certificate that is in play: on the way to the API server, in the caBundles of webhooks, conversion webhooks and aggregated APIs, and in TLS Secrets. The one that ends first stands first. With --namespace only those that have to do with a namespace.",
  flags: certsListFlags,
  examples: [
    { text: "all certificates of the cluster", line: "holdfast certs list" },
    { text: "with where each one is, its key and its fingerprint", line: "holdfast certs list -o wide" },
    { text: "those of one namespace, for a program", line: "holdfast certs list -n kube-system -o json" }
  ],
  load: async () => (await import("../../certs/RunList.ts")).run
})
