import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as KubernetesClient from "@holdfast/k8s-adapter/KubernetesClient"
import type { KubernetesObject } from "@holdfast/k8s-adapter/KubernetesObject"
import * as Manifests from "@holdfast/k8s-adapter/Manifests"
import * as PackageRepositoryController from "@holdfast/operator/repository/PackageRepositoryController"
import * as Cache from "@holdfast/operator/runtime/Cache"
import * as Conditions from "@holdfast/operator/runtime/Conditions"
import type { EventInput } from "@holdfast/operator/runtime/EventRecorder"
import * as ApiServer from "@holdfast/testkit/ApiServer"
import { Effect } from "effect"
import * as HttpServer from "../support/HttpServer.ts"
import { install, repository } from "../support/packagesApi.ts"
import { quietly } from "../support/quietly.ts"

const ref = { apiVersion: "packages.glasskube.dev/v1alpha1", kind: "PackageRepository" }
const base64 = (text: string) => Buffer.from(text).toString("base64")

const lab = (installApi: (client: KubernetesClient.Shape) => Effect.Effect<void, unknown> = install) =>
  Effect.gen(function* () {
    const api = yield* ApiServer.make({ namespaces: ["holdfast-system"] })
    const client = yield* KubernetesClient.make({ text: api.kubeconfig })
    yield* installApi(client)
    let isDown = false
    const packages = ["cert-manager"]
    const index = yield* HttpServer.make(({ authorization, path }, _, response) => {
      if (isDown || (path.startsWith("/private/") && authorization === undefined)) return response.writeHead(403).end()
      return response.end(`packages:\n${packages.map((name) => `- name: ${name}\n`).join("")}`)
    })
    const events: Array<EventInput> = []
    yield* Effect.gen(function* () {
      const repositories = yield* Cache.make(ref)
      const controller = yield* PackageRepositoryController.make({
        repositories,
        namespace: "holdfast-system",
        interval: "300 millis",
        events: { record: (event) => Effect.sync(() => void events.push(event)) }
      })
      yield* Effect.forkScoped(controller.run)
    }).pipe(Effect.provideService(KubernetesClient.KubernetesClient, client))
    const ready = (name: string, when: (condition: Conditions.Condition) => boolean) =>
      Effect.gen(function* () {
        for (;;) {
          const condition = Conditions.find(Conditions.of(yield* client.get({ ...ref, name })), "Ready")
          if (condition !== undefined && when(condition)) return condition
          yield* Effect.sleep("20 millis")
        }
      }).pipe(Effect.timeout("8 seconds"))
    const secret = (data: Record<string, string>, type = "Opaque") =>
      client.apply({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "login", namespace: "holdfast-system" },
        type,
        data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)]))
      })
    return { api, client, events, index, packages, ready, secret, setDown: (down: boolean) => (isDown = down) }
  })

