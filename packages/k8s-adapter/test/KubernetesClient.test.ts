import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as KubernetesClient from "../src/KubernetesClient.ts"
import type { KubernetesObject } from "../src/KubernetesObject.ts"
import {
  base64,
  type Handler,
  json,
  kubeconfigText,
  makeAuthority,
  make as makeServer,
  serverLeaf
} from "./support/TlsServer.ts"

const resource = (kind: string, plural: string, scope = "Namespaced", subresources: ReadonlyArray<string> = []) => ({
  resource: plural,
  responseKind: { group: "", version: "", kind },
  scope,
  singularResource: kind.toLowerCase(),
  verbs: ["get", "list"],
  shortNames: [],
  subresources: subresources.map((subresource) => ({ subresource, responseKind: { kind }, verbs: ["get"] }))
})

const aggregated = (group: string, version: string, resources: ReadonlyArray<object>, freshness = "Current") => ({
  metadata: group === "" ? {} : { name: group },
  versions: [{ version, resources, freshness }]
})

const groupList = (...items: ReadonlyArray<object>) => ({
  kind: "APIGroupDiscoveryList",
  apiVersion: "apidiscovery.k8s.io/v2",
  metadata: {},
  items
})

const core = groupList(
  aggregated("", "v1", [
    resource("ConfigMap", "configmaps"),
    resource("Namespace", "namespaces", "Cluster", ["status"])
  ])
)
const groups = groupList(aggregated("apps", "v1", [resource("Deployment", "deployments", "Namespaced", ["status"])]))

const status = (code: number, reason: string, message = reason) => ({
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  metadata: {},
  code,
  reason,
  message
})

/** A server with discovery, and an answer of the test's own to everything else. */
const lab = (answer: Handler, discovery: { readonly core?: object; readonly groups?: object } = {}) =>
  Effect.gen(function* () {
    const ca = yield* makeAuthority()
    const server = yield* makeServer({ leaf: yield* serverLeaf(ca) }, (request, response, body) => {
      if (request.url === "/api") json(response, discovery.core ?? core)
      else if (request.url === "/apis") json(response, discovery.groups ?? groups)
      else answer(request, response, body)
    })
    const text = kubeconfigText(
      { server: server.url, "certificate-authority-data": base64(ca.certificate.pem) },
      {},
      { namespace: "shop" }
    )
    const client = yield* KubernetesClient.make({ text })
    const asked = () => server.requests.map(({ method, url }) => `${method} ${url}`)
    return { client, server, asked, last: () => server.requests.at(-1) }
  })

const echo: Handler = (_request, response, body) =>
  json(response, body === "" ? { kind: "ConfigMap", apiVersion: "v1", metadata: { name: "a" } } : JSON.parse(body))
const notFound: Handler = (_request, response) => json(response, status(404, "NotFound"), 404)

const configMap: KubernetesObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a/b" }, data: { x: "1" } }
const ref = { apiVersion: "v1", kind: "ConfigMap", name: "a" }

