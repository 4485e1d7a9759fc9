/**
 * What a bootstrap did, as data and as a table.
 *
 * @since 0.1.0
 */
import { format } from "../output/Durations.ts"
import * as Objects from "../output/Objects.ts"
import { truncate } from "../output/TextWidth.ts"
import * as Timeline from "../output/Timeline.ts"

/**
 * What a bootstrap did. All times are milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface BootstrapReport {
  readonly result: "ready" | "applied" | "failed"
  /** Why it failed. */
  readonly error?: string | undefined
  readonly cluster: {
    readonly server: string
    readonly context: string | undefined
    readonly version: string | undefined
  }
  readonly source: string
  readonly duration: number
  readonly objects: ReadonlyArray<Objects.ObjectResult>
  readonly certificateJobs: ReadonlyArray<{
    readonly job: string
    readonly action: string
    readonly reason: string
  }>
  readonly webhooks: ReadonlyArray<{
    readonly webhook: string
    readonly result: string
    readonly attempts: number
  }>
  readonly repository?: { readonly name: string; readonly url: string; readonly result: string; readonly ready: string }
  readonly attempts: ReadonlyArray<Timeline.TimelineEntry>
}

const summary = (report: BootstrapReport): ReadonlyArray<ReadonlyArray<string>> => {
  const counts = new Map<string, number>()
  for (const { result } of report.objects) counts.set(result, (counts.get(result) ?? 0) + 1)
  const { cluster, repository } = report
  return [
    ["Result", report.result],
    ["Cluster", `${cluster.server}${cluster.version === undefined ? "" : ` (${cluster.version})`}`],
    ["Manifests", report.source],
    ["Objects", [...counts].map(([result, count]) => `${count} ${result}`).join(", ") || "none"],
    ...report.certificateJobs.map(({ job, action, reason }) => ["Certificate", `${job} ${action}: ${reason}`]),
    ...report.webhooks.map(({ webhook, result, attempts }) => [
      "Webhook",
      `${webhook} ${result}${attempts > 1 ? ` at attempt ${attempts}` : ""}`
    ]),
    ...(repository === undefined
      ? []
      : [["Repository", `${repository.name} ${repository.result} (${repository.url}), ${repository.ready}`]]),
    ["Time", format(report.duration)]
  ]
}

/**
 * The report for a person: a summary, the objects when asked for, and the timeline of attempts where there was more
 * than one.
 *
 * @category rendering
 * @since 0.1.0
 */
export const renderTable = (
  report: BootstrapReport,
  options: { readonly wide: boolean; readonly columns: number }
): string => {
  const lines = summary(report).map(
    ([name = "", text = ""]) => `${truncate(`${name.padEnd(13)}${text}`, options.columns)}\n`
  )
  const objects = options.wide ? `\n${Objects.render(report.objects, "wide")}` : ""
  const timeline = report.attempts.length === 0 ? "" : `\n${Timeline.render(report.attempts, options.columns)}`
  return `${lines.join("")}${objects}${timeline}`
}

/**
 * The report as plain JSON.
 *
 * @category rendering
 * @since 0.1.0
 */
export const toJson = (report: BootstrapReport): unknown => ({
  ...report,
  objects: report.objects.map(({ ref, result, attempts }) => ({ ...ref, result, attempts })),
  duration: Math.round(report.duration)
})
