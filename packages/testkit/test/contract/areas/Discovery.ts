import { assert } from "@effect/vitest"
import type { Json } from "../support/Api.ts"
import type { Area } from "../support/Lab.ts"
import { failure, status } from "../support/Objects.ts"

const aggregated = (version: string) => ({
  accept: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList,application/json`
})

const resourceNamed = (resources: ReadonlyArray<Json>, name: string): Json =>
  resources.find((each) => (each.name ?? each.resource) === name)

export const discovery: Area = {
  name: "Discovery",
  tests: (it) => {
    it("tells its version", function* ({ api }) {
      const { body, status: code } = yield* api.get("/version")
      assert.strictEqual(code, 200)
      assert.match(body.gitVersion, /^v1\.\d+\.\d+/)
      assert.strictEqual(body.major, "1")
      assert.match(body.minor, /^\d+$/)
    })

    it("says that it is alive and ready", function* ({ api }) {
      for (const path of ["/livez", "/readyz", "/healthz"]) {
        const { body, status: code } = yield* api.get(path)
        assert.deepStrictEqual([code, body], [200, "ok"])
      }
    })

    it("lists the versions of the core group", function* ({ api }) {
      const { body } = yield* api.get("/api")
      assert.strictEqual(body.kind, "APIVersions")
      assert.deepStrictEqual(body.versions, ["v1"])
    })

    it("lists the groups, each with its preferred version", function* ({ api }) {
      const { body } = yield* api.get("/apis")
      assert.deepStrictEqual([body.kind, body.apiVersion], ["APIGroupList", "v1"])
      const apps = resourceNamed(body.groups, "apps")
      assert.deepStrictEqual(apps, {
        name: "apps",
        versions: [{ groupVersion: "apps/v1", version: "v1" }],
        preferredVersion: { groupVersion: "apps/v1", version: "v1" }
      })
      for (const name of [
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "admissionregistration.k8s.io",
        "authorization.k8s.io",
        "batch",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "rbac.authorization.k8s.io"
      ]) {
        assert.isDefined(resourceNamed(body.groups, name), name)
      }
    })

    it("describes a single group", function* ({ api }) {
      const { body } = yield* api.get("/apis/apps")
      assert.deepStrictEqual(body, {
        kind: "APIGroup",
        apiVersion: "v1",
        name: "apps",
        versions: [{ groupVersion: "apps/v1", version: "v1" }],
        preferredVersion: { groupVersion: "apps/v1", version: "v1" }
      })
    })

    it("lists the resources of the core group with verbs and short names", function* ({ api }) {
      const { body } = yield* api.get("/api/v1")
      assert.deepStrictEqual([body.kind, body.groupVersion], ["APIResourceList", "v1"])
      const { storageVersionHash: _, ...configmaps } = resourceNamed(body.resources, "configmaps")
      assert.deepStrictEqual(configmaps, {
        name: "configmaps",
        singularName: "configmap",
        namespaced: true,
        kind: "ConfigMap",
        verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        shortNames: ["cm"]
      })
      assert.strictEqual(resourceNamed(body.resources, "namespaces").namespaced, false)
      assert.deepStrictEqual(resourceNamed(body.resources, "namespaces/finalize").verbs, ["update"])
      assert.deepStrictEqual(resourceNamed(body.resources, "services/status").verbs, ["get", "patch", "update"])
    })

    it("lists the resources of a named group", function* ({ api }) {
      const { body } = yield* api.get("/apis/apps/v1")
      assert.deepStrictEqual([body.kind, body.groupVersion], ["APIResourceList", "apps/v1"])
      const { storageVersionHash: _, ...deployments } = resourceNamed(body.resources, "deployments")
      assert.deepStrictEqual(deployments, {
        name: "deployments",
        singularName: "deployment",
        namespaced: true,
        kind: "Deployment",
        verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        shortNames: ["deploy"],
        categories: ["all"]
      })
      const scale = resourceNamed(body.resources, "deployments/scale")
      assert.deepStrictEqual([scale.group, scale.version, scale.kind], ["autoscaling", "v1", "Scale"])
    })

    it("gives all groups and resources in one aggregated document", function* ({ api }) {
      const { body, headers } = yield* api.get("/apis", aggregated("v2"))
      assert.strictEqual(
        headers["content-type"],
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
      )
      assert.deepStrictEqual([body.kind, body.apiVersion], ["APIGroupDiscoveryList", "apidiscovery.k8s.io/v2"])
      const batch = body.items.find((group: Json) => group.metadata.name === "batch")
      const jobs = resourceNamed(batch.versions[0].resources, "jobs")
      // Empty means: that of the group and version around it.
      const responseKind = { group: "", version: "", kind: "Job" }
      assert.deepStrictEqual(jobs, {
        resource: "jobs",
        responseKind,
        scope: "Namespaced",
        singularResource: "job",
        verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        categories: ["all"],
        subresources: [{ subresource: "status", responseKind, verbs: ["get", "patch", "update"] }]
      })
    })

    it("gives the core group in an aggregated document of its own", function* ({ api }) {
      const { body } = yield* api.get("/api", aggregated("v2"))
      assert.strictEqual(body.kind, "APIGroupDiscoveryList")
      assert.deepStrictEqual(
        body.items.map((group: Json) => [group.metadata.name, group.versions.map((version: Json) => version.version)]),
        [[undefined, ["v1"]]]
      )
    })

    it("answers an aggregated document's ETag with 304", function* ({ api }) {
      const first = yield* api.get("/apis", aggregated("v2"))
      const again = yield* api.get("/apis", { ...aggregated("v2"), "if-none-match": String(first.headers["etag"]) })
      assert.deepStrictEqual([again.status, again.body], [304, ""])
    })

    it("falls back to the plain list for a client that does not know the aggregated one", function* ({ api }) {
      const { body } = yield* api.get("/apis", { accept: "application/json" })
      assert.strictEqual(body.kind, "APIGroupList")
    })

    it("answers a path that nobody serves with a plain 404", function* ({ api }) {
      const { body, headers, status: code } = yield* api.get("/apis/nothing.example.com/v1")
      assert.deepStrictEqual([code, body], [404, "404 page not found\n"])
      assert.strictEqual(headers["content-type"], "text/plain; charset=utf-8")
    })

    it("answers an unknown resource of a known group with a Status 404", function* ({ api }) {
      const answer = yield* api.get("/api/v1/nothings")
      assert.deepStrictEqual(
        failure(answer),
        status(404, "NotFound", "the server could not find the requested resource")
      )
    })

    it("answers a verb that a resource lacks with 405", function* ({ api }) {
      const answer = yield* api.delete("/api/v1/namespaces")
      assert.deepStrictEqual(
        failure(answer),
        status(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
      )
    })

    it("serves OpenAPI v3, a document for each group", function* ({ api, namespace: _ }) {
      const { body } = yield* api.get("/openapi/v3")
      const path: string = body.paths["apis/apps/v1"].serverRelativeURL
      assert.match(path, /^\/openapi\/v3\/apis\/apps\/v1\?hash=/)
      const document = yield* api.get(path)
      assert.match(document.body.openapi, /^3\./)
      assert.isDefined(document.body.components.schemas["io.k8s.api.apps.v1.Deployment"])
    })
  }
}
