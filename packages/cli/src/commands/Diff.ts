/**
 * `holdfast diff`.
 *
 * @since 0.1.0
 */
import { connectionFlags, progressFlags, retryFlags } from "../CommandFlags.ts"
import { make } from "../commandline/Command.ts"
import * as Flag from "../commandline/Flag.ts"

/**
 * The flags of `holdfast diff`.
 *
 * @category flags
 * @since 0.1.0
 */
export const diffFlags = {
  filename: Flag.texts("file, folder, URL, or - for standard input; may be given many times", "FILE", { short: "f" }),
  kustomize: Flag.text("folder with a kustomization", "FOLDER", { short: "k" }),
  recursive: Flag.toggle("read folders below folders too", { short: "R" }),
  fieldManager: Flag.text("who would own the fields that are applied (default holdfast)", "NAME"),
  forceConflicts: Flag.toggle("as if fields that another manager owns were taken over"),
  output: Flag.choice("output format (default text)", ["text", "json", "yaml", "name"], {
    group: "Output flags",
    short: "o"
  }),
  ...progressFlags,
  ...retryFlags,
  ...connectionFlags
}

/**
 * Shows what an apply would change.
 *
 * @category commands
 * @since 0.1.0
 */
export const diff = make({
  name: "diff",
  summary: "show what an apply would change",
  description:
    "Show what an apply of manifests would change. The server itself tries each object in a dry run, so defaults, webhooks and field ownership have had their say. Nothing is changed, and the values of Secrets are not shown. The exit code is 0 without differences, 1 with differences, and above 1 when something failed.",
  flags: diffFlags,
  examples: [
    { text: "what would change", line: "holdfast diff -f app.yaml" },
    { text: "the names of the objects that would change", line: "holdfast diff -f app.yaml -o name" },
    { text: "what another program writes", line: "kubectl kustomize . | holdfast diff -f -" }
  ],
  load: async () => (await import("../diff/RunDiff.ts")).run
})
