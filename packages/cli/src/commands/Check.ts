/**
 * `holdfast check`.
 *
 * @since 0.1.0
 */
import { connectionFlags, progressFlags } from "../CommandFlags.ts"
import { make } from "../commandline/Command.ts"
import * as Flag from "../commandline/Flag.ts"

const interval = Flag.duration("look again every 10s, or as often as given, and tell what changes, until interrupted")

const watch: typeof interval = {
  ...interval,
  bare: "10s",
  decode: (texts) => {
    const decoded = interval.decode(texts)
    return "value" in decoded && decoded.value !== undefined && decoded.value < 1000
      ? { problem: "expected a second or longer" }
      : decoded
  }
}

/**
 * The flags of `holdfast check`.
 *
 * @category flags
 * @since 0.1.0
 */
export const checkFlags = {
  pre: Flag.toggle("only what has to be right before anything is installed: the way to the API server"),
  warnBefore: Flag.duration("how long before its end a certificate is told of (default 30d)"),
  probe: Flag.toggle("ask each webhook by a server-side dry run, where one is possible", { isOn: true }),
  watch,
  output: Flag.choice("output format (default table)", ["table", "short", "json"], { short: "o" }),
  ...progressFlags,
  ...connectionFlags
}

/**
 * Audits the certificates of a cluster.
 *
 * @category commands
 * @since 0.1.0
 */
export const check = make({
  name: "check",
  summary: "audit webhooks, aggregated APIs and the kubeconfig: what is broken, and what will be",
  description:
    "Look at every admission webhook, conversion webhook and aggregated API, at the TLS Secrets in use, and at the certificates on the way to the API server: whether the trust is there and readable, verifies what is stored to be served, and lasts; whether something answers; whether a failing webhook would lock the cluster out. Each finding comes with a hint. Nothing is changed. The exit code is 1 when something is broken, which warnings are not, and 69, 76 or 77 when the API server cannot be asked at all.",
  flags: checkFlags,
  examples: [
    { text: "audit the cluster", line: "holdfast check" },
    { text: "only what needs a look", line: "holdfast check -o short" },
    { text: "mend one finding after the other, and see each go", line: "holdfast check -o short --watch" },
    { text: "before anything is installed", line: "holdfast check --pre" },
    { text: "tell of certificates that end within 90 days", line: "holdfast check --warn-before 90d" }
  ],
  load: async () => (await import("../check/RunCheck.ts")).run
})
