import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Api from "../support/Api.ts"
import type { Area, Lab } from "../support/Lab.ts"
import { configMap, eventually, failure, status } from "../support/Objects.ts"

const review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

/** A user with a certificate and no rights. */
const jane = ({ cluster, unique }: Lab) =>
  Effect.map(cluster.kubeconfigFor({ user: `jane-${unique}` }), (kubeconfig) => Api.make(kubeconfig))

/** Gives the user rules in the test's namespace. */
const grant = Effect.fnUntraced(function* (
  { api, namespace, unique }: Lab,
  rules: ReadonlyArray<{
    apiGroups: ReadonlyArray<string>
    resources: ReadonlyArray<string>
    verbs: ReadonlyArray<string>
  }>
) {
  const base = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`
  yield* api.post(`${base}/roles`, { metadata: { name: "jane" }, rules })
  yield* api.post(`${base}/rolebindings`, {
    metadata: { name: "jane" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "jane" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: `jane-${unique}` }]
  })
})

export const authorization: Area = {
  name: "Authorization",
  tests: (it) => {
    it("tells an administrator that all is allowed", function* ({ api, namespace }) {
      const { body, status: code } = yield* api.post(review, {
        spec: { resourceAttributes: { namespace, verb: "delete", resource: "secrets" } }
      })
      assert.deepStrictEqual([code, body.status.allowed], [201, true])
    })
  }
}

export const rbac: Area = {
  name: "Role-based access control",
  tests: (it) => {
    it("forbids by default, naming user, verb, resource and namespace", function* (lab) {
      const user = yield* jane(lab)
      const answer = yield* user.get(`/api/v1/namespaces/${lab.namespace}/secrets`)
      assert.deepStrictEqual(answer.body, {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: `secrets is forbidden: User "jane-${lab.unique}" cannot list resource "secrets" in API group "" in the namespace "${lab.namespace}"`,
        reason: "Forbidden",
        details: { kind: "secrets" },
        code: 403
      })
    })

    it("forbids at the cluster's scope", function* (lab) {
      const user = yield* jane(lab)
      const answer = yield* user.delete("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/none")
      assert.deepStrictEqual(
        failure(answer),
        status(
          403,
          "Forbidden",
          `validatingwebhookconfigurations.admissionregistration.k8s.io "none" is forbidden: User "jane-${lab.unique}" cannot delete resource "validatingwebhookconfigurations" in API group "admissionregistration.k8s.io" at the cluster scope`
        )
      )
    })

    it("allows what a role grants, and no more", function* (lab) {
      const user = yield* jane(lab)
      yield* grant(lab, [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "create"] }])
      const path = `/api/v1/namespaces/${lab.namespace}/configmaps`
      yield* eventually(user.post(path, configMap("a")), ({ status: code }) => code === 201)
      assert.strictEqual((yield* user.get(`${path}/a`)).status, 200)
      assert.strictEqual((yield* user.delete(`${path}/a`)).status, 403)
      assert.strictEqual((yield* user.get("/api/v1/namespaces/default/configmaps/a")).status, 403)
    })

    it("reviews what a user may do", function* (lab) {
      const user = yield* jane(lab)
      yield* grant(lab, [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }])
      const ask = (verb: string) =>
        Effect.map(
          user.post(review, {
            spec: { resourceAttributes: { namespace: lab.namespace, verb, resource: "configmaps" } }
          }),
          ({ body }) => body.status
        )
      yield* eventually(ask("get"), ({ allowed }) => allowed)
      assert.deepStrictEqual(yield* ask("delete"), { allowed: false })
    })

    it("asks for create to apply something new, and for patch in any case", function* (lab) {
      const user = yield* jane(lab)
      yield* grant(lab, [{ apiGroups: [""], resources: ["configmaps"], verbs: ["patch", "get"] }])
      const path = `/api/v1/namespaces/${lab.namespace}/configmaps`
      yield* eventually(user.get(`${path}/none`), ({ status: code }) => code === 404)
      const applied = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } }
      const answer = yield* user.patch("apply", `${path}/a?fieldManager=holdfast`, applied)
      assert.deepStrictEqual(
        failure(answer),
        status(
          403,
          "Forbidden",
          `configmaps "a" is forbidden: User "jane-${lab.unique}" cannot create resource "configmaps" in API group "" in the namespace "${lab.namespace}"`
        )
      )
      yield* lab.api.post(path, configMap("a"))
      assert.strictEqual((yield* user.patch("apply", `${path}/a?fieldManager=holdfast`, applied)).status, 200)
    })

    it("grants a subresource by its own name", function* (lab) {
      const user = yield* jane(lab)
      yield* grant(lab, [{ apiGroups: [""], resources: ["services/status"], verbs: ["patch"] }])
      yield* lab.api.post(`/api/v1/namespaces/${lab.namespace}/services`, {
        metadata: { name: "a" },
        spec: { ports: [{ port: 80 }] }
      })
      const path = `/api/v1/namespaces/${lab.namespace}/services/a`
      yield* eventually(user.patch("merge", `${path}/status`, {}), ({ status: code }) => code === 200)
      assert.strictEqual((yield* user.patch("merge", path, {})).status, 403)
    })

    it("lets nobody grant more than they have", function* (lab) {
      const user = yield* jane(lab)
      yield* grant(lab, [{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["create"] }])
      const answer = yield* eventually(
        user.post(`/apis/rbac.authorization.k8s.io/v1/namespaces/${lab.namespace}/roles`, {
          metadata: { name: "more" },
          rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }]
        }),
        ({ body }) => /attempting to grant/.test(body.message)
      )
      assert.strictEqual(answer.status, 403)
      assert.include(answer.body.message, `{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}`)
    })
  }
}
