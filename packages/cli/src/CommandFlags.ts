/**
 * Flags that several commands share, with kubectl's names and letters.
 *
 * @since 0.1.0
 */
import * as Flag from "./commandline/Flag.ts"

const connection = { group: "Connection flags" } as const

/**
 * Which cluster to talk to, and as whom.
 *
 * @category flags
 * @since 0.1.0
 */
export const connectionFlags = {
  kubeconfig: Flag.text("path of the kubeconfig (default: $KUBECONFIG, then ~/.kube/config)", "FILE", connection),
  context: Flag.text("kubeconfig context to use", "NAME", { ...connection, live: "contexts" }),
  cluster: Flag.text("kubeconfig cluster to use", "NAME", { ...connection, live: "clusters" }),
  user: Flag.text("kubeconfig user to use", "NAME", { ...connection, live: "users" }),
  namespace: Flag.text("namespace for objects that name none", "NAME", {
    ...connection,
    short: "n",
    live: "namespaces"
  }),
  server: Flag.text("address of the API server, in place of the kubeconfig's", "URL", { ...connection, short: "s" }),
  token: Flag.text("bearer token, in place of the kubeconfig's credentials", "TOKEN", connection),
  insecureSkipTlsVerify: Flag.toggle("do not verify the API server's certificate (unsafe)", connection),
  tlsServerName: Flag.text("name expected in the API server's certificate", "NAME", connection),
  as: Flag.text("user to impersonate", "USER", connection),
  asGroup: Flag.texts("group to impersonate; may be given many times", "GROUP", connection),
  asUid: Flag.text("UID to impersonate", "UID", connection),
  requestTimeout: Flag.duration("how long one request may take (default 30s; 0 means no limit)", connection)
}

const retry = { group: "Retry flags (environment: HOLDFAST_RETRY_*)" } as const

/**
 * The retry policy; each flag wins over its environment variable. They are decoded by retry-core's own schema, so
 * they stay text here.
 *
 * @category flags
 * @since 0.1.0
 */
export const retryFlags = {
  retryMaxAttempts: Flag.text("attempts before giving up (default: no limit)", "COUNT", retry),
  retryBaseDelay: Flag.text("wait after the first failed attempt (default 200ms)", "DURATION", retry),
  retryFactor: Flag.text("how much longer each wait is than the one before (default 2)", "NUMBER", retry),
  retryMaxDelay: Flag.text("the longest wait between attempts (default 2s)", "DURATION", retry),
  retryJitter: Flag.choice("how waits are spread (default full)", ["none", "full", "equal", "decorrelated"], retry),
  retryAttemptTimeout: Flag.text("how long one attempt may take (default 30s)", "DURATION", retry),
  retryDeadline: Flag.text("how long all attempts may take together (default 5m)", "DURATION", {
    ...retry,
    aliases: ["deadline"]
  })
}

/**
 * How progress is told on standard error.
 *
 * @category flags
 * @since 0.1.0
 */
export const progressFlags = {
  progress: Flag.toggle("tell progress on standard error; retries and warnings are told all the same", {
    isOn: true,
    group: "Output flags"
  }),
  logFormat: Flag.choice("how progress is written: text, or JSON lines", ["text", "json"], { group: "Output flags" }),
  v: Flag.integer("verbosity: 4 and up shows debug logs and the causes of errors", "LEVEL", {
    group: "Output flags",
    short: "v",
    minimum: 0
  })
}

/**
 * The flags of commands that change the cluster and hold on: how they wait, what they tell, and which cluster it is.
 *
 * @category flags
 * @since 0.1.0
 */
export const patienceFlags = {
  wake: Flag.toggle("try again at once when the cluster changes", { isOn: true }),
  nudge: Flag.toggle("have a kubelet refresh a stale certificate by annotating its pod", { isOn: true }),
  ...progressFlags,
  ...retryFlags,
  ...connectionFlags
}

/**
 * A page about the run.
 *
 * @category flags
 * @since 0.1.0
 */
export const reportFlag = Flag.text(
  "write a page with the timeline of every object and attempt, also when the run fails",
  "FILE.html",
  { group: "Output flags" }
)

/**
 * The output formats of commands that print objects or a report.
 *
 * @category flags
 * @since 0.1.0
 */
export const outputFlag = Flag.choice("output format", ["table", "wide", "json", "yaml", "name"], {
  group: "Output flags",
  short: "o"
})
