import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Answer, Json } from "../support/Api.ts"
import type { Area, Lab } from "../support/Lab.ts"
import { configMap, eventually, failure, status } from "../support/Objects.ts"
import * as Webhooks from "../support/Webhooks.ts"

/** Refused, and not because the API server has not heard of the Service yet. */
const denied = ({ body, status: code }: Answer): boolean =>
  code >= 400 && !/service "hook" not found/.test(body.message)
const denyNo = Webhooks.deny({ message: "no" })

const path = ({ namespace }: Lab) => `/api/v1/namespaces/${namespace}/configmaps`

export const admission: Area = {
  name: "Admission webhooks",
  tests: (it) => {
    it("sends the object to a webhook behind a Service, and lets pass what it allows", function* (lab) {
      const hook = yield* Webhooks.serve(lab, Webhooks.allow)
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, hook.caBundle)])
      yield* eventually(lab.api.post(`${path(lab)}?dryRun=All`, configMap("probe")), () => hook.reviewed().length > 0)
      const created = yield* lab.api.post(`${path(lab)}?fieldManager=holdfast`, configMap("a", { one: "1" }))
      assert.strictEqual(created.status, 201)
      const { object, uid, ...request } = hook.reviewed().at(-1)
      assert.match(uid, /^[-0-9a-f]{36}$/)
      assert.deepStrictEqual([object.metadata.name, object.data], ["a", { one: "1" }])
      assert.deepStrictEqual(request, {
        kind: { group: "", version: "v1", kind: "ConfigMap" },
        resource: { group: "", version: "v1", resource: "configmaps" },
        requestKind: { group: "", version: "v1", kind: "ConfigMap" },
        requestResource: { group: "", version: "v1", resource: "configmaps" },
        name: "a",
        namespace: lab.namespace,
        operation: "CREATE",
        userInfo: request.userInfo,
        oldObject: null,
        dryRun: false,
        options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1", fieldManager: "holdfast" }
      })
      assert.include(request.userInfo.groups, "system:authenticated")
    })

    it("denies with the webhook's message", function* (lab) {
      const hook = yield* Webhooks.serve(lab, denyNo)
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, hook.caBundle)])
      const answer = yield* Webhooks.untilCreating(lab, denied)
      assert.deepStrictEqual(answer.body, {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'admission webhook "hook.example.com" denied the request: no',
        code: 400
      })
    })

    it("denies with the webhook's own code and reason", function* (lab) {
      const hook = yield* Webhooks.serve(lab, Webhooks.deny({ message: "no", code: 403, reason: "Forbidden" }))
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, hook.caBundle)])
      const answer = yield* Webhooks.untilCreating(lab, denied)
      assert.deepStrictEqual(
        failure(answer),
        status(403, "Forbidden", 'admission webhook "hook.example.com" denied the request: no')
      )
    })

    it("denies without explanation where there is none", function* (lab) {
      const hook = yield* Webhooks.serve(lab, () => ({ allowed: false }))
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, hook.caBundle)])
      const answer = yield* Webhooks.untilCreating(lab, denied)
      assert.strictEqual(
        answer.body.message,
        'admission webhook "hook.example.com" denied the request without explanation'
      )
    })

    it("passes a webhook's warnings on", function* (lab) {
      const hook = yield* Webhooks.serve(lab, () => ({ allowed: true, warnings: ["careful"] }))
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, hook.caBundle)])
      const answer = yield* eventually(
        lab.api.post(`${path(lab)}?dryRun=All`, configMap("a")),
        ({ headers }) => headers["warning"] !== undefined
      )
      assert.strictEqual(answer.headers["warning"], '299 - "careful"')
    })

    it("changes an object as a mutating webhook says", function* (lab) {
      const hook = yield* Webhooks.serve(lab, () =>
        Webhooks.patching([{ op: "add", path: "/metadata/labels", value: { mutated: "yes" } }])
      )
      yield* Webhooks.register(lab, "Mutating", [Webhooks.entry(lab, hook.caBundle)])
      const answer = yield* Webhooks.untilCreating(lab, ({ body }) => body.metadata.labels !== undefined)
      assert.deepStrictEqual(answer.body.metadata.labels, { mutated: "yes" })
    })

    it("shows validating webhooks what mutating webhooks have made", function* (lab) {
      const hook = yield* Webhooks.serve(lab, (request) =>
        request.object.metadata.labels === undefined
          ? Webhooks.patching([{ op: "add", path: "/metadata/labels", value: { mutated: "yes" } }])
          : { allowed: false, status: { message: `labels ${JSON.stringify(request.object.metadata.labels)}` } }
      )
      yield* Webhooks.register(lab, "Mutating", [Webhooks.entry(lab, hook.caBundle)])
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, hook.caBundle)])
      const answer = yield* Webhooks.untilCreating(lab, denied)
      assert.strictEqual(
        answer.body.message,
        'admission webhook "hook.example.com" denied the request: labels {"mutated":"yes"}'
      )
    })

    it("asks for the operations and resources of the rules alone", function* (lab) {
      const hook = yield* Webhooks.serve(lab, denyNo)
      const rule = { apiGroups: ["", "apps"], apiVersions: ["*"], resources: ["configmaps", "deployments/*"] }
      yield* Webhooks.register(lab, "Validating", [
        Webhooks.entry(lab, hook.caBundle, { rules: [{ ...rule, operations: ["UPDATE", "DELETE"] }] })
      ])
      const one = yield* lab.api.post(path(lab), configMap("a"))
      assert.strictEqual(one.status, 201)
      const updated = yield* eventually(
        lab.api.patch("merge", `${path(lab)}/a?dryRun=All`, { data: { one: "1" } }),
        denied
      )
      assert.include(updated.body.message, "denied the request: no")
      const deleted = yield* lab.api.delete(`${path(lab)}/a`)
      assert.include(deleted.body.message, "denied the request: no")
      const { object, oldObject, operation } = hook.reviewed().at(-1)
      assert.deepStrictEqual([operation, object, oldObject.metadata.name], ["DELETE", null, "a"])
      assert.strictEqual((yield* lab.api.post(path(lab), configMap("b"))).status, 201)
      assert.strictEqual(
        (yield* lab.api.post(`/api/v1/namespaces/${lab.namespace}/secrets`, { metadata: { name: "a" } })).status,
        201
      )
    })

    it("asks for no namespace but the selected", function* (lab) {
      const hook = yield* Webhooks.serve(lab, denyNo)
      yield* Webhooks.register(lab, "Validating", [
        Webhooks.entry(lab, hook.caBundle, { namespaceSelector: { matchLabels: { guarded: lab.unique } } })
      ])
      assert.strictEqual((yield* lab.api.post(path(lab), configMap("a"))).status, 201)
      yield* lab.api.patch("merge", `/api/v1/namespaces/${lab.namespace}`, {
        metadata: { labels: { guarded: lab.unique } }
      })
      yield* Webhooks.untilCreating(lab, denied)
    })

    it("asks for no object but the selected", function* (lab) {
      const hook = yield* Webhooks.serve(lab, denyNo)
      yield* Webhooks.register(lab, "Validating", [
        Webhooks.entry(lab, hook.caBundle, {
          objectSelector: { matchExpressions: [{ key: "skip", operator: "DoesNotExist" }] }
        })
      ])
      yield* Webhooks.untilCreating(lab, denied)
      const skipped = yield* lab.api.post(path(lab), configMap("a", {}, { labels: { skip: "yes" } }))
      assert.strictEqual(skipped.status, 201)
    })

    it("asks for what the match conditions let through alone", function* (lab) {
      const hook = yield* Webhooks.serve(lab, denyNo)
      yield* Webhooks.register(lab, "Validating", [
        Webhooks.entry(lab, hook.caBundle, {
          matchConditions: [{ name: "not-skipped", expression: "object.metadata.name != 'skipped'" }]
        })
      ])
      yield* Webhooks.untilCreating(lab, denied)
      assert.strictEqual((yield* lab.api.post(path(lab), configMap("skipped"))).status, 201)
    })

    it("fails what a broken webhook with the policy Fail was asked about", function* (lab) {
      const hook = yield* Webhooks.serve(lab, Webhooks.allow)
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, hook.caBundle, { service: { name: "nobody" } })])
      const answer = yield* Webhooks.untilCreating(lab, denied)
      const cause = `failed calling webhook "hook.example.com": failed to call webhook: Post "https://nobody.${lab.namespace}.svc:443/review?timeout=10s": service "nobody" not found`
      assert.deepStrictEqual(answer.body, {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: `Internal error occurred: ${cause}`,
        reason: "InternalError",
        details: { causes: [{ message: cause }] },
        code: 500
      })
    })

    it("lets pass what a broken webhook with the policy Ignore was asked about", function* (lab) {
      const hook = yield* Webhooks.serve(lab, denyNo)
      yield* Webhooks.register(lab, "Validating", [
        Webhooks.entry(lab, hook.caBundle, {
          name: "broken.example.com",
          failurePolicy: "Ignore",
          service: { name: "nobody" }
        }),
        Webhooks.entry(lab, hook.caBundle, { objectSelector: { matchLabels: { guarded: "yes" } } })
      ])
      // The second entry shows that the first is in effect: both come with one object.
      yield* eventually(
        lab.api.post(`${path(lab)}?dryRun=All`, configMap("a", {}, { labels: { guarded: "yes" } })),
        denied
      )
      assert.strictEqual((yield* lab.api.post(path(lab), configMap("a"))).status, 201)
    })

    it("gives up on a webhook that does not answer in time", function* (lab) {
      const ca = yield* Webhooks.newCa()
      const leaf = yield* Webhooks.leafFor(ca, lab.namespace)
      const server = yield* Webhooks.silent(leaf)
      yield* Webhooks.route(lab, server)
      yield* Webhooks.register(lab, "Validating", [
        Webhooks.entry(lab, Webhooks.base64(ca.certificate.pem), { timeoutSeconds: 1 })
      ])
      const answer = yield* Webhooks.untilCreating(lab, denied)
      assert.strictEqual(
        answer.body.message,
        `Internal error occurred: failed calling webhook "hook.example.com": failed to call webhook: Post "https://hook.${lab.namespace}.svc:443/review?timeout=1s": context deadline exceeded`
      )
    })

    it("asks a webhook without side effects in a dry run, and says that it is one", function* (lab) {
      const hook = yield* Webhooks.serve(lab, denyNo)
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, hook.caBundle)])
      yield* Webhooks.untilCreating(lab, denied)
      assert.strictEqual(hook.reviewed().at(-1).dryRun, true)
    })

    it("refuses a dry run where a webhook has side effects", function* (lab) {
      const hook = yield* Webhooks.serve(lab, denyNo)
      // A v1 webhook must not have such side effects, but one whose effects spare dry runs alone may be asked.
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, hook.caBundle, { sideEffects: "NoneOnDryRun" })])
      yield* Webhooks.untilCreating(lab, denied)
      const some = yield* lab.api.post("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", {
        metadata: { name: `${lab.unique}-some` },
        webhooks: [Webhooks.entry(lab, hook.caBundle, { sideEffects: "Some" })]
      })
      assert.strictEqual(some.status, 422)
      assert.include(
        some.body.message,
        'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'
      )
    })

    it("refuses an answer that is no AdmissionReview", function* (lab) {
      const ca = yield* Webhooks.newCa()
      const server = yield* Webhooks.answering(yield* Webhooks.leafFor(ca, lab.namespace), { body: { hello: "world" } })
      yield* Webhooks.route(lab, server)
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, Webhooks.base64(ca.certificate.pem))])
      const answer = yield* Webhooks.untilCreating(lab, denied)
      assert.strictEqual(
        answer.body.message,
        'Internal error occurred: failed calling webhook "hook.example.com": received invalid webhook response: webhook response was absent'
      )
    })

    it("refuses an answer for another request", function* (lab) {
      const hook = yield* Webhooks.serve(lab, () => ({ allowed: true, uid: "other" }))
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, hook.caBundle)])
      const answer = yield* Webhooks.untilCreating(lab, denied)
      assert.match(
        answer.body.message,
        /^Internal error occurred: failed calling webhook "hook\.example\.com": received invalid webhook response: expected response\.uid="[-0-9a-f]{36}", got "other"$/
      )
    })

    it("passes on the trouble of a webhook that answers with an error code", function* (lab) {
      const ca = yield* Webhooks.newCa()
      const leaf = yield* Webhooks.leafFor(ca, lab.namespace)
      const server = yield* Webhooks.answering(leaf, { status: 500, body: "on fire" })
      yield* Webhooks.route(lab, server)
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, Webhooks.base64(ca.certificate.pem))])
      const answer = yield* Webhooks.untilCreating(lab, denied)
      assert.strictEqual(
        answer.body.message,
        'Internal error occurred: failed calling webhook "hook.example.com": failed to call webhook: an error on the server ("on fire") has prevented the request from succeeding'
      )
    })

    it("refuses a patch that does not fit the object", function* (lab) {
      const hook = yield* Webhooks.serve(lab, () => Webhooks.patching([{ op: "remove", path: "/spec/none" }]))
      yield* Webhooks.register(lab, "Mutating", [Webhooks.entry(lab, hook.caBundle)])
      const answer = yield* Webhooks.untilCreating(lab, denied)
      assert.deepStrictEqual([answer.status, answer.body.reason], [500, "InternalError"])
      assert.match(answer.body.message, /^Internal error occurred: /)
    })

    it("asks mutating webhooks in the order of their names, each on top of the one before", function* (lab) {
      const hook = yield* Webhooks.serve(lab, ({ object }) =>
        Webhooks.patching([{ op: "add", path: "/data", value: { seen: `${object.data?.seen ?? ""}x` } }])
      )
      yield* Webhooks.register(lab, "Mutating", [
        Webhooks.entry(lab, hook.caBundle, { name: "one.example.com" }),
        Webhooks.entry(lab, hook.caBundle, { name: "two.example.com" })
      ])
      const answer = yield* Webhooks.untilCreating(lab, ({ body }) => body.data?.seen !== undefined)
      assert.strictEqual(answer.body.data.seen, "xx")
    })

    it("asks every validating webhook, and tells of one that denies", function* (lab) {
      const hook = yield* Webhooks.serve(lab, denyNo)
      yield* Webhooks.register(lab, "Validating", [
        Webhooks.entry(lab, hook.caBundle, { name: "one.example.com" }),
        Webhooks.entry(lab, hook.caBundle, { name: "two.example.com" })
      ])
      const answer = yield* Webhooks.untilCreating(lab, denied)
      assert.match(answer.body.message, /^admission webhook "(one|two)\.example\.com" denied the request: no$/)
    })

    it("tells apart what is in a namespace from what is not", function* (lab) {
      const hook = yield* Webhooks.serve(lab, denyNo)
      const rule = (scope: string) => ({
        apiGroups: ["*"],
        apiVersions: ["*"],
        operations: ["CREATE"],
        resources: ["configmaps", "clusterroles"],
        scope
      })
      yield* Webhooks.register(lab, "Validating", [
        Webhooks.entry(lab, hook.caBundle, {
          rules: [rule("Cluster")],
          namespaceSelector: {},
          objectSelector: { matchLabels: { guarded: lab.unique } }
        })
      ])
      const guarded = { labels: { guarded: lab.unique } }
      const answer = yield* eventually(
        lab.api.post("/apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All", {
          metadata: { name: lab.unique, ...guarded }
        }),
        denied
      )
      assert.include(answer.body.message, "denied the request: no")
      assert.strictEqual((yield* lab.api.post(path(lab), configMap("a", {}, guarded))).status, 201)
    })

    it("fails closed when a match condition cannot be evaluated", function* (lab) {
      const hook = yield* Webhooks.serve(lab, Webhooks.allow)
      yield* Webhooks.register(lab, "Validating", [
        Webhooks.entry(lab, hook.caBundle, {
          matchConditions: [{ name: "labelled", expression: "object.metadata.labels.missing == 'x'" }]
        })
      ])
      const answer = yield* Webhooks.untilCreating(lab, denied)
      assert.strictEqual(answer.status, 403)
      assert.strictEqual(answer.body.reason, "Forbidden")
      assert.include(answer.body.message, 'configmaps "probe" is forbidden: ')
    })

    it("takes up a changed caBundle", function* (lab) {
      const hook = yield* Webhooks.serve(lab, denyNo)
      const other = yield* Webhooks.newCa("another")
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, Webhooks.base64(other.certificate.pem))])
      yield* Webhooks.untilCreating(lab, ({ status: code }) => code === 500)
      yield* lab.api.patch(
        "json",
        `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${lab.unique}`,
        [{ op: "replace", path: "/webhooks/0/clientConfig/caBundle", value: hook.caBundle }]
      )
      const answer = yield* Webhooks.untilCreating(lab, ({ status: code }) => code === 400)
      assert.include(answer.body.message, "denied the request: no")
    })

    it("never sends webhook configurations to a webhook, so that a broken one can be mended", function* (lab) {
      const hook = yield* Webhooks.serve(lab, denyNo)
      const everything = [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"] }]
      yield* Webhooks.register(lab, "Validating", [
        Webhooks.entry(lab, hook.caBundle, {
          rules: everything,
          objectSelector: { matchLabels: { guarded: lab.unique } }
        })
      ])
      const labels = { guarded: lab.unique }
      yield* eventually(lab.api.post(`${path(lab)}?dryRun=All`, configMap("a", {}, { labels })), denied)
      const answer = yield* lab.api.post(
        "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations?dryRun=All",
        { metadata: { name: `${lab.unique}-other`, labels }, webhooks: [] }
      )
      assert.strictEqual(answer.status, 201)
    })

    it("fills in the defaults of a configuration", function* (lab) {
      const answer = yield* Webhooks.register(lab, "Validating", [
        {
          name: "hook.example.com",
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          clientConfig: { service: { namespace: lab.namespace, name: "hook" } },
          rules: [{ apiGroups: ["example.com"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["things"] }]
        }
      ])
      assert.deepStrictEqual(answer.body.webhooks, [
        {
          name: "hook.example.com",
          clientConfig: { service: { namespace: lab.namespace, name: "hook", port: 443 } },
          rules: [
            {
              operations: ["CREATE"],
              apiGroups: ["example.com"],
              apiVersions: ["v1"],
              resources: ["things"],
              scope: "*"
            }
          ],
          failurePolicy: "Fail",
          matchPolicy: "Equivalent",
          namespaceSelector: {},
          objectSelector: {},
          sideEffects: "None",
          timeoutSeconds: 10,
          admissionReviewVersions: ["v1"]
        }
      ])
    })

    it("counts in the generation what changes in a configuration", function* (lab) {
      const hook = yield* Webhooks.serve(lab, Webhooks.allow)
      const created = yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, hook.caBundle)])
      const changed = yield* lab.api.patch(
        "json",
        `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${lab.unique}`,
        [{ op: "remove", path: "/webhooks/0/clientConfig/caBundle" }]
      )
      assert.deepStrictEqual([created.body.metadata.generation, changed.body.metadata.generation], [1, 2])
    })

    it("refuses a configuration that could not work", function* (lab) {
      const answer = yield* lab.api.post("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", {
        metadata: { name: lab.unique },
        webhooks: [
          {
            ...Webhooks.entry(lab, undefined),
            name: "hook",
            timeoutSeconds: 31,
            clientConfig: { url: "http://127.0.0.1/" }
          }
        ]
      })
      assert.strictEqual(answer.status, 422)
      assert.deepStrictEqual(
        answer.body.details.causes.map(({ field, message }: Json) => `${field}: ${message}`),
        [
          'webhooks[0].name: Invalid value: "hook": should be a domain with at least three segments separated by dots',
          "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds",
          "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: https://host[/path]"
        ]
      )
    })

    it("answers many requests at once while a webhook is asked", function* (lab) {
      const hook = yield* Webhooks.serve(lab, Webhooks.allow)
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, hook.caBundle)])
      const names = Array.from({ length: 50 }, (_, index) => `a-${index}`)
      const answers = yield* Effect.forEach(names, (name) => lab.api.post(path(lab), configMap(name)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(new Set(answers.map(({ status: code }) => code)), new Set([201]))
    })
  }
}
