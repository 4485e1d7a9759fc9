import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import * as Faults from "@holdfast/testkit/Faults"
import { Effect } from "effect"
import { install, installed, repository } from "../support/packagesApi.ts"
import { serve } from "../support/packagesWebhook.ts"
import { quietly } from "../support/quietly.ts"

const ref = (name: string) => ({ apiVersion: "packages.glasskube.dev/v1alpha1", kind: "PackageRepository", name })

/** The whole way: API server, TLS, our server, our handler, and its questions to the API server. */
const lab = Effect.gen(function* () {
  const api = yield* ApiServer.make()
  const client = yield* KubernetesClient.make({ text: api.kubeconfig })
  yield* install(client)
  yield* serve(api, client)
  const refusal = (effect: Effect.Effect<unknown, KubernetesClient.ClientError>) =>
    Effect.map(Effect.flip(effect), (error) => (error._tag === "AdmissionDenied" ? error.message : error._tag))
  return { api, client, refusal }
})

describe("the PackageRepository webhook", () => {
  it.live("refuses to delete or re-point a repository that packages are installed from, and names them", () =>
    Effect.gen(function* () {
      const { client, refusal } = yield* lab
      yield* client.apply(repository("shop", "https://example.org/"))
      yield* client.apply(installed("ClusterPackage", "cert-manager", "shop"))
      yield* client.apply(installed("Package", "keptn", "shop"))
      yield* client.apply(installed("Package", "other", "elsewhere"))
      const deletion = yield* refusal(client.delete(ref("shop")))
      assert.include(
        deletion,
        "the package repository shop cannot be deleted: 2 packages are installed from it (clusterpackage/cert-manager, default/package/keptn). Uninstall them first."
      )
      const move = yield* refusal(client.apply(repository("shop", "https://example.com/")))
      assert.include(move, "cannot be pointed to another address")
      yield* client.apply(repository("shop", "https://example.org/", { auth: { bearer: { token: "x" } } }))
      for (const [kind, name, namespace] of [
        ["ClusterPackage", "cert-manager"],
        ["Package", "keptn", "default"]
      ] as const) {
        yield* client.delete({ ...ref(name), kind, ...(namespace !== undefined && { namespace }) })
      }
      yield* client.apply(repository("shop", "https://example.com/"))
      yield* client.delete(ref("shop"))
    }).pipe(quietly)
  )

  it.live("counts packages that name no repository for the default one", () =>
    Effect.gen(function* () {
      const { client, refusal } = yield* lab
      yield* client.apply(repository("glasskube", "https://example.org/", {}, true))
      yield* client.apply(repository("other", "https://example.com/"))
      yield* client.apply(installed("ClusterPackage", "cert-manager"))
      assert.include(yield* refusal(client.delete(ref("glasskube"))), "a package is installed from it")
      const demotion = client.patch(ref("glasskube"), {
        type: "merge",
        body: { metadata: { annotations: { "packages.glasskube.dev/default-repository": null } } }
      })
      assert.include(yield* refusal(demotion), "cannot be made a repository that is not the default")
      yield* client.delete(ref("other"))
    }).pipe(quietly)
  )

  it.live("refuses an address that nothing can be fetched from", () =>
    Effect.gen(function* () {
      const { client, refusal } = yield* lab
      assert.include(yield* refusal(client.apply(repository("a", "ftp://example.org/"))), "must begin with https://")
      yield* client.apply(repository("a", "https://example.org/"))
      assert.include(yield* refusal(client.apply(repository("a", "nowhere"))), "spec.url is no address")
    }).pipe(quietly)
  )

  it.live("lets an object that waits for its finalizers go", () =>
    Effect.gen(function* () {
      const { client } = yield* lab
      yield* client.create({
        ...repository("a", "https://example.org/"),
        metadata: { name: "a", finalizers: ["example.org/f"] }
      })
      yield* client.delete(ref("a"))
      yield* client.apply(installed("ClusterPackage", "late", "a"))
      yield* client.patch(ref("a"), { type: "merge", body: { metadata: { finalizers: [] } } })
      assert.strictEqual((yield* Effect.flip(client.get(ref("a"))))._tag, "NotFound")
    }).pipe(quietly)
  )

  it.live("leaves it to the failure policy when it cannot find out", () =>
    Effect.gen(function* () {
      const { api, client } = yield* lab
      yield* client.apply(repository("shop", "https://example.org/"))
      yield* api.faults.inject(Faults.serviceUnavailable(), { match: { path: "/clusterpackages" } })
      const error = yield* Effect.flip(client.delete(ref("shop")))
      assert.notStrictEqual(error._tag, "AdmissionDenied")
      assert.include(error.message, "vpackagerepository.kb.io")
    }).pipe(quietly)
  )
})
