import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Json } from "../support/Api.ts"
import * as CustomResources from "../support/CustomResources.ts"
import type { Area } from "../support/Lab.ts"
import { eventually, failure, status } from "../support/Objects.ts"
import * as Webhooks from "../support/Webhooks.ts"

const { aThing, create, define, definitionPath, groupOf, pathOf, thing } = CustomResources

const sized = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      required: ["size"],
      properties: {
        size: { type: "integer", minimum: 1, maximum: 5 },
        mode: { type: "string", enum: ["a", "b"], default: "a" },
        name: { type: "string", pattern: "^[a-z]+$", maxLength: 5 },
        tags: { type: "array", items: { type: "string" }, maxItems: 2 }
      }
    },
    status: { type: "object", properties: { ready: { type: "integer" } } }
  }
}

const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true }

/** Field and message of each cause of an answer. */
const causes = ({ body }: { readonly body: Json }): ReadonlyArray<readonly [string, string]> =>
  body.details.causes.map(({ field, message }: Json) => [field, message])

const conditions = (definition: Json): Json =>
  definition.status.conditions.map(({ lastTransitionTime: _, ...condition }: Json) => condition)

export const customResources: Area = {
  name: "Custom resources",
  tests: (it) => {
    it("establishes a definition, and says so in its status", function* (lab) {
      const created = yield* define(lab, thing(lab, sized))
      assert.strictEqual(created.status, 201)
      assert.deepStrictEqual(created.body.spec.conversion, { strategy: "None" })
      const { body } = yield* lab.api.get(definitionPath(lab))
      assert.deepStrictEqual(conditions(body), [
        { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" },
        {
          type: "Established",
          status: "True",
          reason: "InitialNamesAccepted",
          message: "the initial names have been accepted"
        }
      ])
      assert.deepStrictEqual(body.status.acceptedNames, {
        plural: "things",
        singular: "thing",
        shortNames: ["th"],
        kind: "Thing",
        listKind: "ThingList"
      })
      assert.deepStrictEqual(body.status.storedVersions, ["v1"])
    })

    it("fills in the names that follow from the kind", function* (lab) {
      const definition = thing(lab, sized)
      const { body } = yield* define(lab, {
        ...definition,
        spec: { ...definition.spec, names: { plural: "things", kind: "Thing" } }
      })
      assert.deepStrictEqual(body.spec.names, {
        plural: "things",
        singular: "thing",
        kind: "Thing",
        listKind: "ThingList"
      })
    })

    it("adds the resource to discovery", function* (lab) {
      yield* define(lab, thing(lab, sized, { subresources: { status: {} } }))
      const { body } = yield* lab.api.get(`/apis/${groupOf(lab)}/v1`)
      const [resource, subresource] = body.resources.map(({ storageVersionHash: _, ...rest }: Json) => rest)
      assert.deepStrictEqual(resource, {
        name: "things",
        singularName: "thing",
        namespaced: true,
        kind: "Thing",
        verbs: ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"],
        shortNames: ["th"]
      })
      assert.deepStrictEqual(subresource, {
        name: "things/status",
        singularName: "",
        namespaced: true,
        kind: "Thing",
        verbs: ["get", "patch", "update"]
      })
    })

    it("counts the generation of a custom resource", function* (lab) {
      yield* define(lab, thing(lab, sized))
      const created = yield* lab.api.post(pathOf(lab), aThing(lab, { size: 1 }))
      const labelled = yield* lab.api.patch("merge", `${pathOf(lab)}/a`, { metadata: { labels: { a: "b" } } })
      const changed = yield* lab.api.patch("merge", `${pathOf(lab)}/a`, { spec: { size: 2 } })
      assert.deepStrictEqual(
        [created, labelled, changed].map(({ body }) => body.metadata.generation),
        [1, 1, 2]
      )
    })

    it("tells what is wrong with each field", function* (lab) {
      yield* define(lab, thing(lab, sized))
      const answer = yield* lab.api.post(
        pathOf(lab),
        aThing(lab, { size: 9, mode: "c", name: "ABCDEFGH", tags: ["1", "2", "3"] })
      )
      assert.deepStrictEqual([answer.status, answer.body.reason], [422, "Invalid"])
      assert.isTrue(answer.body.message.startsWith(`Thing.${groupOf(lab)} "a" is invalid: [`))
      assert.sameDeepMembers(causes(answer) as Array<unknown>, [
        ["spec.size", "Invalid value: 9: spec.size in body should be less than or equal to 5"],
        ["spec.tags", "Too many: 3: must have at most 2 items"],
        ["spec.mode", 'Unsupported value: "c": supported values: "a", "b"'],
        ["spec.name", "Too long: may not be more than 5 bytes"]
      ])
    })

    it("tells of a pattern that does not match", function* (lab) {
      yield* define(lab, thing(lab, sized))
      const answer = yield* lab.api.post(pathOf(lab), aThing(lab, { size: 1, name: "ABC" }))
      assert.deepStrictEqual(causes(answer), [
        ["spec.name", `Invalid value: "ABC": spec.name in body should match '^[a-z]+$'`]
      ])
    })

    it("tells of what is missing", function* (lab) {
      yield* define(lab, thing(lab, sized))
      const answer = yield* lab.api.post(pathOf(lab), aThing(lab, {}))
      assert.deepStrictEqual(
        failure(answer),
        status(422, "Invalid", `Thing.${groupOf(lab)} "a" is invalid: spec.size: Required value`)
      )
      assert.deepStrictEqual(answer.body.details, {
        name: "a",
        group: groupOf(lab),
        kind: "Thing",
        causes: [{ reason: "FieldValueRequired", message: "Required value", field: "spec.size" }]
      })
    })

    it("tells of what has the wrong type", function* (lab) {
      yield* define(lab, thing(lab, sized))
      const answer = yield* lab.api.post(pathOf(lab), aThing(lab, { size: "one" }))
      assert.deepStrictEqual(answer.body.details.causes, [
        {
          reason: "FieldValueTypeInvalid",
          message: 'Invalid value: "string": spec.size in body must be of type integer: "string"',
          field: "spec.size"
        }
      ])
    })

    it("evaluates rules in CEL", function* (lab) {
      yield* define(
        lab,
        thing(lab, {
          type: "object",
          properties: {
            spec: {
              type: "object",
              properties: { min: { type: "integer" }, max: { type: "integer" } },
              "x-kubernetes-validations": [{ rule: "self.min <= self.max", message: "min must not be above max" }]
            }
          }
        })
      )
      const answer = yield* lab.api.post(pathOf(lab), aThing(lab, { min: 2, max: 1 }))
      const value = lab.minor < 37 ? '"object": ' : ""
      assert.deepStrictEqual(causes(answer), [["spec", `Invalid value: ${value}min must not be above max`]])
    })

    it("fills in the schema's defaults", function* (lab) {
      yield* define(lab, thing(lab, sized))
      const { body } = yield* lab.api.post(pathOf(lab), aThing(lab, { size: 1 }))
      assert.deepStrictEqual(body.spec, { size: 1, mode: "a" })
    })

    it("drops what the schema does not have, and refuses it under strict validation", function* (lab) {
      yield* define(lab, thing(lab, sized))
      const pruned = yield* lab.api.post(pathOf(lab), aThing(lab, { size: 1, extra: "x" }))
      assert.deepStrictEqual([pruned.status, pruned.body.spec], [201, { size: 1, mode: "a" }])
      assert.strictEqual(pruned.headers["warning"], '299 - "unknown field \\"spec.extra\\""')
      const strict = yield* lab.api.post(
        `${pathOf(lab)}?fieldValidation=Strict`,
        aThing(lab, { size: 1, extra: 1 }, "b")
      )
      assert.deepStrictEqual(
        failure(strict),
        status(
          400,
          "BadRequest",
          'Thing in version "v1" cannot be handled as a Thing: strict decoding error: unknown field "spec.extra"'
        )
      )
    })

    it("keeps everything where the schema says so", function* (lab) {
      yield* define(lab, thing(lab, { type: "object", properties: { spec: anything } }))
      const { body } = yield* lab.api.post(pathOf(lab), aThing(lab, { deep: { er: [1, { two: null }] } }))
      assert.deepStrictEqual(body.spec, { deep: { er: [1, { two: null }] } })
    })

    it("keeps status apart once it is a subresource", function* (lab) {
      yield* define(lab, thing(lab, sized, { subresources: { status: {} } }))
      const created = yield* lab.api.post(pathOf(lab), { ...aThing(lab, { size: 1 }), status: { ready: 1 } })
      assert.isUndefined(created.body.status)
      const updated = yield* lab.api.put(`${pathOf(lab)}/a/status`, {
        ...created.body,
        spec: { size: 5 },
        status: { ready: 2 }
      })
      assert.deepStrictEqual([updated.body.spec.size, updated.body.status], [1, { ready: 2 }])
      assert.strictEqual(updated.body.metadata.generation, 1)
      const ignored = yield* lab.api.patch("merge", `${pathOf(lab)}/a`, { spec: { size: 2 }, status: { ready: 3 } })
      assert.deepStrictEqual([ignored.body.spec.size, ignored.body.status], [2, { ready: 2 }])
    })

    it("has no status subresource unless it is defined", function* (lab) {
      yield* define(lab, thing(lab, sized))
      yield* create(lab, aThing(lab, { size: 1 }))
      const answer = yield* lab.api.patch("merge", `${pathOf(lab)}/a/status`, { status: { ready: 1 } })
      assert.strictEqual(answer.status, 404)
    })

    it("scales by the paths of the definition", function* (lab) {
      yield* define(
        lab,
        thing(
          lab,
          { type: "object", properties: { spec: anything, status: anything } },
          {
            subresources: {
              status: {},
              scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" }
            }
          }
        )
      )
      yield* create(lab, aThing(lab, { replicas: 1 }))
      const scale = yield* lab.api.get(`${pathOf(lab)}/a/scale`)
      assert.deepStrictEqual(
        [scale.body.kind, scale.body.apiVersion, scale.body.spec, scale.body.status],
        ["Scale", "autoscaling/v1", { replicas: 1 }, { replicas: 0 }]
      )
      yield* lab.api.patch("merge", `${pathOf(lab)}/a/scale`, { spec: { replicas: 3 } })
      assert.strictEqual((yield* lab.api.get(`${pathOf(lab)}/a`)).body.spec.replicas, 3)
    })

    it("applies to a custom resource, list by list as the schema says", function* (lab) {
      const items = {
        type: "object",
        properties: { key: { type: "string" }, value: { type: "string" } },
        required: ["key"]
      }
      yield* define(
        lab,
        thing(lab, {
          type: "object",
          properties: {
            spec: {
              type: "object",
              properties: {
                map: { type: "array", items, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["key"] },
                set: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
                atomic: { type: "array", items: { type: "string" } }
              }
            }
          }
        })
      )
      const apply = (manager: string, spec: Json, force = "") =>
        lab.api.patch("apply", `${pathOf(lab)}/a?fieldManager=${manager}${force}`, aThing(lab, spec))
      yield* apply("one", { map: [{ key: "a", value: "1" }], set: ["a"], atomic: ["a"] })
      const { body } = yield* apply("two", { map: [{ key: "b", value: "2" }], set: ["b"] })
      assert.deepStrictEqual(body.spec, {
        map: [
          { key: "a", value: "1" },
          { key: "b", value: "2" }
        ],
        set: ["a", "b"],
        atomic: ["a"]
      })
      const conflict = yield* apply("two", { map: [{ key: "a", value: "mine" }], atomic: ["b"] })
      assert.strictEqual(
        conflict.body.message,
        'Apply failed with 2 conflicts: conflicts with "one":\n- .spec.atomic\n- .spec.map[key="a"].value'
      )
    })

    it("knows no strategic merge for custom resources", function* (lab) {
      yield* define(lab, thing(lab, sized))
      yield* create(lab, aThing(lab, { size: 1 }))
      const answer = yield* lab.api.patch("strategic", `${pathOf(lab)}/a`, { spec: { size: 2 } })
      assert.deepStrictEqual(
        failure(answer),
        status(
          415,
          "UnsupportedMediaType",
          "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
        )
      )
    })

    it("serves one object in each version of the definition", function* (lab) {
      const definition = thing(lab, { type: "object", properties: { spec: anything } })
      const [v1] = definition.spec.versions
      definition.spec.versions = [
        v1,
        { ...v1, name: "v2", storage: false },
        { ...v1, name: "v3", storage: false, served: false }
      ]
      yield* define(lab, definition)
      yield* create(lab, aThing(lab, { size: 1 }))
      const { body } = yield* lab.api.get(`${pathOf(lab, "v2")}/a`)
      assert.deepStrictEqual([body.apiVersion, body.spec], [`${groupOf(lab)}/v2`, { size: 1 }])
      assert.strictEqual((yield* lab.api.get(`${pathOf(lab, "v3")}/a`)).status, 404)
      const group = yield* lab.api.get(`/apis/${groupOf(lab)}`)
      assert.deepStrictEqual(
        [group.body.preferredVersion.version, group.body.versions.map(({ version }: Json) => version)],
        ["v2", ["v2", "v1"]]
      )
    })

    it("warns of a deprecated version", function* (lab) {
      yield* define(lab, thing(lab, sized, { deprecated: true }))
      const { headers } = yield* lab.api.get(pathOf(lab))
      assert.strictEqual(headers["warning"], `299 - "${groupOf(lab)}/v1 Thing is deprecated"`)
    })

    it("prints the columns of the definition", function* (lab) {
      const columns = [{ name: "Size", type: "integer", jsonPath: ".spec.size" }]
      yield* define(lab, thing(lab, sized, { additionalPrinterColumns: columns }))
      yield* create(lab, aThing(lab, { size: 3 }))
      const { body } = yield* lab.api.get(pathOf(lab), {
        accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
      })
      assert.deepStrictEqual(
        [body.columnDefinitions.map(({ name }: Json) => name), body.rows[0].cells],
        [
          ["Name", "Size"],
          ["a", 3]
        ]
      )
    })

    it("refuses a definition whose name is not its plural and group", function* (lab) {
      const answer = yield* lab.api.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
        ...thing(lab, sized),
        metadata: { name: `other.${groupOf(lab)}` }
      })
      assert.strictEqual(answer.status, 422)
      assert.deepStrictEqual(causes(answer), [
        ["metadata.name", `Invalid value: "other.${groupOf(lab)}": must be spec.names.plural+"."+spec.group`]
      ])
    })

    it("refuses a schema that is not structural", function* (lab) {
      const answer = yield* lab.api.post(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        thing(lab, { type: "object", properties: { spec: { properties: {} } } })
      )
      assert.strictEqual(answer.status, 422)
      assert.deepStrictEqual(causes(answer), [
        [
          "spec.validation.openAPIV3Schema.properties[spec].type",
          "Required value: must not be empty for specified object fields"
        ]
      ])
    })

    it("takes the objects away with their definition", function* (lab) {
      const definition = thing(lab, sized)
      yield* define(lab, definition)
      yield* create(lab, aThing(lab, { size: 1 }))
      const deleted = yield* lab.api.delete(definitionPath(lab))
      assert.strictEqual(deleted.status, 200)
      yield* eventually(lab.api.get(definitionPath(lab)), (answer) => answer.status === 404)
      yield* eventually(lab.api.get(pathOf(lab)), (answer) => answer.status === 404)
      yield* define(lab, definition)
      const { body } = yield* eventually(lab.api.get(pathOf(lab)), (answer) => answer.status === 200)
      assert.deepStrictEqual(body.items, [])
    })

    it("wants to know what an update is based on", function* (lab) {
      yield* define(lab, thing(lab, sized))
      yield* create(lab, aThing(lab, { size: 1 }))
      const answer = yield* lab.api.put(`${pathOf(lab)}/a`, aThing(lab, { size: 2 }))
      assert.deepStrictEqual(
        failure(answer),
        status(
          422,
          "Invalid",
          `things.${groupOf(lab)} "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update`
        )
      )
    })

    it("ends the watches of a definition that is changed", function* (lab) {
      yield* define(lab, thing(lab, sized))
      yield* create(lab, aThing(lab, { size: 1 }))
      // The definition's own becoming established may end a first watch as well.
      const open = Effect.gen(function* () {
        const watch = yield* lab.api.watch(pathOf(lab))
        return { watch, first: yield* watch.next }
      })
      const { watch } = yield* eventually(open, ({ first }) => first?.type === "ADDED")
      yield* lab.api.patch("json", definitionPath(lab), [
        {
          op: "add",
          path: "/spec/versions/0/additionalPrinterColumns",
          value: [{ name: "Size", type: "integer", jsonPath: ".spec.size" }]
        }
      ])
      assert.isUndefined(yield* watch.next)
      assert.strictEqual((yield* lab.api.get(`${pathOf(lab)}/a`)).status, 200)
    })

    it("sends custom resources to webhooks", function* (lab) {
      yield* define(lab, thing(lab, sized, { subresources: { status: {} } }))
      const hook = yield* Webhooks.serve(lab, Webhooks.deny({ message: "no" }))
      const rule = { apiGroups: [groupOf(lab)], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["things"] }
      yield* Webhooks.register(lab, "Validating", [Webhooks.entry(lab, hook.caBundle, { rules: [rule] })])
      yield* create(lab, aThing(lab, { size: 1 }))
      const update = lab.api.patch("merge", `${pathOf(lab)}/a?dryRun=All`, { spec: { size: 2 } })
      const answer = yield* eventually(update, ({ status: code }) => code === 400)
      assert.strictEqual(answer.body.message, 'admission webhook "hook.example.com" denied the request: no')
      // A rule for things does not mean their subresources.
      const ready = yield* lab.api.patch("merge", `${pathOf(lab)}/a/status`, { status: { ready: 1 } })
      assert.strictEqual(ready.status, 200)
      const { object, oldObject } = hook.reviewed().at(-1)
      assert.deepStrictEqual([object.spec.size, oldObject.spec.size], [2, 1])
    })

    it("answers a watch of a forgotten past with a 410 event", function* (lab) {
      yield* define(lab, thing(lab, sized))
      const watch = yield* eventually(
        lab.api.watch(pathOf(lab), "resourceVersion=1"),
        ({ status: code }) => code === 200
      )
      const event = yield* watch.next
      assert.match(event?.object.message, /^too old resource version: 1 \(\d+\)$/)
      assert.deepStrictEqual(
        { ...event, object: { ...event?.object, message: "" } },
        {
          type: "ERROR",
          object: {
            kind: "Status",
            apiVersion: "v1",
            metadata: {},
            status: "Failure",
            message: "",
            reason: "Expired",
            code: 410
          }
        }
      )
      assert.isUndefined(yield* watch.next)
    })

    it("answers a page of a forgotten past with 410 and a way to go on", function* (lab) {
      yield* define(lab, thing(lab, sized))
      yield* Effect.forEach(["a", "b", "c"], (name) => create(lab, aThing(lab, { size: 1 }, name)))
      const first = yield* lab.api.get(`${pathOf(lab)}?limit=1`)
      yield* lab.cluster.compact
      // The API server has the recent past in its memory, so the token is made older than it is.
      const token = JSON.parse(Buffer.from(first.body.metadata.continue, "base64").toString())
      const older = Buffer.from(JSON.stringify({ ...token, rv: 1 })).toString("base64url")
      const answer = yield* lab.api.get(`${pathOf(lab)}?limit=1&continue=${older}`)
      assert.deepStrictEqual(
        failure(answer),
        status(
          410,
          "Expired",
          "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list."
        )
      )
      const rest = yield* lab.api.get(`${pathOf(lab)}?continue=${answer.body.metadata.continue}`)
      assert.deepStrictEqual(
        rest.body.items.map(({ metadata }: Json) => metadata.name),
        ["b", "c"]
      )
    })
  }
}
