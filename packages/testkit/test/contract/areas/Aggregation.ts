import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Json } from "../support/Api.ts"
import type { Area, Lab } from "../support/Lab.ts"
import { eventually, failure, status } from "../support/Objects.ts"
import * as TlsServer from "../support/TlsServer.ts"
import * as Webhooks from "../support/Webhooks.ts"

const groupOf = ({ unique }: Lab): string => `${unique}.aggregated.example.com`
const servicePath = (lab: Lab): string => `/apis/apiregistration.k8s.io/v1/apiservices/v1.${groupOf(lab)}`

/** Serves an API group with one resource, `cups`, behind the Service `hook`, and says who asked. */
const serve = Effect.fnUntraced(function* (lab: Lab) {
  const group = groupOf(lab)
  const ca = yield* Webhooks.newCa()
  const leaf = yield* Webhooks.leafFor(ca, lab.namespace)
  const verbs = ["get", "list"]
  const server = yield* TlsServer.make({ _tag: "Tls", leaf }, ({ headers, path }) => {
    if (path === `/apis/${group}/v1` || path === `/apis/${group}/v1/`) {
      const resources = [{ name: "cups", singularName: "cup", namespaced: false, kind: "Cup", verbs }]
      return { body: { kind: "APIResourceList", apiVersion: "v1", groupVersion: `${group}/v1`, resources } }
    }
    if (path === `/apis/${group}/v1/cups`) {
      const user = headers["x-remote-user"]
      return { body: { kind: "CupList", apiVersion: `${group}/v1`, metadata: {}, items: [], user } }
    }
    return { status: 404, body: "404 page not found" }
  })
  yield* Webhooks.route(lab, server)
  // The API server looks for an address before it calls the API available; nobody connects to this one.
  yield* lab.api.post(`/apis/discovery.k8s.io/v1/namespaces/${lab.namespace}/endpointslices`, {
    metadata: { name: "hook", labels: { "kubernetes.io/service-name": "hook" } },
    addressType: "IPv4",
    ports: [{ name: "", port: 443, protocol: "TCP" }],
    endpoints: [{ addresses: ["192.0.2.1"], conditions: { ready: true } }]
  })
  return { ca, server, caBundle: Webhooks.base64(ca.certificate.pem) }
})

/** Registers the group until the scope ends. */
const register = (lab: Lab, more: Json) =>
  Effect.acquireRelease(
    lab.api.post("/apis/apiregistration.k8s.io/v1/apiservices", {
      metadata: { name: `v1.${groupOf(lab)}` },
      spec: {
        group: groupOf(lab),
        version: "v1",
        groupPriorityMinimum: 100,
        versionPriority: 10,
        service: { namespace: lab.namespace, name: "hook" },
        ...more
      }
    }),
    () => lab.api.delete(servicePath(lab))
  )

const available = (lab: Lab) =>
  Effect.map(lab.api.get(servicePath(lab)), ({ body }): Json => {
    const condition = body.status?.conditions?.find(({ type }: Json) => type === "Available") ?? {}
    return { status: condition.status, reason: condition.reason, message: condition.message }
  })

const untilAvailable = (lab: Lab, wished: string) => eventually(available(lab), ({ status: is }) => is === wished)

const cups = (lab: Lab) => lab.api.get(`/apis/${groupOf(lab)}/v1/cups`)

const untrusted = "tls: failed to verify certificate: x509: certificate signed by unknown authority"

