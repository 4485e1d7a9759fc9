import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Json } from "../support/Api.ts"
import type { Area } from "../support/Lab.ts"
import { configMap, failure, status } from "../support/Objects.ts"

/** Who holds which fields in which way; the time left out. */
const managers = (object: Json): Json =>
  object.metadata.managedFields.map(({ fieldsV1, manager, operation, subresource }: Json) => ({
    manager,
    operation,
    ...(subresource === undefined ? {} : { subresource }),
    fieldsV1
  }))

const applied = (data: Record<string, string>): Json => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a" },
  data
})

export const fieldManagement: Area = {
  name: "Server-side apply and field ownership",
  tests: (it) => {
    it("creates by apply, with the fields in the applier's name", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a?fieldManager=holdfast`
      const answer = yield* api.patch("apply", path, applied({ one: "1" }))
      assert.strictEqual(answer.status, 201)
      const [entry] = answer.body.metadata.managedFields
      assert.match(entry.time, /Z$/)
      assert.deepStrictEqual(
        { ...entry, time: "" },
        {
          manager: "holdfast",
          operation: "Apply",
          apiVersion: "v1",
          time: "",
          fieldsType: "FieldsV1",
          fieldsV1: { "f:data": { "f:one": {} } }
        }
      )
    })

    it("does nothing when the same is applied again", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a?fieldManager=holdfast`
      const first = yield* api.patch("apply", path, applied({ one: "1" }))
      const second = yield* api.patch("apply", path, applied({ one: "1" }))
      assert.strictEqual(second.status, 200)
      assert.deepStrictEqual(second.body, first.body)
    })

    it("removes what the applier no longer wants", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a?fieldManager=holdfast`
      yield* api.patch("apply", path, applied({ one: "1", two: "2" }))
      const { body } = yield* api.patch("apply", path, applied({ two: "2" }))
      assert.deepStrictEqual(body.data, { two: "2" })
    })

    it("leaves what others have set", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a`
      yield* api.patch("apply", `${path}?fieldManager=holdfast`, applied({ one: "1" }))
      yield* api.patch("apply", `${path}?fieldManager=other`, applied({ two: "2" }))
      const { body } = yield* api.patch("apply", `${path}?fieldManager=holdfast`, applied({ one: "changed" }))
      assert.deepStrictEqual(body.data, { one: "changed", two: "2" })
      assert.deepStrictEqual(managers(body), [
        { manager: "holdfast", operation: "Apply", fieldsV1: { "f:data": { "f:one": {} } } },
        { manager: "other", operation: "Apply", fieldsV1: { "f:data": { "f:two": {} } } }
      ])
    })

    it("refuses to change what another has applied, naming manager and field", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a`
      yield* api.patch("apply", `${path}?fieldManager=other`, applied({ one: "1" }))
      const answer = yield* api.patch("apply", `${path}?fieldManager=holdfast`, applied({ one: "2" }))
      assert.deepStrictEqual(answer.body, {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'Apply failed with 1 conflict: conflict with "other": .data.one',
        reason: "Conflict",
        details: {
          causes: [{ reason: "FieldManagerConflict", message: 'conflict with "other"', field: ".data.one" }]
        },
        code: 409
      })
    })

    it("tells of every conflict at once", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a`
      yield* api.patch("apply", `${path}?fieldManager=other`, applied({ one: "1", two: "2" }))
      const answer = yield* api.patch("apply", `${path}?fieldManager=holdfast`, applied({ one: "x", two: "x" }))
      assert.strictEqual(
        answer.body.message,
        'Apply failed with 2 conflicts: conflicts with "other":\n- .data.one\n- .data.two'
      )
    })

    it("names the version of a conflict with an update", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(`${path}?fieldManager=kubectl-create`, configMap("a", { one: "1" }))
      const answer = yield* api.patch("apply", `${path}/a?fieldManager=holdfast`, applied({ one: "2" }))
      assert.strictEqual(
        answer.body.message,
        'Apply failed with 1 conflict: conflict with "kubectl-create" using v1: .data.one'
      )
    })

    it("shares a field on which both agree", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a`
      yield* api.patch("apply", `${path}?fieldManager=other`, applied({ one: "1" }))
      const { body, status: code } = yield* api.patch("apply", `${path}?fieldManager=holdfast`, applied({ one: "1" }))
      assert.strictEqual(code, 200)
      assert.deepStrictEqual(
        managers(body).map(({ fieldsV1, manager }: Json) => [manager, fieldsV1]),
        [
          ["holdfast", { "f:data": { "f:one": {} } }],
          ["other", { "f:data": { "f:one": {} } }]
        ]
      )
    })

    it("takes the field over when forced", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a`
      yield* api.patch("apply", `${path}?fieldManager=other`, applied({ one: "1", two: "2" }))
      const { body } = yield* api.patch("apply", `${path}?fieldManager=holdfast&force=true`, applied({ one: "mine" }))
      assert.deepStrictEqual(body.data, { one: "mine", two: "2" })
      assert.deepStrictEqual(managers(body), [
        { manager: "holdfast", operation: "Apply", fieldsV1: { "f:data": { "f:one": {} } } },
        { manager: "other", operation: "Apply", fieldsV1: { "f:data": { "f:two": {} } } }
      ])
    })

    it("keeps a field that another holds too when one gives it up", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a`
      yield* api.patch("apply", `${path}?fieldManager=other`, applied({ one: "1" }))
      yield* api.patch("apply", `${path}?fieldManager=holdfast`, applied({ one: "1", two: "2" }))
      const { body } = yield* api.patch("apply", `${path}?fieldManager=holdfast`, applied({ two: "2" }))
      assert.deepStrictEqual(body.data, { one: "1", two: "2" })
    })

    it("hands a field over to whoever updates it", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a`
      yield* api.patch("apply", `${path}?fieldManager=holdfast`, applied({ one: "1", two: "2" }))
      const { body } = yield* api.patch("merge", `${path}?fieldManager=kubectl-edit`, { data: { one: "changed" } })
      assert.deepStrictEqual(managers(body), [
        { manager: "holdfast", operation: "Apply", fieldsV1: { "f:data": { "f:two": {} } } },
        { manager: "kubectl-edit", operation: "Update", fieldsV1: { "f:data": { "f:one": {} } } }
      ])
    })

    it("names an update's manager after its user agent when it gives no name", function* ({ api, namespace }) {
      const { body } = yield* api.send(
        "POST",
        `/api/v1/namespaces/${namespace}/configmaps`,
        configMap("a", { one: "1" }),
        { "user-agent": "holdfast/1.2.3 (linux/amd64)" }
      )
      assert.deepStrictEqual(managers(body), [
        { manager: "holdfast", operation: "Update", fieldsV1: { "f:data": { ".": {}, "f:one": {} } } }
      ])
    })

    it("keys the fields of a list by what identifies its items", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/services/a?fieldManager=holdfast`
      const { body } = yield* api.patch("apply", path, {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "a", labels: { app: "a" }, finalizers: ["example.com/a"] },
        spec: { ports: [{ name: "https", port: 443 }], selector: { app: "a" } }
      })
      assert.deepStrictEqual(body.metadata.managedFields[0].fieldsV1, {
        "f:metadata": { "f:finalizers": { 'v:"example.com/a"': {} }, "f:labels": { "f:app": {} } },
        "f:spec": {
          "f:ports": { 'k:{"port":443,"protocol":"TCP"}': { ".": {}, "f:name": {}, "f:port": {} } },
          "f:selector": {}
        }
      })
      yield* api.patch("merge", path, { metadata: { finalizers: null } })
    })

    it("merges a list of two appliers by its keys", function* ({ api, namespace }) {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/a`
      const withContainers = (containers: ReadonlyArray<Json>) => ({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "a" },
        spec: {
          selector: { matchLabels: { app: "a" } },
          template: { metadata: { labels: { app: "a" } }, spec: { containers } }
        }
      })
      yield* api.patch("apply", `${path}?fieldManager=one`, withContainers([{ name: "one", image: "one:1" }]))
      const { body } = yield* api.patch(
        "apply",
        `${path}?fieldManager=two`,
        withContainers([{ name: "two", image: "two:1" }])
      )
      assert.deepStrictEqual(
        body.spec.template.spec.containers.map(({ name }: Json) => name),
        ["one", "two"]
      )
      const without = yield* api.patch("apply", `${path}?fieldManager=two`, withContainers([]))
      assert.deepStrictEqual(
        without.body.spec.template.spec.containers.map(({ name }: Json) => name),
        ["one"]
      )
    })

    it("books what a creator has set, and what was filled in for it", function* ({ api, namespace }) {
      const labels = { app: "a" }
      const { body } = yield* api.post(`/apis/apps/v1/namespaces/${namespace}/deployments?fieldManager=one`, {
        metadata: { name: "a" },
        spec: {
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: "a", image: "a:1" }] } }
        }
      })
      assert.deepStrictEqual(managers(body), [
        {
          manager: "one",
          operation: "Update",
          fieldsV1: {
            "f:spec": {
              "f:progressDeadlineSeconds": {},
              "f:replicas": {},
              "f:revisionHistoryLimit": {},
              "f:selector": {},
              "f:strategy": {
                "f:rollingUpdate": { ".": {}, "f:maxSurge": {}, "f:maxUnavailable": {} },
                "f:type": {}
              },
              "f:template": {
                "f:metadata": { "f:labels": { ".": {}, "f:app": {} } },
                "f:spec": {
                  "f:containers": {
                    'k:{"name":"a"}': {
                      ".": {},
                      "f:image": {},
                      "f:imagePullPolicy": {},
                      "f:name": {},
                      "f:resources": {},
                      "f:terminationMessagePath": {},
                      "f:terminationMessagePolicy": {}
                    }
                  },
                  "f:dnsPolicy": {},
                  "f:restartPolicy": {},
                  "f:schedulerName": {},
                  "f:securityContext": {},
                  "f:terminationGracePeriodSeconds": {}
                }
              }
            }
          }
        }
      ])
    })

    it("keeps the managers of a subresource apart", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/services`
      yield* api.post(`${path}?fieldManager=one`, { metadata: { name: "a" }, spec: { ports: [{ port: 1 }] } })
      const { body } = yield* api.patch("merge", `${path}/a/status?fieldManager=two`, {
        status: {
          conditions: [
            { type: "A", status: "True", reason: "A", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" }
          ]
        }
      })
      assert.deepStrictEqual(
        body.metadata.managedFields.map(({ manager, operation, subresource }: Json) => [
          manager,
          operation,
          subresource
        ]),
        [
          ["one", "Update", undefined],
          ["two", "Update", "status"]
        ]
      )
    })

    it("wants to know the field manager of an apply", function* ({ api, namespace }) {
      const answer = yield* api.patch("apply", `/api/v1/namespaces/${namespace}/configmaps/a`, applied({}))
      assert.deepStrictEqual(
        failure(answer),
        status(
          422,
          "Invalid",
          'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'
        )
      )
    })

    it("refuses an apply without apiVersion and kind", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a?fieldManager=holdfast`
      const answer = yield* api.patch("apply", path, { metadata: { name: "a" } })
      assert.deepStrictEqual([answer.status, answer.body.reason], [400, "BadRequest"])
    })

    it("refuses managedFields in an apply", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a?fieldManager=holdfast`
      const answer = yield* api.patch("apply", path, {
        ...applied({}),
        metadata: { name: "a", managedFields: [{ manager: "me", operation: "Apply" }] }
      })
      assert.deepStrictEqual(failure(answer), status(400, "BadRequest", "metadata.managedFields must be nil"))
    })

    it("refuses a field that the kind does not have", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a?fieldManager=holdfast`
      const answer = yield* api.patch("apply", path, { ...applied({}), colour: "red" })
      assert.strictEqual(answer.status, 500)
      assert.include(answer.body.message, ".colour: field not declared in schema")
    })

    it("refuses two items of one key", function* ({ api, namespace }) {
      const containers = [
        { name: "one", image: "one:1" },
        { name: "one", image: "one:2" }
      ]
      const answer = yield* api.patch(
        "apply",
        `/apis/apps/v1/namespaces/${namespace}/deployments/a?fieldManager=holdfast`,
        {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: "a" },
          spec: {
            selector: { matchLabels: { app: "a" } },
            template: { metadata: { labels: { app: "a" } }, spec: { containers } }
          }
        }
      )
      assert.deepStrictEqual(
        failure(answer),
        status(
          500,
          undefined,
          'failed to create typed patch object (/a; apps/v1, Kind=Deployment): .spec.template.spec.containers: duplicate entries for key [name="one"]'
        )
      )
    })

    it("guards an apply with the resourceVersion in it", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a?fieldManager=holdfast`
      const first = yield* api.patch("apply", path, applied({ one: "1" }))
      yield* api.patch("apply", path, applied({ one: "2" }))
      const { resourceVersion } = first.body.metadata
      const answer = yield* api.patch("apply", path, {
        ...applied({ one: "3" }),
        metadata: { name: "a", resourceVersion }
      })
      assert.deepStrictEqual([answer.status, answer.body.reason], [409, "Conflict"])
      assert.include(answer.body.message, "the object has been modified")
    })

    it("moves the time of an entry when what it holds changes, and only then", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a?fieldManager=holdfast`
      const timeOf = (object: Json) => object.metadata.managedFields[0].time
      const first = yield* api.patch("apply", path, applied({ one: "1" }))
      yield* Effect.sleep("1100 millis")
      const same = yield* api.patch("apply", path, applied({ one: "1" }))
      assert.strictEqual(timeOf(same.body), timeOf(first.body))
      const other = yield* api.patch("apply", path, applied({ one: "2" }))
      assert.isAbove(Date.parse(timeOf(other.body)), Date.parse(timeOf(first.body)))
    })

    it("keeps the managers of a namespace as of anything else", function* ({ api, unique }) {
      const name = `${unique}-applied`
      const path = `/api/v1/namespaces/${name}?fieldManager=holdfast`
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { a: "b" } } }
      const first = yield* api.patch("apply", path, namespace)
      assert.deepStrictEqual(managers(first.body), [
        { manager: "holdfast", operation: "Apply", fieldsV1: { "f:metadata": { "f:labels": { "f:a": {} } } } }
      ])
      const second = yield* api.patch("apply", path, namespace)
      assert.deepStrictEqual(second.body, first.body)
    })

    it("holds nothing of an object that is applied with its name alone", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/a?fieldManager=holdfast`
      const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "a" } }
      const first = yield* api.patch("apply", path, account)
      const second = yield* api.patch("apply", path, account)
      assert.isUndefined(first.body.metadata.managedFields)
      assert.deepStrictEqual(second.body, first.body)
    })

    it("books what nobody holds at the second apply, to whoever came before the first", function* ({ api, unique }) {
      const name = `${unique}-bare`
      const path = `/api/v1/namespaces/${name}?fieldManager=holdfast`
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } }
      const first = yield* api.patch("apply", path, namespace)
      assert.isUndefined(first.body.metadata.managedFields)
      const second = yield* api.patch("apply", path, namespace)
      assert.deepStrictEqual(managers(second.body), [
        {
          manager: "before-first-apply",
          operation: "Update",
          fieldsV1: {
            "f:metadata": { "f:labels": { ".": {}, "f:kubernetes.io/metadata.name": {} } },
            "f:spec": { "f:finalizers": {} }
          }
        }
      ])
      assert.isAbove(Number(second.body.metadata.resourceVersion), Number(first.body.metadata.resourceVersion))
      const third = yield* api.patch("apply", path, namespace)
      assert.deepStrictEqual(third.body, second.body)
    })

    it("does not begin to keep books of an object that has none, until it is applied", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, configMap("a"))
      const updated = yield* api.patch("merge", `${path}/a?fieldManager=kubectl-edit`, { data: { one: "1" } })
      assert.isUndefined(updated.body.metadata.managedFields)
      const { body } = yield* api.patch("apply", `${path}/a?fieldManager=holdfast`, applied({ two: "2" }))
      assert.deepStrictEqual(managers(body), [
        { manager: "holdfast", operation: "Apply", fieldsV1: { "f:data": { "f:two": {} } } },
        { manager: "before-first-apply", operation: "Update", fieldsV1: { "f:data": { ".": {}, "f:one": {} } } }
      ])
    })

    it("forgets everything when managedFields are emptied", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/a`
      yield* api.patch("apply", `${path}?fieldManager=holdfast`, applied({ one: "1" }))
      const { body } = yield* api.patch("merge", path, { metadata: { managedFields: [{}] } })
      assert.isUndefined(body.metadata.managedFields)
    })
  }
}
