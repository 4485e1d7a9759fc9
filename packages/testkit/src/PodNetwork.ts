/**
 * Addresses for nodes and pods of a test's cluster, on the loopback interface of one machine, without root.
 *
 * An API server refuses loopback addresses in Endpoints, so nodes and pods have addresses of the network `10/8`. What
 * connects to them is led to the same address in `127/8`: the API servers by their egress proxy, Node processes by a
 * module that is loaded before them. A pod that is a process ({@link ContainerRuntime}) needs to know nothing of it.
 *
 * Linux alone answers on all of `127/8` without being configured.
 *
 * @since 0.1.0
 */
import { createServer } from "node:net"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { toLoopback } from "./internal/network/loopback.ts"

/**
 * The network of one cluster: `10.X.Y.0/24`.
 *
 * @category models
 * @since 0.1.0
 */
export interface PodNetwork {
  /** The address of a node, counted from 0; `KubeApiserver` gives one to each API server. */
  readonly nodeAddress: (index: number) => string
  /** An address for a pod; the next 240 pods have others. */
  readonly nextPodAddress: () => string
  /** The port of every API server. */
  readonly apiPort: number
}

/**
 * No free network was found: this machine does not answer on `127/8`, or is full of such clusters.
 *
 * @category errors
 * @since 0.1.0
 */
export class NoPodNetwork extends Data.TaggedError("NoPodNetwork")<{ readonly cause: Error }> {
  override get message(): string {
    return `No address of 127/8 could be listened on: ${this.cause.message}. A pod network needs Linux.`
  }
}

const apiPort = 6443
/** So many addresses are for nodes, and so many for pods. */
const nodes = 9
const pods = 240

/**
 * Chooses a network that nothing listens in.
 *
 * **When to use**
 *
 * Use for several API servers that are to have addresses, Leases and an EndpointSlice of their own, or for pods that are
 * processes.
 *
 * **Example** (Three API servers that can be told apart)
 *
 * ```ts
 * import { Effect } from "effect"
 * import * as KubeApiserver from "@holdfast/testkit/KubeApiserver"
 * import * as PodNetwork from "@holdfast/testkit/PodNetwork"
 *
 * const program = Effect.scoped(
 *   Effect.gen(function*() {
 *     const network = yield* PodNetwork.make
 *     const cluster = yield* KubeApiserver.make({ instances: 3, network })
 *     return cluster.instances.map(({ url }) => url)
 *   })
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<PodNetwork, NoPodNetwork> = Effect.gen(function* () {
  // Above the Service networks of clusters, and far from what listens on 127.0.0.1.
  const x = yield* Random.nextIntBetween(100, 250)
  const y = yield* Random.nextIntBetween(0, 255)
  const address = (host: number) => `10.${x}.${y}.${host}`
  yield* tryToListen(toLoopback(address(1)), apiPort)
  let taken = 0
  return {
    nodeAddress: (index: number) => address(index + 1),
    nextPodAddress: () => {
      taken += 1
      return address(nodes + 1 + (taken % pods))
    },
    apiPort
  }
}).pipe(Effect.retry({ times: 5 }))

const tryToListen = (host: string, port: number): Effect.Effect<void, NoPodNetwork> =>
  Effect.callback((resume) => {
    const server = createServer()
    server.once("error", (cause) => resume(Effect.fail(new NoPodNetwork({ cause }))))
    server.listen(port, host, () => server.close(() => resume(Effect.void)))
  })

/**
 * Where an address of the network really is: `10.201.7.4` is `127.201.7.4`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const localAddress: (address: string) => string = toLoopback