describe("the PackageRepository controller", () => {
  it.live("says Ready with the number of packages, and follows the index and the spec", () =>
    Effect.gen(function* () {
      const { client, events, index, packages, ready } = yield* lab()
      yield* client.apply(repository("r", index.url.href))
      const first = yield* ready("r", () => true)
      assert.deepInclude(first, {
        status: "True",
        reason: "SyncCompleted",
        message: "repo has 1 packages",
        observedGeneration: 1
      })
      packages.push("keptn")
      yield* ready("r", ({ message }) => message === "repo has 2 packages")
      yield* client.apply(repository("r", `${index.url.href}sub`))
      const moved = yield* ready("r", ({ observedGeneration }) => observedGeneration === 2)
      assert.strictEqual(moved.lastTransitionTime, first.lastTransitionTime)
      assert.include(
        index.requests.map(({ path }) => path),
        "/sub/index.yaml"
      )
      assert.deepStrictEqual(
        events.map(({ note, reason, type }) => [type, reason, note]),
        [["Normal", "SyncCompleted", "repo has 1 packages"]]
      )
    }).pipe(quietly)
  )

  it.live("tells a failure once, and the recovery", () =>
    Effect.gen(function* () {
      const { client, events, index, ready, setDown } = yield* lab()
      setDown(true)
      yield* client.apply(repository("r", index.url.href))
      const failed = yield* ready("r", () => true)
      assert.deepInclude(failed, { status: "False", reason: "SyncFailed" })
      assert.include(failed.message, "the server answers 403: check spec.auth")
      const { resourceVersion } = (yield* client.get({ ...ref, name: "r" })).metadata
      yield* Effect.sleep("300 millis")
      assert.isAbove(index.requests.length, 2, "it looks again")
      assert.strictEqual((yield* client.get({ ...ref, name: "r" })).metadata.resourceVersion, resourceVersion)
      setDown(false)
      yield* ready("r", ({ status }) => status === "True")
      assert.deepStrictEqual(
        events.map(({ type }) => type),
        ["Warning", "Normal"]
      )
    }).pipe(quietly)
  )

  it.live("logs in with what the object or a Secret of its own namespace holds", () =>
    Effect.gen(function* () {
      const { client, index, ready, secret } = yield* lab()
      const url = `${index.url.href}private`
      const sent = (name: string) =>
        Effect.map(
          ready(name, ({ status }) => status === "True"),
          () => index.requests.at(-1)?.authorization
        )
      yield* secret({ token: "from-secret\n", user: "ada", password: "p:w" })
      const key = (name: string) => ({ name: "login", key: name })
      yield* client.apply(repository("inline", url, { auth: { bearer: { token: "inline" } } }))
      yield* ready("inline", ({ status }) => status === "True")
      assert.strictEqual(index.requests.at(-1)?.authorization, "Bearer inline")
      yield* client.delete({ ...ref, name: "inline" })
      yield* client.apply(repository("bearer", url, { auth: { bearer: { tokenSecretRef: key("token") } } }))
      assert.strictEqual(yield* sent("bearer"), "Bearer from-secret")
      yield* client.delete({ ...ref, name: "bearer" })
      yield* client.apply(
        repository("basic", url, {
          auth: { basic: { usernameSecretRef: key("user"), passwordSecretRef: key("password") } }
        })
      )
      assert.strictEqual(yield* sent("basic"), `Basic ${base64("ada:p:w")}`)
    }).pipe(quietly)
  )

  it.live("sends no Secret that cannot be meant for it, and nothing of one into the status", () =>
    Effect.gen(function* () {
      const { client, index, ready, secret } = yield* lab()
      const bad: ReadonlyArray<readonly [string, Record<string, string>, string, RegExp]> = [
        ["tls", { "tls.crt": "x", "tls.key": "s3cret" }, "kubernetes.io/tls", /is of type kubernetes\.io\/tls/],
        ["opaque", { "tls.key": "-----BEGIN PRIVATE KEY-----\ns3cret\n" }, "Opaque", /has no login at tls\.key/],
        ["missing", { other: "s3cret" }, "Opaque", /has no key tls\.key/]
      ]
      for (const [name, data, type, message] of bad) {
        yield* Effect.ignore(
          client.delete({ apiVersion: "v1", kind: "Secret", name: "login", namespace: "holdfast-system" })
        )
        yield* secret(data, type)
        yield* client.apply(
          repository(name, index.url.href, { auth: { bearer: { tokenSecretRef: { name: "login", key: "tls.key" } } } })
        )
        const condition = yield* ready(name, () => true)
        assert.match(condition.message, message)
        assert.notInclude(JSON.stringify(yield* client.get({ ...ref, name })), "s3cret")
      }
      assert.lengthOf(index.requests, 0)
    }).pipe(quietly)
  )

  it.live("names what is wrong with the spec", () =>
    Effect.gen(function* () {
      const { client, ready } = yield* lab()
      yield* client.apply(repository("a", "ftp://example.org/"))
      yield* client.apply(repository("b", "https://ada:s3cret@example.org/"))
      yield* client.apply(repository("c", "https://example.org/", { auth: { bearer: {} } }))
      assert.match((yield* ready("a", () => true)).message, /must begin with https/)
      assert.strictEqual((yield* ready("b", () => true)).message, "spec.url holds a login: give it in spec.auth")
      assert.match((yield* ready("c", () => true)).message, /spec\.auth\.bearer needs token/)
    }).pipe(quietly)
  )

  const manifest = fileURLToPath(new URL("../../../../../shared/manifests/glasskube-slim.yaml", import.meta.url))
  it.live.skipIf(!existsSync(manifest))("works with Glasskube's own CRD, whose schema takes its status", () =>
    Effect.gen(function* () {
      const glasskube = (client: KubernetesClient.Shape) =>
        Effect.gen(function* () {
          for (const { object } of yield* Manifests.read({ files: [manifest] })) {
            if (object.kind !== "CustomResourceDefinition") continue
            // Its conversion webhook is not here; there is one version, so that nothing is to be converted.
            const { conversion: _, ...spec } = object["spec"] as Record<string, unknown>
            yield* client.apply({ ...object, spec } as KubernetesObject)
          }
          yield* client.list(ref).pipe(Effect.eventually)
        })
      const { client, index, ready } = yield* lab(glasskube)
      yield* client.apply(repository("glasskube", index.url.href, {}, true), { fieldValidation: "Strict" })
      assert.deepInclude(yield* ready("glasskube", () => true), { status: "True", reason: "SyncCompleted" })
    }).pipe(quietly)
  )
})
