import { assert, describe, it } from "@effect/vitest"
import { Conflict, Forbidden, Invalid } from "@holdfast/k8s-adapter/ApiError"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Cache from "@holdfast/operator/runtime/Cache"
import * as Controller from "@holdfast/operator/runtime/Controller"
import * as Source from "@holdfast/operator/runtime/Source"
import * as Classification from "@holdfast/retry-core/Classification"
import * as RetryPolicy from "@holdfast/retry-core/RetryPolicy"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Effect, Fiber, Metric, Queue } from "effect"
import { TestClock } from "effect/testing"

const object = (
  name: string,
  rest: Record<string, unknown> & { metadata?: Record<string, unknown> } = {}
): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  ...rest,
  metadata: { name, namespace: "default", ...rest.metadata }
})

/** A cache of which the test tells the changes. */
const handCache = () => {
  const handlers = new Set<(change: Cache.Change) => Effect.Effect<void>>()
  const cache: Cache.Cache = {
    query: { apiVersion: "v1", kind: "ConfigMap" },
    synced: Effect.void,
    hasSynced: () => true,
    problem: () => undefined,
    get: () => undefined,
    list: () => [],
    onChange: (handler) => Effect.sync(() => void handlers.add(handler))
  }
  const tell = (change: Cache.Change) => Effect.forEach(handlers, (handler) => handler(change), { discard: true })
  return { cache, tell }
}

const policy = RetryPolicy.make({ baseDelay: "1 second", maxDelay: "1 minute", jitter: "none" })

const lab = <E>(
  reconcile: (request: Source.Request, call: number) => Effect.Effect<Controller.Outcome, E>,
  classify: Classification.Classifier<E>
) =>
  Effect.gen(function* () {
    const { cache, tell } = handCache()
    const calls: Array<string> = []
    const controller = yield* Controller.make({
      name: "lab",
      sources: [Source.watch(cache)],
      classify,
      policy,
      timeout: "1 minute",
      reconcile: (request) => Effect.suspend(() => reconcile(request, calls.push(request.name)))
    })
    const running = yield* Effect.forkScoped(controller.run)
    yield* TestClock.adjust(0)
    const added = (name: string) => Effect.andThen(tell({ _tag: "Added", object: object(name) }), TestClock.adjust(0))
    return { controller, calls, added, running }
  })

const counts = Effect.map(Metric.snapshot, (all) =>
  Object.fromEntries(
    all.flatMap(({ attributes, id, state }) =>
      attributes?.["controller"] === "lab" && "count" in state && state.count !== 0 && !id.endsWith("seconds")
        ? [
            [
              `${id.replace("controller_runtime_", "")}${attributes["result"] ? `:${attributes["result"]}` : ""}`,
              state.count
            ]
          ]
        : []
    )
  )
)

