/**
 * The main job: from manifests to an install whose admission works.
 *
 * @since 0.1.0
 */
import * as Apply from "@holdfast/k8s-adapter/Apply"
import * as ApplyWaves from "@holdfast/k8s-adapter/ApplyWaves"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { format, type KubernetesObject, toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Wait from "@holdfast/k8s-adapter/Wait"
import * as Effect from "effect/Effect"
import * as Inventory from "../inventory/Inventory.ts"
import { tellApply } from "../output/ApplyTelling.ts"
import type { CommandError } from "../output/CommandError.ts"
import type { ObjectResult } from "../output/Objects.ts"
import { Progress, tell } from "../output/Progress.ts"
import type { RetryTelling } from "../output/RetryTelling.ts"
import * as WaitTelling from "../output/WaitTelling.ts"
import { awaitRepository } from "./AwaitRepository.ts"
import { type AnsweredWebhook, awaitWebhooks } from "./AwaitWebhooks.ts"
import * as CertificateJobs from "./CertificateJobs.ts"
import { followCertificateJobs } from "./FollowCertificateJobs.ts"
import { isGuarded } from "./Guarded.ts"
import * as Installed from "./Installed.ts"
import * as Kinds from "./Kinds.ts"
import * as PatientReads from "./PatientReads.ts"
import * as Preflight from "./Preflight.ts"
import type { BootstrapReport } from "./Report.ts"
import type { Settings } from "./Settings.ts"

/**
 * What a bootstrap has come to so far; filled in as it goes, so that a failure can be reported with what was done.
 *
 * @category models
 * @since 0.1.0
 */
export interface Record {
  version: string | undefined
  objects: Array<ObjectResult & { readonly index: number }>
  certificateJobs: Array<BootstrapReport["certificateJobs"][number]>
  webhooks: ReadonlyArray<AnsweredWebhook>
  repository: BootstrapReport["repository"]
}

/** What can only be applied when the webhooks answer. */
const isLate = (object: KubernetesObject, objects: ReadonlyArray<KubernetesObject>) =>
  ApplyWaves.waveOf(object) === "custom-resources" && isGuarded(object, objects)

/**
 * Runs a bootstrap. It can be run again after any end: what is done already is found unchanged, what is missing is
 * done.
 *
 * @category operations
 * @since 0.1.0
 */
export const bootstrap = Effect.fnUntraced(function* (settings: Settings, record: Record, retries: RetryTelling) {
  const progress = yield* Progress
  const { objects, policy, wake, nudge } = settings
  const applyOptions: Apply.ApplyOptions = {
    policy,
    wake,
    nudge,
    fieldManager: settings.fieldManager,
    force: settings.forceConflicts,
    onEvent: (event) => Effect.provideService(tellApply(retries, "each")(event), Progress, progress)
  }

  /** Applies some of the objects and keeps what became of them, also when others of them failed. */
  const apply = Effect.fnUntraced(function* (some: ReadonlyArray<KubernetesObject>) {
    const keep = (applied: ReadonlyArray<Apply.Applied>) =>
      Effect.sync(() => {
        for (const { index, ref, outcome, live } of applied) {
          const at = objects.indexOf(some[index] as KubernetesObject)
          const attempts = retries.attemptsOf(format(ref))
          record.objects.push({ index: at < 0 ? objects.length : at, ref, result: outcome, attempts, object: live })
        }
      })
    const applied = yield* Apply.apply(some, applyOptions).pipe(Effect.tapError((error) => keep(error.applied)))
    yield* keep(applied)
    return applied
  })

  yield* tell({ type: "Phase", title: "Looking at the cluster" })
  record.version = yield* preflight(settings)
  const repository = yield* knownRepository(settings)
  yield* remember([...objects, ...(repository === undefined ? [] : [repository])])

  const jobs = objects.filter((object) => CertificateJobs.isCertificateJob(object, objects))
  const first = objects.filter((object) => !jobs.includes(object) && !isLate(object, objects))
  yield* tell({ type: "Phase", title: `Applying ${first.length} ${first.length === 1 ? "object" : "objects"}` })
  const applied = yield* apply(first)

  if (jobs.length > 0) yield* tell({ type: "Phase", title: "Certificates" })
  const ended = yield* followCertificateJobs(jobs, {
    webhooks: CertificateJobs.servedWebhooks(objects),
    rotate: settings.rotate,
    wait: settings.wait,
    timeout: settings.timeout,
    apply: applyOptions
  }).pipe(Effect.provideService(KubernetesClient, PatientReads.of(yield* KubernetesClient, policy, retries)))
  for (const { job, live, outcome, action, reason } of ended) {
    const ref = toRef(job)
    record.objects.push({ index: objects.indexOf(job), ref, result: outcome, attempts: 1, object: live })
    record.certificateJobs.push({ job: format(ref), action, reason })
  }

  if (settings.wait) {
    yield* tell({ type: "Phase", title: "Waiting for workloads" })
    yield* awaitWorkloads(applied, settings.timeout)
    record.webhooks = yield* awaitWebhooks(first, { ...settings, repository, retries })
  }

  const rest = [
    ...objects.filter((object) => isLate(object, objects)),
    ...(repository === undefined ? [] : [repository])
  ]
  if (rest.length === 0) return
  yield* tell({ type: "Phase", title: "Applying custom resources" })
  yield* apply(rest)
  if (repository === undefined) return
  const result = record.objects.find(
    ({ object }) => object.kind === repository.kind && object.metadata.name === repository.metadata.name
  )
  record.repository = {
    name: repository.metadata.name ?? "",
    url: (repository["spec"] as { readonly url: string }).url,
    result: result?.result ?? "applied",
    ready: settings.wait ? yield* awaitRepository(toRef(repository), settings.timeout) : "not waited for"
  }
})

/** Without its inventory a bootstrap is as good: only an uninstall has to be told what to remove. */
const remember = (objects: ReadonlyArray<KubernetesObject>) =>
  Effect.catch(Inventory.add(objects), (error) =>
    tell({
      type: "Warning",
      text: `cannot record what is installed, so "holdfast uninstall" will need -f with the same manifests: ${error.message}`
    })
  )

/** The default repository, unless nobody knows its kind and nobody asked for it. */
const knownRepository = Effect.fnUntraced(function* (settings: Settings) {
  const { objects, repository, repositoryIsRequired } = settings
  const error = repository === undefined ? undefined : yield* Kinds.unknown(repository, objects)
  if (error === undefined) return repository
  if (repositoryIsRequired) return yield* error
  yield* tell({ type: "Note", text: `no default package repository: ${error.message}` })
  return undefined
})

const preflight = Effect.fnUntraced(function* (
  settings: Settings
): Effect.fn.Return<string, ClientError | CommandError, KubernetesClient | Progress> {
  const client = yield* KubernetesClient
  const { gitVersion } = yield* Preflight.version
  yield* tell({ type: "Done", text: `${client.server} answers, Kubernetes ${gitVersion}` })
  yield* Kinds.check(settings.objects)
  const unlessForced = (error: CommandError) =>
    settings.force ? tell({ type: "Warning", text: `${error.detail}; going on (--force)` }) : Effect.fail(error)
  yield* Preflight.permissions(settings.objects).pipe(
    Effect.andThen(tell({ type: "Done", text: "everything that is to be applied is permitted" })),
    Effect.catchTag("CommandError", unlessForced)
  )
  const installed = yield* Installed.read(settings.objects)
  for (const { name, images } of installed) {
    yield* tell({ type: "Note", text: `installed already: ${name} (${images.join(", ")})` })
  }
  yield* Effect.catchTag(Installed.refuseDowngrade(installed), "CommandError", unlessForced)
  return gitVersion
})

const awaitWorkloads = Effect.fnUntraced(function* (applied: ReadonlyArray<Apply.Applied>, timeout: number) {
  const onProgress = yield* WaitTelling.onProgress
  const workloads = applied.filter(({ live }) => ApplyWaves.waveOf(live) === "workloads" && live.kind !== "CronJob")
  yield* Effect.forEach(
    workloads,
    Effect.fnUntraced(function* ({ ref, live }) {
      yield* Wait.ready(live, { deadline: timeout, onProgress })
      yield* tell({ type: "Waiting", key: format(ref), text: undefined })
      yield* tell({ type: "Done", text: `${format(ref)} is ready` })
    }),
    { concurrency: "unbounded" }
  )
})
