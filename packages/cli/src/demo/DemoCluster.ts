/**
 * The cluster of the demo, inside this process: an API server over real TLS, simulated controllers, a certificate Job
 * that leaves a vacuum, and a webhook whose certificate changes late.
 *
 * @since 0.1.0
 */
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import { toRef } from "@holdfast/k8s-adapter/KubernetesObject"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import * as CertificateJob from "@holdfast/testkit/CertificateJob"
import * as Controllers from "@holdfast/testkit/Controllers"
import * as Webhook from "@holdfast/testkit/Webhook"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { names, namespace } from "./DemoManifest.ts"
import type { Window } from "./Figures.ts"

/**
 * How the simulated kubelet brings a changed Secret to the pod.
 *
 * @category options
 * @since 0.1.0
 */
export interface Kubelet {
  /** How late, in milliseconds, by itself. */
  readonly lag: number
  /** Whether an annotation makes it sync at once, as a real one does. */
  readonly nudged: boolean
}

/**
 * A running cluster.
 *
 * @category models
 * @since 0.1.0
 */
export interface DemoCluster {
  readonly server: ApiServer.ApiServer
  /** Runs an effect with a kubelet of this kind, and says when the vacuum opened and closed while it ran. */
  readonly withKubelet: <A, E, R>(
    kubelet: Kubelet,
    effect: Effect.Effect<A, E, R>
  ) => Effect.Effect<readonly [A, Window | undefined], E, Exclude<R, Scope.Scope>>
}

const secret = { namespace, name: names.secret }
const service = { namespace, name: names.service }

/**
 * Says that every package repository is Ready, in place of the operator's controller.
 *
 * @category simulation
 * @since 0.1.0
 */
export const repositoryController = Effect.gen(function* () {
  const client = yield* KubernetesClient
  yield* client.watch({ apiVersion: "packages.glasskube.dev/v1alpha1", kind: "PackageRepository" }).pipe(
    Stream.runForEach((event) => {
      if (event._tag !== "Added") return Effect.void
      const conditions = [
        {
          type: "Ready",
          status: "True",
          reason: "Synced",
          message: "",
          lastTransitionTime: event.object.metadata.creationTimestamp
        }
      ]
      return client.patch(toRef(event.object), {
        type: "merge",
        subresource: "status",
        body: { status: { conditions } }
      })
    }),
    // Until the kind is defined there is nothing to watch.
    Effect.retry({ schedule: Schedule.spaced("100 millis") })
  )
})

/** Replaces the webhook's pod, as what reloads pods on a changed Secret does: the API shows it. */
const replacePods = Effect.gen(function* () {
  const client = yield* KubernetesClient
  const pods = yield* client.list({
    apiVersion: "v1",
    kind: "Pod",
    namespace,
    labelSelector: `app=${names.labels.app}`
  })
  yield* Effect.forEach(pods.items, (pod) => client.delete(toRef(pod), { gracePeriodSeconds: 0 }))
})

/**
 * Starts the cluster; it stops with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<DemoCluster, never, Scope.Scope> = Effect.gen(function* () {
  const server = yield* ApiServer.make()
  const webhook = yield* Webhook.make()
  yield* server.route(service, webhook.target)
  const job = yield* CertificateJob.make(server, {
    secret,
    service,
    configurations: [{ kind: "ValidatingWebhookConfiguration", name: names.configuration }]
  })
  // An object, since the type checker does not see assignments from callbacks.
  const vacuum: { opened: number | undefined; closed: number | undefined } = { opened: undefined, closed: undefined }
  const rotation = Effect.andThen(
    job,
    Effect.map(Clock.currentTimeMillis, (now) => {
      vacuum.opened = now
      vacuum.closed = undefined
    })
  )
  yield* Controllers.run(server, { jobs: { [`${namespace}/${names.job}`]: () => rotation } })
  const client = KubernetesClient.layer({ text: server.kubeconfig })
  yield* Effect.forkScoped(Effect.provide(repositoryController, client))
  const run = Effect.runForkWith(yield* Effect.context<Scope.Scope>())
  const clock = yield* Effect.clockWith(Effect.succeed)

  const withKubelet: DemoCluster["withKubelet"] = (kubelet, effect) =>
    Effect.gen(function* () {
      vacuum.opened = undefined
      yield* Webhook.mount(webhook, server, {
        secret,
        delay: kubelet.lag,
        ...(kubelet.nudged ? { nudge: { podLabels: names.labels } } : {}),
        onSwitched: ({ by }) => {
          if (by === "start" || vacuum.opened === undefined) return
          vacuum.closed = clock.currentTimeMillisUnsafe()
          if (by === "kubelet") run(Effect.provide(replacePods, client))
        }
      })
      const result = yield* effect
      const { opened, closed } = vacuum
      return [result, opened === undefined || closed === undefined ? undefined : { opened, closed }] as const
    }).pipe(Effect.scoped)

  return { server, withKubelet }
})
