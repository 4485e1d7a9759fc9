/**
 * `holdfast bootstrap`.
 *
 * @since 0.1.0
 */
import { outputFlag, patienceFlags, reportFlag } from "../CommandFlags.ts"
import { make } from "../commandline/Command.ts"
import * as Flag from "../commandline/Flag.ts"

/**
 * The flags of `holdfast bootstrap`.
 *
 * @category flags
 * @since 0.1.0
 */
export const bootstrapFlags = {
  url: Flag.text("address of the manifests to install", "URL", { short: "u" }),
  file: Flag.texts("file, folder, URL, or - for standard input; may be given many times", "FILE", {
    short: "f",
    aliases: ["filename"]
  }),
  type: Flag.choice(
    "install a release of Glasskube in place of Holdfast's operator: with Flux (aio) or without (slim)",
    ["slim", "aio"],
    {
      short: "t"
    }
  ),
  latest: Flag.toggle("with --type: the newest release in place of the one this version of holdfast was tested with"),
  image: Flag.text("another image for Holdfast's operator, such as a copy in a registry of your own", "IMAGE"),
  createDefaultRepository: Flag.toggle("apply the default package repository", { isOn: true }),
  defaultRepositoryUrl: Flag.text("address of the default package repository", "URL"),
  force: Flag.toggle("go on when a pre-flight check fails"),
  rotate: Flag.toggle("re-issue webhook certificates even while they are good"),
  dryRun: Flag.choice("change nothing: check with the server, or only read and plan", ["none", "client", "server"], {
    bare: "client"
  }),
  diff: Flag.toggle("show what would change, and change nothing"),
  wait: Flag.toggle("wait until everything is ready and every webhook is answered", { isOn: true }),
  timeout: Flag.duration("how long to wait for Jobs and workloads (default 5m)"),
  fieldManager: Flag.text("who owns the fields that are applied (default holdfast)", "NAME"),
  forceConflicts: Flag.toggle("take over fields that another manager owns"),
  yes: Flag.toggle("do not ask for confirmation", { short: "y" }),
  output: outputFlag,
  report: reportFlag,
  ...patienceFlags
}

/**
 * Installs the package operator, and is done when admission works.
 *
 * @category commands
 * @since 0.1.0
 */
export const bootstrap = make({
  name: "bootstrap",
  summary: "install the package operator; done means that admission works",
  description:
    "Install a package operator and the default package repository: without arguments Holdfast's own operator, from a manifest that is built in. Certificate Jobs are followed to their end, every installed webhook is answered under its new certificate before it says ready, and a certificate vacuum on the way is waited out. Safe to run again at any point.",
  flags: bootstrapFlags,
  examples: [
    { text: "install Holdfast's operator", line: "holdfast bootstrap" },
    { text: "install Glasskube", line: "holdfast bootstrap --type slim" },
    { text: "install from a file, without asking", line: "holdfast bootstrap -f operator.yaml --yes" },
    { text: "see what would be done", line: "holdfast bootstrap -f operator.yaml --dry-run=client" },
    { text: "re-issue the webhook certificates", line: "holdfast bootstrap -f operator.yaml --rotate --yes" }
  ],
  load: async () => (await import("../bootstrap/RunBootstrap.ts")).run
})
