/**
 * Runs certificate Jobs where that is needed, and follows them to their end.
 *
 * @since 0.1.0
 */
import * as Apply from "@holdfast/k8s-adapter/Apply"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { format, type KubernetesObject, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Wait from "@holdfast/k8s-adapter/Wait"
import * as Effect from "effect/Effect"
import type { Progress } from "../output/Progress.ts"
import { tell } from "../output/Progress.ts"
import * as WaitTelling from "../output/WaitTelling.ts"
import { type Decision, decide } from "./CertificateJobPlan.ts"
import type { ServedWebhook } from "./CertificateJobs.ts"
import * as CertificateState from "./CertificateState.ts"

/**
 * What was done with a certificate Job.
 *
 * @category models
 * @since 0.1.0
 */
export interface JobResult extends Decision {
  readonly job: KubernetesObject
  readonly live: KubernetesObject
  readonly outcome: string
}

/**
 * What it takes to follow certificate Jobs.
 *
 * @category options
 * @since 0.1.0
 */
export interface FollowOptions {
  readonly webhooks: ReadonlyArray<ServedWebhook>
  readonly rotate: boolean
  /** Whether to wait for their end. */
  readonly wait: boolean
  /** How long, in milliseconds. */
  readonly timeout: number
  readonly apply: Apply.ApplyOptions
}

const read = Effect.fnUntraced(function* (job: KubernetesObject) {
  const client = yield* KubernetesClient
  return yield* client.get(toRef(job)).pipe(Effect.catchTag("NotFound", () => Effect.succeed(undefined)))
})

const words = { create: "runs", replace: "runs again", follow: "is running", keep: "is kept" } as const

/**
 * Decides about each Job, runs it when needed, and waits for its end.
 *
 * @category operations
 * @since 0.1.0
 */
export const followCertificateJobs = Effect.fnUntraced(function* (
  jobs: ReadonlyArray<KubernetesObject>,
  options: FollowOptions
): Effect.fn.Return<
  ReadonlyArray<JobResult>,
  ClientError | Apply.ApplyFailed | Wait.WaitTimeout | Wait.WillNeverBeReady,
  KubernetesClient | Progress
> {
  if (jobs.length === 0) return []
  const certificate = yield* CertificateState.ofWebhooks(options.webhooks)

  const follow = Effect.fnUntraced(function* (job: KubernetesObject) {
    const name = format(toRef(job))
    const live = yield* read(job)
    const decision = decide({ job, live, certificate, rotate: options.rotate })
    yield* tell({ type: "Note", text: `certificate Job ${name} ${words[decision.action]}: ${decision.reason}` })
    if (live !== undefined && (decision.action === "keep" || decision.action === "follow")) {
      const last = decision.action === "keep" || !options.wait ? live : yield* ended(live)
      return { job, live: last, outcome: "unchanged", ...decision }
    }
    if (decision.action === "keep") return { job, live: job, outcome: "absent", ...decision }
    const started =
      decision.action === "replace"
        ? yield* Apply.recreate(job, options.apply)
        : (yield* Apply.apply([job], options.apply))[0]
    const begun = started?.live ?? job
    return {
      job,
      live: options.wait ? yield* ended(begun) : begun,
      outcome: decision.action === "replace" ? "replaced" : (started?.outcome ?? "created"),
      ...decision
    }
  })

  const ended = (job: KubernetesObject) =>
    Effect.gen(function* () {
      const name = format(toRef(job))
      const onProgress = yield* WaitTelling.onProgress
      const last = yield* Wait.ready(job, { last: job, deadline: options.timeout, onProgress })
      yield* tell({ type: "Waiting", key: name, text: undefined })
      yield* tell({ type: "Done", text: `certificate Job ${name} has ended` })
      return last
    })

  return yield* Effect.forEach(jobs, follow, { concurrency: "unbounded" })
})
