/**
 * The API servers of a cluster, each asked by itself: what one of them has in effect says nothing about the others.
 *
 * They are found as the endpoints of the Service `kubernetes`, and counted by the Leases that they hold. Where a load
 * balancer stands before them, one address leads to several of them, and nobody can say to which.
 *
 * @since 0.1.0
 */
import type { CertificateError } from "@holdfast/k8s-adapter/CertificateError"
import { field, list, text } from "@holdfast/k8s-adapter/Json"
import type { Kubeconfig } from "@holdfast/k8s-adapter/Kubeconfig"
import type { KubeconfigError } from "@holdfast/k8s-adapter/KubeconfigError"
import * as Client from "@holdfast/k8s-adapter/KubernetesClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { RotationView } from "../rotation/RotationView.ts"

/**
 * What was found out about the API servers.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reachable extends Pick<RotationView, "apiServers" | "reach" | "skew"> {}

/**
 * A way to the API servers.
 *
 * @category models
 * @since 0.1.0
 */
export interface ApiServers {
  /** Looks which API servers answer; at most once in five seconds. */
  readonly discover: Effect.Effect<Reachable, Client.ClientError>
  /** Makes a client of one API server, on a connection of its own. */
  readonly client: (apiServer: string) => Effect.Effect<Client.Shape, KubeconfigError | CertificateError, Scope.Scope>
}

/**
 * How to find them.
 *
 * @category options
 * @since 0.1.0
 */
export interface ApiServersOptions {
  /** Who we are and whom we trust. */
  readonly load: Effect.Effect<Kubeconfig, KubeconfigError | CertificateError>
  /** Their addresses, `host:port`; those of the Service `kubernetes` unless given. */
  readonly addresses?: Effect.Effect<ReadonlyArray<string>, Client.ClientError> | undefined
}

/** The name that every API server's certificate has, whatever address it is called by. */
const tlsServerName = "kubernetes.default.svc"

/** The API server that the kubeconfig names, or a load balancer before all of them. */
const configured = "kubernetes"

/**
 * Makes a way to the API servers of the cluster that the client works on.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: ApiServersOptions): Effect.Effect<ApiServers, never, Client.KubernetesClient> =>
  Effect.gen(function* () {
    const main = yield* Client.KubernetesClient
    const client = (apiServer: string) =>
      Client.fromKubeconfig(
        apiServer === configured ? options.load : Effect.map(options.load, (kubeconfig) => at(kubeconfig, apiServer)),
        // Longer than an API server waits for a canary.
        { connectTimeout: "5 seconds", requestTimeout: "15 seconds" }
      )
    const ask = (apiServer: string) =>
      Effect.scoped(Effect.flatMap(client(apiServer), clockOf)).pipe(
        Effect.map((skew) => ({ apiServer, skew })),
        Effect.catch((error) =>
          Effect.as(Effect.logDebug(`the API server ${apiServer} does not answer: ${error.message}`), undefined)
        )
      )
    const discover = Effect.gen(function* () {
      const known = yield* options.addresses ?? endpoints(main)
      const answers = yield* Effect.forEach(known, ask, { concurrency: 8 })
      const answering = answers.filter((each) => each !== undefined)
      if (answering.length === 0) {
        // The addresses may be hidden from pods. Whoever answers here leads to one of them.
        return { apiServers: [configured], reach: "sampled", skew: yield* clockOf(main) } satisfies Reachable
      }
      const alive = yield* identities(main)
      const skews = answering.map(({ skew }) => skew)
      return {
        apiServers: answering.map(({ apiServer }) => apiServer),
        reach: reachOf({ known: known.length, answering: answering.length, alive }),
        skew: skews.reduce((worst, skew) => (Math.abs(skew) > Math.abs(worst) ? skew : worst), 0)
      } satisfies Reachable
    })
    return { discover: yield* Effect.cachedWithTTL(discover, "5 seconds"), client }
  })

const at = (kubeconfig: Kubeconfig, address: string): Kubeconfig => ({
  ...kubeconfig,
  cluster: {
    ...kubeconfig.cluster,
    server: `https://${address}`,
    tlsServerName: kubeconfig.cluster.tlsServerName ?? tlsServerName,
    proxyUrl: undefined
  }
})

const reachOf = (count: {
  readonly known: number
  readonly answering: number
  /** How many hold a Lease; 0 where nobody does, or nobody may look. */
  readonly alive: number
}): Reachable["reach"] => {
  if (count.answering < count.known) return "some"
  const isSampled = count.alive === 0 ? count.known === 1 : count.alive > count.known
  return isSampled ? "sampled" : "all"
}

const endpoints = (client: Client.Shape) =>
  Effect.map(
    client.list({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      namespace: "default",
      labelSelector: "kubernetes.io/service-name=kubernetes"
    }),
    ({ items }) => [
      ...new Set(
        items.flatMap((slice) => {
          const port = list(slice, "ports").find((each) => text(each, "name") === "https") ?? list(slice, "ports")[0]
          const number = field(port, "port") ?? 443
          return list(slice, "endpoints").flatMap((endpoint) =>
            list(endpoint, "addresses").map((address) =>
              text(slice, "addressType") === "IPv6" ? `[${address}]:${number}` : `${address}:${number}`
            )
          )
        })
      )
    ]
  )

/**
 * An API server renews its Lease every 10 s; the Lease says an hour, for the garbage collector's sake.
 *
 * @see https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/1965-kube-apiserver-identity
 */
const leaseAge = 60_000

/** How many API servers hold a Lease that they have renewed lately, by the clock of one of them. */
const identities = (client: Client.Shape): Effect.Effect<number> =>
  Effect.gen(function* () {
    const path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
    const query = { labelSelector: "apiserver.kubernetes.io/identity=kube-apiserver" }
    const { body, headers } = yield* client.request({ method: "GET", path, query })
    const now = Date.parse(String(headers["date"]))
    return list(body, "items").filter((lease) => now - Date.parse(text(lease, "spec", "renewTime")) < leaseAge).length
  }).pipe(
    Effect.catch((error) =>
      Effect.as(Effect.logDebug(`the Leases of the API servers cannot be read: ${error.message}`), 0)
    )
  )

/** How far our clock is ahead of an API server's; its `Date` has whole seconds, so that half a second is added. */
const clockOf = (client: Client.Shape) =>
  Effect.gen(function* () {
    const before = yield* Clock.currentTimeMillis
    const { headers } = yield* client.request({ method: "GET", path: "/version", timeout: "5 seconds" })
    const after = yield* Clock.currentTimeMillis
    const theirs = Date.parse(String(headers["date"]))
    return Number.isNaN(theirs) ? 0 : Math.round((before + after) / 2 - (theirs + 500))
  })
