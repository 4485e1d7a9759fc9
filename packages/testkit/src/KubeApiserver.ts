/**
 * A real `kube-apiserver` on a real `etcd`, started for a test in a few seconds and gone after it, whatever becomes of
 * the test. There is no controller manager, no scheduler, no kubelet and no kube-proxy: what those do does not happen.
 *
 * @since 0.1.0
 */
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as ControlPlanePki from "./internal/kube-apiserver/controlPlanePki.ts"
import * as EgressProxy from "./internal/kube-apiserver/egressProxy.ts"
import * as Etcd from "./internal/kube-apiserver/etcd.ts"
import * as Https from "./internal/kube-apiserver/https.ts"
import * as IdentityLeases from "./internal/kube-apiserver/identityLeases.ts"
import * as Instance from "./internal/kube-apiserver/instance.ts"
import { kubeconfig } from "./internal/kube-apiserver/kubeconfig.ts"
import * as Services from "./internal/kube-apiserver/services.ts"
import * as Watchdog from "./internal/kube-apiserver/watchdog.ts"
import * as KubeBinaries from "./KubeBinaries.ts"
import * as PodNetwork from "./PodNetwork.ts"
import type { RouteTarget, ServiceReference, TestCluster } from "./TestCluster.ts"

/**
 * A running control plane. `url` and `kubeconfig` are those of its first instance.
 *
 * @category models
 * @since 0.1.0
 */
export interface KubeApiserver extends TestCluster {
  readonly kind: "kube-apiserver"
  /** All API servers, on one etcd. */
  readonly instances: ReadonlyArray<KubeApiserverInstance>
}

/**
 * One API server of a control plane.
 *
 * @category models
 * @since 0.1.0
 */
export interface KubeApiserverInstance {
  readonly url: string
  readonly kubeconfig: string
  /** What it writes; also after a restart. Gone with the scope, unless `logDirectory` was given. */
  readonly logFile: string
  /** The text of `/metrics`, of this instance alone. */
  readonly metrics: Effect.Effect<string, KubeApiserverFailed>
  /** Ends it gracefully, as a rolling update does: requests in flight are answered. */
  readonly stop: Effect.Effect<void>
  /** Ends it at once. */
  readonly kill: Effect.Effect<void>
  /** Starts it again after `stop` or `kill`, at the same address, and waits until it is ready. */
  readonly start: Effect.Effect<void, KubeApiserverFailed>
}

/**
 * What a control plane is made from.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** How many API servers; one, unless given. */
  readonly instances?: number
  /**
   * Gives each API server an address and a Lease of its own, lists them in the EndpointSlice `default/kubernetes`, and
   * leads what they send to a Service to the pods in its EndpointSlices, as kube-proxy does, unless `route` leads it
   * elsewhere.
   */
  readonly network?: PodNetwork.PodNetwork
  /** More arguments for each kube-apiserver, such as `--feature-gates=…`. */
  readonly arguments?: ReadonlyArray<string>
  /** An existing folder in which to leave the logs. */
  readonly logDirectory?: string
  /** {@link KubeBinaries.findOrBuild}, unless given. */
  readonly binaries?: KubeBinaries.KubeBinaries
}

/**
 * A component did not become ready, or did not answer.
 *
 * @category errors
 * @since 0.1.0
 */
export class KubeApiserverFailed extends Data.TaggedError("KubeApiserverFailed")<{
  /** `etcd`, `kube-apiserver-0`, … */
  readonly component: string
  readonly problem: string
  /** The last lines of its log. */
  readonly logTail: string
}> {
  override get message(): string {
    return `${this.component} ${this.problem}\n${this.logTail}`.trimEnd()
  }
}