export const aggregation: Area = {
  name: "Aggregated APIs",
  tests: (it) => {
    it("passes requests on to the server behind the Service, with the user's name", function* (lab) {
      const { caBundle } = yield* serve(lab)
      yield* register(lab, { caBundle })
      assert.deepStrictEqual(yield* untilAvailable(lab, "True"), {
        status: "True",
        reason: "Passed",
        message: "all checks passed"
      })
      const { body } = yield* eventually(cups(lab), ({ status: code }) => code === 200)
      assert.strictEqual(body.kind, "CupList")
      assert.isString(body.user)
    })

    it("adds the group to discovery", function* (lab) {
      const { caBundle } = yield* serve(lab)
      yield* register(lab, { caBundle })
      const { body } = yield* eventually(lab.api.get("/apis"), (answer) =>
        answer.body.groups.some(({ name }: Json) => name === groupOf(lab))
      )
      assert.deepStrictEqual(body.groups.find(({ name }: Json) => name === groupOf(lab)).versions, [
        { groupVersion: `${groupOf(lab)}/v1`, version: "v1" }
      ])
    })

    it("takes a server that cannot be trusted for unavailable, and says why", function* (lab) {
      yield* serve(lab)
      const other = yield* Webhooks.newCa("another")
      yield* register(lab, { caBundle: Webhooks.base64(other.certificate.pem) })
      if (lab.minor < 37) {
        // It trusted anybody while it asked for availability, but not for the requests that it passed on.
        yield* untilAvailable(lab, "True")
        const answer = yield* eventually(cups(lab), ({ status: code }) => code === 503)
        assert.strictEqual(answer.body, `error trying to reach service: ${untrusted}\n`)
        return
      }
      const condition = yield* untilAvailable(lab, "False")
      assert.strictEqual(condition.reason, "FailedDiscoveryCheck")
      assert.include(condition.message, untrusted)
      const answer = yield* eventually(cups(lab), ({ body }) => body === "service unavailable\n")
      assert.deepStrictEqual([answer.status, answer.headers["content-type"]], [503, "text/plain; charset=utf-8"])
    })

    it("passes on, as plain text, that a server can no longer be trusted", function* (lab) {
      const scope = yield* Scope.make()
      const { caBundle } = yield* Scope.provide(serve(lab), scope)
      yield* register(lab, { caBundle })
      yield* untilAvailable(lab, "True")
      yield* eventually(cups(lab), ({ status: code }) => code === 200)
      // The server goes, and its connections with it; in its place is one that another CA vouches for.
      const stranger = yield* Webhooks.leafFor(yield* Webhooks.newCa("stranger"), lab.namespace)
      const server = yield* Webhooks.answering(stranger, { body: {} })
      yield* lab.cluster.route({ namespace: lab.namespace, name: "hook" }, server)
      yield* Scope.close(scope, Exit.void)
      const answer = yield* eventually(cups(lab), ({ status: code }) => code !== 200)
      assert.deepStrictEqual([answer.status, answer.body], [503, `error trying to reach service: ${untrusted}\n`])
      assert.strictEqual(answer.headers["content-type"], "text/plain; charset=utf-8")
    })

    it("reaches it again with the right caBundle", function* (lab) {
      const { caBundle } = yield* serve(lab)
      const other = yield* Webhooks.newCa("another")
      yield* register(lab, { caBundle: Webhooks.base64(other.certificate.pem) })
      yield* eventually(cups(lab), ({ status: code }) => code === 503)
      yield* lab.api.patch("merge", servicePath(lab), { spec: { caBundle } })
      yield* untilAvailable(lab, "True")
      yield* eventually(cups(lab), ({ status: code }) => code === 200)
    })

    it("trusts anybody when told to", function* (lab) {
      yield* serve(lab)
      yield* register(lab, { insecureSkipTLSVerify: true })
      yield* untilAvailable(lab, "True")
      yield* eventually(cups(lab), ({ status: code }) => code === 200)
    })

    it("misses the Service", function* (lab) {
      yield* register(lab, { insecureSkipTLSVerify: true, service: { namespace: lab.namespace, name: "nobody" } })
      assert.deepStrictEqual(yield* untilAvailable(lab, "False"), {
        status: "False",
        reason: "ServiceNotFound",
        message: `service/nobody in "${lab.namespace}" is not present`
      })
    })

    it("will not trust anybody and somebody at once", function* (lab) {
      const { caBundle } = yield* serve(lab)
      const answer = yield* register(lab, { caBundle, insecureSkipTLSVerify: true })
      assert.deepStrictEqual(
        failure(answer),
        status(
          422,
          "Invalid",
          `APIService.apiregistration.k8s.io "v1.${groupOf(lab)}" is invalid: spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present`
        )
      )
    })

    it("lists the groups that the server serves by itself as local", function* ({ api }) {
      const { body } = yield* api.get("/apis/apiregistration.k8s.io/v1/apiservices/v1.apps")
      assert.isUndefined(body.spec.service)
      assert.deepStrictEqual(
        body.status.conditions.map(({ message, reason, status: is, type }: Json) => [type, is, reason, message]),
        [["Available", "True", "Local", "Local APIServices are always available"]]
      )
    })
  }
}
