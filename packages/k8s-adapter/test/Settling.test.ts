import { assert, describe, it } from "@effect/vitest"
import { Forbidden } from "@holdfast/k8s-adapter/ApiError"
import { CertificateError } from "@holdfast/k8s-adapter/CertificateError"
import { type ClientError, KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Nudge from "@holdfast/k8s-adapter/Nudge"
import * as WebhookProbe from "@holdfast/k8s-adapter/WebhookProbe"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { stubClient } from "./support/StubClient.ts"

const service = { namespace: "shop", name: "hook" }

const configuration: KubernetesObject = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "config", resourceVersion: "7" },
  webhooks: [
    {
      name: "v.example.org",
      sideEffects: "None",
      clientConfig: { service },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }]
    }
  ]
}

const configMaps = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  singular: "configmap",
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: [],
  subresources: []
}

/** A cluster whose Secret was changed at a time, after its pods had started at 0. */
const cluster = (options: { readonly pods: number; readonly secretChangedAt: number; readonly mayNudge?: boolean }) => {
  const annotations = new Map<string, Record<string, string>>()
  let probes = 0
  let failing: ClientError | undefined
  const pods = () =>
    Array.from({ length: options.pods }, (_, index): KubernetesObject => {
      const name = `hook-${index}`
      return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "shop", annotations: annotations.get(name) ?? {} },
        spec: { volumes: [{ secret: { secretName: "tls" } }] },
        status: { startTime: new Date(0).toISOString() }
      }
    })
  const client = stubClient({
    resources: Effect.succeed([configMaps]),
    request: () => Effect.succeed({ status: 200, headers: {}, body: { items: [] } }),
    create: (object) =>
      Effect.suspend(() => {
        probes++
        return failing === undefined ? Effect.succeed(object) : Effect.fail(failing)
      }),
    get: (ref): Effect.Effect<KubernetesObject, ClientError> =>
      ref.kind === "Service"
        ? Effect.succeed({
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "hook" },
            spec: { selector: { app: "hook" } }
          })
        : ref.kind === "Secret"
          ? Effect.succeed({
              apiVersion: "v1",
              kind: "Secret",
              metadata: { name: "tls", managedFields: [{ time: new Date(options.secretChangedAt).toISOString() }] },
              type: "kubernetes.io/tls"
            })
          : Effect.succeed(configuration),
    list: (query) =>
      Effect.sync(() => ({
        resourceVersion: "1",
        items: query.kind === "Pod" ? pods() : [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } }]
      })),
    patch: (ref, { body }) => {
      if (options.mayNudge === false) {
        return Effect.fail(new Forbidden({ status: 403, reason: "Forbidden", detail: "no", method: "PATCH", url: "/" }))
      }
      const { metadata } = body as { readonly metadata: { readonly annotations: Record<string, string> } }
      annotations.set(ref.name, metadata.annotations)
      return Effect.succeed({ apiVersion: "v1", kind: "Pod", metadata: { name: ref.name } })
    }
  })
  return {
    client,
    annotations,
    probes: () => probes,
    fail: (error: ClientError | undefined) => {
      failing = error
    }
  }
}

const elapsed = (options: WebhookProbe.AwaitOptions = {}) =>
  Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    const waiting = yield* Effect.forkChild(
      Effect.andThen(
        WebhookProbe.awaitAnswered([{ ...configuration, name: "config" }], options),
        Effect.map(Clock.currentTimeMillis, (now) => now - startedAt)
      )
    )
    yield* TestClock.adjust("5 minutes")
    return yield* Fiber.join(waiting)
  })

describe("WebhookProbe.awaitAnswered", () => {
  it.effect("takes two answers, a second apart, for enough where one pod answers", () => {
    const { client, probes, annotations } = cluster({ pods: 1, secretChangedAt: 500_000 })
    return Effect.gen(function* () {
      yield* TestClock.adjust("520 seconds")
      assert.strictEqual(yield* elapsed(), 1000)
      assert.strictEqual(probes(), 2)
      assert.strictEqual(annotations.size, 0)
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("does so too where several pods were all started after the Secret's change", () => {
    const { client } = cluster({ pods: 3, secretChangedAt: -60_000 })
    return Effect.gen(function* () {
      yield* TestClock.adjust("520 seconds")
      assert.strictEqual(yield* elapsed(), 1000)
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("does so too where the Secret's change is so long ago that every kubelet has refreshed its mounts", () => {
    const { client, annotations } = cluster({ pods: 3, secretChangedAt: 400_000 })
    return Effect.gen(function* () {
      yield* TestClock.adjust("520 seconds")
      assert.strictEqual(yield* elapsed(), 1000)
      assert.strictEqual(annotations.size, 0)
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("nudges several pods that may be stale, and gives their kubelets time", () => {
    const { client, annotations } = cluster({ pods: 2, secretChangedAt: 500_000 })
    return Effect.gen(function* () {
      yield* TestClock.adjust("520 seconds")
      const time = yield* elapsed()
      assert.deepStrictEqual([...annotations.keys()], ["hook-0", "hook-1"])
      assert.isAtLeast(time, 3500)
      assert.isBelow(time, 6000)
      // Nudged after the change, they are known to be fresh now.
      assert.strictEqual((yield* Nudge.mountsBehind(service)).stale.length, 0)
      assert.strictEqual(yield* elapsed(), 1000)
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("waits, without nudging, as long as a kubelet takes by itself, and goes on probing", () => {
    const { client, probes, annotations } = cluster({ pods: 2, secretChangedAt: 500_000 })
    return Effect.gen(function* () {
      yield* TestClock.adjust("520 seconds")
      const time = yield* elapsed({ nudge: false })
      assert.isAtLeast(time + 20_000, 92_000)
      assert.isBelow(time + 20_000, 96_000)
      assert.isAbove(probes(), 60)
      assert.strictEqual(annotations.size, 0)
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("does the same, and says so, where it may not nudge", () => {
    const { client } = cluster({ pods: 2, secretChangedAt: 500_000, mayNudge: false })
    const notices: Array<string> = []
    return Effect.gen(function* () {
      yield* TestClock.adjust("520 seconds")
      const time = yield* elapsed({ onNotice: ({ _tag }) => Effect.sync(() => void notices.push(_tag)) })
      assert.isAtLeast(time + 20_000, 92_000)
      assert.deepStrictEqual(notices, ["CannotNudge", "Settling"])
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("begins again when a stale pod is met while it settles", () => {
    const world = cluster({ pods: 2, secretChangedAt: 500_000 })
    return Effect.gen(function* () {
      yield* TestClock.adjust("520 seconds")
      const waiting = yield* Effect.forkChild(
        WebhookProbe.awaitAnswered([{ ...configuration, name: "config" }], { wake: false })
      )
      yield* TestClock.adjust("1500 millis")
      world.fail(
        new CertificateError({
          reason: "unknown-authority",
          where: "webhook",
          webhook: "v.example.org",
          host: "hook.shop.svc:443",
          detail: ""
        })
      )
      yield* TestClock.adjust("10 seconds")
      assert.isUndefined(waiting.pollUnsafe())
      world.fail(undefined)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(waiting))[0]?._tag, "Answered")
    }).pipe(Effect.provideService(KubernetesClient, world.client))
  })
})