/**
 * Starts a control plane: RBAC on, anonymous requests off except for health, ServiceAccount tokens, aggregation, and
 * webhooks by Service through {@link TestCluster.route}.
 *
 * **When to use**
 *
 * Use for what has to hold on the real thing. The embedded `ApiServer` starts a hundred times faster and can be made to
 * fail on demand.
 *
 * **Details**
 *
 * A cold start takes about five seconds and 300 MB for each instance. Without a controller manager nothing is garbage
 * collected, a deleted namespace stays `Terminating`, and no namespace has a ServiceAccount `default` (the admission
 * plugin that would insist on it is off). Works on Linux and macOS.
 *
 * **Example** (Asking two API servers for their version)
 *
 * ```ts
 * import { Effect } from "effect"
 * import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
 *
 * const program = Effect.scoped(
 *   Effect.gen(function*() {
 *     const cluster = yield* KubeApiserver.make({ instances: 2 })
 *     return cluster.instances.map(({ url }) => url)
 *   })
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: (
  options?: Options
) => Effect.Effect<KubeApiserver, KubeBinaries.KubeBinariesUnavailable | KubeApiserverFailed, Scope.Scope> =
  Effect.fnUntraced(function* (options: Options = {}) {
    const binaries = options.binaries ?? (yield* KubeBinaries.findOrBuild)
    const watchdog = yield* Watchdog.make("holdfast-")
    const logs = options.logDirectory ?? join(watchdog.directory, "logs")
    yield* Effect.promise(() => mkdir(logs, { recursive: true }))

    const { network } = options
    const count = options.instances ?? 1
    const addresses =
      network === undefined ? [] : Array.from({ length: count }, (_, index) => network.nodeAddress(index))
    const pki = yield* Effect.orDie(
      ControlPlanePki.make(join(watchdog.directory, "pki"), [...addresses, ...addresses.map(PodNetwork.localAddress)])
    )
    const agent = yield* Effect.acquireRelease(
      Effect.sync(() => Https.agent(pki.admin)),
      (pool) => Effect.sync(() => pool.destroy())
    )

    const etcd = yield* Effect.mapError(Etcd.make(watchdog, binaries.etcd, join(logs, "etcd.log")), failed)

    const routes = new Map<string, RouteTarget>()
    const instances: Array<Instance.Instance> = []
    const egressSocket = join(watchdog.directory, "egress.sock")
    const services = Services.make(agent, () => instances.map(({ url }) => url))
    yield* EgressProxy.listen(egressSocket, (clusterIP, port) =>
      Effect.flatMap(services.withClusterIP(clusterIP), (service) => {
        if (service === undefined) return Effect.succeed(undefined)
        const route = routes.get(routeKey({ ...service.metadata, port }))
        return route !== undefined || network === undefined ? Effect.succeed(route) : services.endpoint(service, port)
      })
    )
    const egressFile = join(watchdog.directory, "egress.json")
    yield* EgressProxy.configure(egressFile, egressSocket)

    const startInstance = (index: number) =>
      Instance.make({
        name: `kube-apiserver-${index}`,
        at: network && { address: PodNetwork.localAddress(network.nodeAddress(index)), port: network.apiPort },
        program: binaries.kubeApiserver,
        arguments: [
          `--etcd-servers=${etcd.endpoint}`,
          ...(network === undefined
            ? // The loopback address must not stand in an Endpoints object.
              ["--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none"]
            : [`--advertise-address=${addresses[index]}`]),
          "--authorization-mode=RBAC",
          "--allow-privileged=true",
          // Without a controller manager no namespace has the ServiceAccount that this plugin wants for each pod.
          "--disable-admission-plugins=ServiceAccount",
          `--egress-selector-config-file=${egressFile}`,
          ...pki.arguments,
          ...(options.arguments ?? [])
        ],
        logFile: join(logs, `kube-apiserver-${index}.log`),
        agent,
        watchdog
      })
    // The first one alone: it fills the empty etcd, which several at once would race each other to do.
    const first = yield* Effect.mapError(startInstance(0), failed)
    const others = Array.from({ length: count - 1 }, (_, index) => startInstance(index + 1))
    instances.push(first, ...(yield* Effect.mapError(Effect.all(others, { concurrency: "unbounded" }), failed)))

    if (network !== undefined)
      yield* IdentityLeases.keep(
        agent,
        instances.slice(1).map(({ url }) => url)
      )

    const configFor = (server: string, user: string, identity: Required<Https.Identity>) =>
      kubeconfig({ name: "holdfast-test", user, server, identity })

    return {
      kind: "kube-apiserver" as const,
      url: first.url,
      caPem: pki.ca.certificate.pem,
      kubeconfig: configFor(first.url, "admin", pki.admin),
      instances: instances.map((instance) => ({
        url: instance.url,
        kubeconfig: configFor(instance.url, "admin", pki.admin),
        logFile: instance.logFile,
        metrics: Effect.mapBoth(Https.request(agent, { url: `${instance.url}/metrics` }), {
          onFailure: ({ message }) =>
            new KubeApiserverFailed({ component: instance.url, problem: `gave no metrics: ${message}`, logTail: "" }),
          onSuccess: ({ text }) => text
        }),
        stop: instance.end("SIGTERM"),
        kill: instance.end("SIGKILL"),
        start: Effect.mapError(instance.start, failed)
      })),
      kubeconfigFor: (client) =>
        Effect.map(Effect.orDie(ControlPlanePki.client(pki.ca, client)), (identity) =>
          configFor(first.url, client.user, identity)
        ),
      compact: Effect.orDie(etcd.compact),
      route: (service, target) => Effect.sync(() => void routes.set(routeKey(service), target))
    }
  })

const failed = ({ component, logTail, problem }: Instance.NotReady) =>
  new KubeApiserverFailed({ component, problem, logTail })

const routeKey = ({ name, namespace, port = 443 }: ServiceReference): string => `${namespace}/${name}:${port}`