describe("KubernetesClient", () => {
  describe("verbs", () => {
    it.effect("find an object by group, namespace (the context's unless given), plural and escaped name", () =>
      Effect.gen(function* () {
        const { client } = yield* lab(echo)
        assert.strictEqual(yield* client.path({ ...ref, name: "a/b" }), "/api/v1/namespaces/shop/configmaps/a%2Fb")
        assert.strictEqual(yield* client.path({ ...ref, namespace: "web" }), "/api/v1/namespaces/web/configmaps/a")
        assert.strictEqual(yield* client.path({ apiVersion: "v1", kind: "ConfigMap" }), "/api/v1/configmaps")
        assert.strictEqual(
          yield* client.path({ apiVersion: "v1", kind: "Namespace", name: "web", namespace: "ignored" }),
          "/api/v1/namespaces/web"
        )
        assert.strictEqual(
          yield* client.path({ apiVersion: "apps/v1", kind: "Deployment", name: "d" }),
          "/apis/apps/v1/namespaces/shop/deployments/d"
        )
      })
    )

    it.effect("apply sends the object as it is, with manager, force, dry run and validation", () =>
      Effect.gen(function* () {
        const { client, last } = yield* lab(echo)
        const applied = yield* client.apply(configMap, { force: true, dryRun: true, fieldValidation: "Strict" })
        assert.deepStrictEqual(applied, configMap)
        assert.strictEqual(last()?.method, "PATCH")
        assert.strictEqual(
          last()?.url,
          "/api/v1/namespaces/shop/configmaps/a%2Fb?fieldManager=holdfast&dryRun=All&fieldValidation=Strict&force=true"
        )
        assert.strictEqual(last()?.headers["content-type"], "application/apply-patch+yaml")
        assert.deepStrictEqual(JSON.parse(last()?.body ?? ""), configMap)
      })
    )

    it.effect("create posts to the collection, replace puts, and both reach subresources", () =>
      Effect.gen(function* () {
        const { asked, client } = yield* lab(echo)
        yield* client.create({ ...configMap, metadata: { generateName: "g-" } })
        yield* client.replace({ ...configMap, metadata: { name: "a", namespace: "web" } }, { subresource: "status" })
        assert.deepStrictEqual(asked(), [
          "POST /api/v1/namespaces/shop/configmaps?fieldManager=holdfast",
          "PUT /api/v1/namespaces/web/configmaps/a/status?fieldManager=holdfast"
        ])
      })
    )

    it.effect("patch names its format", () =>
      Effect.gen(function* () {
        const { client, last } = yield* lab((_request, response) => json(response, configMap))
        const types = ["json", "merge", "strategic", "apply"] as const
        const sent = yield* Effect.forEach(types, (type) =>
          Effect.map(client.patch(ref, { type, body: {} }), () => last()?.headers["content-type"])
        )
        assert.deepStrictEqual(sent, [
          "application/json-patch+json",
          "application/merge-patch+json",
          "application/strategic-merge-patch+json",
          "application/apply-patch+yaml"
        ])
      })
    )

    it.effect("delete tells how to treat dependents, and which object is meant", () =>
      Effect.gen(function* () {
        const { client, last } = yield* lab((_request, response) =>
          json(response, { ...status(200, ""), status: "Success" })
        )
        yield* client.delete(ref, { propagation: "Foreground", gracePeriodSeconds: 0, preconditions: { uid: "u" } })
        assert.deepStrictEqual(JSON.parse(last()?.body ?? ""), {
          apiVersion: "v1",
          kind: "DeleteOptions",
          propagationPolicy: "Foreground",
          gracePeriodSeconds: 0,
          preconditions: { uid: "u" }
        })
      })
    )

    it.effect("an object without a name cannot be applied, and no request is made for it", () =>
      Effect.gen(function* () {
        const { asked, client } = yield* lab(echo)
        const error = yield* Effect.flip(client.apply({ ...configMap, metadata: { generateName: "g-" } }))
        assert.strictEqual(error._tag, "BadRequest")
        assert.deepStrictEqual(asked(), [])
      })
    )

    it.effect("an answer that is no object, though it says 200, is unexpected", () =>
      Effect.gen(function* () {
        const { client } = yield* lab((_request, response) => {
          response.writeHead(200, { "content-type": "text/html" })
          response.end("<html>Welcome</html>")
        })
        assert.strictEqual((yield* Effect.flip(client.get(ref)))._tag, "UnexpectedResponse")
        assert.strictEqual((yield* Effect.flip(client.version))._tag, "UnexpectedResponse")
      })
    )

    it.effect("the API's refusals are typed by their reason", () =>
      Effect.gen(function* () {
        const { client } = yield* lab((_request, response) => json(response, status(403, "Forbidden", "no"), 403))
        assert.strictEqual((yield* Effect.flip(client.get(ref)))._tag, "Forbidden")
      })
    )

    it.effect("warnings go to the handler that is provided", () =>
      Effect.gen(function* () {
        const { client } = yield* lab((_request, response) =>
          json(response, configMap, 200, { warning: ['299 - "policy/v1beta1 is \\"old\\", change it"', '299 - "two"'] })
        )
        const told: Array<string> = []
        yield* client.get(ref).pipe(
          Effect.provideService(KubernetesClient.Warnings, (warning) =>
            Effect.sync(() => {
              told.push(warning.text)
            })
          )
        )
        assert.deepStrictEqual(told, ['policy/v1beta1 is "old", change it', "two"])
      })
    )

    it.effect("the raw stream gives lines, as of a pod's log", () =>
      Effect.gen(function* () {
        const { client } = yield* lab((_request, response) => {
          response.writeHead(200, { "content-type": "text/plain" })
          response.end("one\ntwo\n")
        })
        const lines = yield* Stream.runCollect(client.stream({ method: "GET", path: "/log" }))
        assert.deepStrictEqual(Array.from(lines), ["one", "two"])
      })
    )
  })

  describe("lists", () => {
    const page = (names: ReadonlyArray<string>, next?: string) => ({
      kind: "ConfigMapList",
      apiVersion: "v1",
      metadata: { resourceVersion: "50", ...(next === undefined ? {} : { continue: next }) },
      items: names.map((name) => ({ metadata: { name } }))
    })

    it.effect("are read page by page, and every item knows its kind", () =>
      Effect.gen(function* () {
        const { asked, client } = yield* lab((request, response) =>
          json(response, request.url?.includes("continue=next") ? page(["c"]) : page(["a", "b"], "next"))
        )
        const list = yield* client.list({ ...ref, namespace: "web", labelSelector: "x=y", pageSize: 2 })
        assert.deepStrictEqual(
          list.items.map(({ apiVersion, kind, metadata }) => [apiVersion, kind, metadata.name]),
          [
            ["v1", "ConfigMap", "a"],
            ["v1", "ConfigMap", "b"],
            ["v1", "ConfigMap", "c"]
          ]
        )
        assert.strictEqual(list.resourceVersion, "50")
        assert.deepStrictEqual(asked(), [
          "GET /api/v1/namespaces/web/configmaps?labelSelector=x%3Dy&limit=2",
          "GET /api/v1/namespaces/web/configmaps?labelSelector=x%3Dy&limit=2&continue=next"
        ])
      })
    )

    it.effect("whose pages have expired are read again, whole", () =>
      Effect.gen(function* () {
        const { client } = yield* lab((request, response) => {
          if (request.url?.includes("continue")) json(response, status(410, "Expired"), 410)
          else if (request.url?.includes("limit")) json(response, page(["stale"], "next"))
          else json(response, page(["a", "b"]))
        })
        const list = yield* client.list(ref)
        assert.deepStrictEqual(
          list.items.map(({ metadata }) => metadata.name),
          ["a", "b"]
        )
      })
    )
  })

  describe("discovery", () => {
    it.effect("is read once, by whoever asks first, and only the half that is needed", () =>
      Effect.gen(function* () {
        const { asked, client } = yield* lab(echo)
        yield* Effect.forEach(Array.from({ length: 10 }), () => client.resource("v1", "ConfigMap"), {
          concurrency: "unbounded"
        })
        yield* client.resource("v1", "Namespace")
        assert.deepStrictEqual(asked(), ["GET /api"])
      })
    )

    it.effect("a kind that is not known is looked for once more, and found when it is new", () =>
      Effect.gen(function* () {
        const { asked, client, server } = yield* lab(notFound)
        const error = yield* Effect.flip(client.resource("lab.dev/v1", "Widget"))
        assert.strictEqual(error._tag, "UnknownKind")
        server.handler = (_request, response) =>
          json(response, {
            kind: "APIResourceList",
            groupVersion: "lab.dev/v1",
            resources: [
              { name: "widgets", singularName: "widget", namespaced: false, kind: "Widget", verbs: ["get"] },
              { name: "widgets/status", namespaced: false, kind: "Widget", verbs: ["get"] }
            ]
          })
        const found = yield* client.resource("lab.dev/v1", "Widget")
        assert.deepStrictEqual([found.plural, found.namespaced, found.subresources], ["widgets", false, ["status"]])
        yield* client.resource("lab.dev/v1", "Widget")
        assert.deepStrictEqual(asked(), ["GET /apis", "GET /apis/lab.dev/v1", "GET /apis/lab.dev/v1"])
      })
    )

    it.effect("an unknown version is told with those that are served", () =>
      Effect.gen(function* () {
        const { client } = yield* lab(notFound)
        const error = yield* Effect.flip(client.resource("apps/v1beta1", "Deployment"))
        assert.deepStrictEqual(error._tag === "UnknownKind" && error.servedVersions, ["apps/v1"])
        assert.include(error.message, "apps/v1")
      })
    )

    it.effect("an aggregated API that is down breaks its own kinds and no others", () =>
      Effect.gen(function* () {
        const { client } = yield* lab((_request, response) => json(response, status(503, "ServiceUnavailable"), 503), {
          groups: groupList(aggregated("metrics.k8s.io", "v1beta1", [], "Stale"), groups.items[0] ?? {})
        })
        assert.strictEqual((yield* client.resource("apps/v1", "Deployment")).plural, "deployments")
        const kinds = (yield* client.resources).map(({ kind }) => kind)
        assert.deepStrictEqual(kinds, ["ConfigMap", "Namespace", "Deployment"])
        const error = yield* Effect.flip(client.resource("metrics.k8s.io/v1beta1", "NodeMetrics"))
        assert.strictEqual(error._tag, "ServiceUnavailable")
      })
    )

    it.effect("a server of before 1.26 is asked group by group", () =>
      Effect.gen(function* () {
        const list = (groupVersion: string, name: string, kind: string) => ({
          kind: "APIResourceList",
          groupVersion,
          resources: [{ name, singularName: "", namespaced: true, kind, verbs: ["get"] }]
        })
        const { asked, client } = yield* lab(
          (request, response) =>
            json(
              response,
              request.url === "/api/v1" ? list("v1", "pods", "Pod") : list("apps/v1", "deployments", "Deployment")
            ),
          {
            core: { kind: "APIVersions", versions: ["v1"] },
            groups: {
              kind: "APIGroupList",
              groups: [{ name: "apps", versions: [{ groupVersion: "apps/v1", version: "v1" }] }]
            }
          }
        )
        assert.strictEqual((yield* client.resource("apps/v1", "Deployment")).plural, "deployments")
        assert.deepStrictEqual(asked(), ["GET /apis", "GET /apis/apps/v1"])
        assert.deepStrictEqual(
          (yield* client.resources).map(({ kind }) => kind),
          ["Pod", "Deployment"]
        )
      })
    )

    it.effect("is forgotten on demand", () =>
      Effect.gen(function* () {
        const { asked, client } = yield* lab(echo)
        yield* client.resource("v1", "ConfigMap")
        yield* client.invalidateDiscovery
        yield* client.resource("v1", "ConfigMap")
        assert.deepStrictEqual(asked(), ["GET /api", "GET /api"])
      })
    )
  })
})
