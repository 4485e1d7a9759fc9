import { assert, describe, it } from "@effect/vitest"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as EventRecorder from "@holdfast/operator/runtime/EventRecorder"
import * as Faults from "@holdfast/testkit/Faults"
import { Effect } from "effect"
import * as VirtualCluster from "../support/VirtualCluster.ts"

const lab = Effect.gen(function* () {
  const cluster = yield* VirtualCluster.make
  const { client } = cluster
  const recorder = yield* EventRecorder.make({
    controller: "example.org/widgets",
    instance: "widgets-7c9f"
  }).pipe(Effect.provideService(KubernetesClient, client))
  const regarding = yield* client.apply({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", namespace: "default" }
  })
  const note = (text: string, about: KubernetesObject = regarding, type: "Normal" | "Warning" = "Warning") =>
    recorder.record({ regarding: about, type, reason: "Broken", action: "Mend", note: text })
  const events = Effect.gen(function* () {
    yield* cluster.settled
    const { items } = yield* client.list({ apiVersion: "events.k8s.io/v1", kind: "Event", namespace: "default" })
    return items as ReadonlyArray<KubernetesObject & { note: string; series?: { count: number } }>
  })
  return { ...cluster, note, events, regarding }
})

describe("the event recorder", () => {
  it.effect("writes an Event where kubectl describe looks for it", () =>
    Effect.gen(function* () {
      const { events, note, regarding } = yield* lab
      yield* note("it broke")
      const [event] = yield* events
      assert.deepInclude(event, {
        note: "it broke",
        type: "Warning",
        reason: "Broken",
        action: "Mend",
        reportingController: "example.org/widgets",
        reportingInstance: "widgets-7c9f"
      })
      assert.deepInclude(event?.["regarding"], { kind: "ConfigMap", name: "a", uid: regarding.metadata.uid })
    }).pipe(Effect.scoped)
  )

  it.effect("counts what repeats on one Event, until ten minutes have passed without it", () =>
    Effect.gen(function* () {
      const { advance, events, note } = yield* lab
      for (let i = 0; i < 5; i++) yield* note("it broke")
      yield* note("something else")
      assert.deepStrictEqual((yield* events).map((event) => [event.note, event.series?.count]).sort(), [
        ["it broke", 5],
        ["something else", undefined]
      ])
      yield* advance("11 minutes", "1 minute")
      yield* note("it broke")
      assert.strictEqual((yield* events).length, 3)
    }).pipe(Effect.scoped)
  )

  it.effect("gives an object that causes too many a rest, and only that one", () =>
    Effect.gen(function* () {
      const { advance, client, events, note } = yield* lab
      for (let i = 0; i < 40; i++) yield* note(`number ${i}`)
      assert.strictEqual((yield* events).length, 25)
      const other = yield* client.apply({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "b", namespace: "default" }
      })
      yield* note("fine", other)
      assert.strictEqual((yield* events).length, 26)
      yield* advance("5 minutes", "1 minute")
      yield* note("again")
      yield* note("and again")
      assert.strictEqual((yield* events).length, 27)
    }).pipe(Effect.scoped)
  )

  it.effect("writes no more than some hundred good news at once, and every bad one", () =>
    Effect.gen(function* () {
      const { advance, events, note, regarding } = yield* lab
      const objects = Array.from({ length: 300 }, (_, index) => ({
        ...regarding,
        metadata: { ...regarding.metadata, name: `object-${index}` }
      }))
      for (const object of objects) yield* note("ready", object, "Normal")
      assert.strictEqual((yield* events).length, 200)
      for (const object of objects) yield* note("broken", object)
      assert.strictEqual((yield* events).length, 500)
      yield* advance("2 seconds", "200 millis")
      for (const object of objects) yield* note("ready again", object, "Normal")
      assert.strictEqual((yield* events).length, 510)
    }).pipe(Effect.scoped)
  )

  it.effect("keeps Events of cluster-scoped objects in the namespace default, and cuts what is too long", () =>
    Effect.gen(function* () {
      const { client, events, note } = yield* lab
      const namespace = yield* client.get({ apiVersion: "v1", kind: "Namespace", name: "kube-system" })
      yield* note("ü".repeat(2000), namespace)
      const [event] = yield* events
      assert.strictEqual(event?.metadata.namespace, "default")
      assert.isAtMost(Buffer.byteLength(event?.note ?? ""), 1024)
      assert.match(event?.note ?? "", /^ü+…$/)
    }).pipe(Effect.scoped)
  )

  it.effect("writes a new Event when somebody has deleted the one that counts, and lives through an outage", () =>
    Effect.gen(function* () {
      const { client, events, note, server } = yield* lab
      yield* note("it broke")
      const [event] = yield* events
      yield* client.delete({
        apiVersion: "events.k8s.io/v1",
        kind: "Event",
        namespace: "default",
        name: event?.metadata.name ?? ""
      })
      const outage = yield* server.faults.inject(Faults.serviceUnavailable())
      yield* note("lost")
      yield* Effect.yieldNow
      yield* Effect.flip(events)
      yield* outage.clear
      yield* note("it broke")
      assert.deepStrictEqual(
        (yield* events).map((each) => each.note),
        ["it broke"]
      )
    }).pipe(Effect.scoped)
  )
})
