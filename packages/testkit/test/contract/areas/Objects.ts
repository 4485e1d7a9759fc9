import { assert } from "@effect/vitest"
import type { Area } from "../support/Lab.ts"
import { configMap, failure, status } from "../support/Objects.ts"

export const objects: Area = {
  name: "Create, read, update, delete",
  tests: (it) => {
    it("creates an object and fills in what identifies it", function* ({ api, namespace }) {
      const created = yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, configMap("a", { key: "value" }))
      assert.strictEqual(created.status, 201)
      const { metadata, ...rest } = created.body
      assert.deepStrictEqual(rest, { kind: "ConfigMap", apiVersion: "v1", data: { key: "value" } })
      assert.strictEqual(metadata.namespace, namespace)
      assert.match(metadata.uid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      assert.match(metadata.resourceVersion, /^\d+$/)
      assert.match(metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      assert.isUndefined(metadata.generation)
    })

    it("reads back what was created", function* ({ api, namespace }) {
      const created = yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, configMap("a"))
      const read = yield* api.get(`/api/v1/namespaces/${namespace}/configmaps/a`)
      assert.deepStrictEqual([read.status, read.body], [200, created.body])
    })

    it("takes YAML as well", function* ({ api, namespace }) {
      const created = yield* api.send(
        "POST",
        `/api/v1/namespaces/${namespace}/configmaps`,
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {mode: '0644'}\n",
        { "content-type": "application/yaml" }
      )
      assert.deepStrictEqual([created.status, created.body.data], [201, { mode: "0644" }])
    })

    it("makes a name from generateName", function* ({ api, namespace }) {
      const { body, status: code } = yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, {
        metadata: { generateName: "a-" }
      })
      assert.strictEqual(code, 201)
      assert.match(body.metadata.name, /^a-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
      assert.strictEqual(body.metadata.generateName, "a-")
    })

    it("refuses a second object of the same name", function* ({ api, namespace }) {
      yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, configMap("a"))
      const answer = yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, configMap("a"))
      assert.deepStrictEqual(failure(answer), status(409, "AlreadyExists", 'configmaps "a" already exists'))
      assert.deepStrictEqual(answer.body.details, { name: "a", kind: "configmaps" })
    })

    it("says what is missing", function* ({ api, namespace }) {
      const answer = yield* api.get(`/api/v1/namespaces/${namespace}/configmaps/none`)
      assert.deepStrictEqual(answer.body, {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'configmaps "none" not found',
        reason: "NotFound",
        details: { name: "none", kind: "configmaps" },
        code: 404
      })
    })

    it("names group and resource of a missing object of a named group", function* ({ api, namespace }) {
      const answer = yield* api.get(`/apis/apps/v1/namespaces/${namespace}/deployments/none`)
      assert.deepStrictEqual(failure(answer), status(404, "NotFound", 'deployments.apps "none" not found'))
      assert.deepStrictEqual(answer.body.details, { name: "none", group: "apps", kind: "deployments" })
    })

    it("refuses an object for a namespace that is not there", function* ({ api, unique }) {
      const answer = yield* api.post(`/api/v1/namespaces/${unique}-none/configmaps`, configMap("a"))
      assert.deepStrictEqual(failure(answer), status(404, "NotFound", `namespaces "${unique}-none" not found`))
    })

    it("refuses an object that names another namespace than the path", function* ({ api, namespace }) {
      const answer = yield* api.post(
        `/api/v1/namespaces/${namespace}/configmaps`,
        configMap("a", {}, { namespace: "other" })
      )
      assert.deepStrictEqual(
        failure(answer),
        status(
          400,
          "BadRequest",
          "the namespace of the provided object does not match the namespace sent on the request"
        )
      )
    })

    it("refuses an update whose name is not the path's", function* ({ api, namespace }) {
      yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, configMap("a"))
      const answer = yield* api.put(`/api/v1/namespaces/${namespace}/configmaps/a`, configMap("b"))
      assert.deepStrictEqual(
        failure(answer),
        status(400, "BadRequest", "the name of the object (b) does not match the name on the URL (a)")
      )
    })

    it("refuses a name that is no DNS name, and tells the field", function* ({ api, namespace }) {
      const answer = yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, configMap("Not_Good"))
      const rule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
      assert.deepStrictEqual(
        failure(answer),
        status(422, "Invalid", `ConfigMap "Not_Good" is invalid: metadata.name: Invalid value: "Not_Good": ${rule}`)
      )
      assert.deepStrictEqual(answer.body.details, {
        name: "Not_Good",
        kind: "ConfigMap",
        causes: [
          {
            reason: "FieldValueInvalid",
            message: `Invalid value: "Not_Good": ${rule}`,
            field: "metadata.name"
          }
        ]
      })
    })

    it("refuses an object without a name", function* ({ api, namespace }) {
      const answer = yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, { data: {} })
      assert.deepStrictEqual(
        failure(answer),
        status(
          422,
          "Invalid",
          'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'
        )
      )
    })

    it("refuses the wrong kind in a body", function* ({ api, namespace }) {
      const answer = yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "a" }
      })
      assert.deepStrictEqual(
        failure(answer),
        status(
          400,
          "BadRequest",
          'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion'
        )
      )
    })

    it("refuses a body that is not JSON", function* ({ api, namespace }) {
      const answer = yield* api.send("POST", `/api/v1/namespaces/${namespace}/configmaps`, "{nonsense")
      assert.deepStrictEqual([answer.status, answer.body.reason], [400, "BadRequest"])
    })

    it("refuses bytes that are not base64", function* ({ api, namespace }) {
      const create = (data: string) =>
        api.post(`/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: "bytes" }, data: { a: data } })
      const refused = (at: number) =>
        status(
          400,
          "BadRequest",
          `Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte ${at}`
        )
      assert.deepStrictEqual(failure(yield* create("%%%")), refused(0))
      assert.deepStrictEqual(failure(yield* create("YWJjZA")), refused(4))
      assert.strictEqual((yield* create("YWJj\nZA==\n")).status, 201)
    })

    it("refuses a content type that it does not know", function* ({ api, namespace }) {
      const answer = yield* api.send("POST", `/api/v1/namespaces/${namespace}/configmaps`, "x", {
        "content-type": "text/csv"
      })
      assert.strictEqual(answer.body.reason, "UnsupportedMediaType")
      assert.strictEqual(answer.status, 415)
    })

    it("drops unknown fields and warns of them", function* ({ api, namespace }) {
      const answer = yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, { ...configMap("a"), colour: "red" })
      assert.strictEqual(answer.status, 201)
      assert.isUndefined(answer.body.colour)
      assert.strictEqual(answer.headers["warning"], '299 - "unknown field \\"colour\\""')
    })

    it("refuses unknown fields under strict validation", function* ({ api, namespace }) {
      const answer = yield* api.post(`/api/v1/namespaces/${namespace}/configmaps?fieldValidation=Strict`, {
        ...configMap("a"),
        colour: "red"
      })
      assert.deepStrictEqual(
        failure(answer),
        status(
          400,
          "BadRequest",
          'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "colour"'
        )
      )
    })

    it("replaces an object with PUT", function* ({ api, namespace }) {
      const created = yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, configMap("a", { one: "1" }))
      const replaced = yield* api.put(`/api/v1/namespaces/${namespace}/configmaps/a`, configMap("a", { two: "2" }))
      assert.deepStrictEqual([replaced.status, replaced.body.data], [200, { two: "2" }])
      assert.strictEqual(replaced.body.metadata.uid, created.body.metadata.uid)
    })

    it("does not write when nothing changes", function* ({ api, namespace }) {
      const created = yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, configMap("a", { one: "1" }))
      const replaced = yield* api.put(`/api/v1/namespaces/${namespace}/configmaps/a`, created.body)
      assert.strictEqual(replaced.body.metadata.resourceVersion, created.body.metadata.resourceVersion)
    })

    it("cannot replace what is not there", function* ({ api, namespace }) {
      const answer = yield* api.put(`/api/v1/namespaces/${namespace}/configmaps/a`, configMap("a"))
      assert.deepStrictEqual(failure(answer), status(404, "NotFound", 'configmaps "a" not found'))
    })

    it("creates some kinds by PUT, and others not", function* ({ api, namespace }) {
      const service = { metadata: { name: "a" }, spec: { ports: [{ port: 80 }] } }
      const lease = { metadata: { name: "a" }, spec: { holderIdentity: "one" } }
      const rules = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }]
      const put = [
        yield* api.put(`/api/v1/namespaces/${namespace}/services/a`, service),
        yield* api.put(`/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/a`, lease),
        yield* api.put(`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles/a`, {
          metadata: { name: "a" },
          rules
        }),
        yield* api.put(`/api/v1/namespaces/${namespace}/secrets/a`, { metadata: { name: "a" } }),
        yield* api.put(`/api/v1/namespaces/${namespace}/serviceaccounts/a`, { metadata: { name: "a" } })
      ]
      assert.deepStrictEqual(
        put.map(({ status: code }) => code),
        [201, 201, 201, 404, 404]
      )
    })

    it("drops what is empty", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const { body } = yield* api.post(path, configMap("a", {}, { labels: {}, annotations: {}, finalizers: [] }))
      assert.deepStrictEqual(Object.keys(body).sort(), ["apiVersion", "kind", "metadata"])
      assert.deepStrictEqual(Object.keys(body.metadata).sort(), [
        "creationTimestamp",
        "name",
        "namespace",
        "resourceVersion",
        "uid"
      ])
      yield* api.patch("merge", `${path}/a`, { data: { one: "1" }, metadata: { labels: { a: "b" } } })
      const emptied = yield* api.patch("merge", `${path}/a`, { data: { one: null }, metadata: { labels: { a: null } } })
      assert.isUndefined(emptied.body.data)
      assert.isUndefined(emptied.body.metadata.labels)
    })

    it("counts the changes of spec in metadata.generation", function* ({ api, namespace }) {
      const labels = { app: "a" }
      const deployment = {
        metadata: { name: "a" },
        spec: {
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: "a", image: "a" }] } }
        }
      }
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments`
      const created = yield* api.post(path, deployment)
      const labelled = yield* api.patch("merge", `${path}/a`, { metadata: { labels } })
      const scaled = yield* api.patch("merge", `${path}/a`, { spec: { replicas: 2 } })
      assert.deepStrictEqual(
        [created, labelled, scaled].map(({ body }) => body.metadata.generation),
        [1, 1, 2]
      )
    })

    it("keeps status apart from spec", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/services/a`
      yield* api.post(`/api/v1/namespaces/${namespace}/services`, {
        metadata: { name: "a" },
        spec: { ports: [{ port: 80 }] },
        status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } }
      })
      assert.deepStrictEqual((yield* api.get(path)).body.status, { loadBalancer: {} })
      const updated = yield* api.patch("merge", `${path}/status`, {
        metadata: { labels: { from: "status" } },
        spec: { type: "NodePort" },
        status: {
          conditions: [
            { type: "Good", status: "True", reason: "R", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" }
          ]
        }
      })
      assert.strictEqual(updated.status, 200)
      assert.strictEqual(updated.body.status.conditions[0].type, "Good")
      assert.strictEqual(updated.body.spec.type, "ClusterIP")
    })

    it("deletes an object and answers with what it was", function* ({ api, namespace }) {
      const created = yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, configMap("a"))
      const deleted = yield* api.delete(`/api/v1/namespaces/${namespace}/configmaps/a`)
      assert.deepStrictEqual(deleted.body, {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Success",
        details: { name: "a", kind: "configmaps", uid: created.body.metadata.uid }
      })
      assert.strictEqual((yield* api.get(`/api/v1/namespaces/${namespace}/configmaps/a`)).status, 404)
    })

    it("gives a Service an address, and keeps it", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/services`
      const created = yield* api.post(path, { metadata: { name: "a" }, spec: { ports: [{ port: 443 }] } })
      assert.match(created.body.spec.clusterIP, /^\d+\.\d+\.\d+\.\d+$/)
      assert.deepStrictEqual(created.body.spec.clusterIPs, [created.body.spec.clusterIP])
      assert.deepStrictEqual(created.body.spec.ports, [{ protocol: "TCP", port: 443, targetPort: 443 }])
      const changed = yield* api.patch("merge", `${path}/a`, { spec: { clusterIP: "10.96.250.250" } })
      assert.strictEqual(changed.status, 422)
      assert.deepStrictEqual(
        changed.body.details.causes.map(({ field, message }: { field: string; message: string }) => [field, message]),
        [["spec.clusterIPs[0]", 'Invalid value: ["10.96.250.250"]: may not change once set']]
      )
    })

    it("hides nothing of a Secret: stringData becomes data", function* ({ api, namespace }) {
      const { body } = yield* api.post(`/api/v1/namespaces/${namespace}/secrets`, {
        metadata: { name: "a" },
        stringData: { password: "hunter2" }
      })
      assert.deepStrictEqual(
        [body.data, body.stringData, body.type],
        [{ password: "aHVudGVyMg==" }, undefined, "Opaque"]
      )
    })

    it("keeps the type of a Secret", function* ({ api, namespace }) {
      yield* api.post(`/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: "a" } })
      const answer = yield* api.patch("merge", `/api/v1/namespaces/${namespace}/secrets/a`, {
        type: "kubernetes.io/tls"
      })
      assert.strictEqual(answer.status, 422)
      assert.include(answer.body.message, 'Secret "a" is invalid: ')
      assert.include(answer.body.message, 'type: Invalid value: "kubernetes.io/tls": field is immutable')
    })

    it("wants both halves in a TLS Secret", function* ({ api, namespace }) {
      const answer = yield* api.post(`/api/v1/namespaces/${namespace}/secrets`, {
        metadata: { name: "a" },
        type: "kubernetes.io/tls"
      })
      assert.deepStrictEqual(
        failure(answer),
        status(422, "Invalid", 'Secret "a" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]')
      )
    })

    it("keeps an immutable ConfigMap as it is", function* ({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      yield* api.post(path, { ...configMap("a", { key: "1" }), immutable: true })
      const answer = yield* api.patch("merge", `${path}/a`, { data: { key: "2" } })
      assert.deepStrictEqual(
        failure(answer),
        status(422, "Invalid", 'ConfigMap "a" is invalid: data: Forbidden: field is immutable when `immutable` is set')
      )
    })

    it("keeps the selector of a Deployment", function* ({ api, namespace }) {
      const deployment = (app: string) => ({
        metadata: { name: "a" },
        spec: {
          selector: { matchLabels: { app } },
          template: { metadata: { labels: { app } }, spec: { containers: [{ name: "a", image: "a" }] } }
        }
      })
      yield* api.post(`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment("one"))
      const answer = yield* api.put(`/apis/apps/v1/namespaces/${namespace}/deployments/a`, deployment("two"))
      assert.deepStrictEqual(
        failure(answer),
        status(
          422,
          "Invalid",
          'Deployment.apps "a" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"two"}}: field is immutable'
        )
      )
    })

    it("answers for a table when asked for one, as kubectl does", function* ({ api, namespace }) {
      yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, configMap("a", { one: "1", two: "2" }))
      const { body } = yield* api.get(`/api/v1/namespaces/${namespace}/configmaps`, {
        accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
      })
      assert.deepStrictEqual([body.kind, body.apiVersion], ["Table", "meta.k8s.io/v1"])
      assert.deepStrictEqual(
        body.columnDefinitions.map(({ name }: { name: string }) => name),
        ["Name", "Data", "Age"]
      )
      assert.deepStrictEqual(body.rows[0].cells.slice(0, 2), ["a", 2])
      assert.deepStrictEqual(
        [body.rows[0].object.kind, body.rows[0].object.metadata.name],
        ["PartialObjectMetadata", "a"]
      )
    })

    it("gives the metadata alone when asked", function* ({ api, namespace }) {
      yield* api.post(`/api/v1/namespaces/${namespace}/configmaps`, configMap("a", { one: "1" }))
      const { body } = yield* api.get(`/api/v1/namespaces/${namespace}/configmaps/a`, {
        accept: "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
      })
      assert.deepStrictEqual([body.kind, body.apiVersion], ["PartialObjectMetadata", "meta.k8s.io/v1"])
      assert.isUndefined(body.data)
    })
  }
}
