/** What has to hold for probing and waiting on webhooks, on any API server. */
import { assert, describe, layer } from "@effect/vitest"
import * as Apply from "@holdfast/k8s-adapter/Apply"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as WebhookProbe from "@holdfast/k8s-adapter/WebhookProbe"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import { Clock, Context, Effect, Fiber, Layer, References, type Scope } from "effect"
import { type Hook, makeHook } from "./hook.ts"

class World extends Context.Service<World, { readonly cluster: TestCluster; readonly hook: Hook }>()("test/World") {}

const group = "probe.example.org"

const definition: KubernetesObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    scope: "Cluster",
    names: { plural: "widgets", kind: "Widget" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            required: ["spec"],
            properties: {
              spec: {
                type: "object",
                required: ["name", "mode", "sizes"],
                properties: {
                  name: { type: "string", minLength: 3 },
                  mode: { type: "string", enum: ["fast", "slow"] },
                  sizes: { type: "array", minItems: 1, items: { type: "integer", minimum: 4 } }
                }
              }
            }
          }
        }
      }
    ]
  }
}

const widget = (name: string): KubernetesObject => ({
  apiVersion: `${group}/v1`,
  kind: "Widget",
  metadata: { name },
  spec: { name: "abc", mode: "slow", sizes: [5] }
})

const service: KubernetesObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "hook", namespace: "default" },
  spec: { ports: [{ port: 443, protocol: "TCP", targetPort: 8443 }] }
}

const entry = (caBundle: string, operations: ReadonlyArray<string>, fields: Record<string, unknown> = {}) => ({
  name: `w.${group}`,
  clientConfig: { caBundle, service: { namespace: "default", name: "hook", path: "/" } },
  rules: [{ apiGroups: [group], apiVersions: ["v1"], operations, resources: ["widgets"] }],
  failurePolicy: "Fail",
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
  ...fields
})

const configuration = (...webhooks: ReadonlyArray<unknown>): KubernetesObject => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "probe" },
  webhooks
})

const apply = (...objects: ReadonlyArray<KubernetesObject>) => Effect.orDie(Apply.apply(objects, { force: true }))

/** Puts an entry in force, probes it, and gives what came out in a few words. */
const probed = Effect.fnUntraced(function* (webhook: unknown) {
  const [applied] = yield* apply(configuration(webhook))
  // The API server hears of its own configurations by watch; nobody can ask whether it has.
  yield* Effect.sleep("300 millis")
  const [target] = WebhookProbe.targetsOf((applied as Apply.Applied).live)
  const probe = yield* WebhookProbe.probe(target as WebhookProbe.Target)
  switch (probe._tag) {
    case "Answered":
      return `${probe.verdict} ${probe.request}`
    case "Failed":
      return `failed ${probe.error._tag === "CertificateError" ? probe.error.reason : probe.error._tag}`
    case "NotProbed":
      return `not probed: ${probe.reason}`
  }
})

const withoutWebhooks = apply(configuration())

