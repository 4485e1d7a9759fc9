/**
 * Containers that are processes of this machine, for the pods of a real kube-apiserver that no kubelet runs: a Deployment
 * is applied as it is, and its program runs, with the address, the environment and the rights that it has in a cluster.
 *
 * @since 0.1.0
 */
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as ChildProcess from "./internal/kube-apiserver/childProcess.ts"
import * as Watchdog from "./internal/kube-apiserver/watchdog.ts"
import { processOptions } from "./internal/network/pod.ts"
import type { KubeApiserver } from "./KubeApiserver.ts"
import type { PodNetwork } from "./PodNetwork.ts"

/**
 * What an image holds: a program for Node.
 *
 * @category models
 * @since 0.1.0
 */
export interface Image {
  /** The module that Node runs. */
  readonly module: string
  readonly arguments?: ReadonlyArray<string>
  /** Arguments for Node itself. */
  readonly nodeArguments?: ReadonlyArray<string>
  /** How far the clock of a pod is ahead; asked whenever a container starts. */
  readonly clockSkew?: (pod: string) => Duration.Input
}

/**
 * A container that runs, or has run.
 *
 * @category models
 * @since 0.1.0
 */
export interface Container {
  readonly namespace: string
  /** The pod's name. */
  readonly pod: string
  readonly address: string
  readonly pid: number
  /** What it writes, and wrote before it was started again. */
  readonly logFile: string
  readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** How it ended, in words; waits until it has. */
  readonly ended: Effect.Effect<string>
}

/**
 * Starts containers, for `Controllers`, and gives them into a test's hands.
 *
 * @category models
 * @since 0.1.0
 */
export interface ContainerRuntime {
  /** Those that run now. */
  readonly containers: Effect.Effect<ReadonlyArray<Container>>
  readonly network: PodNetwork
  readonly hasImage: (image: string) => boolean
  readonly start: (pod: {
    readonly namespace: string
    readonly name: string
    readonly image: string
    readonly address: string
    readonly serviceAccount: string
    readonly environment: Readonly<Record<string, string>>
  }) => Effect.Effect<Container>
}

/**
 * What there is to run.
 *
 * @category options
 * @since 0.1.0
 */
export interface Options {
  readonly cluster: KubeApiserver
  readonly network: PodNetwork
  /** By the image's name as it stands in the pod. Pods of other images are simulated. */
  readonly images: Readonly<Record<string, Image>>
  /** An existing folder in which to leave the logs. */
  readonly logDirectory?: string
}

/**
 * Makes a runtime; what it has started ends with the scope.
 *
 * **When to use**
 *
 * Use with `Controllers.run` when several replicas of a program are to work on real API servers, and to be killed.
 *
 * **Details**
 *
 * A process finds its API servers by `KUBECONFIG`, with a client certificate in the name of its ServiceAccount: what it may
 * do is up to RBAC. It listens at its pod's address, and reaches pods, nodes and the Service `kubernetes` by theirs.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<ContainerRuntime, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { cluster, images, network } = options
    const watchdog = yield* Watchdog.make("holdfast-pods-")
    const logs = options.logDirectory ?? watchdog.directory
    const running = new Set<Container>()
    const apiServers = cluster.instances.map((_, index) => `${network.nodeAddress(index)}:${network.apiPort}`)

    const kubeconfig = Effect.fnUntraced(function* (namespace: string, serviceAccount: string) {
      const text = yield* cluster.kubeconfigFor({
        user: `system:serviceaccount:${namespace}:${serviceAccount}`,
        groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`]
      })
      const file = join(watchdog.directory, `${namespace}.${serviceAccount}.kubeconfig`)
      const content = text.replace(cluster.url, `https://${inCluster}`)
      yield* Effect.promise(() => writeFile(file, content, { mode: 0o600 }))
      return file
    })

    return {
      containers: Effect.sync(() => Array.from(running)),
      network,
      hasImage: (image) => images[image] !== undefined,
      start: Effect.fnUntraced(function* (pod) {
        const image = images[pod.image]
        if (image === undefined) return yield* Effect.die(new Error(`There is no image ${pod.image}`))
        const { environment, nodeArguments } = processOptions({
          address: pod.address,
          services: { [inCluster]: apiServers },
          clockSkew: Duration.toMillis(Duration.fromInputUnsafe(image.clockSkew?.(pod.name) ?? 0))
        })
        const logFile = join(logs, `${pod.name}.log`)
        const started = yield* ChildProcess.start(watchdog, process.execPath, {
          arguments: [...(image.nodeArguments ?? []), ...nodeArguments, image.module, ...(image.arguments ?? [])],
          logFile,
          environment: {
            ...pod.environment,
            ...environment,
            KUBECONFIG: yield* kubeconfig(pod.namespace, pod.serviceAccount)
          }
        })
        const container: Container = {
          namespace: pod.namespace,
          pod: pod.name,
          address: pod.address,
          pid: started.pid,
          logFile,
          signal: (signal) => Effect.sync(() => started.signal(signal)),
          ended: Effect.tap(started.ended, () => Effect.sync(() => running.delete(container)))
        }
        running.add(container)
        return container
      })
    }
  })

/** The Service `kubernetes`. */
const inCluster = "10.96.0.1:443"
