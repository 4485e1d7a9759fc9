/**
 * What a test needs of a Kubernetes API server, whichever one it is: the embedded one of this package or a real
 * `kube-apiserver`. A suite written against `TestCluster` runs on both, which is what keeps the embedded one honest.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"

/**
 * A Service of the cluster, as a webhook's `clientConfig.service` names it.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServiceReference {
  readonly namespace: string
  readonly name: string
  /** The Service's port, 443 when left out. */
  readonly port?: number
}

/**
 * A listener of the test on the loopback interface.
 *
 * @category models
 * @since 0.1.0
 */
export interface RouteTarget {
  readonly host: "127.0.0.1"
  readonly port: number
}

/**
 * A running API server.
 *
 * **When to use**
 *
 * Use as the parameter of a test that should hold on the embedded server and on a real one alike.
 *
 * @category models
 * @since 0.1.0
 */
export interface TestCluster {
  /** Which server this is; a test may only use it to say what it skips. */
  readonly kind: "embedded" | "kube-apiserver"
  /** `https://127.0.0.1:PORT`, without a path. */
  readonly url: string
  /** The certificate authority of the serving certificate, as PEM. */
  readonly caPem: string
  /** A kubeconfig (YAML text) with an administrator's client certificate. */
  readonly kubeconfig: string
  /**
   * Sends what the API server would send to a Service (webhooks, conversion webhooks, aggregated APIs) to a local
   * listener. The Service object itself must exist, as it must in a cluster. A second call for the same Service
   * replaces the first.
   */
  readonly route: (service: ServiceReference, target: RouteTarget) => Effect.Effect<void>
  /**
   * Issues a client certificate and returns a kubeconfig with it. What the user may do is up to RBAC.
   */
  readonly kubeconfigFor: (options: {
    readonly user: string
    readonly groups?: ReadonlyArray<string> | undefined
    /** A year, unless given; counted from now, or from `notBefore` where that is given. */
    readonly validity?: Duration.Input | undefined
    /** An hour ago, unless given. */
    readonly notBefore?: Date | undefined
  }) => Effect.Effect<string>
  /**
   * Forgets the history of all objects, as compaction of etcd does. From then on a `continue` token, or a watch that
   * goes on from further back than the server's own memory, is answered with 410.
   */
  readonly compact: Effect.Effect<void>
}
