/** Services and who is behind them, asked of the API at whichever API server answers. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { arrayAt, isObject, type Json, type JsonObject, numberAt, objectAt, stringAt } from "../Json.ts"
import { toLoopback } from "../network/loopback.ts"
import type { Listener } from "./egressProxy.ts"
import * as Https from "./https.ts"

interface Service {
  readonly metadata: { readonly namespace: string; readonly name: string }
  readonly spec: JsonObject
}

export const make = (agent: ReturnType<typeof Https.agent>, urls: () => ReadonlyArray<string>) => {
  const list = (path: string): Effect.Effect<ReadonlyArray<Json>> =>
    Effect.orElseSucceed(
      Effect.firstSuccessOf(
        urls().map((url) =>
          Effect.map(Https.request(agent, { url: `${url}${path}` }), ({ text }) => arrayAt(JSON.parse(text), "items"))
        )
      ),
      () => []
    )
  const servicesAt = remembering(list, "2 seconds")
  // As long as kube-proxy may take at the shortest to take up a change.
  const slicesAt = remembering(list, "500 millis")
  let drawn = 0

  return {
    withClusterIP: (clusterIP: string): Effect.Effect<Service | undefined> =>
      Effect.map(
        servicesAt(`/api/v1/services?fieldSelector=spec.clusterIP%3D${clusterIP}`),
        ([service]) => service as unknown as Service | undefined
      ),
    /** Does as kube-proxy: one of the pods that are ready, else one of those that serve until they end. */
    endpoint: ({ metadata, spec }: Service, port: number): Effect.Effect<Listener | undefined> => {
      const name = arrayAt(spec, "ports").find((each) => numberAt(each, "port") === port)
      const { namespace } = metadata
      const selector = `labelSelector=kubernetes.io/service-name%3D${metadata.name}`
      return Effect.map(
        slicesAt(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?${selector}`),
        (slices) => {
          const all = slices.flatMap((slice) => listenersOf(slice, stringAt(name, "name") ?? ""))
          const ready = all.filter(({ conditions }) => conditions["ready"] === true)
          const serving = all.filter(({ conditions }) => conditions["serving"] === true)
          const usable = ready.length > 0 ? ready : serving
          drawn += 1
          return usable[drawn % Math.max(1, usable.length)]
        }
      )
    }
  }
}

/** Asks once for all who want to know the same within some time; that there is nothing is not remembered. */
const remembering = <A>(ask: (path: string) => Effect.Effect<ReadonlyArray<A>>, time: Duration.Input) => {
  const asked = new Map<string, Effect.Effect<ReadonlyArray<A>>>()
  const isWorthIt = (exit: Exit.Exit<ReadonlyArray<A>>) => Exit.isSuccess(exit) && exit.value.length > 0
  return Effect.fnUntraced(function* (path: string) {
    const known = asked.get(path) ?? (yield* Effect.cachedWithTTL(ask(path), (exit) => (isWorthIt(exit) ? time : 0)))
    asked.set(path, known)
    return yield* known
  })
}

const listenersOf = (slice: Json, portName: string) => {
  const port = arrayAt(slice, "ports").find((each) => (stringAt(each, "name") ?? "") === portName)
  return arrayAt(slice, "endpoints")
    .filter(isObject)
    .flatMap((endpoint) =>
      arrayAt(endpoint, "addresses").map((address) => ({
        host: toLoopback(String(address)),
        port: numberAt(port, "port") ?? 0,
        conditions: objectAt(endpoint, "conditions")
      }))
    )
}
