/**
 * The work of `holdfast demo`: three bootstraps of a cluster inside this process, two of them through a vacuum.
 *
 * @since 0.1.0
 */
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { bootstrap, type Record } from "../bootstrap/Bootstrap.ts"
import * as DefaultRepository from "../bootstrap/DefaultRepository.ts"
import type { Settings } from "../bootstrap/Settings.ts"
import type { Run } from "../commandline/Command.ts"
import type { demoFlags } from "../commands/Demo.ts"
import { execute } from "../Execute.ts"
import type { Host } from "../Host.ts"
import { format } from "../output/Durations.ts"
import * as Paint from "../output/Paint.ts"
import { Progress } from "../output/Progress.ts"
import * as RetryTelling from "../output/RetryTelling.ts"
import * as Timeline from "../output/Timeline.ts"
import * as DemoCluster from "./DemoCluster.ts"
import { objects } from "./DemoManifest.ts"
import * as Figures from "./Figures.ts"

const settings: Settings = {
  objects,
  source: "built in",
  repository: DefaultRepository.make(DefaultRepository.defaultUrl),
  repositoryIsRequired: true,
  policy: RetryPolicy.defaults,
  rotate: false,
  force: false,
  wait: true,
  timeout: 60_000,
  wake: true,
  nudge: true,
  fieldManager: undefined,
  forceConflicts: false
}

interface Act {
  readonly title: string
  readonly settings: Settings
  readonly kubelet: DemoCluster.Kubelet
}

const acts: ReadonlyArray<Act> = [
  { title: "1. First bootstrap", settings, kubelet: { lag: 0, nudged: false } },
  {
    title:
      "2. Again, with a new certificate authority, and a pod that learns of it nine seconds late (--rotate --no-nudge)",
    settings: { ...settings, rotate: true, nudge: false },
    kubelet: { lag: 9000, nudged: false }
  },
  {
    title: "3. Once more; this kubelet would take 60 seconds, and is made to hurry (--rotate)",
    settings: { ...settings, rotate: true },
    kubelet: { lag: 60_000, nudged: true }
  }
]

/** When the repository was applied: the end that a person waits for. */
const watchApply = Effect.gen(function* () {
  const progress = yield* Progress
  let applied: number | undefined
  const tell: typeof progress.tell = (event) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (event.type === "Done" && event.text.startsWith("packagerepository.")) applied ??= now
      return progress.tell(event)
    })
  return { progress: { tell }, applied: () => applied }
})

const play = Effect.fnUntraced(function* (cluster: DemoCluster.DemoCluster, act: Act, host: Host) {
  const paint = Paint.make(Paint.wanted(host, host.stdout))
  host.stdout.write(`\n${paint.bold(act.title)}\n\n`)
  const { progress, applied } = yield* watchApply
  const began = yield* Clock.currentTimeMillis
  const record: Record = { version: undefined, objects: [], certificateJobs: [], webhooks: [], repository: undefined }
  const work = Effect.gen(function* () {
    const retries = yield* RetryTelling.make
    yield* bootstrap(act.settings, record, retries)
    return retries.entries()
  }).pipe(
    Effect.provideService(Progress, progress),
    Effect.provide(KubernetesClient.layer({ text: cluster.server.kubeconfig }))
  )
  const [entries, window] = yield* cluster.withKubelet(act.kubelet, work)
  const ended = yield* Clock.currentTimeMillis
  host.stdout.write(summary({ began, ended, entries, window, applied: applied() ?? ended, kubelet: act.kubelet }, host))
})

const summary = (
  played: {
    readonly began: number
    readonly ended: number
    readonly entries: ReadonlyArray<Timeline.TimelineEntry>
    readonly window: Figures.Window | undefined
    readonly applied: number
    readonly kubelet: DemoCluster.Kubelet
  },
  host: Host
): string => {
  const { began, ended, entries, window, applied, kubelet } = played
  const columns = host.stdout.isTerminal ? host.stdout.columns() : Number.POSITIVE_INFINITY
  const took = `Ready after ${format(ended - began)}.\n`
  const first = entries.find(({ outcome }) => outcome === "failed")
  const answered = entries.find(({ outcome }) => outcome === "succeeded")
  if (window === undefined || first === undefined || answered === undefined)
    return `\n${took}No certificate error on the way.\n`
  const sleeping = Figures.costOfSleeping(began + first.at, window.closed)
  const lines = [
    `The window was open for ${format(window.closed - window.opened)}.`,
    `The webhook was answered ${format(Math.max(0, began + answered.at - window.closed))} after its end; the repository was applied ${format(Math.max(0, applied - window.closed))} after its end (an answer is confirmed for a second first).`,
    sleeping === undefined
      ? "Sleeping 2, 6, 18 and 54 s between attempts would have given up before its end."
      : `Sleeping 2, 6, 18 and 54 s between attempts would have succeeded ${format(sleeping)} after its end.`,
    ...(kubelet.nudged ? [`Without the nudge this kubelet would have kept it open for ${format(kubelet.lag)}.`] : [])
  ]
  return `\n${Timeline.render(entries, columns)}\n${took}${lines.map((line) => `${line}\n`).join("")}`
}

/**
 * Plays the demo.
 *
 * @category running
 * @since 0.1.0
 */
export const run: Run<typeof demoFlags> = ({ flags, host }) => {
  const program = Effect.gen(function* () {
    const cluster = yield* DemoCluster.make
    for (const act of acts) yield* play(cluster, act, host)
  })
  return execute(host, flags, program)
}