describe("a controller", () => {
  it.effect("looks again after the time that a reconcile asks for", () =>
    Effect.gen(function* () {
      const { added, calls } = yield* lab(
        (_, call) => Effect.succeed(call === 1 ? Controller.requeueAfter("5 minutes") : Controller.done),
        () => Classification.permanent
      )
      yield* added("a")
      yield* TestClock.adjust("299 seconds")
      assert.deepStrictEqual(calls, ["a"])
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(calls, ["a", "a"])
      assert.deepStrictEqual(yield* counts, { "reconcile_total:success": 1, "reconcile_total:requeue_after": 1 })
    }).pipe(Effect.scoped, Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.effect("tries a transient error again with backoff, and not before the server wants it", () =>
    Effect.gen(function* () {
      const { added, calls } = yield* lab(
        (_, call) => (call === 4 ? Effect.succeed(Controller.done) : Effect.fail(call)),
        (call) => Classification.transient({ kind: "test", ...(call === 3 && { retryAfter: "30 seconds" }) })
      )
      yield* added("a")
      yield* TestClock.adjust("999 millis")
      assert.strictEqual(calls.length, 1)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(calls.length, 2)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(calls.length, 3)
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual(calls.length, 3)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(calls.length, 4)
      assert.deepStrictEqual(yield* counts, {
        "reconcile_total:success": 1,
        "reconcile_total:error": 3,
        reconcile_errors_total: 3
      })
    }).pipe(Effect.scoped, Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.effect("leaves an object with a terminal error alone until it changes", () =>
    Effect.gen(function* () {
      const { added, calls } = yield* lab(
        () => Effect.fail("no"),
        () => Classification.permanent
      )
      yield* added("a")
      yield* TestClock.adjust("1 day")
      assert.strictEqual(calls.length, 1)
      yield* added("a")
      assert.strictEqual(calls.length, 2)
      assert.strictEqual((yield* counts)["terminal_reconcile_errors_total"], 2)
    }).pipe(Effect.scoped, Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.effect("lives through a defect and a reconcile that hangs, and goes on with the others", () =>
    Effect.gen(function* () {
      const { added, calls } = yield* lab(
        ({ name }, call) =>
          name === "b" || call > 3 ? Effect.succeed(Controller.done) : name === "a" ? Effect.die("oops") : Effect.never,
        () => Classification.permanent
      )
      yield* added("a")
      yield* added("b")
      yield* added("c")
      assert.deepStrictEqual(calls, ["a", "b", "c"])
      yield* TestClock.adjust("2 minutes")
      assert.sameMembers(calls, ["a", "b", "c", "a", "c"])
      const seen = yield* counts
      assert.deepStrictEqual([seen["reconcile_panics_total"], seen["reconcile_timeouts_total"]], [1, 1])
    }).pipe(Effect.scoped, Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.effect("finishes the reconcile in hand when it is shut down", () =>
    Effect.gen(function* () {
      const { added, calls, controller, running } = yield* lab(
        () => Effect.as(Effect.sleep("10 seconds"), Controller.done),
        () => Classification.permanent
      )
      yield* added("a")
      yield* added("b")
      const down = yield* Effect.forkChild(controller.shutDown)
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(down)
      yield* Fiber.join(running)
      assert.deepStrictEqual(calls, ["a"])
    }).pipe(Effect.scoped)
  )

  it("maps objects to their controller, and changes of a reference to both sides", () => {
    const { cache } = handCache()
    const owner = { apiVersion: "example.org/v1", kind: "Widget", isNamespaced: true }
    const reference = { apiVersion: "example.org/v1", kind: "Widget", name: "w", uid: "1", controller: true }
    const owned = object("a", { metadata: { ownerReferences: [reference] } })
    assert.deepStrictEqual(Source.owned(cache, owner).requests({ _tag: "Added", object: owned }), [
      { name: "w", namespace: "default" }
    ])
    assert.deepStrictEqual(Source.owned(cache, owner).requests({ _tag: "Added", object: object("a") }), [])
    const byData = Source.map(cache, (each) => [{ name: String(each["for"]) }])
    const change = { _tag: "Updated", old: object("a", { for: "x" }), object: object("a", { for: "y" }) } as const
    assert.deepStrictEqual(byData.requests(change), [{ name: "x" }, { name: "y" }])
  })

  it("takes a change of status for no change of generation, and a new object for one", () => {
    const before = object("a", { metadata: { generation: 1, uid: "1" } })
    const changed = (metadata: Record<string, unknown>) =>
      Source.generationChanged({ _tag: "Updated", old: before, object: object("a", { metadata }) })
    assert.isFalse(changed({ generation: 1, uid: "1", labels: { a: "b" } }))
    assert.isTrue(changed({ generation: 2, uid: "1" }))
    assert.isTrue(changed({ generation: 1, uid: "2" }))
    assert.isTrue(changed({ generation: 1, uid: "1", deletionTimestamp: "2026-01-01T00:00:00Z" }))
  })

  it("holds conflicts and missing permissions for worth another try, what is wrong in itself not", () => {
    const fields = { status: 409, reason: "", detail: "no", method: "PUT", url: "/" }
    assert.strictEqual(Controller.classify(new Conflict(fields))._tag, "Transient")
    assert.strictEqual(Controller.classify(new Forbidden(fields))._tag, "Transient")
    assert.strictEqual(Controller.classify(new Invalid(fields))._tag, "Permanent")
  })

  it.live("reconciles what is there and what comes, against a real watch", () =>
    Effect.gen(function* () {
      const server = yield* ApiServer.make()
      const client = yield* KubernetesClient.make({ text: server.kubeconfig })
      yield* client.apply(object("before"))
      const cache = yield* Cache.make({ apiVersion: "v1", kind: "ConfigMap", namespace: "default" }).pipe(
        Effect.provideService(KubernetesClient.KubernetesClient, client)
      )
      const seen = yield* Queue.unbounded<string>()
      const controller = yield* Controller.make({
        name: "real",
        sources: [Source.watch(cache)],
        classify: Controller.classify,
        reconcile: ({ name }) => Effect.as(Queue.offer(seen, name), Controller.done)
      })
      yield* Effect.forkScoped(controller.run)
      assert.strictEqual(yield* Queue.take(seen), "before")
      yield* client.apply(object("after"))
      assert.strictEqual(yield* Queue.take(seen), "after")
    }).pipe(Effect.scoped)
  )
})
