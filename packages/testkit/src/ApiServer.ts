/**
 * A Kubernetes API server inside the test process: real TLS, real objects, admission webhooks called over real TLS
 * with the error texts of a real API server. `kubectl` and every client library work against it.
 *
 * @since 0.1.0
 */
import * as CertificateAuthority from "@holdfast/certificates/CertificateAuthority"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { Faults } from "./Faults.ts"
import { Cluster } from "./internal/Cluster.ts"
import { Instance } from "./internal/Instance.ts"
import { kubeconfig } from "./internal/kube-apiserver/kubeconfig.ts"
import type { Stats } from "./Stats.ts"
import type { TestCluster } from "./TestCluster.ts"

/**
 * How an embedded API server is to be.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Where to listen on 127.0.0.1; a free port when left out. */
  readonly port?: number | undefined
  /**
   * The clock for timestamps, bookmarks, watch timeouts and the verification of webhook certificates. The machine's,
   * when left out; `yield* Clock.Clock` under a `TestClock` gives a server in virtual time.
   */
  readonly clock?: Clock.Clock | undefined
  /** Bearer tokens that are accepted, with the user each stands for. */
  readonly tokens?:
    | Readonly<Record<string, { readonly name: string; readonly groups: ReadonlyArray<string> }>>
    | undefined
  /** How many changes of each kind a watch can resume over before it gets 410; 10,000 when left out. */
  readonly historyLimit?: number | undefined
  /** Time between the bookmarks of a watch; a minute when left out. */
  readonly bookmarkInterval?: Duration.Input | undefined
  /**
   * Whether it does what a controller manager does beside a real API server: garbage collection, emptying deleted
   * namespaces, a default ServiceAccount for each new one. It does, when left out.
   */
  readonly controllerManager?: boolean | undefined
  /** Whether a request without credentials is one of `system:anonymous`, to be forbidden; it gets 401 when left out. */
  readonly anonymousAuth?: boolean | undefined
  /** How many API servers the cluster has, each with its own address, watches and view of the webhooks; one, when left out. */
  readonly instances?: number | undefined
  /** Namespaces to start with besides those that every cluster has. */
  readonly namespaces?: ReadonlyArray<string> | undefined
}

/**
 * One API server of an embedded cluster.
 *
 * @category models
 * @since 0.1.0
 */
export interface ApiServerInstance {
  readonly url: string
  /** A kubeconfig (YAML text) of an administrator, for this one server. */
  readonly kubeconfig: string
  /** Faults of this server alone. */
  readonly faults: Faults
  /** What clients have asked this server. */
  readonly stats: Stats
}

/**
 * A running embedded API server.
 *
 * @category models
 * @since 0.1.0
 */
export interface ApiServer extends TestCluster {
  readonly kind: "embedded"
  /** Its API servers; `url`, `kubeconfig`, `faults` and `stats` are those of the first. */
  readonly instances: ReadonlyArray<ApiServerInstance>
  /** Faults on demand. */
  readonly faults: Faults
  /** What clients have asked so far. */
  readonly stats: Stats
  /**
   * Re-creates the CA of the serving certificate, as a re-installed control plane does: clients that keep the old CA
   * get certificate errors on new connections. Returns the new CA and a kubeconfig that has it.
   */
  readonly rotateServingCertificate: (options?: {
    /** Issued by the CA of before instead of a new one. */
    readonly keepAuthority?: boolean | undefined
    /** Makes a certificate that has expired already. */
    readonly expired?: boolean | undefined
  }) => Effect.Effect<{ readonly caPem: string; readonly kubeconfig: string }>
}

const dnsNames = [
  "localhost",
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local"
]

