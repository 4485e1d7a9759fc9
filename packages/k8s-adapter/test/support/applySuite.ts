/** What has to hold for an apply on any API server: run on the embedded one and on a real one. */

import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, layer } from "@effect/vitest"
import * as Apply from "@holdfast/k8s-adapter/Apply"
import { KubernetesClient } from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Manifest from "@holdfast/k8s-adapter/Manifest"
import * as Wait from "@holdfast/k8s-adapter/Wait"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import { Effect, Layer, Result, type Scope } from "effect"

const read = (text: string): ReadonlyArray<KubernetesObject> =>
  Result.getOrThrow(Manifest.parse(text, "test.yaml")).map(({ object }) => object)

const configMap = (name: string, data: Record<string, string> = {}, namespace = "default"): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data
})

const definition = (plural: string): KubernetesObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.example.org` },
  spec: {
    group: "example.org",
    scope: "Cluster",
    names: { plural, kind: plural[0]?.toUpperCase() + plural.slice(1, -1) },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: { spec: { type: "object", properties: { size: { type: "integer" } } } }
          }
        }
      }
    ]
  }
})

const outcomes = (applied: ReadonlyArray<Apply.Applied>) =>
  applied.map(({ index, ref, outcome }) => `${index} ${ref.kind} ${ref.name} ${outcome}`)

const failed = (effect: Effect.Effect<unknown, Apply.ApplyFailed, KubernetesClient>) => Effect.flip(effect)

export const applySuite = (name: string, cluster: Effect.Effect<TestCluster, unknown, Scope.Scope>): void => {
  describe(name, () => {
    const client = Layer.unwrap(
      Effect.map(Effect.orDie(cluster), ({ kubeconfig }) => KubernetesClient.layer({ text: kubeconfig }))
    )

    layer(client, { timeout: 60_000, excludeTestServices: true })("Apply", (it) => {
      it.effect("says created, configured and unchanged", () =>
        Effect.gen(function* () {
          const first = yield* Apply.apply([configMap("words-a"), configMap("words-b", { x: "1" })])
          assert.deepStrictEqual(outcomes(first), ["0 ConfigMap words-a created", "1 ConfigMap words-b created"])
          const second = yield* Apply.apply([configMap("words-a"), configMap("words-b", { x: "2" })])
          assert.deepStrictEqual(outcomes(second), ["0 ConfigMap words-a unchanged", "1 ConfigMap words-b configured"])
        })
      )

      it.effect("applies a definition and its objects together, in the order that works, results in the input's", () =>
        Effect.gen(function* () {
          const things = [1, 2, 3].map(
            (size): KubernetesObject => ({
              apiVersion: "example.org/v1",
              kind: "Widget",
              metadata: { name: `w${size}` },
              spec: { size }
            })
          )
          const objects = [
            ...things,
            configMap("inside", {}, "waves"),
            definition("widgets"),
            { apiVersion: "v1", kind: "Namespace", metadata: { name: "waves" } }
          ]
          const events: Array<string> = []
          const applied = yield* Apply.apply(objects, {
            onEvent: (event) => Effect.sync(() => void (event._tag === "WaveStarted" && events.push(event.wave)))
          })
          assert.deepStrictEqual(
            applied.map(({ ref }) => ref.name),
            ["w1", "w2", "w3", "inside", "widgets.example.org", "waves"]
          )
          assert.deepStrictEqual(events, ["namespaces", "definitions", "config", "custom-resources"])
          // A real server rewrites its bookkeeping of a bare Namespace once, at its second apply.
          yield* Apply.apply(objects)
          const again = yield* Apply.apply(objects)
          assert.deepStrictEqual(new Set(again.map(({ outcome }) => outcome)), new Set(["unchanged"]))
        })
      )

      it.effect("does not take a field from another manager, and names both; by force it does", () =>
        Effect.gen(function* () {
          yield* Apply.apply([configMap("owned", { a: "1", b: "1" })], { fieldManager: "somebody" })
          const error = yield* failed(Apply.apply([configMap("owned", { a: "2" }), configMap("unowned")]))
          assert.deepStrictEqual(outcomes(error.applied), ["1 ConfigMap unowned created"])
          const conflict = error.failures[0]?.error
          if (conflict?._tag !== "Conflict") throw new Error(`not a conflict: ${conflict}`)
          assert.deepStrictEqual(Apply.conflicts(conflict), [{ manager: "somebody", field: ".data.a" }])
          assert.include(error.message, "somebody")
          const [applied] = yield* Apply.apply([configMap("owned", { a: "2" })], { force: true })
          assert.deepStrictEqual(applied?.live["data"], { a: "2", b: "1" })
        })
      )

      it.effect("fails at once, without a retry, on what cannot pass by itself", () =>
        Effect.gen(function* () {
          const attempts: Array<string> = []
          const reason = (object: KubernetesObject) =>
            failed(
              Apply.apply([object], {
                onEvent: (event) =>
                  Effect.sync(() => void (event._tag === "Attempt" && attempts.push(event.event._tag)))
              })
            ).pipe(Effect.map((error) => error.failures[0]?.error._tag))
          const job = read(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: fixed, namespace: default}\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers: [{name: a, image: a}]\n"
          )[0] as KubernetesObject
          yield* Apply.apply([job])
          const image = { template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "b" }] } } }
          assert.strictEqual(yield* reason({ ...job, spec: image }), "Invalid")
          assert.strictEqual(yield* reason({ ...configMap("x"), kind: "ConfigMop" }), "UnknownKind")
          assert.strictEqual(yield* reason(configMap("Not_A_Name")), "Invalid")
          assert.strictEqual(yield* reason(configMap("x", {}, "missing")), "NotFound")
          assert.include(["BadRequest", "Invalid", "InternalError"], yield* reason({ ...configMap("x"), dota: {} }))
          assert.deepStrictEqual(
            attempts.filter((tag) => tag === "AttemptFailed"),
            []
          )
        })
      )

      it.effect("begins no later wave after a failure, and reports what was done", () =>
        Effect.gen(function* () {
          const role: KubernetesObject = {
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "Role",
            metadata: { name: "r", namespace: "missing" },
            rules: []
          }
          const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "begun" } }
          const error = yield* failed(Apply.apply([configMap("never"), role, namespace]))
          assert.deepStrictEqual(outcomes(error.applied), ["2 Namespace begun created"])
          assert.deepStrictEqual(
            error.failures.map(({ index }) => index),
            [1]
          )
          assert.strictEqual(error.skipped, 1)
        })
      )

      it.effect("recreates a Job, or creates it where there is none", () =>
        Effect.gen(function* () {
          const job = (image: string) =>
            read(
              `apiVersion: batch/v1\nkind: Job\nmetadata: {name: again, namespace: default}\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers: [{name: a, image: ${image}}]\n`
            )[0] as KubernetesObject
          const first = yield* Apply.recreate(job("a"))
          const second = yield* Apply.recreate(job("b"))
          assert.strictEqual(second.outcome, "created")
          assert.notStrictEqual(first.live.metadata.uid, second.live.metadata.uid)
        })
      )

      it.effect("waits until a definition is established, and until an object is gone", () =>
        Effect.gen(function* () {
          const kubernetes = yield* KubernetesClient
          yield* Apply.apply([definition("gadgets")])
          const ref = {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            name: "gadgets.example.org"
          }
          const live = yield* kubernetes.get(ref)
          yield* Wait.ready(live)
          yield* kubernetes.delete(ref)
          yield* Wait.gone(ref)
          assert.strictEqual((yield* Effect.flip(kubernetes.get(ref)))._tag, "NotFound")
        })
      )

      const manifests = path.resolve(import.meta.dirname, "../../../../../shared/manifests")
      it.effect.skipIf(!fs.existsSync(manifests))(
        "applies real manifests whole, and the second time changes nothing (skipped where ../shared/manifests is absent)",
        () =>
          Effect.gen(function* () {
            const objects = read(fs.readFileSync(path.join(manifests, "glasskube-aio.yaml"), "utf8"))
            const count = (applied: ReadonlyArray<Apply.Applied>, outcome: string) =>
              applied.filter((one) => one.outcome === outcome).length
            assert.strictEqual(count(yield* Apply.apply(objects), "created"), 48)
            assert.isAtLeast(count(yield* Apply.apply(objects), "unchanged"), 46)
            assert.strictEqual(count(yield* Apply.apply(objects), "unchanged"), 48)
          }),
        60_000
      )
    })
  })
}
