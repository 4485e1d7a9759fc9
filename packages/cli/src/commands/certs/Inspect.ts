/**
 * `holdfast certs inspect`.
 *
 * @since 0.1.0
 */
import { connectionFlags, progressFlags } from "../../CommandFlags.ts"
import { make } from "../../commandline/Command.ts"
import * as Flag from "../../commandline/Flag.ts"

/**
 * The flags of `holdfast certs inspect`.
 *
 * @category flags
 * @since 0.1.0
 */
export const certsInspectFlags = {
  output: Flag.choice("output format (default text)", ["text", "json", "yaml"], { short: "o" }),
  ...progressFlags,
  ...connectionFlags
}

/**
 * Shows the chain of one thing.
 *
 * @category commands
 * @since 0.1.0
 */
export const certsInspect = make({
  name: "certs inspect",
  summary: "show the chain of a Secret, a file, a server or an API object, and whether it holds together",
  description:
    "Show the certificates of one thing, whether each is signed by the next, and whether the whole verifies where it has to. SOURCE is a file (PEM, DER or a kubeconfig), - for standard input, a server (HOST:PORT or a URL), or an API object: secret/NAME, configmap/NAME, validatingwebhookconfiguration/NAME, mutatingwebhookconfiguration/NAME, crd/NAME, apiservice/NAME, csr/NAME. Private keys are never shown.",
  operands: "SOURCE",
  maxOperands: 2,
  operandLive: "objects",
  flags: certsInspectFlags,
  examples: [
    { text: "what a Secret holds", line: "holdfast certs inspect secret/web-tls -n shop" },
    { text: "what a server presents", line: "holdfast certs inspect kubernetes.default.svc:443" },
    {
      text: "what a webhook configuration trusts, and what is stored to be served",
      line: "holdfast certs inspect validatingwebhookconfiguration/checks"
    },
    { text: "a file", line: "holdfast certs inspect tls.crt" }
  ],
  load: async () => (await import("../../certs/RunInspect.ts")).run
})
