/**
 * `holdfast uninstall`.
 *
 * @since 0.1.0
 */
import { patienceFlags } from "../CommandFlags.ts"
import { make } from "../commandline/Command.ts"
import * as Flag from "../commandline/Flag.ts"

/**
 * The flags of `holdfast uninstall`.
 *
 * @category flags
 * @since 0.1.0
 */
export const uninstallFlags = {
  yes: Flag.toggle("do not ask for confirmation", { short: "y" }),
  dryRun: Flag.toggle("change nothing: tell what would be removed"),
  filename: Flag.texts(
    "remove what these manifests name, in place of what was recorded: file, folder, URL, or - for standard input",
    "FILE",
    { short: "f" }
  ),
  kustomize: Flag.text("likewise, a folder with a kustomization", "FOLDER", { short: "k" }),
  recursive: Flag.toggle("read folders below folders too", { short: "R" }),
  deleteResources: Flag.toggle(
    "also what users have made that cannot stay: packages, repositories, certificates, workloads in the namespaces"
  ),
  force: Flag.toggle("take the finalizers of custom resources away when their controller does not"),
  timeout: Flag.duration("how long to wait for the end of each group of objects (default 2m)"),
  output: Flag.choice("output format", ["name", "json"], { group: "Output flags", short: "o" }),
  ...patienceFlags
}

/**
 * Removes what bootstraps have installed.
 *
 * @category commands
 * @since 0.1.0
 */
export const uninstall = make({
  name: "uninstall",
  summary: "remove what bootstrap has installed, and leave nothing",
  description:
    "Remove everything that bootstrap has installed, and what the operator has left in objects of others. Webhooks go first, so that nothing is locked out; definitions and namespaces go last. It asks before it begins, and again where users have made something that cannot stay. What was there before the first bootstrap stays. Safe to run again at any point.",
  flags: uninstallFlags,
  examples: [
    { text: "what would be removed", line: "holdfast uninstall --dry-run" },
    { text: "without asking", line: "holdfast uninstall --yes" },
    { text: "what was installed by other means", line: "holdfast uninstall -f operator.yaml --yes" }
  ],
  load: async () => (await import("../uninstall/RunUninstall.ts")).run
})
