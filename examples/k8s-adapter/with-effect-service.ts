/**
 * An Effect service on the client: what the program knows is carts; that they are ConfigMaps, which errors pass by
 * themselves and which cluster it is are matters of its layers.
 */
import { classify } from "@holdfast/k8s-adapter/Classify"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Classification from "@holdfast/retry-core/Classification"
import { retry } from "@holdfast/retry-core/Retry"
import type { AttemptTimeout } from "@holdfast/retry-core/RetryErrors"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

interface Cart extends KubernetesObject {
  readonly data: { readonly owner: string }
}

class Carts extends Context.Service<
  Carts,
  {
    readonly put: (name: string, owner: string) => Effect.Effect<void, ClientError | AttemptTimeout>
    readonly owner: (name: string) => Effect.Effect<string, ClientError | AttemptTimeout>
  }
>()("example/Carts") {
  static readonly layer = Layer.effect(
    Carts,
    Effect.gen(function* () {
      const client = yield* KubernetesClient
      const cart = { apiVersion: "v1", kind: "ConfigMap", namespace: "default" }
      /** What a caller is told at the end is the API server's own last word. */
      const holdingOn = <A>(call: Effect.Effect<A, ClientError>) =>
        retry(call, {
          classify: (error) => (error._tag === "UnknownKind" ? Classification.permanent : classify(error))
        }).pipe(Effect.catchTag(["AttemptsExhausted", "DeadlineExceeded"], ({ cause }) => Effect.fail(cause)))
      return {
        put: (name, owner) =>
          holdingOn(
            client.apply(
              { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" }, data: { owner } },
              { fieldManager: "carts" }
            )
          ).pipe(Effect.asVoid),
        owner: (name) => Effect.map(holdingOn(client.get({ ...cart, name })), (found) => (found as Cart).data.owner)
      }
    })
  )
}

const program = Effect.gen(function* () {
  const carts = yield* Carts
  yield* carts.put("first", "ann")
  yield* Console.log(`the first cart is ${yield* carts.owner("first")}'s`)
  const missing = yield* Effect.flip(carts.owner("second"))
  yield* Console.log(`${missing._tag}, and not tried again`)
})

/** A cluster in this process; a program's own would be `KubernetesClient.layer({ context: "production" })`. */
const cluster = Layer.unwrap(
  Effect.map(ApiServer.make(), ({ kubeconfig }) => KubernetesClient.layer({ text: kubeconfig }))
)

await Effect.runPromise(Effect.provide(program, Layer.provide(Carts.layer, cluster)))
