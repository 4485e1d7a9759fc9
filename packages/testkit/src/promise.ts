/**
 * The embedded API server for tests that do not use Effect.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as ApiServer from "./ApiServer.ts"
import type { RouteTarget, ServiceReference } from "./TestCluster.ts"

/**
 * A running embedded API server; `await using` closes it at the end of the block.
 *
 * @category models
 * @since 0.1.0
 */
export interface RunningApiServer extends AsyncDisposable {
  readonly url: string
  readonly caPem: string
  /** A kubeconfig (YAML text) of an administrator. */
  readonly kubeconfig: string
  /** Sends what the API server would send to a Service to a local listener. */
  readonly route: (service: ServiceReference, target: RouteTarget) => Promise<void>
  /** All that there is, as effects: faults, counts, other users. */
  readonly server: ApiServer.ApiServer
  readonly close: () => Promise<void>
}

/**
 * Starts an embedded API server.
 *
 * **Example** (A server for one block)
 *
 * ```ts import.meta.vitest
 * import { startApiServer } from "@holdfast/testkit/promise"
 *
 * const server = await startApiServer()
 * const { protocol, hostname } = new URL(server.url)
 * await server.close()
 *
 * `${protocol}//${hostname}` // => "https://127.0.0.1"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const startApiServer = async (options?: ApiServer.Options): Promise<RunningApiServer> => {
  const scope = Scope.makeUnsafe()
  const server = await Effect.runPromise(Scope.provide(ApiServer.make(options), scope))
  const close = () => Effect.runPromise(Scope.close(scope, Exit.void))
  return {
    url: server.url,
    caPem: server.caPem,
    kubeconfig: server.kubeconfig,
    route: (service, target) => Effect.runPromise(server.route(service, target)),
    server,
    close,
    [Symbol.asyncDispose]: close
  }
}
