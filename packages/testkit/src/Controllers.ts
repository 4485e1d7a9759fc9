/**
 * Simulated controllers and kubelet: Deployments get pods and become Available, Jobs run a function of the test and
 * complete, Services get EndpointSlices. They work through the API with a kubeconfig, so they do on a bare
 * `kube-apiserver` what they do on the embedded one.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ContainerRuntime } from "./ContainerRuntime.ts"
import * as Client from "./internal/client/Client.ts"
import { Deployments } from "./internal/controllers/Deployments.ts"
import { Endpoints } from "./internal/controllers/Endpoints.ts"
import { Jobs } from "./internal/controllers/Jobs.ts"
import { Kubelet } from "./internal/controllers/Kubelet.ts"
import { ProcessPods } from "./internal/controllers/ProcessPods.ts"
import { World } from "./internal/controllers/World.ts"
import type { TestCluster } from "./TestCluster.ts"

/**
 * The Job that a program runs for.
 *
 * @category models
 * @since 0.1.0
 */
export interface JobReference {
  readonly namespace: string
  readonly name: string
}

/**
 * What the container of a Job does: it completes when this succeeds and fails when this fails.
 *
 * @category models
 * @since 0.1.0
 */
export type JobProgram = (job: JobReference) => Effect.Effect<unknown, unknown>

/**
 * How the simulated cluster behaves.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** What Jobs do, by `namespace/name`; Jobs that are not named here complete at once. */
  readonly jobs?: Readonly<Record<string, JobProgram>> | undefined
  /** From a pod's creation to its containers running, once everything it mounts exists; 20 ms when left out. */
  readonly podStart?: Duration.Input | undefined
  /** From a pod running to ready; nothing when left out. */
  readonly podReady?: Duration.Input | undefined
  /** Runs the pods whose image it has as processes; all others are simulated. */
  readonly runtime?: ContainerRuntime | undefined
  /** Pods that never become ready, with the reason that their container waits for: `ImagePullBackOff`, say. */
  readonly broken?:
    | ((pod: { readonly namespace: string; readonly labels: Readonly<Record<string, unknown>> }) => string | undefined)
    | undefined
}

/**
 * Runs the simulated controllers until the scope ends.
 *
 * **When to use**
 *
 * Use when what you test waits for workloads, and no kubelet is there to run them.
 *
 * **Details**
 *
 * A Deployment's pods belong to it directly, without a ReplicaSet between. A pod starts when every Secret and ConfigMap
 * that it mounts exists (unless optional); until then it is `ContainerCreating`, with a `FailedMount` event.
 *
 * @category running
 * @since 0.1.0
 */
export const run = (cluster: TestCluster, options: Options = {}): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const client = yield* Client.make(cluster)
    const millis = (input: Duration.Input) => Duration.toMillis(Duration.fromInputUnsafe(input))
    const world = yield* World.make(client)
    const { runtime } = options
    const kubelet = new Kubelet(
      world,
      {
        start: millis(options.podStart ?? "20 millis"),
        ready: millis(options.podReady ?? 0),
        broken: options.broken ?? (() => undefined)
      },
      runtime && new ProcessPods(world, runtime)
    )
    const deployments = new Deployments(world)
    const jobs = new Jobs(world, options.jobs ?? {})
    const endpoints = new Endpoints(world)
    world.onChange("secrets", () => kubelet.retry())
    world.onChange("configmaps", () => kubelet.retry())
    world.onChange("pods", (pod) => {
      kubelet.reconcile(pod)
      deployments.podChanged(pod)
      endpoints.podChanged(pod)
    })
    world.onChange("deployments", (deployment) => deployments.reconcile(deployment))
    world.onChange("jobs", (job) => jobs.reconcile(job))
    world.onChange("services", (service) => endpoints.reconcile(service))
    yield* world.start
  })
