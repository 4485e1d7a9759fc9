import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Json } from "../support/Api.ts"
import type { Area, Lab } from "../support/Lab.ts"
import { failure, status } from "../support/Objects.ts"

const pathOf = ({ namespace }: Lab): string => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`

const lease = (holderIdentity: string, more: Json = {}): Json => ({
  metadata: { name: "leader" },
  spec: {
    holderIdentity,
    leaseDurationSeconds: 15,
    acquireTime: "2026-01-01T00:00:00.000000Z",
    renewTime: "2026-01-01T00:00:00.000000Z",
    leaseTransitions: 0,
    ...more
  }
})

export const leases: Area = {
  name: "Leases",
  tests: (it) => {
    it("keeps times to the microsecond", function* (lab) {
      const renewTime = "2026-01-01T00:00:00.123456Z"
      const { body } = yield* lab.api.post(pathOf(lab), lease("one", { renewTime }))
      assert.strictEqual(body.spec.renewTime, renewTime)
      assert.strictEqual(body.spec.acquireTime, "2026-01-01T00:00:00.000000Z")
    })

    it("lets one of many create it", function* (lab) {
      const names = Array.from({ length: 10 }, (_, index) => `candidate-${index}`)
      const answers = yield* Effect.forEach(names, (name) => lab.api.post(pathOf(lab), lease(name)), {
        concurrency: "unbounded"
      })
      const codes = answers.map(({ status: code }) => code).sort()
      assert.deepStrictEqual(codes, [201, ...Array.from({ length: 9 }, () => 409)])
    })

    it("lets one of many take it over: the others have an old resourceVersion", function* (lab) {
      const created = yield* lab.api.post(pathOf(lab), lease("gone"))
      const names = Array.from({ length: 10 }, (_, index) => `candidate-${index}`)
      const answers = yield* Effect.forEach(
        names,
        (holderIdentity) =>
          lab.api.put(`${pathOf(lab)}/leader`, {
            ...created.body,
            spec: { ...created.body.spec, holderIdentity, leaseTransitions: 1 }
          }),
        { concurrency: "unbounded" }
      )
      const winners = answers.filter(({ status: code }) => code === 200)
      assert.strictEqual(winners.length, 1)
      const loser = answers.find(({ status: code }) => code === 409)
      assert.deepStrictEqual(
        loser && failure(loser),
        status(
          409,
          "Conflict",
          'Operation cannot be fulfilled on leases.coordination.k8s.io "leader": the object has been modified; please apply your changes to the latest version and try again'
        )
      )
      const { body } = yield* lab.api.get(`${pathOf(lab)}/leader`)
      assert.strictEqual(body.spec.holderIdentity, winners[0]?.body.spec.holderIdentity)
    })

    it("loses no increment of those who read, write and try again", function* (lab) {
      yield* lab.api.post(pathOf(lab), lease("counter"))
      const path = `${pathOf(lab)}/leader`
      const increment = Effect.gen(function* () {
        for (let code = 409; code === 409; ) {
          const { body } = yield* lab.api.get(path)
          const spec = { ...body.spec, leaseTransitions: body.spec.leaseTransitions + 1 }
          code = (yield* lab.api.put(path, { ...body, spec })).status
        }
      })
      yield* Effect.forEach(
        Array.from({ length: 4 }),
        () => Effect.forEach(Array.from({ length: 5 }), () => increment, { discard: true }),
        { concurrency: "unbounded" }
      )
      assert.strictEqual((yield* lab.api.get(path)).body.spec.leaseTransitions, 20)
    })

    it("refuses a lease that could not be held", function* (lab) {
      const answer = yield* lab.api.post(pathOf(lab), lease("one", { leaseDurationSeconds: 0, leaseTransitions: -1 }))
      assert.deepStrictEqual(
        answer.body.details.causes.map(({ field, message }: Json) => `${field}: ${message}`),
        [
          "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
          "spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0"
        ]
      )
    })
  }
}