/**
 * Starts an embedded API server; it stops with the scope.
 *
 * **When to use**
 *
 * Use in tests of anything that talks to Kubernetes, where a cluster would take minutes and a mock would lie.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options = {}): Effect.Effect<ApiServer, never, Scope.Scope> =>
  Effect.gen(function* () {
    // Node verifies certificates by the machine's clock, whatever clock the test runs on.
    const live = Clock.Clock.defaultValue()
    const certified = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.orDie(Effect.provideService(effect, Clock.Clock, live))
    const random = yield* Random.Random

    const authority = (commonName: string) =>
      certified(CertificateAuthority.make({ commonName, validity: "3650 days" }))
    const clientCa = yield* authority("holdfast-testkit-client-ca")
    let servingCa = yield* authority("holdfast-testkit-ca")
    const issueServing = (ca: CertificateAuthority.CertificateAuthority, expired: boolean) =>
      Effect.map(
        certified(
          CertificateAuthority.issue(ca, {
            commonName: "kube-apiserver",
            dnsNames,
            ipAddresses: ["127.0.0.1"],
            ...(expired
              ? { notBefore: new Date(live.currentTimeMillisUnsafe() - 7_200_000), validity: "1 hour" }
              : { validity: "365 days" })
          })
        ),
        (issued) => ({
          certificatePem: issued.chainPem,
          privateKeyPem: Redacted.value(issued.privateKeyPem),
          clientCaPem: clientCa.certificate.pem
        })
      )

    const cluster = new Cluster({
      clock: options.clock ?? live,
      random,
      tokens: options.tokens ?? {},
      historyLimit: options.historyLimit ?? 10_000,
      namespaces: options.namespaces ?? [],
      controllerManager: options.controllerManager ?? true
    })
    yield* Effect.addFinalizer(() => Effect.sync(() => cluster.stop()))
    const material = yield* issueServing(servingCa, false)
    const start = (port: number) =>
      Effect.acquireRelease(
        Effect.promise(async () => {
          const instance = new Instance(cluster, {
            port,
            material,
            bookmarkInterval: options.bookmarkInterval ?? "1 minute",
            anonymousAuth: options.anonymousAuth ?? false
          })
          await instance.start()
          return instance
        }),
        (instance) => Effect.promise(() => instance.stop())
      )
    const first = yield* start(options.port ?? 0)
    const others = yield* Effect.forEach(Array.from({ length: (options.instances ?? 1) - 1 }), () => start(0))
    const instances = [first, ...others]

    const kubeconfigAt = (
      url: string,
      { groups, notBefore, user, validity }: Parameters<ApiServer["kubeconfigFor"]>[0]
    ): Effect.Effect<string> =>
      Effect.map(
        certified(
          CertificateAuthority.issue(clientCa, {
            commonName: user,
            organization: groups ?? [],
            usages: ["client"],
            validity: validity ?? "365 days",
            notBefore
          })
        ),
        (issued) =>
          kubeconfig({
            name: "testkit",
            user,
            server: url,
            identity: {
              ca: servingCa.certificate.pem,
              cert: issued.certificatePem,
              key: Redacted.value(issued.privateKeyPem)
            }
          })
      )
    const admin = (url: string) => kubeconfigAt(url, { user: "kubernetes-admin", groups: ["system:masters"] })
    const served = yield* Effect.forEach(instances, ({ faults, stats, url }) =>
      Effect.map(admin(url), (text): ApiServerInstance => ({ url, kubeconfig: text, faults, stats }))
    )

    return {
      ...(served[0] as ApiServerInstance),
      kind: "embedded" as const,
      instances: served,
      caPem: servingCa.certificate.pem,
      compact: first.faults.expireHistory,
      route: (service, target) => Effect.sync(() => cluster.route(service, target)),
      kubeconfigFor: (user) => kubeconfigAt(first.url, user),
      rotateServingCertificate: Effect.fnUntraced(function* (rotation) {
        if (rotation?.keepAuthority !== true) servingCa = yield* authority("holdfast-testkit-ca")
        const next = yield* issueServing(servingCa, rotation?.expired === true)
        for (const instance of instances) instance.present(next)
        return { caPem: servingCa.certificate.pem, kubeconfig: yield* admin(first.url) }
      })
    }
  })
