/** What has to hold for the runtime on any API server, in real time: run on the embedded one and on a real one. */
import { assert, describe, layer } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import * as PackageRepositoryController from "@holdfast/operator/repository/PackageRepositoryController"
import * as Cache from "@holdfast/operator/runtime/Cache"
import * as Conditions from "@holdfast/operator/runtime/Conditions"
import * as EventRecorder from "@holdfast/operator/runtime/EventRecorder"
import * as LeaderElection from "@holdfast/operator/runtime/LeaderElection"
import type { TestCluster } from "@holdfast/testkit/TestCluster"
import { Context, Effect, Fiber, Layer, References, type Scope } from "effect"
import * as HttpServer from "./HttpServer.ts"
import { install, installed, repository } from "./packagesApi.ts"
import { serve } from "./packagesWebhook.ts"

const { KubernetesClient: Client } = KubernetesClient
class Cluster extends Context.Service<Cluster, TestCluster>()("test/Cluster") {}

const repositories = { apiVersion: "packages.glasskube.dev/v1alpha1", kind: "PackageRepository" }
const until = <E, R>(condition: Effect.Effect<boolean, E, R>) =>
  Effect.gen(function* () {
    while (!(yield* condition)) yield* Effect.sleep("25 millis")
  }).pipe(Effect.timeout("20 seconds"))

export const runtimeSuite = (name: string, cluster: Effect.Effect<TestCluster, unknown, Scope.Scope>): void => {
  describe(name, () => {
    const live = Layer.unwrap(
      Effect.map(Effect.orDie(cluster), (running) =>
        Layer.mergeAll(
          Layer.succeed(Cluster, running),
          Client.layer({ text: running.kubeconfig }),
          Layer.succeed(References.MinimumLogLevel, "None")
        )
      )
    )

    layer(live, { timeout: 60_000, excludeTestServices: true })("the runtime", (it) => {
      it.effect(
        "three candidates lead one after the other, each as long as it is there",
        () =>
          Effect.gen(function* () {
            const working: Array<string> = []
            let mostAtOnce = 0
            const candidate = (identity: string) =>
              LeaderElection.run(
                () =>
                  Effect.sync(() => {
                    mostAtOnce = Math.max(mostAtOnce, working.push(identity))
                  }).pipe(
                    Effect.andThen(Effect.never),
                    Effect.ensuring(Effect.sync(() => working.splice(working.indexOf(identity), 1)))
                  ),
                {
                  name: "election",
                  namespace: "default",
                  identity,
                  leaseDuration: "3 seconds",
                  renewDeadline: "2 seconds",
                  retryPeriod: "300 millis"
                }
              ).pipe(Effect.forkChild)
            const fibers = new Map<string, Fiber.Fiber<unknown, unknown>>()
            for (const identity of ["a", "b", "c"]) fibers.set(identity, yield* candidate(identity))
            const led: Array<string> = []
            for (let turn = 0; turn < 3; turn++) {
              yield* until(Effect.sync(() => working.length > 0))
              const [leader = ""] = working
              led.push(leader)
              yield* Effect.sleep("500 millis")
              yield* Fiber.interrupt(fibers.get(leader) ?? assert.fail())
            }
            assert.deepStrictEqual(led.sort(), ["a", "b", "c"])
            assert.strictEqual(mostAtOnce, 1)
            const lease = yield* (yield* Client).get({
              apiVersion: "coordination.k8s.io/v1",
              kind: "Lease",
              name: "election",
              namespace: "default"
            })
            assert.deepInclude(lease["spec"], { holderIdentity: "", leaseTransitions: 2 })
          }),
        30_000
      )

      it.effect("Events are written, and counted when they repeat", () =>
        Effect.gen(function* () {
          const client = yield* Client
          const recorder = yield* EventRecorder.make({ controller: "example.org/runtime", instance: "runtime-1" })
          const regarding = yield* client.get({ apiVersion: "v1", kind: "Namespace", name: "default" })
          const event = { regarding, type: "Warning", reason: "Broken", action: "Mend", note: "it broke" } as const
          for (let i = 0; i < 3; i++) yield* recorder.record(event)
          const seen = Effect.map(
            client.list({ apiVersion: "events.k8s.io/v1", kind: "Event", namespace: "default" }),
            ({ items }) => items.find((each) => each["reportingController"] === "example.org/runtime")
          )
          yield* until(Effect.map(seen, (found) => (found?.["series"] as { count: number } | undefined)?.count === 3))
        })
      )

      it.effect("a PackageRepository becomes Ready, and is kept while a package comes from it", () =>
        Effect.gen(function* () {
          const client = yield* Client
          const cluster = yield* Cluster
          yield* install(client)
          const index = yield* HttpServer.make((_, __, response) => response.end("packages:\n- name: cert-manager\n"))

          yield* serve(cluster, client)
          const controller = yield* PackageRepositoryController.make({
            repositories: yield* Cache.make(repositories),
            events: yield* EventRecorder.make({ controller: "example.org/holdfast", instance: "holdfast-1" }),
            namespace: "default"
          })
          yield* Effect.forkScoped(controller.run)
          // The API server may take a moment until it calls a new webhook.
          yield* until(
            Effect.map(
              Effect.result(client.apply(repository("nowhere", "ftp://example.org/"), { dryRun: true })),
              (result) => result._tag === "Failure" && result.failure._tag === "AdmissionDenied"
            )
          )
          yield* client.apply(repository("shop", index.url.href))
          const condition = Effect.map(client.get({ ...repositories, name: "shop" }), (object) =>
            Conditions.find(Conditions.of(object), "Ready")
          )
          yield* until(Effect.map(condition, (found) => found?.status === "True"))
          assert.strictEqual((yield* condition)?.message, "repo has 1 packages")
          yield* client.apply(installed("ClusterPackage", "cert-manager", "shop"))
          const refused = yield* Effect.flip(client.delete({ ...repositories, name: "shop" }))
          assert.include(refused.message, "a package is installed from it (clusterpackage/cert-manager)")
          yield* client.delete({ ...repositories, kind: "ClusterPackage", name: "cert-manager" })
          yield* client.delete({ ...repositories, name: "shop" })
        })
      )
    })
  })
}