export const webhookSuite = (name: string, cluster: Effect.Effect<TestCluster, unknown, Scope.Scope>): void => {
  describe(name, () => {
    const world = Layer.effect(
      World,
      Effect.gen(function* () {
        return { cluster: yield* Effect.orDie(cluster), hook: yield* makeHook("hook.default.svc") }
      })
    )
    const client = Layer.unwrap(
      Effect.map(World, ({ cluster: { kubeconfig } }) => KubernetesClient.layer({ text: kubeconfig }))
    )

    const quiet = Layer.succeed(References.MinimumLogLevel, "None")

    layer(Layer.mergeAll(Layer.provideMerge(client, world), quiet), { timeout: 60_000, excludeTestServices: true })(
      "WebhookProbe",
      (it) => {
        const setUp = Effect.gen(function* () {
          const { cluster, hook } = yield* World
          yield* withoutWebhooks
          yield* apply(definition, service)
          yield* cluster.route(
            { namespace: "default", name: "hook", port: 443 },
            { host: "127.0.0.1", port: hook.port }
          )
          const kubernetes = yield* KubernetesClient
          const old = yield* kubernetes.list({ apiVersion: `${group}/v1`, kind: "Widget" })
          yield* Effect.forEach(old.items, (object) =>
            kubernetes.delete({ apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name ?? "" })
          )
          hook.asked.length = 0
          hook.deny = () => undefined
          return { hook, bundle: yield* hook.rotate, kubernetes }
        })

        it.effect("makes an object up where there is none, and creates nothing", () =>
          Effect.gen(function* () {
            const { hook, bundle, kubernetes } = yield* setUp
            assert.strictEqual(
              yield* probed(entry(bundle, ["CREATE", "UPDATE"])),
              "allowed CREATE widgets/holdfast-probe"
            )
            assert.deepStrictEqual(hook.asked, ["CREATE widgets/holdfast-probe"])
            assert.deepStrictEqual((yield* kubernetes.list({ apiVersion: `${group}/v1`, kind: "Widget" })).items, [])
          })
        )

        it.effect("updates an object without changing it where there is one", () =>
          Effect.gen(function* () {
            const { hook, bundle, kubernetes } = yield* setUp
            const [applied] = yield* apply(widget("a"))
            assert.strictEqual(yield* probed(entry(bundle, ["CREATE", "UPDATE"])), "allowed UPDATE widgets/a")
            assert.deepStrictEqual(hook.asked, ["UPDATE widgets/a"])
            const live = yield* kubernetes.get({ apiVersion: `${group}/v1`, kind: "Widget", name: "a" })
            assert.strictEqual(live.metadata.resourceVersion, applied?.live.metadata.resourceVersion)
          })
        )

        it.effect("deletes, dry, only where nothing else passes through the webhook", () =>
          Effect.gen(function* () {
            const { bundle, kubernetes } = yield* setUp
            yield* apply(widget("a"))
            assert.strictEqual(yield* probed(entry(bundle, ["DELETE"])), "allowed DELETE widgets/a")
            assert.lengthOf((yield* kubernetes.list({ apiVersion: `${group}/v1`, kind: "Widget" })).items, 1)
          })
        )

        it.effect("takes a denial for an answer", () =>
          Effect.gen(function* () {
            const { hook, bundle } = yield* setUp
            hook.deny = () => "x509: certificate signed by unknown authority, says a person"
            assert.strictEqual(yield* probed(entry(bundle, ["CREATE"])), "denied CREATE widgets/holdfast-probe")
          })
        )

        it.effect("tells a certificate error from a webhook that is not there", () =>
          Effect.gen(function* () {
            const { hook, bundle } = yield* setUp
            yield* hook.rotate
            // An authority of the same name with another key.
            assert.strictEqual(yield* probed(entry(bundle, ["CREATE"])), "failed unknown-authority")
            const { cluster } = yield* World
            yield* cluster.route({ namespace: "default", name: "hook", port: 443 }, { host: "127.0.0.1", port: 1 })
            assert.strictEqual(
              yield* probed(entry(bundle, ["CREATE"], { timeoutSeconds: 3 })),
              "failed WebhookUnavailable"
            )
          })
        )

        it.effect("says what it cannot be sure of", () =>
          Effect.gen(function* () {
            const { bundle } = yield* setUp
            const reason = (operations: ReadonlyArray<string>, fields?: Record<string, unknown>) =>
              probed(entry(bundle, operations, fields))
            assert.include(yield* reason(["UPDATE"]), "not probed: there is no object")
            assert.include(
              yield* reason(["CREATE"], { failurePolicy: "Ignore" }),
              "not probed: its failurePolicy is Ignore"
            )
            assert.include(
              yield* reason(["CREATE"], { matchConditions: [{ name: "never", expression: "false" }] }),
              "not probed: no dry run is sure to have passed it"
            )
            assert.strictEqual(
              yield* reason(["CREATE"], { objectSelector: { matchLabels: { probed: "yes" } } }),
              "allowed CREATE widgets/holdfast-probe"
            )
            assert.include(
              yield* reason(["CREATE"], {
                objectSelector: { matchExpressions: [{ key: "probed", operator: "Exists" }] }
              }),
              "not probed: there is no object"
            )
          })
        )

        it.effect("asks a conversion webhook, with objects and without, and tells its certificate error", () =>
          Effect.gen(function* () {
            const { hook, kubernetes } = yield* setUp
            const names = { plural: "gadgets", kind: "Gadget" }
            const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } }
            const converting = (caBundle: string): KubernetesObject => ({
              apiVersion: "apiextensions.k8s.io/v1",
              kind: "CustomResourceDefinition",
              metadata: { name: `gadgets.${group}` },
              spec: {
                group,
                names,
                scope: "Cluster",
                versions: [
                  { name: "v1", served: true, storage: true, schema },
                  { name: "v2", served: true, storage: false, schema }
                ],
                conversion: {
                  strategy: "Webhook",
                  webhook: {
                    conversionReviewVersions: ["v1"],
                    clientConfig: { caBundle, service: { namespace: "default", name: "hook", path: "/" } }
                  }
                }
              }
            })
            const asked = Effect.fnUntraced(function* (caBundle: string) {
              const [applied] = yield* apply(converting(caBundle))
              yield* kubernetes.invalidateDiscovery
              yield* Effect.sleep("1500 millis")
              const [target] = WebhookProbe.targetsOf((applied as Apply.Applied).live)
              return yield* WebhookProbe.probe(target as WebhookProbe.Target)
            })
            assert.deepInclude(yield* asked(yield* hook.rotate), {
              _tag: "Answered",
              request: "CREATE gadgets.v2/holdfast-probe"
            })
            const gadget = { apiVersion: `${group}/v1`, kind: "Gadget", metadata: { name: "a" } }
            yield* apply(gadget)
            const bundle = yield* hook.rotate
            assert.deepInclude(yield* asked(bundle), { _tag: "Answered", request: "LIST gadgets.v2" })
            yield* hook.rotate
            // A served connection would go on under the certificate of before: the changed bundle opens a new one.
            const stale = yield* asked(Buffer.from(`${Buffer.from(bundle, "base64")}\n`).toString("base64"))
            assert.deepInclude(stale, { _tag: "Failed", request: "LIST gadgets.v2" })
            if (stale._tag === "Failed")
              assert.deepInclude(stale.error, { _tag: "CertificateError", where: "conversion-webhook" })
          })
        )

        const policy = RetryPolicy.make({ baseDelay: "50 millis", maxDelay: "500 millis", deadline: "20 seconds" })

        it.effect("waits until a rotated webhook is answered again, woken by the new caBundle", () =>
          Effect.gen(function* () {
            const { hook, bundle } = yield* setUp
            const [applied] = yield* apply(configuration(entry(bundle, ["CREATE"])))
            const next = yield* hook.rotate
            const hints: Array<string> = []
            const slow = RetryPolicy.make({
              baseDelay: "15 seconds",
              maxDelay: "15 seconds",
              jitter: "none",
              deadline: "30 seconds"
            })
            const waiting = yield* Effect.forkChild(
              WebhookProbe.awaitAnswered([(applied as Apply.Applied).ref], {
                policy: slow,
                onEvent: (event) => Effect.sync(() => void (event._tag === "Retrying" && hints.push(event.hint ?? "")))
              })
            )
            yield* Effect.sleep("2 seconds")
            assert.isUndefined(waiting.pollUnsafe())
            const switchedAt = yield* Clock.currentTimeMillis
            yield* apply(configuration(entry(next, ["CREATE"])))
            const [probe] = yield* Fiber.join(waiting)
            assert.strictEqual(probe?._tag, "Answered")
            assert.include(hints, "caBundle of ValidatingWebhookConfiguration probe was replaced")
            // Two answers, a second apart.
            assert.isBelow((yield* Clock.currentTimeMillis) - switchedAt, 4000)
          })
        )

        it.effect("waits, without a hint, for a pod that switches by itself", () =>
          Effect.gen(function* () {
            const { hook, bundle: old } = yield* setUp
            yield* apply(configuration(entry(old, ["CREATE"])))
            const next = yield* hook.rotate
            const [applied] = yield* apply(configuration(entry(old, ["CREATE"])))
            const waiting = yield* Effect.forkChild(
              WebhookProbe.awaitAnswered([(applied as Apply.Applied).ref], { policy, wake: false })
            )
            yield* Effect.sleep("1 second")
            yield* apply(configuration(entry(next, ["CREATE"])))
            assert.deepStrictEqual(
              (yield* Fiber.join(waiting)).map(({ _tag }) => _tag),
              ["Answered"]
            )
          })
        )

        it.effect("ends at the deadline when it stays closed", () =>
          Effect.gen(function* () {
            const { hook, bundle } = yield* setUp
            yield* hook.rotate
            const [applied] = yield* apply(configuration(entry(bundle, ["CREATE"])))
            yield* Effect.sleep("300 millis")
            const error = yield* Effect.flip(
              WebhookProbe.awaitAnswered([(applied as Apply.Applied).ref], {
                policy: RetryPolicy.make({ baseDelay: "50 millis", maxDelay: "200 millis", deadline: "2 seconds" })
              })
            )
            assert.strictEqual(error._tag, "DeadlineExceeded")
            yield* withoutWebhooks
          })
        )
      }
    )
  })
}
