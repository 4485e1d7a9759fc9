/**
 * A program that uses the library as its users do: through each API server it applies objects and holds on when that
 * fails, reads them back, deletes them, and has them told by a watch. Nothing here may fail for longer than the policy's
 * deadline, whatever happens to the API servers and to the webhooks.
 */
import { readFileSync } from "node:fs"
import * as HoldOn from "@holdfast/k8s-adapter/HoldOn"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import { Clock, Effect, Logger, Stream } from "effect"
import type { ClientCounts, ClientPlan } from "./Client.ts"

const plan: ClientPlan = JSON.parse(readFileSync(0, "utf8"))
const policy = RetryPolicy.make({ maxAttempts: Number.POSITIVE_INFINITY, deadline: "5 minutes" })

const counts: { -readonly [K in keyof ClientCounts]: ClientCounts[K] } = {
  operations: 0,
  attemptsFailed: 0,
  watchesReconnected: 0,
  longest: 0,
  failed: 0
}

const tell = (what: object) => Effect.sync(() => console.log(JSON.stringify(what)))

/** A ConfigMap that is applied, read, changed and deleted through one API server, over and over. */
const through = Effect.fnUntraced(function* (text: string, index: number) {
  const client = yield* KubernetesClient.make({ text })
  const holdOn = yield* Effect.provideService(HoldOn.make({ policy }), KubernetesClient.KubernetesClient, client)
  const kind = { apiVersion: "v1", kind: "ConfigMap", namespace: plan.namespace }
  const labels = { soak: `client-${index}` }

  /** What the watch has told last; `undefined` for what is deleted. */
  const told = new Map<string, string | undefined>()
  const events = client.watch({ ...kind, labelSelector: `soak=${labels.soak}` })
  const following = Stream.runForEach(events, (event) =>
    Effect.sync(() => {
      if (event._tag === "Reconnecting") counts.watchesReconnected += 1
      if ("object" in event) {
        told.set(event.object.metadata.name ?? "", event._tag === "Deleted" ? undefined : textOf(event.object))
      }
    })
  )
  yield* Effect.forkScoped(Effect.catch(following, (error) => failure("watch", error.message)))

  const failure = (operation: string, problem: string) =>
    Effect.gen(function* () {
      counts.failed += 1
      yield* tell({
        failure: { at: new Date(yield* Clock.currentTimeMillis), server: client.server, operation, problem }
      })
    })
  /** Counts an operation, and how long it took to succeed. */
  const operation = <A>(name: string, effect: Effect.Effect<A, KubernetesClient.ClientError>) =>
    Effect.gen(function* () {
      const began = yield* Clock.currentTimeMillis
      const onEvent = (event: { readonly _tag: string }) =>
        Effect.sync(() => {
          if (event._tag === "AttemptFailed") counts.attemptsFailed += 1
        })
      const result = yield* Effect.result(holdOn.run(effect, { name, onEvent }))
      counts.operations += 1
      counts.longest = Math.max(counts.longest, (yield* Clock.currentTimeMillis) - began)
      if (result._tag === "Failure") yield* failure(name, result.failure.message)
      return result
    })
  const toldOf = (name: string, value: string | undefined) =>
    Effect.timeoutOrElse(
      Effect.repeat(Effect.sleep("50 millis"), { until: () => told.has(name) && told.get(name) === value }),
      { duration: "5 minutes", orElse: () => failure("watch", `did not tell that ${name} is ${value ?? "deleted"}`) }
    )

  let round = 0
  const next = Effect.gen(function* () {
    round += 1
    // A name is used again and again, so that its end and its next beginning must not be mixed up.
    const name = `soak-${index}-${round % 3}`
    for (const value of [`${round} first`, `${round} then`]) {
      const object: KubernetesObject = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name, namespace: plan.namespace, labels },
        ...{ data: { value } }
      }
      yield* operation("apply", client.apply(object, { fieldManager: "soak", force: true }))
      const read = yield* operation("get", client.get({ ...kind, name }))
      if (read._tag === "Success" && textOf(read.success) !== value) {
        yield* failure("get", `${name} is ${textOf(read.success)} and not ${value}`)
      }
      yield* toldOf(name, value)
    }
    // A deletion that took effect before its connection broke finds nothing left when it is tried again.
    const gone = Effect.catchTag(client.delete({ ...kind, name }), "NotFound", () => Effect.void)
    yield* operation("delete", gone)
    yield* toldOf(name, undefined)
  })
  yield* Effect.forever(Effect.andThen(next, Effect.sleep("500 millis")))
})

const textOf = (object: KubernetesObject): string | undefined =>
  (object as { readonly data?: Readonly<Record<string, string>> }).data?.["value"]

const program = Effect.all(
  [
    Effect.forEach(plan.kubeconfigs, through, { concurrency: "unbounded", discard: true }),
    Effect.forever(
      Effect.andThen(
        Effect.sleep("1 second"),
        Effect.suspend(() => tell({ counts }))
      )
    )
  ],
  { concurrency: "unbounded", discard: true }
)
// Who started it has died.
process.stdout.on("error", () => process.exit(1))
await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(Logger.layer([]))))
