import { assert, describe, it } from "@effect/vitest"
import { Forbidden } from "@holdfast/k8s-adapter/ApiError"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Readiness from "@holdfast/k8s-adapter/Readiness"
import * as Wait from "@holdfast/k8s-adapter/Wait"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { added, listed, modified, removed, stubClient, stubWatch } from "./support/StubClient.ts"

const deployment = (available: number): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop", generation: 1 },
  spec: { selector: { matchLabels: { app: "web" } } },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: available }
})

const pod = (waiting?: { readonly reason: string; readonly message: string }): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-1", namespace: "shop" },
  status: {
    phase: "Pending",
    containerStatuses: [{ name: "app", state: waiting === undefined ? { running: {} } : { waiting } }]
  }
})

const job = (conditions: ReadonlyArray<unknown>): KubernetesObject => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "cert", namespace: "shop" },
  spec: { selector: { matchLabels: { "job-name": "cert" } } },
  status: { conditions }
})

const noEvents = { list: () => Effect.succeed({ resourceVersion: "1", items: [] }) }

const setUp = () => {
  const watches = stubWatch()
  return { watches, client: stubClient({ ...noEvents, watch: watches.watch }) }
}

describe("Wait", () => {
  it.effect("makes no request for an object that is ready already, or has nothing to wait for", () =>
    Effect.gen(function* () {
      yield* Wait.ready(deployment(1), { last: deployment(1) })
      yield* Wait.ready({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } })
    }).pipe(Effect.provideService(KubernetesClient, stubClient({})))
  )

  it.effect("ends with the event that makes the object ready, and closes its watches", () => {
    const { watches, client } = setUp()
    return Effect.gen(function* () {
      const waiting = yield* Effect.forkChild(Wait.ready(deployment(0)), { startImmediately: true })
      yield* watches.send("Deployment", added(deployment(0)), listed(deployment(0)))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(
        watches.open().map((query) => [query.kind, query.name, query.labelSelector]),
        [
          ["Deployment", "web", undefined],
          ["Pod", undefined, "app=web"]
        ]
      )
      yield* watches.send("Deployment", modified(deployment(1)))
      assert.deepStrictEqual(yield* Fiber.join(waiting), deployment(1))
      assert.deepStrictEqual(watches.open(), [])
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("fails at the deadline, with what the pods said", () => {
    const { watches, client } = setUp()
    return Effect.gen(function* () {
      yield* watches.send("Deployment", added(deployment(0)))
      yield* watches.send("Pod", added(pod({ reason: "ImagePullBackOff", message: "no such image" })))
      const waiting = yield* Effect.forkChild(Effect.flip(Wait.ready(deployment(0), { deadline: "30 seconds" })))
      yield* TestClock.adjust("29 seconds")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 second")
      const error = yield* Fiber.join(waiting)
      assert.strictEqual(
        error.message,
        "shop/deployment.apps/web did not roll out within 30s: 0 of 1 replicas are available; pod web-1: container app: ImagePullBackOff: no such image. Mend what the pods complain about, then run this again."
      )
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("tells why it waits, each reason once", () => {
    const { watches, client } = setUp()
    const told: Array<string> = []
    const onProgress = (progress: Wait.WaitProgress) =>
      Effect.sync(() => void told.push([progress.reason, ...progress.blockers].join(" | ")))
    return Effect.gen(function* () {
      yield* watches.send("Deployment", added(deployment(0)), modified(deployment(0)))
      const waiting = yield* Effect.forkChild(Wait.ready(deployment(0), { onProgress }))
      yield* TestClock.adjust("1 second")
      yield* watches.send("Pod", added(pod({ reason: "ContainerCreating", message: "" })))
      yield* TestClock.adjust("1 second")
      yield* watches.send("Pod", modified(pod({ reason: "ErrImagePull", message: "gone" })))
      yield* TestClock.adjust("1 second")
      yield* watches.send("Deployment", modified(deployment(1)))
      yield* Fiber.join(waiting)
      assert.deepStrictEqual(told, [
        "0 of 1 replicas are available",
        "0 of 1 replicas are available | pod web-1: container app: ErrImagePull: gone"
      ])
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("ends at once, before the deadline, when a Job has failed", () => {
    const { watches, client } = setUp()
    return Effect.gen(function* () {
      const failed = { type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "too many failures" }
      yield* watches.send("Job", added(job([failed])))
      const error = yield* Effect.flip(Wait.ready(job([])))
      assert.deepInclude(error, { _tag: "WillNeverBeReady", reason: "BackoffLimitExceeded" })
      assert.include(error.message, "kubectl logs job/cert -n shop")
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("adds the cluster's warnings about the object and its pods", () => {
    const { watches } = setUp()
    const warning = (name: string, message: string): KubernetesObject => ({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name}.1` },
      involvedObject: { name },
      reason: "FailedMount",
      message
    })
    const client = stubClient({
      watch: watches.watch,
      list: () =>
        Effect.succeed({ resourceVersion: "1", items: [warning("web-1", "secret not found"), warning("other", "no")] })
    })
    return Effect.gen(function* () {
      yield* watches.send("Deployment", added(deployment(0)))
      yield* watches.send("Pod", added(pod({ reason: "ContainerCreating", message: "" })))
      const waiting = yield* Effect.forkChild(Effect.flip(Wait.ready(deployment(0), { deadline: "10 seconds" })))
      yield* TestClock.adjust("10 seconds")
      assert.deepInclude(yield* Fiber.join(waiting), { blockers: ["FailedMount: secret not found"] })
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("waits on without the pods' reasons when it may not see pods", () => {
    const { watches, client } = setUp()
    return Effect.gen(function* () {
      watches.fail("Pod", new Forbidden({ status: 403, reason: "Forbidden", detail: "no", method: "GET", url: "/" }))
      yield* watches.send("Deployment", added(deployment(0)))
      const waiting = yield* Effect.forkChild(Wait.ready(deployment(0)))
      yield* TestClock.adjust("1 second")
      yield* watches.send("Deployment", modified(deployment(1)))
      assert.deepStrictEqual(yield* Fiber.join(waiting), deployment(1))
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("waits until an object is gone, also when it was gone from the start", () => {
    const { watches, client } = setUp()
    const ref = { apiVersion: "batch/v1", kind: "Job", namespace: "shop", name: "cert" }
    return Effect.gen(function* () {
      yield* watches.send("Job", listed())
      yield* Wait.gone(ref)
      yield* watches.send("Job", added(job([])), listed(job([])))
      const waiting = yield* Effect.forkChild(Wait.gone(ref))
      yield* TestClock.adjust("1 second")
      yield* watches.send("Job", removed(job([])))
      yield* Fiber.join(waiting)
    }).pipe(Effect.provideService(KubernetesClient, client))
  })

  it.effect("waits for an object that is still to come", () => {
    const { watches, client } = setUp()
    return Effect.gen(function* () {
      yield* watches.send("Job", listed())
      const rule = Readiness.jobComplete
      const ref = { apiVersion: "batch/v1", kind: "Job", namespace: "shop", name: "cert" }
      const waiting = yield* Effect.forkChild(Effect.flip(Wait.until(ref, rule, { deadline: "5 seconds" })))
      yield* TestClock.adjust("5 seconds")
      assert.deepInclude(yield* Fiber.join(waiting), { _tag: "WaitTimeout", reason: "it does not exist" })
    }).pipe(Effect.provideService(KubernetesClient, client))
  })
})
