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
   * The clock for timestamps, bookmarks, watch timeouts and the verification of client and webhook certificates. The
   * machine's, when left out; `yield* Clock.Clock` under a `TestClock` gives a server in virtual time.
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
    const live = Clock.Clock.defaultValue()
    const clock = options.clock ?? live
    const random = yield* Random.Random

    // Clients verify by the machine's clock, whatever clock the test runs on; this server does by its own.
    const authority = (commonName: string, time: Clock.Clock, notBefore?: Date) =>
      certified(time, CertificateAuthority.make({ commonName, validity: "3650 days", notBefore }))
    // The administrator stays one though years pass, or the server's clock goes wrong by months.
    const aYearAgo = new Date(clock.currentTimeMillisUnsafe() - 365 * 86_400_000)
    const issueServing = (ca: CertificateAuthority.CertificateAuthority, expired: boolean) =>
      certified(
        live,
        CertificateAuthority.issue(ca, {
          commonName: "kube-apiserver",
          dnsNames,
          ipAddresses: ["127.0.0.1"],
          ...(expired
            ? { notBefore: new Date(live.currentTimeMillisUnsafe() - 7_200_000), validity: "1 hour" }
            : { validity: "365 days" })
        })
      )
    const issueClient = (ca: CertificateAuthority.CertificateAuthority, client: Client) =>
      certified(
        clock,
        CertificateAuthority.issue(ca, {
          commonName: client.user,
          organization: client.groups ?? [],
          usages: ["client"],
          validity: client.validity ?? "365 days",
          notBefore: client.notBefore
        })
      )
    const [firstServing, firstClient] = yield* Effect.all(
      [
        Effect.gen(function* () {
          const ca = yield* authority("holdfast-testkit-ca", live)
          return { ca, issued: yield* issueServing(ca, false) }
        }),
        Effect.gen(function* () {
          const ca = yield* authority("holdfast-testkit-client-ca", clock, aYearAgo)
          const issued = yield* issueClient(ca, { ...admin, notBefore: aYearAgo, validity: "3650 days" })
          return { ca, issued }
        })
      ],
      { concurrency: "unbounded" }
    )
    let servingCa = firstServing.ca
    const material = (serving: CertificateAuthority.IssuedCertificate) => ({
      certificatePem: serving.chainPem,
      privateKeyPem: Redacted.value(serving.privateKeyPem),
      clientCaPem: firstClient.ca.certificate.pem
    })

    const cluster = new Cluster({
      clock,
      random,
      tokens: options.tokens ?? {},
      historyLimit: options.historyLimit ?? 10_000,
      namespaces: options.namespaces ?? [],
      controllerManager: options.controllerManager ?? true
    })
    yield* Effect.addFinalizer(() => Effect.sync(() => cluster.stop()))
    const start = (port: number) =>
      Effect.acquireRelease(
        Effect.promise(async () => {
          const instance = new Instance(cluster, {
            port,
            material: material(firstServing.issued),
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

    const kubeconfigAt = (url: string, user: string, identity: CertificateAuthority.IssuedCertificate) =>
      kubeconfig({
        name: "testkit",
        user,
        server: url,
        identity: {
          ca: servingCa.certificate.pem,
          cert: identity.certificatePem,
          key: Redacted.value(identity.privateKeyPem)
        }
      })
    const adminAt = (url: string) => kubeconfigAt(url, admin.user, firstClient.issued)
    const served = instances.map(
      ({ faults, stats, url }): ApiServerInstance => ({ url, kubeconfig: adminAt(url), faults, stats })
    )

    return {
      ...(served[0] as ApiServerInstance),
      kind: "embedded" as const,
      instances: served,
      caPem: servingCa.certificate.pem,
      compact: first.faults.expireHistory,
      route: (service, target) => Effect.sync(() => cluster.route(service, target)),
      kubeconfigFor: (client) =>
        Effect.map(issueClient(firstClient.ca, client), (issued) => kubeconfigAt(first.url, client.user, issued)),
      rotateServingCertificate: Effect.fnUntraced(function* (rotation) {
        if (rotation?.keepAuthority !== true) servingCa = yield* authority("holdfast-testkit-ca", live)
        const next = material(yield* issueServing(servingCa, rotation?.expired === true))
        for (const instance of instances) instance.present(next)
        return { caPem: servingCa.certificate.pem, kubeconfig: adminAt(first.url) }
      })
    }
  })

type Client = Parameters<ApiServer["kubeconfigFor"]>[0]

const admin: Client = { user: "kubernetes-admin", groups: ["system:masters"] }

const certified = <A, E>(time: Clock.Clock, effect: Effect.Effect<A, E>): Effect.Effect<A> =>
  Effect.orDie(Effect.provideService(effect, Clock.Clock, time))
