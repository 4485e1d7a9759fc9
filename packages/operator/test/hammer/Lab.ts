/** Three API servers, webhooks behind Services with three pods each, and the hammer. */
import { join } from "node:path"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as ContainerRuntime from "@holdfast/testkit/ContainerRuntime"
import * as Controllers from "@holdfast/testkit/Controllers"
import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
import * as PodNetwork from "@holdfast/testkit/PodNetwork"
import { Effect } from "effect"
import * as Hooks from "./hooks.ts"
import * as Load from "./Load.ts"
import * as Rejections from "./rejections.ts"

const apiServers = 3

/** What came of a time under load. */
export interface Verdict extends Load.LoadCounts {
  readonly failures: ReadonlyArray<Load.LoadFailure>
  /** How many calls of webhooks failed, by the API servers' own count. */
  readonly rejections: number
}

export const make = Effect.fnUntraced(function* (options: {
  readonly hooks: ReadonlyArray<string>
  readonly lags?: Hooks.Lags | undefined
  readonly images?: Readonly<Record<string, ContainerRuntime.Image>>
  readonly logDirectory?: string | undefined
}) {
  const network = yield* PodNetwork.make
  const logs = options.logDirectory === undefined ? {} : { logDirectory: options.logDirectory }
  const cluster = yield* KubeApiserver.make({ instances: apiServers, network, ...logs })
  const hook = { module: join(import.meta.dirname, "startHook.ts") }
  const images = { [Hooks.image]: hook, ...options.images }
  const runtime = yield* ContainerRuntime.make({ cluster, network, images, ...logs })
  yield* Controllers.run(cluster, { runtime })
  const client = yield* KubernetesClient.make({ text: cluster.kubeconfig })
  const apply = (objects: ReadonlyArray<KubernetesObject>) =>
    Effect.forEach(objects, (object) => client.apply(object, { fieldManager: "test", force: true }), { discard: true })
  yield* apply(Hooks.workload(options.hooks, options.lags))

  /** Runs something under load; a second before and after it belong to it. */
  const underLoad = <A, E, R>(
    something: Effect.Effect<A, E, R>,
    { rate = 24, repositories = false }: { readonly rate?: number; readonly repositories?: boolean } = {}
  ) =>
    Effect.scoped(
      Effect.gen(function* () {
        const before = yield* Rejections.count(cluster)
        const kubeconfigs = cluster.instances.map(({ kubeconfig }) => kubeconfig)
        const load = yield* Load.start({ kubeconfigs, namespace: Hooks.namespace, rate, repositories })
        yield* Effect.sleep("1 second")
        const result = yield* something
        yield* Effect.sleep("2 seconds")
        const rejections = (yield* Rejections.count(cluster)) - before
        const verdict: Verdict = { ...load.counts(), failures: load.failures(), rejections }
        return { result, verdict }
      })
    )

  return { cluster, network, runtime, client, apply, underLoad }
})
