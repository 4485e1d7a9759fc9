import { assert } from "@effect/vitest"
import * as Api from "../support/Api.ts"
import type { Area } from "../support/Lab.ts"
import { eventually, failure, status } from "../support/Objects.ts"

const whoAmI = "/apis/authentication.k8s.io/v1/selfsubjectreviews"

export const authentication: Area = {
  name: "Authentication",
  tests: (it) => {
    it("knows the bearer of a client certificate", function* ({ api }) {
      const { body, status: code } = yield* api.post(whoAmI, {})
      assert.strictEqual(code, 201)
      assert.isString(body.status.userInfo.username)
      assert.include(body.status.userInfo.groups, "system:masters")
      assert.include(body.status.userInfo.groups, "system:authenticated")
    })

    it("refuses who shows nothing", function* ({ cluster }) {
      const answer = yield* Api.make(cluster.kubeconfig, { anonymous: true }).get("/api/v1/namespaces")
      assert.deepStrictEqual(answer.body, {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: "Unauthorized",
        reason: "Unauthorized",
        code: 401
      })
    })

    it("refuses a token that it did not issue", function* ({ cluster }) {
      const answer = yield* Api.make(cluster.kubeconfig, { token: "nonsense" }).get("/api/v1/namespaces")
      assert.deepStrictEqual(failure(answer), status(401, "Unauthorized", "Unauthorized"))
    })

    it("tells anybody that it is well", function* ({ cluster }) {
      const { body } = yield* Api.make(cluster.kubeconfig, { anonymous: true }).get("/readyz")
      assert.strictEqual(body, "ok")
    })

    it("issues a token for a service account, and knows its bearer", function* ({ api, cluster, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts`
      yield* api.post(path, { metadata: { name: "robot" } })
      const { body, status: code } = yield* api.post(`${path}/robot/token`, { spec: { expirationSeconds: 600 } })
      assert.strictEqual(code, 201)
      assert.strictEqual(body.kind, "TokenRequest")
      assert.isAbove(Date.parse(body.status.expirationTimestamp), Date.now())
      const robot = Api.make(cluster.kubeconfig, { token: body.status.token })
      // Until the API server has heard of the account, it takes the token for that of one that is gone.
      const { userInfo } = (yield* eventually(robot.post(whoAmI, {}), (answer) => answer.status === 201)).body.status
      assert.strictEqual(userInfo.username, `system:serviceaccount:${namespace}:robot`)
      assert.sameMembers(userInfo.groups, [
        "system:serviceaccounts",
        `system:serviceaccounts:${namespace}`,
        "system:authenticated"
      ])
    })

    it("forgets a token whose account is gone", function* ({ api, cluster, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts`
      yield* api.post(path, { metadata: { name: "robot" } })
      const { body } = yield* api.post(`${path}/robot/token`, { spec: {} })
      yield* api.delete(`${path}/robot`)
      const robot = Api.make(cluster.kubeconfig, { token: body.status.token })
      yield* eventually(robot.post(whoAmI, {}), (answer) => answer.status === 401)
    })

    it("acts as another for who may", function* ({ api }) {
      const { body } = yield* api.send("POST", whoAmI, {}, { "impersonate-user": "jane", "impersonate-group": "devs" })
      assert.strictEqual(body.status.userInfo.username, "jane")
      assert.sameMembers(body.status.userInfo.groups, ["devs", "system:authenticated"])
    })

    it("knows users by their certificates", function* ({ cluster }) {
      const jane = Api.make(yield* cluster.kubeconfigFor({ user: "jane", groups: ["devs"] }))
      const { body } = yield* jane.post(whoAmI, {})
      assert.deepStrictEqual(
        [body.status.userInfo.username, body.status.userInfo.groups],
        ["jane", ["devs", "system:authenticated"]]
      )
    })

    it("says no more than Unauthorized to an expired certificate", function* ({ cluster }) {
      const notBefore = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000)
      const kubeconfig = yield* cluster.kubeconfigFor({ user: "jane", notBefore, validity: "1 day" })
      const answer = yield* Api.make(kubeconfig).get("/api/v1/namespaces")
      assert.deepStrictEqual(failure(answer), status(401, "Unauthorized", "Unauthorized"))
    })

    it("says no more than Unauthorized to a certificate that is not valid yet", function* ({ cluster }) {
      const notBefore = new Date(Date.now() + 24 * 60 * 60 * 1000)
      const kubeconfig = yield* cluster.kubeconfigFor({ user: "jane", notBefore, validity: "1 day" })
      const answer = yield* Api.make(kubeconfig).get("/api/v1/namespaces")
      assert.deepStrictEqual(failure(answer), status(401, "Unauthorized", "Unauthorized"))
    })

    it("reviews a token for who asks", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts`
      yield* api.post(path, { metadata: { name: "robot" } })
      const { token } = (yield* api.post(`${path}/robot/token`, { spec: {} })).body.status
      const review = (value: string) =>
        api.post("/apis/authentication.k8s.io/v1/tokenreviews", { spec: { token: value } })
      const good = (yield* eventually(review(token), ({ body }) => body.status.authenticated)).body.status
      assert.deepStrictEqual(
        [good.authenticated, good.user.username],
        [true, `system:serviceaccount:${namespace}:robot`]
      )
      const bad = (yield* review("nonsense")).body.status
      assert.isUndefined(bad.authenticated)
    })
  }
}
