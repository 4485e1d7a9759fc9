import { assert } from "@effect/vitest"
import type { Json } from "../support/Api.ts"
import type { Area, Lab } from "../support/Lab.ts"

const regarding = ({ namespace }: Lab): Json => ({ apiVersion: "v1", kind: "ConfigMap", namespace, name: "a" })

const newEvent = (lab: Lab, more: Json = {}): Json => ({
  metadata: { name: "a.1" },
  regarding: regarding(lab),
  eventTime: "2026-01-01T00:00:00.000000Z",
  reportingController: "holdfast.dev/test",
  reportingInstance: "test-1",
  action: "Testing",
  reason: "Tested",
  type: "Normal",
  note: "it was tested",
  ...more
})

const pathOf = ({ namespace }: Lab): string => `/apis/events.k8s.io/v1/namespaces/${namespace}/events`
const corePathOf = ({ namespace }: Lab): string => `/api/v1/namespaces/${namespace}/events`

export const events: Area = {
  name: "Events",
  tests: (it) => {
    it("shows an event of one API in the other", function* (lab) {
      const created = yield* lab.api.post(pathOf(lab), newEvent(lab))
      assert.strictEqual(created.status, 201)
      const { body } = yield* lab.api.get(`${corePathOf(lab)}/a.1`)
      assert.deepStrictEqual(
        [body.kind, body.apiVersion, body.involvedObject, body.message, body.reportingComponent],
        ["Event", "v1", regarding(lab), "it was tested", "holdfast.dev/test"]
      )
    })

    it("shows a core event in the newer API", function* (lab) {
      yield* lab.api.post(corePathOf(lab), {
        metadata: { name: "a.1" },
        involvedObject: regarding(lab),
        reason: "Tested",
        message: "it was tested",
        type: "Normal",
        source: { component: "test" },
        firstTimestamp: "2026-01-01T00:00:00Z",
        lastTimestamp: "2026-01-01T00:00:00Z",
        count: 1
      })
      const { body } = yield* lab.api.get(`${pathOf(lab)}/a.1`)
      assert.deepStrictEqual(
        [body.regarding, body.note, body.deprecatedSource, body.deprecatedCount],
        [regarding(lab), "it was tested", { component: "test" }, 1]
      )
    })

    it("counts a series", function* (lab) {
      yield* lab.api.post(pathOf(lab), newEvent(lab))
      const { body } = yield* lab.api.patch("merge", `${pathOf(lab)}/a.1`, {
        series: { count: 2, lastObservedTime: "2026-01-01T00:01:00.000000Z" }
      })
      assert.deepStrictEqual(body.series, { count: 2, lastObservedTime: "2026-01-01T00:01:00.000000Z" })
    })

    it("finds the events of an object", function* (lab) {
      yield* lab.api.post(pathOf(lab), newEvent(lab))
      yield* lab.api.post(
        pathOf(lab),
        newEvent(lab, { metadata: { name: "b.1" }, regarding: { ...regarding(lab), name: "b" } })
      )
      const { body } = yield* lab.api.get(`${corePathOf(lab)}?fieldSelector=involvedObject.name%3Db`)
      assert.deepStrictEqual(
        body.items.map(({ metadata }: Json) => metadata.name),
        ["b.1"]
      )
    })

    it("insists on what the newer API needs", function* (lab) {
      const answer = yield* lab.api.post(
        pathOf(lab),
        newEvent(lab, { eventTime: null, reportingController: "", type: "Odd", action: "" })
      )
      assert.strictEqual(answer.status, 422)
      assert.deepStrictEqual(
        answer.body.details.causes.map(({ field, message }: Json) => `${field}: ${message}`),
        ["eventTime: Required value", 'type: Invalid value: "": has invalid value: Odd']
      )
    })
  }
}
