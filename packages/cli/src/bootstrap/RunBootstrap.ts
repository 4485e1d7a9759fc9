/**
 * The work of `holdfast bootstrap`: from flags to settings, and from what was done to a report.
 *
 * @since 0.1.0
 */
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { type KubernetesObject, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import type { Sources } from "@holdfast/k8s-adapter/Manifests"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { dryRun } from "../apply/DryRun.ts"
import { readManifests, readText } from "../apply/ReadManifests.ts"
import { clientOptions } from "../Connection.ts"
import type { Run } from "../commandline/Command.ts"
import type { Values } from "../commandline/Flag.ts"
import type { bootstrapFlags } from "../commands/Bootstrap.ts"
import { execute } from "../Execute.ts"
import type { Host } from "../Host.ts"
import { tellCluster } from "../output/ApplyTelling.ts"
import { CommandError } from "../output/CommandError.ts"
import { confirm } from "../output/Confirm.ts"
import * as Documents from "../output/Documents.ts"
import * as ErrorReport from "../output/ErrorReport.ts"
import * as Objects from "../output/Objects.ts"
import * as RetryTelling from "../output/RetryTelling.ts"
import { impatient, readPolicy } from "../RetryFlags.ts"
import { bootstrap, type Record } from "./Bootstrap.ts"
import * as BuiltIn from "./BuiltIn.ts"
import * as DefaultRepository from "./DefaultRepository.ts"
import * as ManifestSource from "./ManifestSource.ts"
import * as Report from "./Report.ts"
import type { Settings } from "./Settings.ts"

type FlagValues = Values<typeof bootstrapFlags>

const readSources = Effect.fnUntraced(function* (sources: Sources | "built-in", { image, namespace }: FlagValues) {
  if (sources !== "built-in") {
    return { objects: yield* readManifests(sources, namespace), source: (sources.files ?? []).join(", ") }
  }
  return { objects: yield* readText(BuiltIn.manifest(image), BuiltIn.source, namespace), source: BuiltIn.source }
})

const readSettings = Effect.fnUntraced(function* (flags: FlagValues, host: Host) {
  const policy = yield* readPolicy(flags, host)
  const sources = yield* ManifestSource.fromFlags(flags, host)
  const url = flags.defaultRepositoryUrl ?? DefaultRepository.defaultUrl
  if (!/^https?:\/\/[^/]/i.test(url)) {
    return yield* new CommandError({
      exit: "usage",
      detail: `invalid value ${JSON.stringify(url)} for --default-repository-url: expected an address that begins with https:// or http://`
    })
  }
  const settings: Settings = {
    ...(yield* readSources(sources, flags)),
    repository: flags.createDefaultRepository === false ? undefined : DefaultRepository.make(url),
    repositoryIsRequired: flags.createDefaultRepository === true || flags.defaultRepositoryUrl !== undefined,
    policy,
    rotate: flags.rotate ?? false,
    force: flags.force ?? false,
    wait: flags.wait ?? true,
    timeout: flags.timeout ?? 300_000,
    wake: flags.wake ?? true,
    nudge: flags.nudge ?? true,
    fieldManager: flags.fieldManager,
    forceConflicts: flags.forceConflicts ?? false
  }
  return settings
})

const everything = ({ objects, repository }: Settings): ReadonlyArray<KubernetesObject> => [
  ...objects,
  ...(repository === undefined ? [] : [repository])
]

const dryRunOptions = ({ policy, wake, fieldManager, forceConflicts }: Settings, flags: FlagValues) => ({
  // A dry run changes nothing: no pod is nudged for it.
  apply: { policy: impatient(policy), wake, nudge: false, fieldManager, force: forceConflicts },
  diff: flags.diff === true,
  output: flags.output
})

const planned = (settings: Settings): ReadonlyArray<Objects.ObjectResult> =>
  everything(settings).map((object) => ({
    ref: toRef(object),
    result: "would be applied (client dry run)",
    attempts: 0,
    object
  }))

const renderReport = (
  report: Report.BootstrapReport,
  record: Record,
  format: FlagValues["output"],
  host: Host
): string => {
  switch (format) {
    case "json":
    case "yaml":
      return Documents.render(Report.toJson(report), format)
    case "name":
      return Objects.render(record.objects, "name")
    default:
      return Report.renderTable(report, {
        wide: format === "wide",
        columns: host.stdout.isTerminal ? host.stdout.columns() : Number.POSITIVE_INFINITY
      })
  }
}

const install = Effect.fnUntraced(function* (settings: Settings, flags: FlagValues, host: Host) {
  const client = yield* KubernetesClient
  const where = client.context === undefined ? client.server : `context ${client.context} (${client.server})`
  if (
    flags.yes !== true &&
    !(yield* confirm(
      host,
      `Install ${settings.objects.length === 1 ? "1 object" : `${settings.objects.length} objects`} into ${where}?`
    ))
  ) {
    return yield* new CommandError({
      exit: "failure",
      detail: "stopped: nothing was changed",
      hint: "Answer y, or give --yes."
    })
  }
  const retries = yield* RetryTelling.make
  const record: Record = { version: undefined, objects: [], certificateJobs: [], webhooks: [], repository: undefined }
  const report = (result: Report.BootstrapReport["result"], error?: string) =>
    Effect.map(retries.elapsed, (duration) => {
      record.objects.sort((a, b) => a.index - b.index)
      const { version, objects, certificateJobs, webhooks, repository } = record
      const text = renderReport(
        {
          result,
          error,
          cluster: { server: client.server, context: client.context, version },
          source: settings.source,
          duration,
          objects,
          certificateJobs,
          webhooks: webhooks.map((one) => ({ ...one, attempts: retries.attemptsOf("webhooks") })),
          ...(repository === undefined ? {} : { repository }),
          attempts: retries.entries()
        },
        record,
        flags.output,
        host
      )
      host.stdout.write(text)
    })
  yield* bootstrap(settings, record, retries).pipe(
    Effect.tapCause((cause) =>
      Cause.hasInterruptsOnly(cause) || record.objects.length === 0
        ? Effect.void
        : report("failed", ErrorReport.ofCause(cause, undefined).message)
    )
  )
  yield* report(settings.wait ? "ready" : "applied")
})

/**
 * Runs a bootstrap.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof bootstrapFlags> = ({ flags, host }) => {
  const program = Effect.gen(function* () {
    const settings = yield* readSettings(flags, host)
    if (flags.dryRun === "client") {
      yield* Effect.sync(() => host.stdout.write(Objects.render(planned(settings), flags.output)))
      return
    }
    const asked = flags.dryRun === "server" || flags.diff === true
    const work = Effect.gen(function* () {
      yield* tellCluster
      if (asked) yield* dryRun(everything(settings), dryRunOptions(settings, flags), host)
      else yield* install(settings, flags, host)
    })
    yield* Effect.provide(work, KubernetesClient.layer(clientOptions(flags, host)))
  })
  return execute(host, { ...flags, title: "holdfast bootstrap" }, program)
}
