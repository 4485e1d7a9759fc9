/**
 * `holdfast apply`.
 *
 * @since 0.1.0
 */
import { outputFlag, patienceFlags, reportFlag } from "../CommandFlags.ts"
import { make } from "../commandline/Command.ts"
import * as Flag from "../commandline/Flag.ts"

/**
 * The flags of `holdfast apply`.
 *
 * @category flags
 * @since 0.1.0
 */
export const applyFlags = {
  filename: Flag.texts("file, folder, URL, or - for standard input; may be given many times", "FILE", { short: "f" }),
  kustomize: Flag.text("folder with a kustomization", "FOLDER", { short: "k" }),
  recursive: Flag.toggle("read folders below folders too", { short: "R" }),
  fieldManager: Flag.text("who owns the fields that are applied (default holdfast)", "NAME"),
  forceConflicts: Flag.toggle("take over fields that another manager owns"),
  dryRun: Flag.choice("change nothing: check with the server, or only read and plan", ["none", "client", "server"], {
    bare: "client"
  }),
  wait: Flag.toggle("wait until what was applied is ready"),
  timeout: Flag.duration("how long --wait waits (default 5m)"),
  output: outputFlag,
  report: reportFlag,
  ...patienceFlags
}

/**
 * Applies manifests through a certificate vacuum.
 *
 * @category commands
 * @since 0.1.0
 */
export const apply = make({
  name: "apply",
  summary: "apply manifests, holding on through a certificate vacuum",
  description:
    "Apply manifests server-side, in waves. A certificate error that passes by itself is waited out; any other error is told at once.",
  flags: applyFlags,
  examples: [
    { text: "apply a file", line: "holdfast apply -f app.yaml" },
    { text: "apply what another program writes", line: "kubectl kustomize . | holdfast apply -f -" },
    { text: "give up after 30 seconds", line: "holdfast apply -f app.yaml --retry-deadline 30s" },
    { text: "keep a page about the run", line: "holdfast apply -f app.yaml --report report.html" }
  ],
  load: async () => (await import("../apply/RunApply.ts")).run
})
